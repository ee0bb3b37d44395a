#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace insightflow::http {

/// One piece of work that may block. Linked through itself, so that handing it over allocates
/// nothing. It belongs to the pool from `submit` until `run` is called.
struct Job {
  virtual void run() noexcept = 0;
  Job* next = nullptr;

 protected:
  ~Job() = default;
};

/// Jobs in the order in which they came; not synchronised.
class JobList {
 public:
  void push(Job& job) noexcept {
    job.next = nullptr;
    (last_ ? last_->next : first_) = &job;
    last_ = &job;
  }
  void append(JobList& other) noexcept {
    if (!other.first_) return;
    (last_ ? last_->next : first_) = other.first_;
    last_ = other.last_;
    other = {};
  }
  Job* pop() noexcept {
    Job* job = first_;
    if (job && !(first_ = job->next)) last_ = nullptr;
    return job;
  }
  bool empty() const noexcept { return first_ == nullptr; }

 private:
  Job* first_ = nullptr;
  Job* last_ = nullptr;
};

/// Threads that run jobs. Made for jobs that are either very short or block on a group commit:
/// at most one sleeping thread is being woken at a time, and a woken one wakes the next only if it
/// finds more than it can take. So short jobs are drained by the few threads that are awake
/// anyway, and blocking ones still spread over all threads. The thread that slept last is woken
/// first: its memory is still in the cache.
class Workers {
 public:
  explicit Workers(std::size_t count);
  ~Workers();  ///< Runs what was submitted, then joins.

  void submit(JobList& jobs);  ///< Takes the whole list with one lock. Thread-safe.
  void stop();                 ///< As the destructor; nothing may be submitted afterwards.

 private:
  struct Sleeper;
  void work(Sleeper& self);
  Sleeper* next_to_wake();

  std::mutex mutex_;
  JobList jobs_;
  std::vector<Sleeper*> sleepers_;
  bool waking_ = false;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Sleeper>> places_;  ///< One for each thread.
  std::vector<std::thread> threads_;
};

}  // namespace insightflow::http
