#pragma once

#include <insightflow/core/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace insightflow::security {

/// How often something may happen for one key: `burst` times at once, then `per_minute` evenly.
struct Rate {
  std::int64_t burst = 0;       ///< At least 1.
  std::int64_t per_minute = 0;  ///< At least 1, at most 60,000,000.
};

/// What a limiter says to one try.
struct Verdict {
  bool allowed = true;
  std::int64_t limit = 0;                   ///< The burst.
  std::int64_t remaining = 0;               ///< How many more would be allowed at this instant.
  std::chrono::milliseconds retry_after{};  ///< Until one is allowed again; zero where one is now.
  std::chrono::milliseconds full_after{};   ///< Until all of the burst is there again.
};

/// Counts by the generic cell rate algorithm (ITU-T I.371): one instant for each key, no timers.
/// Memory is taken once and never grows: where more keys are busy than fit, the one that is nearest
/// to being idle is forgotten, which errs towards allowing. Keys are hashed with a secret of the
/// process, so nobody can choose keys that meet. Safe from several threads; a try costs one lock of
/// a small part of the table.
class RateLimiter {
 public:
  /// Room for at least `keys` busy keys, at 16 bytes each.
  explicit RateLimiter(Rate rate, std::size_t keys = 65'536);
  ~RateLimiter();
  RateLimiter(RateLimiter&&) noexcept;
  RateLimiter& operator=(RateLimiter&&) noexcept;

  /// Takes one where one is left; a refused try takes nothing.
  Verdict take(std::string_view key, Instant now);

  /// What `take` would say, without taking.
  Verdict look(std::string_view key, Instant now) const;

  /// Bytes of the table.
  std::size_t memory() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace insightflow::security
