#pragma once

#include <insightflow/insight/build.hpp>

/// Who counts how much.
namespace insightflow::insight {

/// One weight for each record; empty where all count the same.
using Weights = std::vector<double>;

inline double weight_of(const Weights& weights, std::size_t record) {
  return weights.empty() ? 1.0 : weights[record];
}

struct Weighed {
  Weights weights;
  std::optional<WeightFindings> findings;
  std::vector<std::string> notes;
};

/// The weights the settings ask for, scaled to a mean of 1. Errors: those of `analysis::rake`,
/// `weight_target_empty` with the value's name.
Result<Weighed> weigh(const Dataset& dataset, const Settings& settings);

}  // namespace insightflow::insight
