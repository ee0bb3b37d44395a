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

/// What a phrase must do to name a cluster.
struct Distinctness {
  double recall = 0;  ///< Share of the cluster's texts that hold it.
  double lift = 0;    ///< Logarithm of how much more common it is than elsewhere; not asked of a
                      ///< cluster that holds most texts.
};

/// Names every cluster by the phrase that is common in it and rare elsewhere (class TF-IDF, in the
/// spirit of Grootendorst 2022), longer phrases preferred. Larger clusters choose first; no two
/// labels contain each other, and none is spelled like one of `not_labels`. A cluster without a
/// phrase that is distinct enough gets none.
std::vector<Label> name_clusters(const PhraseTable& table, std::span<const Placement> placements,
                                 std::size_t clusters, Distinctness least,
                                 std::span<const std::string> not_labels);

}  // namespace insightflow::analysis
