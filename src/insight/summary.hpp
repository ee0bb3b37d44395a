#pragma once

#include <insightflow/insight/build.hpp>

namespace insightflow::insight {

/// The few sentences a reader in a hurry needs, each with its figures and the answers it rests on:
/// scores first, then what people write about, then choices. Questions that only make segments are
/// passed over.
std::vector<Statement> summarise(const Findings& findings, const Dataset& dataset,
                                 const Settings& settings);

/// The answers a figure rests on, by way of the first few; with `value`, of those that hold it.
std::vector<Evidence> cited(const Dataset& dataset, const std::string& question,
                            const std::string& value = {});

}  // namespace insightflow::insight
