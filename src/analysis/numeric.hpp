#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// Elementary functions that give the same bits with every C library: only additions,
/// multiplications, divisions and square roots, which IEEE 754 rounds exactly.
namespace insightflow::analysis::numeric {

/// 2^n for -1022 <= n <= 1023.
inline double power_of_two(int n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

/// e^x; 0 below -700, capped at e^700.
inline double exp(double x) {
  if (!(x > -700)) return 0;
  if (x > 700) x = 700;
  constexpr double ln2_high = 0x1.62e42fefa0000p-1, ln2_low = 0x1.cf79abc9e3b39p-40;
  const int n = static_cast<int>(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  const double r = (x - n * ln2_high) - n * ln2_low;
  double sum = 1;
  for (int k = 14; k > 0; --k) sum = 1 + r / k * sum;
  return sum * power_of_two(n);
}

/// Natural logarithm of a positive, finite, normal number.
inline double log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int n = static_cast<int>(bits >> 52 & 0x7FF) - 1023;
  double m = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFu) | 0x3FF0000000000000u);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++n;
  }
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double sum = 0;
  for (int k = 23; k > 0; k -= 2) sum = sum * s2 + 1.0 / k;
  return n * 0.6931471805599453 + 2 * s * sum;
}

/// Arc tangent: the angle is halved until the series converges fast.
inline double atan(double x) {
  double scale = 1;
  for (int i = 0; i < 4; ++i, scale *= 2) x = x / (1 + std::sqrt(1 + x * x));
  const double x2 = x * x;
  double sum = 0;
  for (int k = 19; k > 0; k -= 2) sum = 1.0 / k - sum * x2;
  return scale * x * sum;
}

}  // namespace insightflow::analysis::numeric
