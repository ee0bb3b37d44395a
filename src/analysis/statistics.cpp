#include "analysis/numeric.hpp"

#include <insightflow/analysis/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace insightflow::analysis {

namespace {

constexpr double millionths = 1e6;
__extension__ using Wide = __int128;

/// Standard normal distribution function by its Taylor series about 0 (Marsaglia 2004).
double normal_cdf(double x) {
  if (x > 8) return 1;
  if (x < -8) return 0;
  double sum = x, term = x;
  for (int k = 3; sum + term != sum; k += 2) sum += term *= x * x / k;
  return 0.5 + sum * 0.3989422804014327 * numeric::exp(-0.5 * x * x);
}

/// P(|T| <= t) for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4).
double student_central(double t, std::int64_t degrees) {
  const auto n = static_cast<double>(degrees);
  const double cosine2 = n / (n + t * t), sine = t / std::sqrt(n + t * t);
  const bool odd = degrees % 2 == 1;
  double term = odd ? std::sqrt(cosine2) : 1, sum = degrees == 1 ? 0 : term;
  for (std::int64_t k = odd ? 3 : 2; k < degrees; k += 2)
    sum += term *= cosine2 * static_cast<double>(k - 1) / static_cast<double>(k);
  if (!odd) return sine * sum;
  return 2 / 3.141592653589793 * (numeric::atan(t / std::sqrt(n)) + sine * sum);
}

/// Root of a rising function on [low, high] by bisection down to neighbouring numbers.
template <class F>
double root(F&& f, double low, double high) {
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    (f(middle) < 0 ? low : high) = middle;
  }
}

Metric metric(const char* name, const Tally& tally) {
  return {.name = name, .value = 0, .interval = {}, .base = tally.base()};
}

double sum_of(const Tally& tally) {
  Wide sum = 0;
  for (const auto& [value, count] : tally.counts()) sum += static_cast<Wide>(value) * count;
  return static_cast<double>(sum) / millionths;
}

double deviation_of(const Tally& tally) {
  if (tally.base() < 2) return 0;
  const double centre = sum_of(tally) / static_cast<double>(tally.base());
  double squares = 0;
  for (const auto& [value, count] : tally.counts()) {
    const double d = static_cast<double>(value) / millionths - centre;
    squares += d * d * static_cast<double>(count);
  }
  return std::sqrt(squares / static_cast<double>(tally.base() - 1));
}

/// The value at a rank, counted from 1.
double at_rank(const Tally& tally, std::int64_t rank) {
  for (const auto& [value, count] : tally.counts())
    if ((rank -= count) <= 0) return static_cast<double>(value) / millionths;
  return 0;
}

}  // namespace

double normal_quantile(double p) {
  if (!(p > 0)) return -std::numeric_limits<double>::infinity();
  if (!(p < 1)) return std::numeric_limits<double>::infinity();
  return root([p](double x) { return normal_cdf(x) - p; }, -8, 8);
}

double student_t_quantile(double p, std::int64_t degrees) {
  if (degrees < 1 || !(p > 0) || !(p < 1)) return normal_quantile(p);
  if (p < 0.5) return -student_t_quantile(1 - p, degrees);
  if (degrees > 400) {
    // Cornish–Fisher expansion about the normal quantile (Abramowitz & Stegun 26.7.5).
    const double z = normal_quantile(p), z2 = z * z, n = static_cast<double>(degrees);
    const double g1 = z * (z2 + 1) / 4, g2 = z * ((5 * z2 + 16) * z2 + 3) / 96,
                 g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    return z + (g1 + (g2 + g3 / n) / n) / n;
  }
  return root([&](double t) { return student_central(t, degrees) - (2 * p - 1); }, 0, 1e9);
}

Interval wilson(std::int64_t count, std::int64_t base, double z) {
  if (base <= 0) return {0, 1};
  const double n = static_cast<double>(base), p = static_cast<double>(count) / n, z2 = z * z;
  const double centre = p + z2 / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {count <= 0 ? 0 : std::max(0.0, (centre - half) / (1 + z2 / n)),
          count >= base ? 1 : std::min(1.0, (centre + half) / (1 + z2 / n))};
}

Share share_of(std::string id, std::string label, std::int64_t count, std::int64_t base) {
  return {.id = std::move(id),
          .label = std::move(label),
          .count = count,
          .share = base > 0 ? static_cast<double>(count) / static_cast<double>(base) : 0,
          .interval = wilson(count, base)};
}

bool Tally::add(double value, std::int64_t times) {
  if (!(value >= -limit && value <= limit) || times < 0) return false;
  if (times == 0) return true;
  const double scaled = value * millionths;
  counts_[static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5))] += times;
  base_ += times;
  return true;
}

void Tally::merge(const Tally& other) {
  if (&other == this) {
    const Tally copy = other;
    return merge(copy);
  }
  for (const auto& [value, count] : other.counts_) counts_[value] += count;
  base_ += other.base_;
}

std::int64_t Tally::count_between(double low, double high) const {
  std::int64_t out = 0;
  for (const auto& [value, count] : counts_) {
    const double v = static_cast<double>(value) / millionths;
    if (v >= low && v <= high) out += count;
  }
  return out;
}

Metric mean(const Tally& tally) {
  Metric out = metric("mean", tally);
  if (out.base == 0) return out;
  const double n = static_cast<double>(out.base);
  out.value = sum_of(tally) / n;
  if (out.base >= 2) {
    const double half =
        student_t_quantile(0.975, out.base - 1) * deviation_of(tally) / std::sqrt(n);
    out.interval = Interval{out.value - half, out.value + half};
  }
  return out;
}

Metric standard_deviation(const Tally& tally) {
  Metric out = metric("standard_deviation", tally);
  out.value = deviation_of(tally);
  return out;
}

Metric median(const Tally& tally) {
  Metric out = metric("median", tally);
  const std::int64_t n = out.base;
  if (n == 0) return out;
  out.value = (at_rank(tally, (n + 1) / 2) + at_rank(tally, n / 2 + 1)) / 2;
  if (n >= 6) {
    const double size = static_cast<double>(n), half = z_95 * std::sqrt(size) / 2;
    const auto low = static_cast<std::int64_t>(std::ceil(size / 2 - half));
    const auto high = static_cast<std::int64_t>(std::ceil(size / 2 + half));
    out.interval =
        Interval{at_rank(tally, std::max<std::int64_t>(low, 1)), at_rank(tally, std::min(high, n))};
  }
  return out;
}

Metric nps(const Tally& tally) {
  Metric out = metric("nps", tally);
  if (out.base == 0) return out;
  const auto promoters = static_cast<double>(tally.count_between(9, 10));
  const auto detractors = static_cast<double>(tally.count_between(0, 6));
  const auto n = static_cast<double>(out.base);
  out.value = 100 * (promoters - detractors) / n;
  const double size = n + 3, p = (promoters + 0.75) / size, d = (detractors + 0.75) / size;
  const double half = z_95 * std::sqrt((p + d - (p - d) * (p - d)) / size);
  // The pseudo-answers pull a small base towards 0; the interval must still hold the score.
  out.interval = Interval{std::min(out.value, 100 * std::max(-1.0, p - d - half)),
                          std::max(out.value, 100 * std::min(1.0, p - d + half))};
  return out;
}

Metric csat(const Tally& tally, std::int64_t best) {
  Metric out = metric("csat", tally);
  if (out.base == 0) return out;
  const auto top = static_cast<double>(best);
  const std::int64_t satisfied = tally.count_between(top - 1, top);
  out.value = static_cast<double>(satisfied) / static_cast<double>(out.base);
  out.interval = wilson(satisfied, out.base);
  return out;
}

Metric ces(const Tally& tally) {
  Metric out = mean(tally);
  out.name = "ces";
  return out;
}

}  // namespace insightflow::analysis

namespace insightflow {
template const Type& type_of<analysis::Mood>();
}  // namespace insightflow
