#pragma once

#include <insightflow/core/id.hpp>
#include <insightflow/core/rng.hpp>
#include <insightflow/core/time.hpp>

#include <mutex>

namespace insightflow {

/// Makes UUIDv7: 48 bits of milliseconds, then a counter that keeps ids made within one
/// millisecond in order, then random bits from the operating system. Safe from several threads;
/// the clock must outlive the source.
class IdSource {
 public:
  explicit IdSource(const Clock& clock);
  /// Fixed randomness, for reproducible tests.
  IdSource(const Clock& clock, std::uint64_t seed);

  template <class I>
  I next() {
    return I{next_uuid()};
  }
  Uuid next_uuid();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::int64_t last_ms_ = 0;
  std::uint32_t counter_ = 0;
  Rng rng_;
};

}  // namespace insightflow
