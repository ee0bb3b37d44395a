#pragma once

#include "insight/variables.hpp"

/// What changed: over time, and since the previous wave.
namespace insightflow::insight {

/// Scores, moods and the five largest themes by day, week or month: the shortest period that makes
/// at most 24 of them. Nothing where fewer than two periods are known. `notes` gets a sentence on
/// days that cannot be read.
std::vector<Trend> trends_of(const Dataset& dataset, const Settings& settings,
                             std::span<const OpenFindings> read, const Weights& weights,
                             std::vector<std::string>& notes);

/// Scores, choices and moods now against those of an earlier wave; questions that both have with at
/// least `settings.least_base` answers each. The earlier wave is weighted by the same settings.
/// Errors: those of `weigh` and of `Ctx::check`.
Result<std::vector<WaveChange>> wave_changes(const Dataset& dataset, const Dataset& previous,
                                             const Readings& read_before, const Settings& settings,
                                             std::span<const OpenFindings> read,
                                             const Weights& weights, const Ctx& ctx);

}  // namespace insightflow::insight
