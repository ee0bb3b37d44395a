#pragma once

#include <insightflow/core/origin.hpp>
#include <insightflow/core/result.hpp>
#include <insightflow/core/time.hpp>

#include <functional>
#include <limits>
#include <stop_token>

namespace insightflow {

namespace observe {
class Observer;
}

/// How far a long computation is.
struct Progress {
  std::string_view stage;  ///< Stable slug with static storage duration, e.g. "themes".
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0 where it is not known.
};

/// What a long computation needs from its caller: a way to be stopped, a deadline, someone to tell
/// about progress, and where its logs and traces belong. Cheap to copy. The clock and the observer
/// must outlive it.
struct Ctx {
  std::stop_token stop;
  Instant deadline{std::numeric_limits<std::int64_t>::max()};
  const Clock* clock = &system_clock();
  std::function<void(const Progress&)> on_progress;
  Origin origin;                          ///< Sent on with calls to other services.
  observe::Observer* observer = nullptr;  ///< observe/observer.hpp; null: nobody watches.

  /// Call this in loops. Errors: `cancelled`, `deadline_passed`.
  Result<void> check() const {
    if (stop.stop_requested())
      return fail(Code::cancelled, "cancelled", "The caller asked to stop.");
    if (deadline.ms != std::numeric_limits<std::int64_t>::max() && clock->now() > deadline)
      return fail(Code::timed_out, "deadline_passed", "The time allowed for this call is over.");
    return success();
  }
  void report(std::string_view stage, std::int64_t done, std::int64_t total = 0) const {
    if (on_progress) on_progress({stage, done, total});
  }
};

}  // namespace insightflow
