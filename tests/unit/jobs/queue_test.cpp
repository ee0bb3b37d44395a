#include "support/world.hpp"

#include <insightflow/jobs/schedules.hpp>
#include <insightflow/jobs/worker.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace insightflow;
using namespace insightflow::jobs;
using namespace std::chrono_literals;

namespace {

struct Fixture : test::World {
  Queue queue{*db, clock, ids};
  WorkspaceId home = workspace.workspace.id;

  JobId add(std::string kind = "k", std::int64_t max_attempts = 3) {
    return db
        ->write([&](storage::Tx& tx) {
          return queue.enqueue(
              tx,
              {.workspace_id = home, .kind = kind, .subject = "s", .max_attempts = max_attempts});
        })
        .value();
  }
  Job get(JobId id) { return queue.get(home, id).value(); }
  Result<void> complete(const Job& job) {
    return db->write([&](storage::Tx& tx) { return queue.complete(tx, job); });
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "jobs run in order, once each") {
  const JobId first = add(), second = add();
  const auto a = queue.claim(10s).value().value();
  const auto b = queue.claim(10s).value().value();
  CHECK(a.id == first);
  CHECK(b.id == second);
  CHECK(!queue.claim(10s).value());
  CHECK(complete(a));
  CHECK(get(first).state == State::completed);
  CHECK(complete(a).error().reason == "lease_lost");
}

TEST_CASE_FIXTURE(Fixture, "a job that is rolled back with its data does not exist") {
  CHECK(!db->write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(queue.enqueue(tx, {.workspace_id = home, .kind = "k"}));
    return fail(Code::invalid, "no", "No.");
  }));
  CHECK(!queue.claim(10s).value());
}

TEST_CASE_FIXTURE(Fixture, "a dead worker's job runs again and the zombie changes nothing") {
  const JobId id = add();
  const auto zombie = queue.claim(10s).value().value();
  clock.at.ms += 9'000;
  CHECK(!queue.claim(10s).value());
  clock.at.ms += 2'000;
  const auto again = queue.claim(10s).value().value();
  CHECK(again.id == id);
  CHECK(again.attempt == 2);
  CHECK(complete(zombie).error().reason == "lease_lost");
  CHECK(queue.heartbeat(zombie, {"x"}, 10s).error().reason == "lease_lost");
  CHECK(queue.give_up(zombie, fail(Code::internal, "x", "x")).error().reason == "lease_lost");
  CHECK(get(id).state == State::running);
  CHECK(complete(again));
}

TEST_CASE_FIXTURE(Fixture, "heartbeats keep the lease and show progress") {
  const JobId id = add();
  const auto job = queue.claim(10s).value().value();
  for (int i = 1; i <= 5; ++i) {
    clock.at.ms += 9'000;
    REQUIRE(queue.heartbeat(job, {"reading", i, 5}, 10s));
  }
  CHECK(!queue.claim(10s).value());
  CHECK(get(id).stage == "reading");
  CHECK(get(id).done == 5);
}

TEST_CASE_FIXTURE(Fixture,
                  "attempts that may succeed later are repeated with backoff, others are not") {
  const JobId id = add();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto job = queue.claim(10s).value();
    REQUIRE(job);
    CHECK(job->attempt == attempt);
    const auto state = queue.give_up(*job, fail(Code::unavailable, "busy", "Later.")).value();
    CHECK(state == (attempt < 3 ? State::queued : State::failed));
    CHECK(!queue.claim(10s).value());
    clock.at.ms += 60'000;
  }
  CHECK(get(id).error == "busy: Later.");
  const JobId other = add();
  const auto job = queue.claim(10s).value().value();
  CHECK(queue.give_up(job, fail(Code::invalid, "bad", "No.")).value() == State::failed);
  CHECK(get(other).attempt == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "cancelling: queued at once, running cooperatively, finished not at all") {
  const JobId queued = add();
  CHECK(queue.cancel(home, queued).value().state == State::cancelled);
  const JobId running = add();
  const auto job = queue.claim(10s).value().value();
  CHECK(queue.cancel(home, running).value().state == State::running);
  CHECK(queue.heartbeat(job, {"x"}, 10s).error().reason == "cancelled");
  CHECK(queue.give_up(job, fail(Code::cancelled, "cancelled", "")).value() == State::cancelled);
  CHECK(queue.cancel(home, running).error().reason == "job_finished");
  CHECK(queue.cancel(ids.next<WorkspaceId>(), running).error().reason == "job_unknown");
}

TEST_CASE_FIXTURE(Fixture,
                  "a worker runs handlers, reports their errors and survives what they throw") {
  const JobId good = add("good"), bad = add("bad"), rude = add("rude"), foreign = add("foreign");
  Worker worker(
      queue,
      {{"good", [&](const Job& job, const Ctx&) { return complete(job); }},
       {"bad",
        [](const Job&, const Ctx&) -> Result<void> { return fail(Code::invalid, "bad", "Bad."); }},
       {"rude",
        [](const Job&, const Ctx&) -> Result<void> { throw std::runtime_error("thrown"); }}});
  for (int i = 0; i < 3; ++i) CHECK(worker.run_one().value());
  CHECK(!worker.run_one().value());
  CHECK(get(good).state == State::completed);
  CHECK(get(bad).error == "bad: Bad.");
  CHECK(get(rude).error == "job_threw: thrown");
  CHECK(get(foreign).state == State::queued);
}

TEST_CASE_FIXTURE(Fixture, "a stopped worker hands its job back without using an attempt up") {
  const JobId id = add("slow");
  std::stop_source stop;
  std::atomic<bool> started = false;
  Worker worker(queue, {{"slow", [&](const Job&, const Ctx& ctx) -> Result<void> {
                           started = true;
                           for (;;) {
                             BOOST_OUTCOME_TRY(ctx.check());
                             std::this_thread::sleep_for(1ms);
                           }
                         }}});
  std::thread thread([&] { worker.run(stop.get_token()); });
  while (!started) std::this_thread::sleep_for(1ms);
  stop.request_stop();
  thread.join();
  CHECK(get(id).state == State::queued);
  CHECK(get(id).attempt == 0);
}

TEST_CASE_FIXTURE(Fixture, "a running handler is stopped by a cancellation") {
  const JobId id = add("slow");
  Worker worker(queue,
                {{"slow",
                  [&](const Job& job, const Ctx& ctx) -> Result<void> {
                    REQUIRE(queue.cancel(home, job.id));
                    for (;;) {
                      BOOST_OUTCOME_TRY(ctx.check());
                      std::this_thread::sleep_for(1ms);
                    }
                  }}},
                {.lease = 30ms});
  CHECK(worker.run_one().value());
  CHECK(get(id).state == State::cancelled);
}

TEST_CASE_FIXTURE(Fixture, "urgent jobs start first, then those that have waited longest") {
  const auto add_at = [&](Priority priority, std::int64_t delay) {
    return db
        ->write([&](storage::Tx& tx) {
          return queue.enqueue(tx, {.workspace_id = home,
                                    .kind = "k",
                                    .priority = priority,
                                    .run_at = clock.now() + delay});
        })
        .value();
  };
  const JobId low = add_at(Priority::low, 0), later = add_at(Priority::high, 60'000),
              normal = add_at(Priority::normal, 0), high = add_at(Priority::high, 0);
  const auto batch = queue.claim({.lease = 1h, .most = 2}).value();
  REQUIRE(batch.size() == 2);
  CHECK(batch[0].id == high);
  CHECK(batch[1].id == normal);
  CHECK(queue.claim(1h).value().value().id == low);
  CHECK(!queue.claim(10s).value());
  clock.at.ms += 60'000;
  CHECK(queue.claim({.lease = 10s, .kinds = {"other"}}).value().empty());
  CHECK(queue.claim(10s).value().value().id == later);
}

TEST_CASE_FIXTURE(Fixture, "of the jobs with one key, one at most is under way") {
  const auto add_key = [&] {
    return db
        ->write([&](storage::Tx& tx) {
          return queue.enqueue(tx, {.workspace_id = home, .kind = "k", .unique_key = "same"});
        })
        .value();
  };
  const JobId first = add_key();
  CHECK(add_key() == first);
  const auto job = queue.claim(10s).value().value();
  CHECK(add_key() == first);
  CHECK(queue.give_up(job, fail(Code::invalid, "bad", "Bad.")).value() == State::failed);
  const JobId second = add_key();
  CHECK(second != first);
  CHECK(queue.requeue(home, first).error().reason == "job_duplicate");
}

TEST_CASE_FIXTURE(Fixture, "a failed job keeps its history and can be queued again") {
  const JobId id = add();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    if (attempt == 2) {
      REQUIRE(queue.claim(10s).value());
      clock.at.ms += 11'000;  // its worker disappears
      continue;
    }
    const auto job = queue.claim(10s).value().value();
    REQUIRE(queue.give_up(job, fail(Code::unavailable, "busy", "Later.")));
    clock.at.ms += 60'000;
  }
  const auto history = queue.get(home, id).value();
  CHECK(history.state == State::failed);
  REQUIRE(history.failures.size() == 3);
  CHECK(history.failures[0].reason == "busy");
  CHECK(history.failures[0].detail == "Later.");
  CHECK(history.failures[1].reason == "worker_lost");
  CHECK(history.failures[2].attempt == 3);

  const JobId running = add();
  REQUIRE(queue.claim(10s).value());
  CHECK(queue.requeue(home, running).error().reason == "job_not_failed");
  CHECK(queue.requeue(home, ids.next<JobId>()).error().reason == "job_unknown");
  CHECK(queue.requeue(ids.next<WorkspaceId>(), id).error().reason == "job_unknown");

  CHECK(queue.requeue(home, id).value().state == State::queued);
  const auto again = queue.claim(10s).value().value();
  CHECK(again.id == id);
  CHECK(again.attempt == 4);
  CHECK(again.max_attempts == 6);
  CHECK(complete(again));
  CHECK(queue.get(home, id).value().failures.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "limits hold for all workers together") {
  REQUIRE(queue.set_limit({.kind = "k", .concurrency = 2}));
  for (int i = 0; i < 5; ++i) add();
  add("free");
  auto batch = queue.claim({.most = 10}).value();
  CHECK(batch.size() == 3);
  CHECK(queue.claim({.most = 10}).value().empty());
  CHECK(complete(batch[0]));
  CHECK(queue.claim({.most = 10}).value().size() == 1);

  REQUIRE(queue.set_limit({.kind = "rated", .per_minute = 6}));
  for (int i = 0; i < 4; ++i) add("rated");
  int started = 0;
  for (int second = 0; second < 25; ++second) {
    started += static_cast<int>(queue.claim({.most = 10, .kinds = {"rated"}}).value().size());
    clock.at.ms += 1'000;
  }
  CHECK(started == 3);  // at 0, 10 and 20 seconds
  clock.at.ms -= 3'600'000;
  CHECK(queue.claim({.kinds = {"rated"}}).value().empty());
  clock.at.ms += 11'000;  // a clock set back an hour costs one interval, not an hour
  CHECK(queue.limits().value().size() == 2);
  REQUIRE(queue.set_limit({.kind = "rated"}));
  CHECK(queue.limits().value().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "schedules queue a job when they are due, and catch up once") {
  Schedules schedules(*db, clock, ids, home);
  CHECK(schedules.set("k", "s", "never").error().reason == "cron_malformed");
  CHECK(schedules.set("k", "s", "0 0 30 2 *").error().reason == "cron_never");
  const auto made = schedules.set("k", "s", "0 * * * *").value();
  CHECK(made.next_at.ms == clock.at.ms + 3'600'000);
  CHECK(schedules.set("k", "s", "@hourly").value().id == made.id);
  CHECK(schedules.list().value().items.size() == 1);
  CHECK(!queue.claim(10s).value());
  clock.at.ms += 3 * 3'600'000 + 1;
  const auto job = queue.claim(10s).value();
  REQUIRE(job);
  CHECK(job->subject == "s");
  CHECK(!queue.claim(10s).value());
  CHECK(schedules.get("k", "s").value().last_at == clock.at);
  REQUIRE(queue.heartbeat(*job, {"x"}, std::chrono::hours(2)));
  clock.at.ms += 3'600'000;  // due again, but its last job is still under way
  CHECK(!queue.claim(10s).value());
  CHECK(complete(*job));
  Schedules foreign(*db, clock, ids, ids.next<WorkspaceId>());
  CHECK(foreign.remove("k", "s").error().reason == "schedule_unknown");
  CHECK(schedules.remove("k", "s"));
  CHECK(schedules.get("k", "s").error().reason == "schedule_unknown");
}

TEST_CASE_FIXTURE(Fixture, "jobs are listed by page, counted by kind, and deleted in time") {
  for (int i = 0; i < 3; ++i) add("a");
  add("b");
  REQUIRE(queue.cancel(home, queue.list(home).value().items.front().id));
  const auto page = queue.list(home, {.limit = 3}).value();
  REQUIRE(page.items.size() == 3);
  CHECK(page.items.front().kind == "b");
  REQUIRE(page.next);
  CHECK(queue.list(home, {.after = *page.next}).value().items.size() == 1);
  CHECK(queue.list(home, {.state = State::cancelled}).value().items.size() == 1);
  CHECK(queue.list(home, {.kind = "a"}).value().items.size() == 3);
  CHECK(queue.list(ids.next<WorkspaceId>()).value().items.empty());

  const auto stats = queue.stats(home).value();
  REQUIRE(stats.kinds.size() == 2);
  CHECK(stats.kinds[0].kind == "a");
  CHECK(stats.kinds[0].queued == 3);
  CHECK(stats.kinds[0].oldest_ready == clock.at);
  CHECK(stats.kinds[1].cancelled == 1);
  CHECK(!stats.kinds[1].oldest_ready);

  CHECK(queue.purge(1h).value() == 0);
  clock.at.ms += 3'600'001;
  CHECK(queue.purge(1h).value() == 1);
  CHECK(queue.list(home).value().items.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "progress of a stage never goes back") {
  const JobId id = add();
  const auto job = queue.claim(10s).value().value();
  REQUIRE(queue.heartbeat(job, {"reading", 5, 10}, 10s));
  REQUIRE(queue.heartbeat(job, {"reading", 3, 10}, 10s));
  CHECK(get(id).done == 5);
  REQUIRE(queue.heartbeat(job, {"writing", 1, 10}, 10s));
  CHECK(get(id).done == 1);
}
