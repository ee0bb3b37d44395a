#pragma once

#include <insightflow/insight/build.hpp>

namespace insightflow::insight {

/// The few sentences a reader in a hurry needs, each with its evidence and the figure it rests on.
std::vector<Statement> summarise(const Findings& findings, const Dataset& dataset);

}  // namespace insightflow::insight
