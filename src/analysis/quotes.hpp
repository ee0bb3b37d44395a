#pragma once

#include "analysis/clusters.hpp"
#include "analysis/pieces.hpp"
#include "analysis/vectors.hpp"

#include <insightflow/analysis/partial.hpp>

namespace insightflow::analysis {

/// A piece with the theme it belongs to and its mood.
struct PlacedPiece {
  Placement at;
  Mood mood;
};

/// The pieces that may be quoted for each of `themes` themes: near the centre, of a length one likes
/// to read. `rank` leads from cluster to theme, -1 for none.
std::vector<ThemeQuotes> shortlist_quotes(std::span<const std::string_view> texts,
                                          const Pieces& pieces, std::span<const PlacedPiece> placed,
                                          std::span<const std::int32_t> rank, std::size_t themes);

struct ChosenQuote {
  const QuoteCandidate* candidate;
  bool dissenting;
};

/// Of those the ones to show: unlike each other, from different answers; and the clearest one of
/// the mood opposite to the prevailing.
std::vector<ChosenQuote> choose_quotes(const ThemeQuotes& list, const SentimentMix& mix,
                                       const Vectoriser& vectoriser, std::int64_t most);

/// The same for all themes.
void set_quotes(std::span<const ThemeQuotes> lists, const Vectoriser& vectoriser,
                const ThemeOptions& options, std::vector<Theme>& themes);

}  // namespace insightflow::analysis
