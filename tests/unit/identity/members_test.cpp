#include "support/faulty_database.hpp"
#include "support/inspect.hpp"
#include "support/people.hpp"
#include "support/world.hpp"

#include <insightflow/core/json.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace insightflow;
using namespace insightflow::identity;

namespace {

constexpr Role roles[] = {Role::guest,  Role::viewer, Role::analyst,
                          Role::editor, Role::admin,  Role::owner};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

struct Fixture : test::World {
  const WorkspaceId home = workspace.workspace.id;
  const UserId owner = add("owner@example.org", Role::owner);

  UserId add(std::string email, std::optional<Role> role, bool verified = true) {
    return test::add_person(*db, clock, ids, workspace.workspace.id, std::move(email), role,
                            verified)
        .value();
  }
  Scope as(UserId user, std::optional<WorkspaceId> in = {}) { return as(*db, user, in); }
  Scope as(storage::Database& database, UserId user, std::optional<WorkspaceId> in = {}) {
    return {database, clock, ids,
            db->read([&](storage::Tx& tx) { return actor_of(tx, user, in); }).value()};
  }
  std::int64_t owners() { return number("SELECT count(*) FROM memberships WHERE role = 'owner'"); }
  std::string role_of(UserId user) {
    return db
        ->read([&](storage::Tx& tx) {
          return tx.find<std::string>("SELECT role FROM memberships WHERE user_id = ?1", {user});
        })
        .value()
        .value_or("none");
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an invite lets one person in, once") {
  const UserId ana = add("ana@example.org", std::nullopt);
  const UserId bob = add("bob@example.org", std::nullopt);
  const UserId unproved = add("eve@example.org", std::nullopt, false);
  Invites invites(as(owner));
  const NewInvite made =
      invites.create({.email = "Ana@Example.org", .role = Role::analyst}).value();
  CHECK(made.details.email == "ana@example.org");
  CHECK(test::dump(*db).find(made.token) == std::string::npos);
  CHECK(to_json_text(invites.list().value()).find("digest") == std::string::npos);
  CHECK(reason(Invites(as(bob)).accept(made.token)) == "invite_not_yours");
  CHECK(reason(Invites(as(ana)).accept(made.token + "x")) == "invite_unknown");
  CHECK(reason(Invites(as(ana)).accept("")) == "invite_unknown");
  CHECK(reason(Invites(as(ana)).accept(made.details.digest)) == "invite_unknown");
  const auto joined = Invites(as(ana)).accept(made.token).value();
  CHECK(joined.id == home);
  CHECK(joined.role == Role::analyst);
  CHECK(as(ana).actor.role == Role::analyst);
  CHECK(reason(Invites(as(ana)).accept(made.token)) == "invite_unknown");
  CHECK(invites.list().value().items.empty());
  CHECK(reason(invites.revoke(made.details.id)) == "invite_unknown");
  // A second one for somebody who is in already is not used up.
  const auto again = invites.create({.email = "ana@example.org", .role = Role::admin}).value();
  CHECK(reason(Invites(as(ana)).accept(again.token)) == "member_already");
  CHECK(role_of(ana) == "analyst");
  CHECK(invites.list().value().items.size() == 1);

  const auto proof = invites.create({.email = "eve@example.org"}).value();
  CHECK(reason(Invites(as(unproved)).accept(proof.token)) == "email_unverified");
  const auto revoked = invites.create({.email = "bob@example.org"}).value();
  CHECK(invites.revoke(revoked.details.id).value().revoked_at == clock.at);
  CHECK(reason(Invites(as(bob)).accept(revoked.token)) == "invite_unknown");
  const auto late = invites.create({.email = "bob@example.org", .days = 1}).value();
  clock.at.ms += 24 * 3'600'000;
  CHECK(reason(Invites(as(bob)).accept(late.token)) == "invite_unknown");
  clock.at.ms -= 1;
  CHECK(reason(Invites(as(bob)).accept(late.token)) == "ok");
  // A key is nobody: it cannot join.
  CHECK(reason(Invites(scope()).accept(late.token)) == "user_missing");
  for (const char* email : {"", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a\n@c", "a@c\x7F"})
    CHECK(reason(invites.create({.email = email})) == "email_malformed");
}

TEST_CASE_FIXTURE(Fixture, "nobody reaches above the own role, neither to give nor to take") {
  for (const Role own : roles)
    for (const Role theirs : roles)
      for (const Role wanted : roles) {
        CAPTURE(slug(own));
        CAPTURE(slug(theirs));
        CAPTURE(slug(wanted));
        const std::string name = std::string(slug(own)) + std::string(slug(theirs)) +
                                 std::string(slug(wanted)) + "@example.org";
        const UserId me = add("i" + name, own), other = add("o" + name, theirs);
        const bool may = own >= Role::admin && theirs <= own && wanted <= own;
        CHECK(reason(Members(as(me)).change(other, wanted)) == (may ? "ok" : "permission_missing"));
        CHECK(role_of(other) == slug(may ? wanted : theirs));
        const bool invites = own >= Role::admin && wanted <= own;
        CHECK(reason(Invites(as(me)).create({.email = "x@example.org", .role = wanted})) ==
              (invites ? "ok" : "permission_missing"));
        const bool removes = own >= Role::admin && (may ? wanted : theirs) <= own;
        CHECK(reason(Members(as(me)).remove(other)) == (removes ? "ok" : "permission_missing"));
        CHECK(role_of(other) == (removes ? "none" : std::string(slug(theirs))));
        REQUIRE(Members(as(owner)).remove(me));
      }
}

TEST_CASE_FIXTURE(Fixture, "there is an owner at all times") {
  Members members(as(owner));
  CHECK(reason(members.leave()) == "last_owner");
  CHECK(reason(members.change(owner, Role::admin)) == "last_owner");
  CHECK(reason(members.remove(owner)) == "last_owner");
  // Nor can the application take the last one out.
  CHECK(reason(Members(scope()).remove(owner)) == "last_owner");
  CHECK(reason(members.transfer(owner)) == "transfer_to_oneself");
  CHECK(reason(members.transfer(ids.next<UserId>())) == "member_unknown");
  CHECK(reason(Members(scope()).transfer(owner)) == "user_missing");
  const UserId ana = add("ana@example.org", Role::guest);
  CHECK(reason(Members(as(ana)).transfer(ana)) == "permission_missing");
  CHECK(members.transfer(ana).value().role == Role::owner);
  CHECK(role_of(owner) == "admin");
  CHECK(role_of(ana) == "owner");
  CHECK(owners() == 1);
  // The old actor is still about, but the role in the transaction counts.
  CHECK(reason(members.transfer(owner)) == "permission_missing");
  CHECK(reason(members.change(ana, Role::guest)) == "permission_missing");
  CHECK(reason(Members(as(owner)).leave()) == "ok");
  CHECK(reason(members.leave()) == "member_unknown");
}

TEST_CASE_FIXTURE(Fixture, "owners who put each other down at once leave one of them") {
  for (int round = 0; round < 20; ++round) {
    const std::string n = std::to_string(round);
    const UserId ana = add("ana" + n + "@example.org", Role::owner);
    const UserId bob = add("bob" + n + "@example.org", Role::owner);
    if (role_of(owner) == "owner" && round == 0) {
      REQUIRE(Members(as(owner)).change(owner, Role::admin));
    }
    const Scope a = as(ana), b = as(bob);
    std::thread one(
        [&] { (void)(round % 2 ? Members(a).leave() : Members(a).change(bob, Role::guest)); });
    std::thread two(
        [&] { (void)(round % 2 ? Members(b).leave() : Members(b).change(ana, Role::guest)); });
    one.join();
    two.join();
    CHECK(owners() == 1);
    REQUIRE(db->write([&](storage::Tx& tx) {
      return tx.execute("DELETE FROM memberships WHERE user_id IN (?1, ?2)", {ana, bob});
    }));
  }
}

TEST_CASE_FIXTURE(Fixture, "an invite that is raced for is used once") {
  const UserId ana = add("ana@example.org", std::nullopt);
  const auto made = Invites(as(owner)).create({.email = "ana@example.org"}).value();
  const Scope scope = as(ana);
  std::atomic<int> in = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] { in += Invites(scope).accept(made.token).has_value(); });
  for (auto& thread : threads) thread.join();
  CHECK(in == 1);
  CHECK(number("SELECT count(*) FROM memberships") == 2);
}

TEST_CASE_FIXTURE(Fixture, "whatever fails, a transfer and an acceptance are whole or not at all") {
  const UserId ana = add("ana@example.org", Role::viewer);
  const UserId bob = add("bob@example.org", std::nullopt);
  Invites(as(owner)).create({.email = "z@example.org", .role = Role::owner}).value();
  const auto made = Invites(as(owner)).create({.email = "bob@example.org"}).value();
  int steps = 0;
  for (int n = 1;; ++n) {
    test::FaultyDatabase faulty(*db, n);
    const auto moved = Members(as(faulty, owner)).transfer(ana);
    CHECK(owners() == 1);
    CHECK(role_of(ana) == (moved ? "owner" : "viewer"));
    CHECK(role_of(owner) == (moved ? "admin" : "owner"));
    CHECK(number("SELECT count(*) FROM invites WHERE revoked_at IS NOT NULL") == (moved ? 1 : 0));
    ++steps;
    if (!faulty.fired()) break;
    CHECK(!moved);
  }
  CHECK(steps > 5);
  steps = 0;
  for (int n = 1;; ++n) {
    test::FaultyDatabase faulty(*db, n);
    const auto joined = Invites(as(faulty, bob)).accept(made.token);
    CHECK((role_of(bob) != "none") == joined.has_value());
    CHECK(number("SELECT count(*) FROM invites WHERE accepted_at IS NOT NULL") == (joined ? 1 : 0));
    ++steps;
    if (!faulty.fired()) break;
    CHECK(!joined);
  }
  CHECK(steps > 5);
}

TEST_CASE_FIXTURE(Fixture, "who goes leaves nothing behind that opens a door") {
  const UserId ana = add("ana@example.org", Role::admin);
  const UserId bob = add("bob@example.org", std::nullopt);
  Invites hers(as(ana));
  const auto admin = hers.create({.email = "bob@example.org", .role = Role::admin}).value();
  const auto viewer = hers.create({.email = "bob@example.org", .role = Role::viewer}).value();
  // Put down to editor, she takes the invite above that with her …
  REQUIRE(Members(as(owner)).change(ana, Role::editor));
  CHECK(reason(Invites(as(bob)).accept(admin.token)) == "invite_unknown");
  CHECK(Invites(as(owner)).list().value().items.size() == 1);
  // … and going, all of them.
  REQUIRE(Members(as(ana)).leave());
  CHECK(reason(Invites(as(bob)).accept(viewer.token)) == "invite_unknown");
  CHECK(reason(hers.create({.email = "bob@example.org"})) == "permission_missing");
  CHECK(as(ana).actor.workspace == WorkspaceId());
  CHECK(as(ana).actor.role == Role::guest);
}

TEST_CASE_FIXTURE(Fixture, "a person has several workspaces and acts in one of them") {
  const UserId ana = add("ana@example.org", std::nullopt);
  CHECK(Workspaces(as(ana)).list().value().items.empty());
  CHECK(reason(Members(as(ana)).list()) == "workspace_missing");
  const auto first = Workspaces(as(ana)).create({"One"}).value();
  CHECK(as(ana).actor.workspace == first.id);
  const auto second = Workspaces(as(ana)).create({"Two"}).value();
  // With two of them it has to be said which.
  CHECK(as(ana).actor.workspace == WorkspaceId());
  CHECK(as(ana, second.id).actor.role == Role::owner);
  const auto foreign = db->read([&](storage::Tx& tx) { return actor_of(tx, ana, home); });
  CHECK(reason(foreign) == "workspace_unknown");
  const auto mine = Workspaces(as(ana)).list().value().items;
  REQUIRE(mine.size() == 2);
  CHECK(mine[1].name == "Two");
  CHECK(Workspaces(as(ana, first.id)).rename(first.id, {"Eins"}).value().name == "Eins");
  CHECK(reason(Workspaces(as(ana, first.id)).rename(second.id, {"X"})) == "workspace_unknown");
  CHECK(reason(Workspaces(as(ana, first.id)).rename(home, {"X"})) == "workspace_unknown");
  CHECK(Workspaces(scope()).list().value().items.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "no key makes one that may do more, or for longer") {
  Scope narrow = scope(Role::admin);
  narrow.actor.scopes = {Permission::key_manage, Permission::survey_read};
  narrow.actor.expires_at = clock.at + 1000;
  const auto later = std::optional(clock.at + 1000), past = std::optional(clock.at);
  using Scopes = std::optional<std::vector<Permission>>;
  const struct {
    const char* name;
    Scopes scopes;
    std::optional<Instant> expires_at;
    const char* reason;
  } rows[] = {{"as much", Scopes({Permission::survey_read}), later, "ok"},
              {"nothing", Scopes(std::vector<Permission>()), later, "ok"},
              {"one more", Scopes({Permission::survey_edit}), later, "permission_missing"},
              {"all", std::nullopt, later, "permission_missing"},
              {"longer", Scopes({Permission::survey_read}), clock.at + 1001, "permission_missing"},
              {"for ever", Scopes({Permission::survey_read}), std::nullopt, "permission_missing"},
              {"gone already", Scopes({Permission::survey_read}), past, "expiry_past"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto made = ApiKeys(narrow).create(
        {.name = "k", .role = Role::viewer, .scopes = row.scopes, .expires_at = row.expires_at});
    CHECK(reason(made) == row.reason);
    if (!made) continue;
    const Actor actor = authenticate(*db, clock.at, made.value().key).value();
    CHECK(actor.scopes.contains(Permission::survey_read) == !row.scopes->empty());
    CHECK(!actor.scopes.contains(Permission::survey_edit));
    CHECK(reason(authenticate(*db, clock.at + 1000, made.value().key)) == "key_unknown");
  }
}

TEST_CASE_FIXTURE(Fixture, "the last use of a key is written once a minute, and not by its user") {
  KeyUses uses(*db);
  const ApiKeyId key = workspace.key.details.id;
  const auto written = [&] {
    return number("SELECT coalesce(max(last_used_at), 0) FROM api_keys");
  };
  const Instant start = clock.at;
  uses.note(key, start);
  CHECK(written() == 0);
  REQUIRE(uses.flush());
  CHECK(written() == start.ms);
  uses.note(key, start + 59'999);
  REQUIRE(uses.flush());
  CHECK(written() == start.ms);
  uses.note(key, start + 60'000);
  REQUIRE(uses.flush());
  CHECK(written() == start.ms + 60'000);
  {
    KeyUses ending(*db);
    ending.note(key, start + 200'000);
  }
  CHECK(written() == start.ms + 200'000);
}

TEST_CASE("keys of an older database are there after the upgrade, with their roles") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "old.db";
  const auto all = storage::sqlite_migrations();
  std::size_t before = 0;
  while (all[before].number < 5) ++before;
  {
    auto old = storage::open_sqlite({.path = path}, all.first(before)).value();
    REQUIRE(old->write([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(
          tx.execute("INSERT INTO workspaces (id, name, created_at) VALUES "
                     "('019301ab-0000-7000-8000-000000000001', 'W', 1)"));
      BOOST_OUTCOME_TRY(
          tx.execute("INSERT INTO api_keys (id, workspace_id, name, hint, digest, role, "
                     "created_at, revoked_at) VALUES ('019301ab-0000-7000-8000-000000000002', "
                     "'019301ab-0000-7000-8000-000000000001', 'n', 'h', 'd', 'editor', 2, 3)"));
      return success();
    }));
  }
  auto now = storage::open_sqlite({.path = path}).value();
  const auto keys = now->read([](storage::Tx& tx) {
    return tx.list<ApiKey>("SELECT " + column_list(type_of<ApiKey>()) + " FROM api_keys");
  });
  REQUIRE(keys.value().size() == 1);
  const ApiKey& key = keys.value()[0];
  CHECK(key.role == Role::editor);
  CHECK(key.created_at == Instant{2});
  CHECK(key.revoked_at == Instant{3});
  CHECK(!key.scopes);
  CHECK(!key.expires_at);
}
