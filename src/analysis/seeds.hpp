#pragma once

#include "analysis/clusters.hpp"
#include "analysis/phrases.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace insightflow::analysis {

/// Where a clustering begins: every text is placed in the cluster of the phrase that covers it.
struct Seeds {
  std::size_t count = 0;
  std::vector<Placement> placements;
};

/// Takes phrases one by one, always the one that covers the most weight not yet covered, rare ones
/// counting more per text, until there are `most` or none covers a weight of `least` that no other
/// phrase covers.
Seeds cover(const PhraseTable& table, std::span<const std::uint32_t> weights, std::size_t most,
            std::int64_t least);

}  // namespace insightflow::analysis
