#include "support/world.hpp"

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
  const JobId good = add("good"), bad = add("bad"), rude = add("rude"), unknown = add("unknown");
  Worker worker(
      queue,
      {{"good", [&](const Job& job, const Ctx&) { return complete(job); }},
       {"bad",
        [](const Job&, const Ctx&) -> Result<void> { return fail(Code::invalid, "bad", "Bad."); }},
       {"rude",
        [](const Job&, const Ctx&) -> Result<void> { throw std::runtime_error("thrown"); }}});
  for (int i = 0; i < 4; ++i) CHECK(worker.run_one().value());
  CHECK(!worker.run_one().value());
  CHECK(get(good).state == State::completed);
  CHECK(get(bad).error == "bad: Bad.");
  CHECK(get(rude).error == "job_threw: thrown");
  CHECK(get(unknown).error.find("job_kind_unknown") == 0);
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
