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

double mean_of(const Tally& tally) {
  Wide sum = 0;
  for (const auto& [value, mass] : tally.counts()) sum += static_cast<Wide>(value) * mass.weight;
  const double weight = tally.mass().sum();
  return weight > 0 ? static_cast<double>(sum) / (millionths * 1e9) / weight : 0;
}

double deviation_of(const Tally& tally) {
  const double n = tally.mass().effective();
  if (tally.base() < 2 || n <= 1) return 0;
  const double centre = mean_of(tally);
  double squares = 0;
  for (const auto& [value, mass] : tally.counts()) {
    const double d = static_cast<double>(value) / millionths - centre;
    squares += d * d * mass.sum();
  }
  return std::sqrt(squares / tally.mass().sum() * (n / (n - 1)));
}

/// The first value that at least this part of the mass does not exceed.
double at_part(const Tally& tally, double part, bool beyond = false) {
  const double target = part * tally.mass().sum() * (1 - 1e-12);
  Mass sum;
  double last = 0;
  for (const auto& [value, mass] : tally.counts()) {
    sum += mass;
    last = static_cast<double>(value) / millionths;
    if (beyond ? sum.sum() > target / (1 - 1e-9) : sum.sum() >= target) return last;
  }
  return last;
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
  return wilson_of(static_cast<double>(count) / static_cast<double>(base),
                   static_cast<double>(base), z);
}

Interval wilson_of(double p, double n, double z) {
  if (!(n > 0)) return {0, 1};
  const double z2 = z * z;
  const double centre = p + z2 / (2 * n);
  const double half = z * std::sqrt(std::max(0.0, p * (1 - p)) / n + z2 / (4 * n * n));
  return {p <= 0 ? 0 : std::max(0.0, (centre - half) / (1 + z2 / n)),
          p >= 1 ? 1 : std::min(1.0, (centre + half) / (1 + z2 / n))};
}

Share share_of(std::string id, std::string label, std::int64_t count, std::int64_t base) {
  return {.id = std::move(id),
          .label = std::move(label),
          .count = count,
          .share = base > 0 ? static_cast<double>(count) / static_cast<double>(base) : 0,
          .interval = wilson(count, base)};
}

Share share_of(std::string id, std::string label, const Mass& part, const Mass& base) {
  const double share = base.weight > 0 ? part.sum() / base.sum() : 0;
  return {.id = std::move(id),
          .label = std::move(label),
          .count = part.count,
          .share = share,
          .interval = wilson_of(share, base.effective())};
}

bool Mass::add(double one_weight, std::int64_t times) {
  if (!(one_weight >= 0 && one_weight <= largest_weight) || times < 0) return false;
  count += times;
  weight += static_cast<std::int64_t>(one_weight * 1e9 + 0.5) * times;
  squares += static_cast<std::int64_t>(one_weight * one_weight * 1e6 + 0.5) * times;
  return true;
}

Mass& Mass::operator+=(const Mass& other) {
  count += other.count;
  weight += other.weight;
  squares += other.squares;
  return *this;
}
Mass& Mass::operator-=(const Mass& other) {
  count -= other.count;
  weight -= other.weight;
  squares -= other.squares;
  return *this;
}

double Mass::effective() const {
  if (squares <= 0) return 0;
  const double all = sum();
  return all * all / (static_cast<double>(squares) / 1e6);
}

double Mass::design_effect() const {
  const double n = effective();
  return n > 0 ? static_cast<double>(count) / n : 1;
}

bool Tally::add(double value, std::int64_t times, double weight) {
  if (!(value >= -limit && value <= limit)) return false;
  if (times == 0) return true;
  if (!mass_.add(weight, times)) return false;
  const double scaled = value * millionths;
  counts_[static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5))].add(weight, times);
  return true;
}

void Tally::merge(const Tally& other) {
  if (&other == this) {
    const Tally copy = other;
    return merge(copy);
  }
  for (const auto& [value, mass] : other.counts_) counts_[value] += mass;
  mass_ += other.mass_;
}

void Tally::add_mass(std::int64_t whole_value, const Mass& mass) {
  counts_[whole_value * 1'000'000] += mass;
  mass_ += mass;
}

void Tally::subtract(const Tally& part) {
  for (const auto& [value, mass] : Tally(part).counts_) {
    const auto at = counts_.find(value);
    if (at == counts_.end()) continue;
    at->second -= mass;
    mass_ -= mass;
    if (at->second == Mass{}) counts_.erase(at);
  }
}

Mass Tally::between(double low, double high) const {
  Mass out;
  for (const auto& [value, mass] : counts_) {
    const double v = static_cast<double>(value) / millionths;
    if (v >= low && v <= high) out += mass;
  }
  return out;
}

Metric mean(const Tally& tally) {
  Metric out = metric("mean", tally);
  if (out.base == 0) return out;
  out.value = mean_of(tally);
  const double n = tally.mass().effective();
  if (out.base >= 2 && n >= 2) {
    // Degrees of freedom are rounded down: a fraction of an effective answer is not counted.
    const double half = student_t_quantile(0.975, static_cast<std::int64_t>(n) - 1) *
                        deviation_of(tally) / std::sqrt(n);
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
  if (out.base == 0) return out;
  out.value = (at_part(tally, 0.5) + at_part(tally, 0.5, true)) / 2;
  const double n = tally.mass().effective();
  if (n >= 6) {
    const double half = z_95 * std::sqrt(n) / 2;
    out.interval = Interval{at_part(tally, std::max(std::ceil(n / 2 - half), 1.0) / n),
                            at_part(tally, std::min(std::ceil(n / 2 + half), std::floor(n)) / n)};
  }
  return out;
}

Metric nps(const Tally& tally) {
  Metric out = metric("nps", tally);
  const Mass& all = tally.mass();
  if (out.base == 0 || all.weight == 0) return out;
  const double n = all.effective();
  const double promoters = tally.between(9, 10).sum() / all.sum() * n;
  const double detractors = tally.between(0, 6).sum() / all.sum() * n;
  out.value = 100 * static_cast<double>(tally.between(9, 10).weight - tally.between(0, 6).weight) /
              static_cast<double>(all.weight);
  const double size = n + 3, p = (promoters + 0.75) / size, d = (detractors + 0.75) / size;
  const double half = z_95 * std::sqrt((p + d - (p - d) * (p - d)) / size);
  // The pseudo-answers pull a small base towards 0; the interval must still hold the score.
  out.interval = Interval{std::min(out.value, 100 * std::max(-1.0, p - d - half)),
                          std::max(out.value, 100 * std::min(1.0, p - d + half))};
  return out;
}

Tally nps_points(const Tally& tally) {
  Tally out;
  for (const auto& [value, mass] : tally.counts()) {
    const auto score = value / 1'000'000;
    out.add_mass(score >= 9 ? 100 : score >= 7 ? 0 : -100, mass);
  }
  return out;
}

Metric csat(const Tally& tally, std::int64_t best) {
  Metric out = metric("csat", tally);
  if (out.base == 0) return out;
  const auto top = static_cast<double>(best);
  const Share satisfied = share_of("", "", tally.between(top - 1, top), tally.mass());
  out.value = satisfied.share;
  out.interval = satisfied.interval;
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
