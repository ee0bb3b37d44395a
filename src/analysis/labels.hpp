#pragma once

#include "analysis/clusters.hpp"
#include "analysis/phrases.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace insightflow::analysis {

/// What a cluster is called. `phrase` indexes the table; -1 where no phrase sets it apart.
struct Label {
  std::int64_t phrase = -1;
  std::vector<std::uint32_t> terms;  ///< Other phrases, strongest first.
};

/// Names every cluster by the phrase that is common in it and rare elsewhere (class TF-IDF, in the
/// spirit of Grootendorst 2022), longer phrases preferred. Larger clusters choose first; no two
/// labels contain each other. Unless a cluster holds most texts, a phrase must be at least
/// e^`least_lift` times as common in it as elsewhere.
std::vector<Label> name_clusters(const PhraseTable& table, std::span<const Placement> placements,
                                 std::size_t clusters, double least_lift);

}  // namespace insightflow::analysis
