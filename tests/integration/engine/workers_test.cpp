// Worker processes that are killed, frozen and thawed while they work: each job ends once.
#include "support/temporary.hpp"

#include <insightflow/core/id_source.hpp>
#include <insightflow/core/rng.hpp>
#include <insightflow/identity/workspaces.hpp>
#include <insightflow/jobs/worker.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

using namespace insightflow;
using namespace std::chrono_literals;

namespace {

constexpr int jobs_to_do = 400;
constexpr auto lease = 300ms;

/// A process that works until it is killed; each job leaves one row where it completes.
[[noreturn]] void work_forever(const std::string& path) {
  auto db = storage::open_sqlite({.path = path, .create = false}).value();
  IdSource ids(system_clock(), static_cast<std::uint64_t>(::getpid()));
  jobs::Queue queue(*db, system_clock(), ids);
  jobs::Worker worker(
      queue,
      {{"count",
        [&](const jobs::Job& job, const Ctx&) -> Result<void> {
          std::this_thread::sleep_for(2ms);
          return db->write([&](storage::Tx& tx) -> Result<void> {
            BOOST_OUTCOME_TRY(queue.complete(tx, job));
            BOOST_OUTCOME_TRY(tx.execute("INSERT INTO done (job_id) VALUES (?1)", {job.id}));
            return success();
          });
        }}},
      {.lease = lease, .poll = 5ms});
  worker.run({});
  ::_exit(1);
}

pid_t start_worker(const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) work_forever(path);
  return child;
}

void end_worker(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

std::int64_t number(const std::string& path, std::string_view sql) {
  auto db = storage::open_sqlite({.path = path, .create = false}).value();
  return db->read([&](storage::Tx& tx) { return tx.find<std::int64_t>(sql); }).value().value_or(0);
}

}  // namespace

TEST_CASE("killed, frozen and thawed workers: every job is completed exactly once") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  {
    auto db = storage::open_sqlite({.path = path}).value();
    IdSource ids(system_clock(), 1);
    const auto workspace = identity::create_workspace(*db, system_clock(), ids, "First").value();
    jobs::Queue queue(*db, system_clock(), ids);
    REQUIRE(db->write([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(tx.execute("CREATE TABLE done (job_id TEXT NOT NULL) STRICT"));
      for (int i = 0; i < jobs_to_do; ++i) {
        BOOST_OUTCOME_TRY(queue.enqueue(
            tx, {.workspace_id = workspace.workspace.id, .kind = "count", .max_attempts = 1'000}));
      }
      return success();
    }));
  }
  std::vector<pid_t> workers(3);
  for (pid_t& worker : workers) worker = start_worker(path);
  Rng rng(7);
  int killed = 0, frozen = 0;
  constexpr std::string_view left = "SELECT count(*) FROM jobs WHERE state <> 'completed'";
  for (int i = 0; i < 2'000 && number(path, left) > 0; ++i) {
    pid_t& worker = workers[rng.below(workers.size())];
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + rng.below(30)));
    if (rng.below(2) == 0) {
      end_worker(worker);
      worker = start_worker(path);
      ++killed;
    } else {
      // Longer than the lease: when it goes on, its job belongs to somebody else.
      ::kill(worker, SIGSTOP);
      std::this_thread::sleep_for(lease + 100ms);
      ::kill(worker, SIGCONT);
      ++frozen;
    }
  }
  for (const pid_t worker : workers) end_worker(worker);
  CHECK(killed > 0);
  CHECK(frozen > 0);
  CHECK(number(path, left) == 0);
  CHECK(number(path, "SELECT count(*) FROM done") == jobs_to_do);
  CHECK(number(path, "SELECT count(DISTINCT job_id) FROM done") == jobs_to_do);
  // Somebody did lose a lease, or this test has shown nothing.
  CHECK(number(path, "SELECT count(*) FROM job_failures WHERE reason = 'worker_lost'") > 0);
}
