#pragma once

#include <insightflow/analysis/figures.hpp>

#include <cstdint>
#include <map>
#include <string>

/// Figures of closed questions with their uncertainty. Everything is computed from exact counts, so
/// neither the order of the answers nor a partition of them can change a byte.
namespace insightflow::analysis {

/// The 97.5 % point of the normal distribution: two-sided intervals at 95 %.
inline constexpr double z_95 = 1.959963984540054;

/// Value below which a standard normal variable stays with probability `p`, 0 < p < 1; accurate to
/// 1e-12. Infinite outside.
double normal_quantile(double p);

/// The same of Student's t with `degrees` >= 1 degrees of freedom; relative accuracy 1e-8.
double student_t_quantile(double p, std::int64_t degrees);

/// Wilson's score interval of the share `count` / `base` (Wilson 1927). [0, 1] for a base of 0.
Interval wilson(std::int64_t count, std::int64_t base, double z = z_95);

/// A share with its interval, ready to show.
Share share_of(std::string id, std::string label, std::int64_t count, std::int64_t base);

/// How often every value was given. Values are kept in millionths. Add in any order, merge parts in
/// any order: the result is the same. Memory grows with the number of different values.
class Tally {
 public:
  /// Largest magnitude of a value.
  static constexpr double limit = 1e12;

  /// False, and nothing added, when the value is not finite or beyond `limit`.
  bool add(double value, std::int64_t times = 1);
  void merge(const Tally& other);

  std::int64_t base() const { return base_; }
  /// Value in millionths to number of answers, in ascending order.
  const std::map<std::int64_t, std::int64_t>& counts() const { return counts_; }
  /// Answers with low <= value <= high.
  std::int64_t count_between(double low, double high) const;

  friend bool operator==(const Tally&, const Tally&) = default;

 private:
  std::map<std::int64_t, std::int64_t> counts_;
  std::int64_t base_ = 0;
};

/// Arithmetic mean with Student's interval; the interval needs two answers. A base of 0 gives value
/// 0 without an interval, here and below.
Metric mean(const Tally& tally);

/// Sample standard deviation (n - 1); 0 below two answers.
Metric standard_deviation(const Tally& tally);

/// Median with the interval between order statistics from the normal approximation of the binomial
/// (Conover 1999, section 3.2), which needs six answers.
Metric median(const Tally& tally);

/// Net promoter score in [-100, 100]: share of 9 and 10 minus share of 0 to 6 (Reichheld 2003). The
/// interval rests on the standard error of the variable -1, 0, 1: sqrt(p + d - (p - d)²) / sqrt(n),
/// adjusted for small bases by three pseudo-answers, 3/4 a promoter and 3/4 a detractor (the
/// adjusted Wald interval of Rocks 2016, "Interval estimation for the net promoter score").
Metric nps(const Tally& tally);

/// Customer satisfaction in [0, 1]: share of the two best values of a scale that ends at `best`,
/// with Wilson's interval.
Metric csat(const Tally& tally, std::int64_t best = 5);

/// Customer effort: the mean of the scale, with Student's interval.
Metric ces(const Tally& tally);

}  // namespace insightflow::analysis
