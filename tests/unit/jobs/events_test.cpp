// What the queue tells of its jobs, in the transaction that changes them.
#include "support/faulty_database.hpp"
#include "support/world.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/events/log.hpp>
#include <insightflow/jobs/queue.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::jobs;

namespace {

constexpr std::chrono::milliseconds lease{1000};

struct Fixture : test::World {
  Queue queue{*db, clock, ids};
  WorkspaceId home = workspace.workspace.id;
  std::int64_t seen = 0;

  JobId enqueue(Job job = {.kind = "k", .subject = "s"}) {
    job.workspace_id = home;
    return db->write([&](storage::Tx& tx) { return queue.enqueue(tx, job); }).value();
  }
  Job claim() { return queue.claim(lease).value().value(); }
  Result<void> complete(const Job& job) {
    return db->write([&](storage::Tx& tx) { return queue.complete(tx, job); });
  }
  /// The events since the last call, as "queued started …".
  std::string news() {
    std::string out;
    const auto events = events::Log(*db, clock).read(home, seen, 1000).value();
    for (const events::Event& event : events) {
      REQUIRE(event.type.starts_with("job."));
      out += (out.empty() ? "" : " ") + event.type.substr(4);
      seen = event.id;
      last = parse_json(event.data).value();
    }
    return out;
  }
  json::value last;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "each change of a job is told, and what changes nothing is not") {
  enqueue();
  CHECK(news() == "queued");
  CHECK(last.at("kind").as_string() == "k");
  CHECK(last.at("subject").as_string() == "s");
  const Job job = claim();
  CHECK(news() == "started");
  CHECK(last.at("attempt").as_int64() == 1);
  CHECK(queue.heartbeat(job, {"reading", 3, 10}, lease));
  CHECK(queue.heartbeat(job, {"reading", 3, 10}, lease));
  CHECK(queue.heartbeat(job, {"reading", 2, 10}, lease));
  CHECK(news() == "progress");
  CHECK(last.at("stage").as_string() == "reading");
  CHECK(last.at("done").as_int64() == 3);
  CHECK(last.at("total").as_int64() == 10);
  CHECK(queue.heartbeat(job, {"themes", 0, 2}, lease));
  CHECK(news() == "progress");
  CHECK(complete(job));
  CHECK(news() == "completed");
  CHECK(!complete(job));
  CHECK(!queue.heartbeat(job, {"themes", 1, 2}, lease));
  CHECK(!queue.give_up(job, fail(Code::unavailable, "x", "")));
  CHECK(news().empty());
}

TEST_CASE_FIXTURE(Fixture, "failures, retries, cancellations and lost workers are told") {
  const JobId id = enqueue();
  CHECK(queue.give_up(claim(), fail(Code::unavailable, "busy", "Secret words.")));
  CHECK(news() == "queued started queued");
  CHECK(last.at("error").as_string() == "busy");
  clock.at = clock.at + 120'000;
  CHECK(queue.give_up(claim(), fail(Code::invalid, "bad", "")));
  CHECK(news() == "started failed");
  CHECK(queue.requeue(home, id));
  CHECK(queue.cancel(home, id));
  CHECK(news() == "queued cancelled");
  CHECK(queue.requeue(home, id));
  const Job job = claim();
  CHECK(queue.cancel(home, id));  // It is asked to stop, and still runs.
  CHECK(news() == "queued started");
  CHECK(queue.give_up(job, fail(Code::cancelled, "cancelled", "")));
  CHECK(news() == "cancelled");
  CHECK(queue.requeue(home, id));
  claim();
  clock.at = clock.at + 120'000;
  CHECK(queue.claim(lease).value());
  CHECK(news() == "queued started queued started");
}

TEST_CASE_FIXTURE(Fixture, "a change and its event are stored together or not at all") {
  for (int at = 1;; ++at) {
    CAPTURE(at);
    test::FaultyDatabase faulty(*db, at);
    Queue broken(faulty, clock, ids);
    enqueue();
    const Job job = claim();
    news();
    const auto beaten = broken.heartbeat(job, {"reading", 1, 2}, lease);
    CHECK(news() == (beaten ? "progress" : ""));
    const auto done = faulty.write([&](storage::Tx& tx) { return broken.complete(tx, job); });
    CHECK(news() == (done ? "completed" : ""));
    if (!done) CHECK(complete(job));
    news();
    if (!faulty.fired()) break;
  }
}
