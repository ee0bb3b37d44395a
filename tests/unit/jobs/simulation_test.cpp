// Workers that pause, die, fail and come back, against a real database that fails at random; all
// of it decided by a seed. What must hold is looked at after each step.
#include "support/faulty_database.hpp"
#include "support/sanitized.hpp"
#include "support/world.hpp"

#include <insightflow/core/rng.hpp>
#include <insightflow/jobs/queue.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <set>

using namespace insightflow;
using namespace insightflow::jobs;
using namespace std::chrono_literals;

namespace {

constexpr auto lease = 10s;
constexpr int steps = 40;
constexpr std::int64_t limit_of_rare = 2;

/// What a simulated worker has in hand, and what it believes.
struct Worker {
  std::optional<Job> job;
  std::int64_t progress = 0;
  bool asleep = false;
};

/// What the outside saw.
struct Seen {
  std::int64_t completions = 0;
  std::int64_t attempt = 0;
  std::int64_t done = 0;
};

class Simulation {
 public:
  Simulation(test::World& world, std::uint64_t seed)
      : world_(world), rng_(seed), home_(world.workspace.workspace.id) {
    (void)world_.db->write([](storage::Tx& tx) { return tx.execute("DELETE FROM jobs"); });
    REQUIRE(queue(*world_.db).set_limit({.kind = "rare", .concurrency = limit_of_rare}));
    workers_.resize(2 + rng_.below(3));
  }

  void run() {
    for (int i = 0; i < steps; ++i) {
      // One statement in about thirty fails.
      test::FaultyDatabase faulty(*world_.db, static_cast<int>(1 + rng_.below(30)));
      step(queue(faulty), faulty);
      look();
    }
    drain();
  }

 private:
  Queue queue(storage::Database& db) { return {db, world_.clock, world_.ids}; }

  void step(Queue on, storage::Database& db) {
    Worker& worker = workers_[rng_.below(workers_.size())];
    switch (rng_.below(10)) {
      case 0:
      case 1: enqueue(on, db); break;
      case 2: world_.clock.at.ms += static_cast<std::int64_t>(rng_.below(15'000)); break;
      case 3: worker.job.reset(); break;  // killed
      case 4: worker.asleep = !worker.asleep; break;
      case 5: meddle(on); break;
      default: work(worker, on, db);
    }
  }

  void enqueue(Queue on, storage::Database& db) {
    Job job{.workspace_id = home_,
            .kind = rng_.below(3) == 0 ? "rare" : "common",
            .priority = static_cast<Priority>(rng_.below(3)),
            .unique_key = rng_.below(4) == 0 ? "key" + std::to_string(rng_.below(2)) : "",
            .max_attempts = static_cast<std::int64_t>(1 + rng_.below(3))};
    const auto id = db.write([&](storage::Tx& tx) { return on.enqueue(tx, job); });
    if (id) seen_.try_emplace(id.value());
  }

  /// Somebody cancels a job, or queues one again.
  void meddle(Queue on) {
    if (seen_.empty()) return;
    auto at = seen_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(rng_.below(seen_.size())));
    if (rng_.below(2) == 0)
      (void)on.cancel(home_, at->first);
    else
      (void)on.requeue(home_, at->first);
  }

  void work(Worker& worker, Queue on, storage::Database& db) {
    if (worker.asleep) return;
    if (!worker.job) {
      const auto claimed = on.claim({.lease = lease});
      if (claimed && !claimed.value().empty()) worker.job = claimed.value().front();
      worker.progress = 0;
      return;
    }
    const Job job = *worker.job;
    const auto lost = [](const auto& result) {
      return !result && result.error().reason == "lease_lost";
    };
    switch (rng_.below(5)) {
      case 2: {
        const auto kept =
            on.checkpoint(job, "step" + std::to_string(rng_.below(3)), std::to_string(job.attempt));
        if (lost(kept)) worker.job.reset();
        break;
      }
      case 0: {
        const auto done = db.write([&](storage::Tx& tx) { return on.complete(tx, job); });
        if (done) ++seen_[job.id].completions;
        if (done || lost(done)) worker.job.reset();
        break;
      }
      case 1: {
        const auto given =
            on.give_up(job, fail(rng_.below(3) == 0 ? Code::invalid : Code::unavailable,
                                 "simulated", "Simulated."));
        if (given || lost(given)) worker.job.reset();
        break;
      }
      default: {
        worker.progress += static_cast<std::int64_t>(rng_.below(5));
        const auto kept = on.heartbeat(job, {"work", worker.progress, 100}, lease);
        if (lost(kept)) worker.job.reset();
        if (!kept && kept.error().reason == "cancelled") {
          (void)on.give_up(job, kept.error());
          worker.job.reset();
        }
      }
    }
  }

  void look() {
    std::set<JobId> stored;
    std::map<std::string, int> running, keys;
    std::string after;
    for (;;) {
      const auto page = queue(*world_.db).list(home_, {.limit = 200, .after = after}).value();
      for (const Job& job : page.items) {
        stored.insert(job.id);
        if (job.state == State::running) ++running[job.kind];
        if (!job.unique_key.empty() && !finished(job.state)) ++keys[job.kind + job.unique_key];
        CHECK(job.attempt <= job.max_attempts);
        Seen& seen = seen_[job.id];
        CHECK(job.attempt >= seen.attempt);
        if (job.attempt == seen.attempt && job.state == State::running)
          CHECK(job.done >= seen.done);
        seen.attempt = job.attempt;
        seen.done = job.state == State::running ? job.done : 0;
        CHECK(seen.completions <= 1);
        CHECK((job.state == State::completed) == (seen.completions == 1));
      }
      if (!page.next) break;
      after = *page.next;
    }
    for (const auto& [id, seen] : seen_) CHECK(stored.contains(id));
    CHECK(world_.number("SELECT count(*) FROM job_checkpoints WHERE job_id IN (SELECT id FROM jobs "
                        "WHERE state = 'completed')") == 0);
    CHECK(running["rare"] <= limit_of_rare);
    for (const auto& [key, count] : keys) CHECK(count == 1);
  }

  /// The faults stop: every job comes to an end.
  void drain() {
    Queue on = queue(*world_.db);
    for (int i = 0; i < 1'000; ++i) {
      const auto batch = on.claim({.lease = lease, .most = 5}).value();
      for (const Job& job : batch) {
        REQUIRE(world_.db->write([&](storage::Tx& tx) { return on.complete(tx, job); }));
        ++seen_[job.id].completions;
      }
      world_.clock.at.ms += 5'000;
      if (batch.empty() && i > 20) break;
    }
    look();
    const auto left = on.list(home_, {.limit = 200}).value();
    for (const Job& job : left.items) CHECK(finished(job.state));
  }

  test::World& world_;
  Rng rng_;
  WorkspaceId home_;
  std::vector<Worker> workers_;
  std::map<JobId, Seen> seen_;
};

}  // namespace

TEST_CASE("whatever workers and the database do, no job is lost and none ends twice") {
  // SIMULATION_SEED runs one seed, SIMULATION_SEEDS so many.
  const char* one = std::getenv("SIMULATION_SEED");
  const char* many = std::getenv("SIMULATION_SEEDS");
  std::uint64_t seeds = test::sanitized ? 200 : 2'000;
  if (many) seeds = std::strtoull(many, nullptr, 10);
  const std::uint64_t first = one ? std::strtoull(one, nullptr, 10) : 1;
  if (one) seeds = 1;
  test::World world{.folder = test::TemporaryFolder(test::memory_folder())};
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    CAPTURE(seed);
    Simulation(world, seed).run();
  }
}
