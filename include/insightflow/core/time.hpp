#pragma once

#include <insightflow/core/result.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace insightflow {

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z. Range: years 0 to 9999.
struct Instant {
  std::int64_t ms = 0;

  friend auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant at, std::int64_t ms) { return {at.ms + ms}; }
  friend constexpr std::int64_t operator-(Instant a, Instant b) { return a.ms - b.ms; }

  /// RFC 3339 in UTC with milliseconds, e.g. "2026-01-31T08:05:00.000Z".
  std::string str() const;
  /// Parses RFC 3339 with any offset, or a bare date (midnight UTC). Errors: `instant_malformed`.
  static Result<Instant> parse(std::string_view text);
};

/// Where time comes from. Implementations are safe to use from several threads.
struct Clock {
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

/// The computer's own clock. Stateless.
const Clock& system_clock();

/// A clock that stands still until it is moved; for tests and simulations. Not synchronised.
struct ManualClock final : Clock {
  explicit ManualClock(Instant at = {}) : at(at) {}
  Instant now() const override { return at; }
  Instant at;
};

}  // namespace insightflow
