#include "jobs/attempt.hpp"

#include <insightflow/jobs/worker.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace insightflow::jobs {

namespace {

/// Whoever watches a job that moves sees it move a few times a second, however long its lease.
constexpr std::chrono::milliseconds moving_beat{250};

/// Keeps a job's lease from a thread of its own, so that a handler may compute for as long as it
/// likes; stops the handler when the job was cancelled or lost.
class Heartbeat {
 public:
  Heartbeat(Queue& queue, const Job& job, std::chrono::milliseconds lease)
      : queue_(queue),
        job_(job),
        lease_(lease),
        thread_([this](std::stop_token stop) { run(stop); }) {}

  void progress(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    progress_ = progress;
  }
  std::stop_token stop_token() const { return stop_.get_token(); }
  void request_stop() { stop_.request_stop(); }

 private:
  void run(const std::stop_token& ended) {
    std::unique_lock lock(mutex_);
    // The first beat comes soon, for whoever watches the progress of a short job.
    std::chrono::milliseconds wait = std::min(lease_ / 3, std::chrono::milliseconds(100));
    Progress told;
    while (!wake_.wait_for(lock, ended, wait, [&] { return ended.stop_requested(); })) {
      const Progress progress = progress_;
      lock.unlock();
      const auto kept = queue_.heartbeat(job_, progress, lease_);
      lock.lock();
      if (!kept && !retryable(kept.error().code)) {
        stop_.request_stop();
        return;
      }
      const bool moves = progress.stage != told.stage || progress.done != told.done;
      wait = std::min({lease_ / 3, wait * 2, moves ? moving_beat : lease_});
      told = progress;
    }
  }

  Queue& queue_;
  const Job& job_;
  const std::chrono::milliseconds lease_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Progress progress_{"starting"};
  std::stop_source stop_;
  std::jthread thread_;  // last: it uses all of the above
};

/// What became of a job that was given up.
std::string_view outcome_of(const Result<State>& given, const Error& why) {
  if (!given) return "lost";
  if (given.value() == State::queued)
    return why.reason == worker_stopped ? "handed_back" : "retried";
  return given.value() == State::cancelled ? "cancelled" : "failed";
}

}  // namespace

Worker::Worker(Queue& queue, std::map<std::string, Handler> handlers, WorkerOptions options)
    : queue_(queue), handlers_(std::move(handlers)), options_(options) {
  request_.lease = options_.lease;
  request_.observer = options_.observer;
  for (const auto& [kind, handler] : handlers_) {
    request_.kinds.push_back(kind);
    if (options_.observer) Attempt::expect(*options_.observer, kind);
  }
}

Result<bool> Worker::run_one(const Ctx& ctx) {
  if (handlers_.empty()) return false;
  BOOST_OUTCOME_TRY(const auto claimed, queue_.claim(request_));
  if (claimed.empty()) return false;
  const Job& job = claimed.front();
  const auto handler = handlers_.find(job.kind);
  Attempt attempt(options_.observer, job);
  Result<void> done = success();
  {
    Heartbeat heartbeat(queue_, job, options_.lease);
    const std::stop_callback pass_on(ctx.stop, [&] { heartbeat.request_stop(); });
    Ctx inner = ctx;
    inner.stop = heartbeat.stop_token();
    inner.origin = attempt.origin();
    inner.observer = options_.observer;
    inner.on_progress = [&](const Progress& progress) {
      heartbeat.progress(progress);
      ctx.report(progress.stage, progress.done, progress.total);
    };
    try {
      done = handler->second(job, inner);
    } catch (const std::exception& thrown) {
      done = fail(Code::internal, "job_threw", thrown.what());
    }
  }
  if (done) attempt.ended("completed");
  if (!done && done.error().reason == "lease_lost") attempt.ended("lost", &done.error());
  if (!done && done.error().reason != "lease_lost") {
    Error why = done.error();
    // A worker that is being stopped hands its job back; only the job's own cancellation is final.
    if (why.code == Code::cancelled && ctx.stop.stop_requested())
      why =
          fail(Code::unavailable, worker_stopped, "The worker was stopped; the job goes on later.");
    const auto given = queue_.give_up(job, why);
    attempt.ended(outcome_of(given, why), &why);
    if (!given && given.error().reason != "lease_lost") return given.error();
  }
  return true;
}

void Worker::run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  const Ctx ctx{.stop = stop};
  constexpr auto between_purges = std::chrono::hours(1);
  auto next_purge = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    if (const auto now = std::chrono::steady_clock::now(); now >= next_purge) {
      // What cannot be deleted now is deleted next time.
      (void)queue_.purge(options_.keep);
      next_purge = now + between_purges;
    }
    const auto ran = run_one(ctx);
    if (ran && ran.value()) continue;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, options_.poll, [&] { return stop.stop_requested(); });
  }
}

}  // namespace insightflow::jobs
