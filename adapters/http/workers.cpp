#include "http/workers.hpp"

#include <semaphore.h>

#include <algorithm>

namespace insightflow::http {

/// A semaphore, so that a thread can be woken after the lock is released: woken under it, it would
/// only run into it. Not `std::binary_semaphore`, which spins before it sleeps.
struct Workers::Sleeper {
  Sleeper() { ::sem_init(&called, 0, 0); }
  ~Sleeper() { ::sem_destroy(&called); }
  void wait() {
    while (::sem_wait(&called) != 0) continue;  // A signal interrupted it.
  }
  void wake() { ::sem_post(&called); }
  ::sem_t called;
};

Workers::Workers(std::size_t count) {
  count = std::max<std::size_t>(count, 1);
  sleepers_.reserve(count);
  places_.reserve(count);
  threads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    places_.push_back(std::make_unique<Sleeper>());
    threads_.emplace_back([this, &self = *places_.back()] { work(self); });
  }
}

Workers::~Workers() {
  stop();
}

void Workers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Sleeper* sleeper : sleepers_) sleeper->wake();
    sleepers_.clear();
  }
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

/// Under the lock: who is to be woken after it, if anyone has to be.
Workers::Sleeper* Workers::next_to_wake() {
  if (waking_ || jobs_.empty() || sleepers_.empty()) return nullptr;
  Sleeper* sleeper = sleepers_.back();
  sleepers_.pop_back();
  waking_ = true;
  return sleeper;
}

void Workers::submit(JobList& jobs) {
  std::unique_lock lock(mutex_);
  jobs_.append(jobs);
  Sleeper* next = next_to_wake();
  lock.unlock();
  if (next) next->wake();
}

void Workers::work(Sleeper& self) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (Job* job = jobs_.pop()) {
      Sleeper* next = next_to_wake();
      lock.unlock();
      if (next) next->wake();
      job->run();
      lock.lock();
      continue;
    }
    if (stopping_) return;
    sleepers_.push_back(&self);
    lock.unlock();
    self.wait();
    lock.lock();
    waking_ = false;
  }
}

}  // namespace insightflow::http
