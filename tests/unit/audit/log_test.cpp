#include "support/world.hpp"

#include <insightflow/audit/log.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::audit;

namespace {

/// A world with a chain of `entries`, and a way to damage it behind the program's back.
struct Chain : test::World {
  explicit Chain(int entries) {
    for (int i = 1; i <= entries; ++i) {
      clock.at.ms += 1'000;
      add(Action::survey_published, "survey:" + std::to_string(i));
    }
  }

  /// A workspace whose chain nobody has begun.
  WorkspaceId fresh(const std::string& name) {
    const identity::Workspace made{ids.next<WorkspaceId>(), name, clock.now()};
    db->write([&](storage::Tx& tx) { return tx.insert("workspaces", made); }).value();
    return made.id;
  }
  WorkspaceId home = fresh("Home");
  WorkspaceId here() const { return home; }
  Entry add(Action action, const std::string& subject) {
    return db
        ->write([&](storage::Tx& tx) {
          return append(tx, clock, {here(), "key:1", action, subject, "", "request-" + subject});
        })
        .value();
  }
  void tamper(const std::string& sql) {
    db->write([&](storage::Tx& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(tx.execute("DROP TRIGGER audit_entries_stay"));
        BOOST_OUTCOME_TRY(tx.execute("DROP TRIGGER audit_entries_are_fixed"));
        BOOST_OUTCOME_TRY(tx.execute(sql));
        return success();
      }).value();
  }
  /// Gives every entry from `number` on the digests it would have had.
  void forge_from(std::int64_t number) {
    auto entries = list(*db, here(), {.limit = 200}).value().items;
    std::reverse(entries.begin(), entries.end());
    std::string previous;
    for (Entry& entry : entries) {
      if (entry.number >= number) {
        entry.previous = previous;
        entry.digest = digest_of(entry);
        db->write([&](storage::Tx& tx) {
            return tx.execute(
                "UPDATE audit_entries SET previous = ?2, digest = ?3 WHERE number = ?1",
                {entry.number, entry.previous, entry.digest});
          }).value();
      }
      previous = entry.digest;
    }
  }
};

}  // namespace

TEST_CASE("a chain continues, entry by entry, and each workspace has its own") {
  Chain chain(3);
  const WorkspaceId other = chain.fresh("Other");
  const Entry foreign =
      chain.db
          ->write([&](storage::Tx& tx) {
            return append(tx, chain.clock, {other, "", Action::key_created, "", "", ""});
          })
          .value();
  CHECK(foreign.number == 1);
  CHECK(foreign.previous.empty());
  const auto entries = list(*chain.db, chain.here(), {}).value().items;
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].number == 3);
  CHECK(entries[0].previous == entries[1].digest);
  CHECK(entries[2].previous.empty());
  const Verification found = verify(*chain.db, chain.here()).value();
  CHECK(found.whole);
  CHECK(found.entries == 3);
}

TEST_CASE("pages go from the newest to the oldest") {
  Chain chain(5);
  const EntryPage first = list(*chain.db, chain.here(), {.limit = 2}).value();
  CHECK(first.items.front().number == 5);
  REQUIRE(first.next == 4);
  const EntryPage second =
      list(*chain.db, chain.here(), {.limit = 3, .before = *first.next}).value();
  CHECK(second.items.size() == 3);
  CHECK(second.items.back().number == 1);
  CHECK(!second.next);
}

TEST_CASE("the database itself refuses to change or delete an entry") {
  Chain chain(1);
  for (const char* sql : {"DELETE FROM audit_entries", "UPDATE audit_entries SET actor = 'x'"}) {
    CAPTURE(sql);
    CHECK(!chain.db->write([&](storage::Tx& tx) { return tx.execute(sql); }));
  }
  CHECK(verify(*chain.db, chain.here()).value().whole);
}

TEST_CASE("damage is found and named") {
  struct Row {
    const char* name;
    const char* sql;
    std::int64_t forged_from;  ///< 0: the digests are left as they are.
    bool with_head;
    std::vector<std::pair<std::int64_t, Damage>> faults;
  };
  const Row rows[] = {
      {"nothing", "UPDATE audit_entries SET actor = actor", 0, true, {}},
      {"who did it is changed",
       "UPDATE audit_entries SET actor = 'key:2' WHERE number = 3",
       0,
       false,
       {{3, Damage::changed}}},
      {"when it was is changed",
       "UPDATE audit_entries SET at = at + 1 WHERE number = 6",
       0,
       false,
       {{6, Damage::changed}}},
      {"changed, with its own digest made to fit",
       "UPDATE audit_entries SET subject = 'survey:9', digest = 'forged' WHERE number = 2",
       0,
       false,
       {{2, Damage::changed}, {3, Damage::detached}}},
      {"one is removed",
       "DELETE FROM audit_entries WHERE number = 3",
       0,
       false,
       {{3, Damage::missing}}},
      {"the first is removed",
       "DELETE FROM audit_entries WHERE number = 1",
       0,
       false,
       {{1, Damage::missing}}},
      {"two change what they say",
       "UPDATE audit_entries SET subject = CASE number WHEN 2 THEN 'survey:3' ELSE 'survey:2' END "
       "WHERE number IN (2, 3)",
       0,
       false,
       {{2, Damage::changed}, {3, Damage::changed}}},
      {"the end is cut off, and nobody kept a head",
       "DELETE FROM audit_entries WHERE number > 4",
       0,
       false,
       {}},
      {"the end is cut off",
       "DELETE FROM audit_entries WHERE number > 4",
       0,
       true,
       {{5, Damage::truncated}}},
      {"all are removed", "DELETE FROM audit_entries", 0, true, {{1, Damage::truncated}}},
      {"changed, and all that follows written anew",
       "UPDATE audit_entries SET actor = 'key:2' WHERE number = 2",
       2,
       false,
       {}},
      {"changed, all that follows written anew, and a head was kept",
       "UPDATE audit_entries SET actor = 'key:2' WHERE number = 2",
       2,
       true,
       {{6, Damage::rewritten}}}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Chain chain(6);
    const Head kept = head(*chain.db, chain.clock, chain.here()).value();
    chain.tamper(row.sql);
    if (row.forged_from > 0) chain.forge_from(row.forged_from);
    const Verification found =
        verify(*chain.db, chain.here(),
               row.with_head ? std::span<const Head>(&kept, 1) : std::span<const Head>())
            .value();
    REQUIRE(found.faults.size() == row.faults.size());
    for (std::size_t i = 0; i < row.faults.size(); ++i) {
      CHECK(found.faults[i].number == row.faults[i].first);
      CHECK(found.faults[i].damage == row.faults[i].second);
    }
    CHECK(found.whole == row.faults.empty());
  }
}

TEST_CASE("heads of other workspaces and with signatures that do not hold say nothing") {
  Chain chain(2);
  Head kept = head(*chain.db, chain.clock, chain.here()).value();
  kept.signature = "good";
  Head forged = kept;
  forged.signature = "bad";
  Head foreign = kept;
  foreign.workspace_id = chain.ids.next<WorkspaceId>();
  const Head heads[] = {kept, forged, foreign};
  const Verification found = verify(*chain.db, chain.here(), heads, [](const Head& h) {
                               return h.signature == "good";
                             }).value();
  CHECK(found.heads == 1);
  REQUIRE(found.faults.size() == 2);
  CHECK(found.faults[0].damage == Damage::head_unreadable);
  CHECK(found.faults[1].damage == Damage::head_unreadable);
}

TEST_CASE("an empty chain is whole and has a head") {
  Chain chain(0);
  const Head empty = head(*chain.db, chain.clock, chain.here()).value();
  CHECK(empty.number == 0);
  CHECK(verify(*chain.db, chain.here(), {&empty, 1}).value().whole);
  chain.add(Action::key_created, "key:1");
  CHECK(verify(*chain.db, chain.here(), {&empty, 1}).value().whole);
}
