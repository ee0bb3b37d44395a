#pragma once

#include <insightflow/analysis/statistics.hpp>
#include <insightflow/core/result.hpp>

#include <span>
#include <string>
#include <vector>

/// Weights that make a sample look like the population it stands for. Pure functions; safe from
/// several threads. The mean weight of those who are weighted is always 1.
namespace insightflow::analysis {

/// One characteristic with the shares it should have. `codes[i]` is the category of respondent i;
/// one beyond `targets` says that it is not known, and such a respondent keeps the weight 1.
struct Margin {
  std::string name;
  std::vector<std::uint32_t> codes;
  std::vector<double> targets;  ///< Shares or percentages; only their ratios matter.
};
inline constexpr std::uint32_t unknown_code = 0xFFFFFFFFu;

struct RakeOptions {
  std::int64_t most_rounds = 1000;
  double tolerance = 1e-6;  ///< Largest distance between a share and its target, in [0, 1].
  /// Weights are held within this factor of the mean while raking; none when it is absent.
  double trim = 0;
};

/// What came out, and how good it is.
struct Weighting {
  std::vector<double> weights;
  bool converged = false;
  std::int64_t rounds = 0;
  double largest_gap = 0;       ///< Between a share and its target, in [0, 1], at the end.
  double least = 1;             ///< Smallest and
  double most = 1;              ///< largest weight.
  std::int64_t trimmed = 0;     ///< Weights that were cut.
  std::int64_t unweighted = 0;  ///< Respondents without a known category; they weigh 1.
  double design_effect = 1;     ///< Kish: count / effective.
  double effective = 0;
};

/// Post-stratification: each cell of the one margin gets target share / sample share (Holt & Smith
/// 1979). Errors: as `rake`.
Result<Weighting> cell_weights(const Margin& margin);

/// Raking, or iterative proportional fitting: the margins are met in turn until all are within the
/// tolerance (Deming & Stephan 1940). Where they contradict each other it stops after `most_rounds`
/// and says so in `converged`. Linear in respondents × margins × rounds.
/// Errors: `weight_target_invalid` for a target that is negative, not a number, or all zero;
/// `weight_target_empty` for a category with a target but without respondents;
/// `weight_sample_mismatch` for margins of different lengths; `weights_empty` when no respondent
/// has all characteristics.
Result<Weighting> rake(std::span<const Margin> margins, const RakeOptions& options = {});

/// Cuts weights to [mean / factor, mean × factor] and scales to the old sum, until both hold or 50
/// rounds are over; returns how many weights were cut. `factor` > 1 (Potter 1990).
std::int64_t trim_weights(std::span<double> weights, double factor);

/// Count, sum and squares of some weights, after scaling them to a mean of 1.
Mass normalise(std::span<double> weights);

}  // namespace insightflow::analysis
