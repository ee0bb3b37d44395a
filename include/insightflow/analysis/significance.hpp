#pragma once

#include <insightflow/analysis/statistics.hpp>

#include <span>
#include <vector>

/// Whether a difference can be told from chance. Pure functions; deterministic; safe from several
/// threads.
namespace insightflow::analysis {

/// How a probability was computed.
enum class Method {
  none,             ///< Nothing to compare: fewer than two groups or answers.
  chi_square,       ///< Pearson's chi-square.
  fisher,           ///< Fisher's exact test; beyond two by two Freeman and Halton's.
  two_proportions,  ///< Two shares, pooled normal approximation.
  welch,            ///< Two means with unequal variances.
  linear_trend      ///< Slope over time.
};
BOOST_DESCRIBE_ENUM(Method, none, chi_square, fisher, two_proportions, welch, linear_trend)

/// The outcome of one test, two-sided. `p` is the probability of a difference at least this large
/// if there were none.
struct Test {
  Method method = Method::none;
  double statistic = 0;  ///< Chi-square, z or t; 0 for an exact test.
  double degrees = 0;    ///< Degrees of freedom, where the method has them.
  double p = 1;
  friend bool operator==(const Test&, const Test&) = default;
};
BOOST_DESCRIBE_STRUCT(Test, (), (method, statistic, degrees, p))

/// One figure of a group against that of another: the difference with its interval, and the test.
struct Difference {
  double value = 0;
  Interval interval;
  Test test;
};

/// Natural logarithm of the gamma function of x > 0 (Stirling's series, Abramowitz & Stegun
/// 6.1.41); relative accuracy 1e-13.
double log_gamma(double x);
/// P(Z <= x) of the standard normal distribution.
double normal_probability(double x);
/// P(X >= x) of the chi-square distribution with `degrees` > 0 (Abramowitz & Stegun 6.5.29, 6.5.31
/// and 26.4.19).
double chi_square_tail(double x, double degrees);
/// P(|T| >= |t|) of Student's t with `degrees` > 0, not necessarily whole (Abramowitz & Stegun
/// 26.7.1 with the continued fraction 26.5.8).
double student_tail(double t, double degrees);

/// Counts of rows by columns; all rows of one length.
using Counts = std::vector<std::vector<double>>;

/// Pearson's chi-square of independence, without a continuity correction. Empty rows and columns
/// are passed over.
Test chi_square(const Counts& counts);

/// Fisher's exact test of whole counts: the tables with the same margins that are no more probable
/// than this one (Fisher 1935; Freeman & Halton 1951). Method `none` when it would take more than
/// 100,000 steps.
Test fisher(const Counts& counts);

/// Chi-square where Cochran's rule allows it (1954: no expected count below 1, at most a fifth
/// below 5), else Fisher's test when the counts are whole, else chi-square after the smallest rows
/// or columns were put together until the rule holds; `none` where nothing is left to compare.
Test independence(Counts counts, bool whole);

/// Weighted share `part` / `base` of one group less that of another. The test is the pooled normal
/// one on the effective bases, or Fisher's where an expected count is below 5 and no weights are
/// used. The interval is Newcombe's hybrid of two Wilson intervals (Newcombe 1998, method 10).
Difference compare_shares(const Mass& part, const Mass& base, const Mass& other_part,
                          const Mass& other_base);

/// Weighted mean less another, with Welch's t-test (1947) on the effective bases and the interval
/// that belongs to it. Method `none` below two answers on a side.
Difference compare_means(const Tally& one, const Tally& other);

/// Slope of y over x by least squares with its t-test: for a share over time (y of 0 and 1) it is
/// the Cochran–Armitage test up to n / (n - 2). `tallies[i]` holds the values y at x = i. Weights
/// count by the effective base.
Difference linear_trend(std::span<const Tally> tallies);

/// Benjamini & Hochberg (1995): adjusted probabilities in the order given. Where those below 0.05
/// are reported, at most 5 % of what is reported is expected to be chance.
std::vector<double> benjamini_hochberg(std::span<const double> p);

/// What is called a difference: an adjusted probability below this.
inline constexpr double significance_level = 0.05;

}  // namespace insightflow::analysis

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<analysis::Test>();
}  // namespace insightflow
