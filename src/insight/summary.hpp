#pragma once

#include <insightflow/insight/build.hpp>

namespace insightflow::insight {

/// The few sentences a reader in a hurry needs, each with its figures and the answers it rests on:
/// scores first, then what people write about, then choices. Questions that only make segments are
/// passed over.
std::vector<Statement> summarise(const Findings& findings, const Dataset& dataset,
                                 const Settings& settings);

}  // namespace insightflow::insight
