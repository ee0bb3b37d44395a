#pragma once

#include "analysis/parallel.hpp"

#include <insightflow/analysis/text.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Answers cut into the stretches that carry one thought each.
namespace insightflow::analysis {

/// One or more sentences with at least three content words between them, where the answer has as
/// many. Bytes [start, end) of the answer.
struct Piece {
  std::uint32_t answer = 0;
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  std::uint32_t original = 0;  ///< Index of the first piece with the same bytes.
  std::uint64_t hash = 0;      ///< Of its bytes.
};

struct Pieces {
  std::vector<Piece> all;
  std::vector<std::uint32_t> originals;  ///< Pieces that repeat no earlier one, ascending.
  std::vector<std::uint32_t> times;      ///< For each of them, how often it occurs.
  std::int64_t used = 0;                 ///< Answers with at least one content word.
  std::int64_t repeated = 0;             ///< Of those, made up of earlier pieces alone.

  std::string_view text(std::span<const std::string_view> texts, std::size_t piece) const {
    const Piece& p = all[piece];
    return texts[p.answer].substr(p.start, p.end - p.start);
  }
};

/// With `plain`, an answer of stop words alone is a piece too.
Result<Pieces> cut_pieces(std::span<const std::string_view> texts, bool plain, const Hands& hands);

/// Finds out anew which pieces repeat earlier ones, after some were taken away.
void join_repeats(Pieces& pieces);

/// Indices into `originals` in order of their hash, at most the first `most`, so that neither the
/// order of the answers nor a partition of them changes the choice.
std::vector<std::uint32_t> sample(const Pieces& pieces, std::size_t most);

}  // namespace insightflow::analysis
