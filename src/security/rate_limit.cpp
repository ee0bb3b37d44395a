#include "security/bytes.hpp"

#include <insightflow/security/rate_limit.hpp>

#include <botan/mac.h>
#include <botan/system_rng.h>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <vector>

namespace insightflow::security {

namespace {

constexpr std::size_t slots_per_bucket = 8;
constexpr std::size_t locks = 64;

/// Below the instant `full_at` a part of the burst is spent; an empty slot has fingerprint 0.
struct Slot {
  std::uint64_t fingerprint = 0;
  std::int64_t full_at = 0;  ///< Microseconds.
};

using Bucket = std::array<Slot, slots_per_bucket>;

std::chrono::milliseconds milliseconds_up(std::int64_t microseconds) {
  return std::chrono::milliseconds((std::max<std::int64_t>(microseconds, 0) + 999) / 1'000);
}

}  // namespace

struct RateLimiter::State {
  State(Rate the_rate, std::size_t keys)
      : rate{std::max<std::int64_t>(the_rate.burst, 1),
             std::clamp<std::int64_t>(the_rate.per_minute, 1, 60'000'000)},
        interval(60'000'000 / rate.per_minute),
        buckets(std::bit_ceil(std::max<std::size_t>(keys * 5 / 4 / slots_per_bucket, 1))) {
    Botan::system_rng().randomize(secret.data(), secret.size());
  }

  std::uint64_t hash(std::string_view key) const {
    thread_local const auto mac = Botan::MessageAuthenticationCode::create_or_throw("SipHash(2,4)");
    mac->set_key(secret.data(), secret.size());
    mac->update(bytes_of(key), key.size());
    std::array<std::uint8_t, 8> digest{};
    mac->final(digest.data());
    return std::max<std::uint64_t>(std::bit_cast<std::uint64_t>(digest), 1);
  }

  Verdict judge(std::int64_t full_at, std::int64_t now) const {
    const std::int64_t owed = std::max<std::int64_t>(full_at - now, 0);
    const std::int64_t room = interval * rate.burst - owed;
    return {.allowed = room >= interval,
            .limit = rate.burst,
            .remaining = std::max<std::int64_t>(room, 0) / interval,
            .retry_after = milliseconds_up(interval - room),
            .full_after = milliseconds_up(owed)};
  }

  Verdict decide(std::string_view key, Instant at, bool take) {
    const std::uint64_t fingerprint = hash(key);
    const std::size_t index = fingerprint & (buckets.size() - 1);
    const std::int64_t now = at.ms * 1'000;
    const std::lock_guard lock(mutexes[index % locks]);
    Bucket& bucket = buckets[index];
    const auto known = std::find_if(bucket.begin(), bucket.end(), [&](const Slot& slot) {
      return slot.fingerprint == fingerprint;
    });
    // Never further ahead than a whole burst, so that a clock set back locks nobody out for longer.
    const std::int64_t full_at =
        known == bucket.end() ? now : std::clamp(known->full_at, now, now + interval * rate.burst);
    if (known != bucket.end()) known->full_at = full_at;
    const Verdict before = judge(full_at, now);
    if (!take || !before.allowed) return before;
    Slot& slot =
        known != bucket.end()
            ? *known
            : *std::min_element(bucket.begin(), bucket.end(),
                                [](const Slot& a, const Slot& b) { return a.full_at < b.full_at; });
    slot = {fingerprint, full_at + interval};
    Verdict after = judge(slot.full_at, now);
    after.allowed = true;
    return after;
  }

  Rate rate;
  std::int64_t interval;  ///< Microseconds between two, at the even rate.
  std::array<std::uint8_t, 16> secret{};
  std::vector<Bucket> buckets;
  std::array<std::mutex, locks> mutexes;
};

RateLimiter::RateLimiter(Rate rate, std::size_t keys)
    : state_(std::make_unique<State>(rate, keys)) {}
RateLimiter::~RateLimiter() = default;
RateLimiter::RateLimiter(RateLimiter&&) noexcept = default;
RateLimiter& RateLimiter::operator=(RateLimiter&&) noexcept = default;

Verdict RateLimiter::take(std::string_view key, Instant now) {
  return state_->decide(key, now, true);
}

Verdict RateLimiter::look(std::string_view key, Instant now) const {
  return state_->decide(key, now, false);
}

std::size_t RateLimiter::memory() const {
  return state_->buckets.size() * sizeof(Bucket);
}

}  // namespace insightflow::security
