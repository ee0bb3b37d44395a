#include <insightflow/core/rng.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using namespace insightflow;

// Computed by an implementation of its own in another language, which also gives the published
// sequence 11520, 0, 1509978240, … for the state 1, 2, 3, 4.
TEST_CASE("the numbers are those of xoshiro256** behind splitmix64") {
  struct Row {
    std::uint64_t seed;
    std::array<std::uint64_t, 4> first;
    std::uint64_t thousandth;
  };
  constexpr Row rows[] = {
      {0,
       {0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0, 0x6aa594f1262d2d2c},
       0x7aac8c483a2edd2f},
      {1,
       {0xb3f2af6d0fc710c5, 0x853b559647364cea, 0x92f89756082a4514, 0x642e1c7bc266a3a7},
       0xb8517c33c344d153},
      {42,
       {0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1, 0xecb8ad4703b360a1},
       0x8de5848c61ab8968},
      {~std::uint64_t{0},
       {0x8f5520d52a7ead08, 0xc476a018caa1802d, 0x81de31c0d260469e, 0xbf658d7e065f3c2f},
       0xc3c93ea5cde434cc}};
  for (const Row& row : rows) {
    CAPTURE(row.seed);
    Rng rng(row.seed);
    std::uint64_t last = 0;
    for (int i = 0; i < 1000; ++i) {
      last = rng.next();
      if (i < 4) CHECK(last == row.first[static_cast<std::size_t>(i)]);
    }
    CHECK(last == row.thousandth);
  }
  static_assert(Rng(0).next() == 0x99ec5f36cb75f2b4);
}

TEST_CASE("below(n) is uniform, and stays below n") {
  for (const std::uint64_t n : {2, 3, 6, 10, 97, 256, 1000}) {
    CAPTURE(n);
    Rng rng(n);
    std::vector<double> counts(n, 0);
    const double expected = 1000;
    for (std::uint64_t i = 0; i < n * 1000; ++i) {
      const std::uint64_t value = rng.below(n);
      REQUIRE(value < n);
      ++counts[value];
    }
    double chi_square = 0;
    for (const double count : counts)
      chi_square += (count - expected) * (count - expected) / expected;
    // Mean and variance of the distribution are n - 1 and 2 (n - 1); five deviations either way,
    // with room for the skew of few degrees of freedom.
    const double freedom = static_cast<double>(n - 1);
    CHECK(chi_square < freedom + 5 * std::sqrt(2 * freedom) + 10);
    if (n > 50) CHECK(chi_square > freedom - 5 * std::sqrt(2 * freedom));
  }
  // A plain remainder would put two thirds of the values into the lower half of this range.
  Rng rng(3);
  const std::uint64_t large = 3ull << 62;
  int lower = 0;
  for (int i = 0; i < 30'000; ++i) lower += rng.below(large) < large / 2;
  CHECK(lower > 14'500);
  CHECK(lower < 15'500);
  CHECK(rng.below(0) == 0);
  CHECK(rng.below(1) == 0);
}

TEST_CASE("uniform() lies in [0, 1) and shuffle() gives every order its share") {
  Rng rng(11);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = rng.uniform();
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
    sum += value;
  }
  CHECK(sum / 100'000 == doctest::Approx(0.5).epsilon(0.01));

  std::vector<int> orders(24, 0);
  for (int i = 0; i < 24'000; ++i) {
    std::array<int, 4> items{0, 1, 2, 3};
    rng.shuffle(std::span<int>(items));
    std::array<int, 4> probe{0, 1, 2, 3};
    std::size_t index = 0;
    do {
      if (probe == items) break;
      ++index;
    } while (std::next_permutation(probe.begin(), probe.end()));
    ++orders[index];
  }
  double chi_square = 0;
  for (const int count : orders) chi_square += (count - 1000.0) * (count - 1000.0) / 1000;
  CHECK(chi_square < 60);  // 23 degrees of freedom: once in 30,000 seeds
  std::vector<int> none;
  rng.shuffle(std::span<int>(none));
}
