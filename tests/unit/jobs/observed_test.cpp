// What a worker tells about the jobs it runs, and what jobs remember of whoever queued them.
#include "support/world.hpp"

#include <insightflow/jobs/worker.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace insightflow;
using namespace insightflow::jobs;
using observe::Measure;

namespace {

constexpr std::string_view cause = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct Fixture : test::World {
  std::string log;
  observe::Observer observer{
      {.format = observe::LogFormat::text,
       .sink = [this](std::string_view line) { log.append(line.substr(25)).append("\n"); }}};
  Queue queue{*db, clock, ids, {"req-1", std::string(cause)}};
  WorkspaceId home = workspace.workspace.id;

  JobId add(Job job) {
    job.workspace_id = home;
    if (job.kind.empty()) job.kind = "k";
    return db->write([&](storage::Tx& tx) { return queue.enqueue(tx, job); }).value();
  }
  Result<void> complete(const Job& job) {
    return db->write([&](storage::Tx& tx) { return queue.complete(tx, job); });
  }
  std::int64_t attempts(std::string_view outcome) {
    return observer.metrics.series(Measure::job_attempts, {"k", outcome}).value();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a job remembers the request that queued it, where there was one") {
  const JobId asked = add({});
  const JobId told = add({.request_id = "other"});
  Queue own(*db, clock, ids);
  const JobId alone = db->write([&](storage::Tx& tx) {
                          return own.enqueue(tx, {.workspace_id = home, .kind = "k"});
                        }).value();
  CHECK(queue.get(home, asked).value().request_id == "req-1");
  CHECK(queue.get(home, asked).value().traceparent == cause);
  CHECK(queue.get(home, told).value().request_id == "other");
  CHECK_FALSE(queue.get(home, alone).value().request_id);
  CHECK_FALSE(queue.get(home, alone).value().traceparent);
}

TEST_CASE_FIXTURE(Fixture, "a handler is told where its work belongs") {
  add({.subject = "s"});
  Ctx seen;
  Worker worker(queue,
                {{"k",
                  [&](const Job& job, const Ctx& ctx) {
                    seen = ctx;
                    return complete(job);
                  }}},
                {.observer = &observer});
  CHECK(worker.run_one().value());
  CHECK(seen.origin.request_id == "req-1");
  CHECK(seen.origin.traceparent == cause);  // Nothing is traced, so it is passed on as it came.
  CHECK(seen.observer == &observer);
}

TEST_CASE_FIXTURE(Fixture, "each outcome of an attempt is counted and told") {
  enum class Do { complete, fail, fail_for_good, stand_still, cancel, stop };
  struct Row {
    Do what;
    const char* outcome;
    const char* line;
  };
  const Row rows[] = {
      {Do::complete, "completed", "info  job_end"},   {Do::fail, "retried", "warn  job_end"},
      {Do::fail_for_good, "failed", "error job_end"}, {Do::stand_still, "lost", "info  job_end"},
      {Do::cancel, "cancelled", "info  job_end"},     {Do::stop, "handed_back", "info  job_end"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.outcome);
    log.clear();
    const JobId id = add({.subject = "run-7"});
    std::stop_source stop;
    Worker worker(queue,
                  {{"k",
                    [&](const Job& job, const Ctx& ctx) -> Result<void> {
                      CHECK(observer.metrics.series(Measure::job_workers_busy).value() == 1);
                      switch (row.what) {
                        case Do::complete: break;
                        case Do::fail: return fail(Code::unavailable, "not_now", "Later.");
                        case Do::fail_for_good: return fail(Code::invalid, "never", "No.");
                        case Do::stand_still:
                          clock.at.ms += 60'000;
                          // Somebody else finds the lease run out.
                          (void)queue.claim({.kinds = {"other"}});
                          break;
                        case Do::cancel: return fail(Code::cancelled, "cancelled", "Stopped.");
                        case Do::stop: stop.request_stop(); return ctx.check();
                      }
                      return complete(job);
                    }}},
                  {.lease = std::chrono::milliseconds(30'000), .observer = &observer});
    const std::int64_t before = attempts(row.outcome);
    CHECK(worker.run_one({.stop = stop.get_token()}).value());
    CHECK(attempts(row.outcome) == before + 1);
    CHECK(observer.metrics.series(Measure::job_workers_busy).value() == 0);
    CAPTURE(log);
    CHECK(log.find("info  job_start job_id=" + id.str() + " kind=k subject=run-7 workspace=" +
                   home.str() + " attempt=1 request_id=req-1") != std::string::npos);
    CHECK(log.find(row.line) != std::string::npos);
    CHECK(log.find("outcome=" + std::string(row.outcome)) != std::string::npos);
    // What is left of it must not be in the way of the next row.
    (void)queue.cancel(home, id);
  }
  CHECK(log.find("reason=worker_stopped") != std::string::npos);
  CHECK(observer.metrics.series(Measure::job_duration, {"k"}).count() ==
        static_cast<std::int64_t>(std::size(rows)));
  CHECK(observer.metrics.series(Measure::job_start_delay, {"k"}).count() ==
        static_cast<std::int64_t>(std::size(rows)));
}

TEST_CASE_FIXTURE(Fixture, "an attempt whose worker died is told by the one that takes over") {
  struct Row {
    std::int64_t max_attempts;
    std::string outcome;
    std::string level;
  };
  const Row rows[] = {{2, "abandoned", "warn "}, {1, "failed", "error"}};
  for (const Row& row : rows) {
    CAPTURE(row.outcome);
    log.clear();
    const std::int64_t before = attempts(row.outcome);
    const JobId id = add({.subject = "run-8", .max_attempts = row.max_attempts});
    (void)queue.claim(std::chrono::seconds(10)).value().value();
    clock.at.ms += 11'000;
    Worker worker(queue, {{"k", [&](const Job& job, const Ctx&) { return complete(job); }}},
                  {.observer = &observer});
    CHECK(worker.run_one().value() == (row.max_attempts == 2));
    CHECK(attempts(row.outcome) == before + 1);
    CAPTURE(log);
    CHECK(log.find(row.level + " job_abandoned job_id=" + id.str() +
                   " kind=k subject=run-8 workspace=" + home.str() +
                   " attempt=1 outcome=" + row.outcome + " request_id=req-1") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "the depth of the queue, over all workspaces") {
  CHECK(queue.depths().value().empty());
  const auto second = identity::create_workspace(*db, clock, ids, "Second").value();
  const Instant before = clock.at;
  add({.kind = "a"});
  clock.at.ms += 5'000;
  add({.kind = "a"});
  add({.kind = "a", .run_at = clock.at + 60'000});
  add({.kind = "b", .run_at = clock.at + 60'000});
  (void)db->write([&](storage::Tx& tx) {
    return queue.enqueue(tx, {.workspace_id = second.workspace.id, .kind = "c"});
  });
  (void)complete(queue.claim({.kinds = {"c"}}).value().at(0));
  add({.kind = "d"});
  (void)queue.claim({.kinds = {"d"}}).value();
  const auto depths = queue.depths().value();
  REQUIRE(depths.size() == 3);
  CHECK(depths[0].kind == "a");
  CHECK(depths[0].ready == 2);
  CHECK(depths[0].scheduled == 1);
  CHECK(depths[0].running == 0);
  CHECK(depths[0].oldest_ready == before);
  CHECK(depths[1].kind == "b");
  CHECK(depths[1].ready == 0);
  CHECK(depths[1].scheduled == 1);
  CHECK_FALSE(depths[1].oldest_ready);
  CHECK(depths[2].kind == "d");
  CHECK(depths[2].running == 1);
}
