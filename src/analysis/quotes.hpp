#pragma once

#include "analysis/clusters.hpp"
#include "analysis/pieces.hpp"
#include "analysis/vectors.hpp"

#include <insightflow/analysis/themes.hpp>

namespace insightflow::analysis {

/// A piece with the theme it belongs to and its mood.
struct PlacedPiece {
  Placement at;
  Mood mood;
};

/// Gives every theme its quotes: pieces near the centre, of a length one likes to read, unlike each
/// other, from different answers; and the clearest one of the mood opposite to the prevailing.
/// `rank` leads from cluster to index in `themes`, -1 for none.
void choose_quotes(std::span<const std::string_view> texts, const Pieces& pieces,
                   std::span<const PlacedPiece> placed, std::span<const std::int32_t> rank,
                   const Vectoriser& vectoriser, const ThemeOptions& options,
                   std::vector<Theme>& themes);

}  // namespace insightflow::analysis
