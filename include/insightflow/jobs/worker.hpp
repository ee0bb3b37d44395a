#pragma once

#include <insightflow/jobs/queue.hpp>
#include <insightflow/observe/observer.hpp>

#include <functional>
#include <map>
#include <string>

namespace insightflow::jobs {

/// Runs one job to its end and stores the outcome through `Queue::complete`. An error hands the job
/// back to the queue. `ctx` carries cancellation, and its progress reports keep the lease.
using Handler = std::function<Result<void>(const Job&, const Ctx& ctx)>;

struct WorkerOptions {
  /// How long a worker that shows no sign of life keeps a job. Heartbeats come at least three times
  /// as often, and every 250 ms while there is progress to tell.
  std::chrono::milliseconds lease{15'000};
  /// How long an idle worker waits before it looks again. Looking is a read of three indexes.
  std::chrono::milliseconds poll{25};
  /// How long jobs are kept after they ended.
  std::chrono::hours keep{24 * 30};
  /// Counts, logs and traces each attempt; must outlive the worker. Handlers find it in their
  /// context.
  observe::Observer* observer = nullptr;
};

/// Takes jobs of the kinds it has handlers for from a queue and runs them, one at a time; run
/// several for more. Jobs of other kinds are left to other programs. Thread-compatible: one thread
/// calls `run`, another may request the stop.
class Worker {
 public:
  Worker(Queue& queue, std::map<std::string, Handler> handlers, WorkerOptions options = {});

  /// Runs the next job, if there is one. Gives true when a job was run, however it ended.
  Result<bool> run_one(const Ctx& ctx = {});

  /// Works until `stop` is requested; the job in hand is finished or handed back first. Once an
  /// hour it deletes jobs that ended long ago.
  void run(std::stop_token stop);

 private:
  Queue& queue_;
  std::map<std::string, Handler> handlers_;
  WorkerOptions options_;
  ClaimRequest request_;
};

}  // namespace insightflow::jobs
