#include <insightflow/security/rate_limit.hpp>

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace insightflow;
using namespace insightflow::security;
using namespace std::chrono_literals;

namespace {
constexpr Instant at(std::int64_t ms) {
  return Instant{1'700'000'000'000 + ms};
}
}  // namespace

TEST_CASE("a burst is allowed at once, then one each interval") {
  RateLimiter limiter({.burst = 3, .per_minute = 60});
  for (std::int64_t left = 2; left >= 0; --left) {
    const Verdict verdict = limiter.take("ada", at(0));
    CHECK(verdict.allowed);
    CHECK(verdict.limit == 3);
    CHECK(verdict.remaining == left);
  }
  const Verdict refused = limiter.take("ada", at(0));
  CHECK(!refused.allowed);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_after == 1'000ms);
  CHECK(refused.full_after == 3'000ms);
  CHECK(!limiter.take("ada", at(999)).allowed);
  CHECK(limiter.take("ada", at(1'000)).allowed);  // refused tries took nothing
  CHECK(!limiter.take("ada", at(1'999)).allowed);
  CHECK(limiter.take("bob", at(1'999)).remaining == 2);
}

TEST_CASE("what was not used is given back up to the burst and no further") {
  RateLimiter limiter({.burst = 2, .per_minute = 6});
  CHECK(limiter.take("k", at(0)).allowed);
  CHECK(limiter.look("k", at(0)).remaining == 1);
  CHECK(limiter.look("k", at(10'000)).remaining == 2);
  CHECK(limiter.look("k", at(1'000'000)).remaining == 2);
  CHECK(limiter.look("k", at(1'000'000)).full_after == 0ms);
}

TEST_CASE("over a long time no more than the rate gets through, whatever the pattern of tries") {
  RateLimiter limiter({.burst = 5, .per_minute = 120});
  std::uint64_t random = 7;
  std::int64_t now = 0, allowed = 0;
  for (int i = 0; i < 20'000; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    now += static_cast<std::int64_t>(random >> 56);
    allowed += limiter.take("k", at(now)).allowed;
  }
  const std::int64_t most = 5 + now * 120 / 60'000;
  CHECK(allowed <= most);
  CHECK(allowed >= most - 6);
}

TEST_CASE("a clock that steps back neither locks a key out for long nor gives it more") {
  RateLimiter limiter({.burst = 1, .per_minute = 60});
  CHECK(limiter.take("k", at(100'000)).allowed);
  const Verdict earlier = limiter.take("k", at(99'500));
  CHECK(!earlier.allowed);
  CHECK(earlier.retry_after == 1'000ms);
  CHECK(!limiter.take("k", at(-86'400'000)).allowed);
  CHECK(limiter.take("k", at(-86'400'000 + 1'000)).allowed);
}

TEST_CASE("memory is bounded, and the busiest keys stay known") {
  RateLimiter limiter({.burst = 10, .per_minute = 1}, 1'000);
  const std::size_t memory = limiter.memory();
  for (int i = 0; i < 10; ++i) CHECK(limiter.take("victim", at(0)).allowed);
  for (int i = 0; i < 200'000; ++i) (void)limiter.take("stranger " + std::to_string(i), at(0));
  CHECK(limiter.memory() == memory);
  CHECK(memory <= 64u << 10);
  CHECK(!limiter.take("victim", at(0)).allowed);
}

TEST_CASE("threads share one account of a key") {
  RateLimiter limiter({.burst = 1'000, .per_minute = 1});
  std::atomic<int> allowed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1'000; ++i) allowed += limiter.take("k", at(0)).allowed;
      });
  }
  CHECK(allowed == 1'000);
}
