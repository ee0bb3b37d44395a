#pragma once

#include "analysis/clusters.hpp"
#include "analysis/pieces.hpp"
#include "analysis/quotes.hpp"
#include "analysis/vectors.hpp"

#include <insightflow/analysis/codebook.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// How a piece of text gets its theme.
namespace insightflow::analysis {

/// Centres in the space of one vectoriser; a piece belongs to the nearest when it is near enough.
struct Coder {
  Vectoriser vectoriser;
  Centres centres;
  std::vector<std::uint32_t> least;  ///< For every centre, in steps.
};

CodingLayer save(const Coder& coder);
/// Errors: `codebook_invalid`.
Result<Coder> load(const CodingLayer& layer, std::string_view pointer);

/// Several coders, asked one after the other until a centre with an owner is found. The owners are
/// counted through all centres: the number of a theme, or -1.
class Coders {
 public:
  struct Scratch {
    Vectoriser::Scratch vectoriser;
    std::vector<Weight> row;
    std::vector<float> room;
  };

  Coders(std::span<const Coder> coders, std::vector<std::int32_t> owners)
      : coders_(coders), owners_(std::move(owners)) {}

  /// The theme of a text as `cluster`, with the similarity to its centre.
  Placement place(const TokenizedText& text, Scratch& scratch) const;
  const Vectoriser& vectoriser() const { return coders_.front().vectoriser; }

 private:
  std::span<const Coder> coders_;
  std::vector<std::int32_t> owners_;
};

struct PlacedAnswers {
  std::vector<PlacedPiece> pieces;
  std::vector<Placement> whole;  ///< For answers of several pieces: that of the answer as a whole.
};

/// Places and rates every piece.
Result<PlacedAnswers> place_all(std::span<const std::string_view> texts, const Pieces& pieces,
                                const Coders& coders, const Hands& hands);

/// Fills in what the answers of each theme say. `themes` has labels and terms; one without a label
/// gets no members. With `complete`, the theme of a whole answer counts though no piece has it.
void gather(const Pieces& pieces, const PlacedAnswers& placed, bool complete, ThemeModel& model);

}  // namespace insightflow::analysis
