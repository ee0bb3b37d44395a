#include "http/workers.hpp"

#include <algorithm>

namespace insightflow::http {

Workers::Workers(std::size_t count) {
  count = std::max<std::size_t>(count, 1);
  sleepers_.reserve(count);
  threads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

Workers::~Workers() {
  stop();
}

void Workers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Sleeper* sleeper : sleepers_) {
      sleeper->called = true;
      sleeper->awake.notify_one();
    }
    sleepers_.clear();
  }
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

/// Under the lock: who is to be woken, if anyone has to be.
Workers::Sleeper* Workers::next_to_wake() {
  if (waking_ || jobs_.empty() || sleepers_.empty()) return nullptr;
  Sleeper* sleeper = sleepers_.back();
  sleepers_.pop_back();
  sleeper->called = true;
  waking_ = true;
  // Under the lock: a sleeper lives on the stack of a thread that may otherwise leave.
  sleeper->awake.notify_one();
  return sleeper;
}

void Workers::submit(JobList& jobs) {
  const std::lock_guard lock(mutex_);
  jobs_.append(jobs);
  next_to_wake();
}

void Workers::work() {
  Sleeper self;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (Job* job = jobs_.pop()) {
      next_to_wake();
      lock.unlock();
      job->run();
      lock.lock();
      continue;
    }
    if (stopping_) return;
    self.called = false;
    sleepers_.push_back(&self);
    self.awake.wait(lock, [&] { return self.called; });
    waking_ = false;
  }
}

}  // namespace insightflow::http
