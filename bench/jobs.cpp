#include <insightflow/core/id_source.hpp>
#include <insightflow/identity/workspaces.hpp>
#include <insightflow/jobs/worker.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

/// What the queue costs on SQLite with synchronous=FULL: jobs a second, one by one and in batches,
/// and how long a job waits for an idle worker.
namespace {
using namespace insightflow;
using Stopwatch = std::chrono::steady_clock;

constexpr int one_by_one = 2'000;
constexpr int in_batches = 20'000;
constexpr int batch = 500;
constexpr int awaited = 200;

struct Bench {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("bench_jobs-" + std::to_string(::getpid()));
  std::unique_ptr<storage::Database> db = open();
  IdSource ids{system_clock(), 1};
  jobs::Queue queue{*db, system_clock(), ids};
  WorkspaceId home =
      identity::create_workspace(*db, system_clock(), ids, "Bench").value().workspace.id;

  std::unique_ptr<storage::Database> open() {
    std::filesystem::create_directories(folder);
    return storage::open_sqlite({.path = (folder / "jobs.db").string()}).value();
  }
  ~Bench() {
    db.reset();
    std::filesystem::remove_all(folder);
  }

  void enqueue(int count) {
    db->write([&](storage::Tx& tx) -> Result<void> {
        for (int i = 0; i < count; ++i) {
          BOOST_OUTCOME_TRY(queue.enqueue(tx, {.workspace_id = home, .kind = "bench"}));
        }
        return success();
      }).value();
  }
  void complete(const std::vector<jobs::Job>& jobs) {
    db->write([&](storage::Tx& tx) -> Result<void> {
        for (const jobs::Job& job : jobs) {
          BOOST_OUTCOME_TRY(queue.complete(tx, job));
        }
        return success();
      }).value();
  }
  void drain(std::int64_t at_once) {
    for (;;) {
      const auto jobs = queue.claim({.most = at_once, .kinds = {"bench"}}).value();
      if (jobs.empty()) return;
      complete(jobs);
    }
  }
};

template <class Work>
double rate(int count, const Work& work) {
  const auto start = Stopwatch::now();
  work();
  return count / std::chrono::duration<double>(Stopwatch::now() - start).count();
}

}  // namespace

int main() {
  Bench bench;
  const double enqueued_one = rate(one_by_one, [&] {
    for (int i = 0; i < one_by_one; ++i) bench.enqueue(1);
  });
  const double done_one = rate(one_by_one, [&] { bench.drain(1); });
  const double enqueued_many = rate(in_batches, [&] {
    for (int i = 0; i < in_batches; i += batch) bench.enqueue(batch);
  });
  const double done_many = rate(in_batches, [&] { bench.drain(batch); });

  std::vector<double> waits;
  Stopwatch::time_point started;
  std::atomic<bool> ran = false;
  jobs::Worker worker(bench.queue,
                      {{"awaited", [&](const jobs::Job& job, const Ctx&) -> Result<void> {
                          started = Stopwatch::now();
                          auto done = bench.db->write(
                              [&](storage::Tx& tx) { return bench.queue.complete(tx, job); });
                          ran = true;
                          return done;
                        }}});
  {
    const std::jthread thread([&](std::stop_token stop) { worker.run(std::move(stop)); });
    for (int i = 0; i < awaited; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(i % 30));
      ran = false;
      const auto asked = Stopwatch::now();
      bench.db
          ->write([&](storage::Tx& tx) {
            return bench.queue.enqueue(tx, {.workspace_id = bench.home, .kind = "awaited"});
          })
          .value();
      while (!ran) std::this_thread::yield();
      waits.push_back(std::chrono::duration<double, std::milli>(started - asked).count());
    }
  }
  std::ranges::sort(waits);
  const double p50 = waits[waits.size() / 2], p99 = waits[waits.size() * 99 / 100];
  std::printf("%-34s %12s %12s\n", "jobs a second", "one by one", "batches");
  std::printf("%-34s %12.0f %12.0f\n", "enqueued", enqueued_one, enqueued_many);
  std::printf("%-34s %12.0f %12.0f\n", "claimed and completed", done_one, done_many);
  std::printf("from enqueue to start: p50 %.1f ms, p99 %.1f ms\n", p50, p99);
  std::printf(
      "{\"bench\":\"jobs\",\"enqueued_per_s\":%.0f,\"enqueued_in_batches_per_s\":%.0f,"
      "\"completed_per_s\":%.0f,\"completed_in_batches_per_s\":%.0f,"
      "\"start_p50_ms\":%.2f,\"start_p99_ms\":%.2f}\n",
      enqueued_one, enqueued_many, done_one, done_many, p50, p99);
}
