#pragma once

#include <insightflow/analysis/figures.hpp>
#include <insightflow/core/ctx.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What goes together with a rating, and how much of it.
namespace insightflow::analysis {

/// Something that may go together with the rating: another rating, or 1 and 0 for a choice or a
/// theme that is there or not. A value that is not a number is unknown.
struct Predictor {
  std::string id;
  std::string label;
  std::span<const double> values;  ///< One for each respondent; kept by the caller.
};

struct DriverOptions {
  std::int64_t least_base = 50;        ///< Below this many ratings nothing is said.
  std::int64_t answers_for_each = 10;  ///< Ratings that every predictor needs.
  std::int64_t most = 15;              ///< Predictors at most.
  std::int64_t replicates = 200;       ///< Bootstrap samples.
  std::uint64_t seed = 0;
};

/// `weight` is the part of the explained differences that is due to this predictor, in [0, 1];
/// `effect` is the change of the rating for one step of the predictor, or between those who have it
/// and those who have not. Both intervals are bootstrap percentiles at 95 %.
struct Driver {
  std::string id;
  std::string label;
  double weight = 0;
  Interval weight_interval;
  double effect = 0;
  Interval effect_interval;
  std::int64_t base = 0;          ///< Respondents of whom it is known.
  bool told_from_chance = false;  ///< The effect is, allowing for all predictors (5 %).
  friend bool operator==(const Driver&, const Driver&) = default;
};
BOOST_DESCRIBE_STRUCT(Driver, (),
                      (id, label, weight, weight_interval, effect, effect_interval, base,
                       told_from_chance))

struct DriverModel {
  std::int64_t base = 0;          ///< Ratings used.
  double r_squared = 0;           ///< Part of the differences between ratings that is explained …
  double adjusted_r_squared = 0;  ///< … allowing for the number of predictors.
  std::vector<Driver> drivers;    ///< Strongest first; empty when nothing can be said.
  std::string abstained;          ///< Why nothing is said, as a sentence.
  friend bool operator==(const DriverModel&, const DriverModel&) = default;
};

/// Relative weights: how the R² of a linear regression is shared among predictors that go together
/// with each other (Johnson 2000, "A heuristic method for estimating the relative weight of
/// predictor variables"). Directions without variance are left out, so predictors that repeat each
/// other share their part instead of failing. Intervals come from a bootstrap with our own Rng; an
/// effect is told from chance by its bootstrap standard error, adjusted for the number of
/// predictors (Benjamini & Hochberg). Unknown values of a predictor count as its mean. Beyond 250
/// ratings the bootstrap draws random groups of respondents instead of single ones, so that time is
/// linear in their number. A rating that is not a number is left out, `weights` may be empty. Says
/// nothing (`abstained`) below the least base, without predictors that vary, or when all ratings
/// are equal. Association, not cause. Errors: those of `Ctx::check`; `driver_sample_mismatch` for
/// columns of different lengths.
Result<DriverModel> find_drivers(std::span<const double> rating,
                                 std::span<const Predictor> predictors,
                                 std::span<const double> weights, const DriverOptions& options = {},
                                 const Ctx& ctx = {});

}  // namespace insightflow::analysis
