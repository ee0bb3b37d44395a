#include "support/faulty_database.hpp"
#include "support/world.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/events/log.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::events;

namespace {

struct Fixture : test::World {
  Log log{*db, clock};
  WorkspaceId home = workspace.workspace.id;
  WorkspaceId elsewhere =
      identity::create_workspace(*db, clock, ids, "Second").value().workspace.id;

  Result<std::int64_t> append(WorkspaceId to, Event event) {
    return db->write([&](storage::Tx& tx) { return log.append(tx, to, event); });
  }
  std::int64_t add(WorkspaceId to, std::string subject = "s") {
    return append(to, {.type = "survey.answers", .subject = std::move(subject), .data = "{}"})
        .value();
  }
  std::vector<std::int64_t> ids_of(WorkspaceId of, std::int64_t after = 0) {
    std::vector<std::int64_t> out;
    const auto events = log.read(of, after, 1000).value();
    for (const Event& event : events) out.push_back(event.id);
    return out;
  }
};

using Ids = std::vector<std::int64_t>;

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "ids count up over all workspaces, and each sees its own") {
  CHECK(add(home) == 1);
  CHECK(add(elsewhere) == 2);
  CHECK(add(home) == 3);
  CHECK(ids_of(home) == Ids{1, 3});
  CHECK(ids_of(elsewhere) == Ids{2});
  CHECK(ids_of(home, 1) == Ids{3});
  CHECK(ids_of(home, 3).empty());
  const auto all = log.read_all(1, 10).value();
  CHECK(all.last == 3);
  CHECK(!all.more);
  REQUIRE(all.messages.size() == 2);
  CHECK(all.messages[0]->workspace == elsewhere);
  const auto first = log.read_all(0, 2).value();
  CHECK(first.more);
  CHECK(first.last == 2);
  CHECK(log.read_all(3, 2).value().last == 3);
}

TEST_CASE_FIXTURE(Fixture, "an event that was not committed never was") {
  const auto undone = db->write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(log.append(tx, home, {.type = "survey.closed"}));
    return fail(Code::conflict, "no", "");
  });
  CHECK(reason(undone) == "no");
  CHECK(ids_of(home).empty());
  CHECK(add(home) == 1);
  CHECK(reason(append(home, {.type = "survey.exploded"})) == "event_type_unknown");
  CHECK(reason(append(home, {.type = "llm.delta"})) == "event_not_kept");
  CHECK(reason(append(home, {.type = "reset"})) == "event_not_kept");
  CHECK(ids_of(home) == Ids{1});
}

TEST_CASE_FIXTURE(Fixture, "a purge takes the oldest, by age or by number, and remembers where") {
  for (int i = 0; i < 4; ++i) add(home), add(elsewhere);
  clock.at = clock.at + 1000;
  add(home);  // 9
  CHECK(log.purge({.age = std::chrono::milliseconds(2000)}).value() == 0);
  CHECK(log.purge({.count = 6}).value() == 3);
  CHECK(ids_of(home) == Ids{5, 7, 9});
  CHECK(log.extent(home).value().purged == 3);
  CHECK(log.extent(elsewhere).value().purged == 2);
  CHECK(log.purge({.age = std::chrono::milliseconds(500)}).value() == 5);
  CHECK(ids_of(home) == Ids{9});
  CHECK(log.purge({.age = std::chrono::milliseconds(-1)}).value() == 1);
  CHECK(ids_of(home).empty());
  // Ids are never used again, and the end of an empty log is known.
  CHECK(log.extent(home).value().last == 9);
  CHECK(add(elsewhere) == 10);
  const Extent extent = log.extent(home).value();
  CHECK(extent.purged == 9);
  CHECK(extent.last == 10);
  for (const std::int64_t id : {9, 10}) CHECK(extent.covers(id));
  for (const std::int64_t id : {0, 1, 8, 11}) CHECK(!extent.covers(id));
}

TEST_CASE_FIXTURE(Fixture, "the log is bounded by appending alone") {
  const std::int64_t most = Retention{}.count;
  REQUIRE(db->write([&](storage::Tx& tx) -> Result<void> {
    for (std::int64_t i = 0; i < most + 5'000; ++i) {
      BOOST_OUTCOME_TRY(log.append(tx, home, {.type = "survey.answers", .data = "{}"}));
    }
    return success();
  }));
  CHECK(number("SELECT count(*) FROM events") <= most + 256);
  CHECK(number("SELECT count(*) FROM events") >= most);
}

TEST_CASE("a message is one line of JSON in a frame") {
  const WorkspaceId workspace;
  const auto kept = write_message(workspace, {.id = 7,
                                              .at = Instant{1'767'225'600'000},
                                              .type = "job.failed",
                                              .subject = "a\"b\n",
                                              .data = R"({"why":"x\ny"})"})
                        .value();
  CHECK(kept->frame == "id: 7\nevent: job.failed\ndata: " + std::string(kept->json()) + "\n\n");
  CHECK(kept->json().find('\n') == std::string_view::npos);
  const auto json = parse_json(kept->json()).value();
  CHECK(json.at("id").as_int64() == 7);
  CHECK(json.at("subject").as_string() == "a\"b\n");
  CHECK(json.at("data").at("why").as_string() == "x\ny");
  CHECK(json.at("at").as_string() == "2026-01-01T00:00:00.000Z");
  // Nobody goes on from what is not kept; everybody from a reset.
  CHECK(write_message(workspace, {.type = "llm.delta"}).value()->frame.starts_with("event: llm"));
  CHECK(write_message(workspace, {.type = "reset"}).value()->frame.starts_with("id: 0\n"));
  CHECK(reason(write_message(workspace, {.type = "x"})) == "event_type_unknown");
}

TEST_CASE("types are wanted by name or by family") {
  struct Row {
    std::vector<std::string> asked;
    std::vector<std::string_view> wanted;  ///< Of the four below.
  };
  const std::string_view tried[] = {"job.queued", "job.failed", "survey.answers", "reset"};
  const Row rows[] = {{{}, {"job.queued", "job.failed", "survey.answers", "reset"}},
                      {{"job.failed"}, {"job.failed", "reset"}},
                      {{"job.*"}, {"job.queued", "job.failed", "reset"}},
                      {{"survey.*", "job.queued"}, {"job.queued", "survey.answers", "reset"}}};
  for (const Row& row : rows) {
    const TypeFilter filter = TypeFilter::of(row.asked).value();
    std::vector<std::string_view> wanted;
    for (const std::string_view name : tried)
      if (filter.wants(static_cast<std::size_t>(find_kind(name) - event_kinds.data())))
        wanted.push_back(name);
    CHECK(wanted == row.wanted);
  }
  for (const char* wrong : {"", "*", "job", "job.", ".*", "jobs.*", "job.exploded", "JOB.FAILED"}) {
    CAPTURE(wrong);
    CHECK(reason(TypeFilter::of(std::vector<std::string>{"job.queued", wrong})) ==
          "event_type_unknown");
  }
}

TEST_CASE_FIXTURE(Fixture, "whatever statement fails, an event is there whole or not at all") {
  add(elsewhere);
  for (int at = 1;; ++at) {
    CAPTURE(at);
    test::FaultyDatabase faulty(*db, at);
    Log broken(faulty, clock);
    const Ids before = ids_of(home);
    const auto appended = faulty.write([&](storage::Tx& tx) -> Result<std::int64_t> {
      BOOST_OUTCOME_TRY(broken.append(tx, home, {.type = "survey.closed", .data = "{}"}));
      return broken.append(tx, home, {.type = "survey.reopened", .data = "{}"});
    });
    const auto purged = broken.purge({.count = 0});
    const Ids after = ids_of(home);
    const Extent extent = log.extent(home).value();
    if (!appended) CHECK(after.size() <= before.size());
    if (appended && !purged) CHECK(after.size() == before.size() + 2);
    // Nothing is gone that the floor does not tell of.
    if (!after.empty()) CHECK(extent.purged < after.front());
    if (!faulty.fired()) break;
    REQUIRE(log.purge({.count = 0}));
  }
}
