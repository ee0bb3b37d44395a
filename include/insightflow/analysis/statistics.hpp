#pragma once

#include <insightflow/analysis/figures.hpp>

#include <cstdint>
#include <map>
#include <string>

/// Figures of closed questions with their uncertainty. Everything is computed from exact counts, so
/// neither the order of the answers nor a partition of them can change a byte. Pure functions; safe
/// from several threads.
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

/// The same of a share in [0, 1] that rests on `base` answers, which need not be a whole number: an
/// effective base (see `Mass`).
Interval wilson_of(double share, double base, double z = z_95);

/// A share with its interval, ready to show.
Share share_of(std::string id, std::string label, std::int64_t count, std::int64_t base);

/// Weights beyond this are refused: one answer that speaks for a thousand is no sample.
inline constexpr double largest_weight = 1000;

/// How many answers there are and what they weigh. Sums are whole numbers, so parts may be added in
/// any order. Answers without a weight weigh 1.
struct Mass {
  std::int64_t count = 0;
  std::int64_t weight = 0;   ///< Sum of the weights, in billionths.
  std::int64_t squares = 0;  ///< Sum of the squared weights, in millionths.

  /// False, and nothing added, for a weight that is not in [0, largest_weight].
  bool add(double one_weight = 1, std::int64_t times = 1);
  Mass& operator+=(const Mass& other);
  Mass& operator-=(const Mass& other);

  /// Sum of the weights; equal to `count` where no weights are used.
  double sum() const { return static_cast<double>(weight) / 1e9; }
  /// Answers that a sample without weights would need for the same precision: (sum of weights)² /
  /// sum of squared weights (Kish 1965, section 11.7). 0 when there are none.
  double effective() const;
  /// Kish's design effect: count / effective; 1 when there are none.
  double design_effect() const;

  friend bool operator==(const Mass&, const Mass&) = default;
};

/// The weighted share of `part` in `base`, with Wilson's interval on the effective base. `count` is
/// the number of answers, without weights.
Share share_of(std::string id, std::string label, const Mass& part, const Mass& base);

/// How often every value was given. Values are kept in millionths. Add in any order, merge parts in
/// any order: the result is the same. Memory grows with the number of different values. With
/// weights, every figure made from it is weighted and its interval rests on the effective base.
class Tally {
 public:
  /// Largest magnitude of a value.
  static constexpr double limit = 1e12;

  /// False, and nothing added, when the value is not finite or beyond `limit`, or the weight is not
  /// one (see `Mass`).
  bool add(double value, std::int64_t times = 1, double weight = 1);
  /// Answers of one whole value that are weighed already.
  void add_mass(std::int64_t whole_value, const Mass& mass);
  void merge(const Tally& other);
  /// Takes away a part that was added before.
  void subtract(const Tally& part);

  std::int64_t base() const { return mass_.count; }
  const Mass& mass() const { return mass_; }
  /// Value in millionths to its answers, in ascending order.
  const std::map<std::int64_t, Mass>& counts() const { return counts_; }
  /// Answers with low <= value <= high.
  Mass between(double low, double high) const;
  std::int64_t count_between(double low, double high) const { return between(low, high).count; }

  friend bool operator==(const Tally&, const Tally&) = default;

 private:
  std::map<std::int64_t, Mass> counts_;
  Mass mass_;
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

/// The tally of -100, 0 and 100 whose mean is the net promoter score: for tests of differences.
Tally nps_points(const Tally& tally);

/// Customer satisfaction in [0, 1]: share of the two best values of a scale that ends at `best`,
/// with Wilson's interval.
Metric csat(const Tally& tally, std::int64_t best = 5);

/// Customer effort: the mean of the scale, with Student's interval.
Metric ces(const Tally& tally);

}  // namespace insightflow::analysis
