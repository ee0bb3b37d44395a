#pragma once

#include <insightflow/analysis/text.hpp>
#include <insightflow/core/ctx.hpp>
#include <insightflow/core/fields.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Texts that were written once and handed in several times.
namespace insightflow::analysis {

struct DuplicateOptions {
  /// Of two texts: how many of the runs of four characters that occur in either occur in both
  /// (Jaccard), in (0, 1]; their lengths may differ by no more. Case, marks and white space do not
  /// count.
  double similarity = 0.8;
  /// Shorter texts ("very good") are alike by chance and never flagged.
  std::int64_t least_words = 5;
};

/// Text `text` repeats text `of`, which stands before it and repeats none itself.
struct Duplicate {
  std::uint32_t text = 0;
  std::uint32_t of = 0;
  double similarity = 1;  ///< 1 where the words are the same.
  friend bool operator==(const Duplicate&, const Duplicate&) = default;
};

struct Duplicates {
  std::vector<Duplicate> found;  ///< In the order of `text`.
  std::int64_t bytes_read = 0;   ///< The work done: each text once, and what it was compared with.
};

/// Finds them by the smallest of hashed runs in ten bands of three (MinHash, Broder 1997): of two
/// texts as alike as 0.8 one in two thousand pairs is missed, none that have the same words. What
/// is found is compared in full, at most ten pairs for a text. Time and memory grow with the length
/// of the texts, not with the number of pairs; deterministic. Errors: `similarity_invalid` (not in
/// (0, 1]), those of `Ctx::check`.
Result<Duplicates> find_duplicates(std::span<const std::string_view> texts,
                                   const DuplicateOptions& options = {}, const Ctx& ctx = {});

/// A text in so few bytes that its likeness to others can still be told: of 64 groups of hashed
/// runs of four bytes the smallest of each, four bits of it (one permutation hashing, Li, Owen &
/// Zhang 2012; b-bit minwise hashing, Li & König 2010). Sketches may be made in one place and
/// compared in another. Two texts of the same words have the same sketch.
struct Sketch {
  std::int64_t words = 0;  ///< Hash of the words, without case, marks and white space.
  std::int64_t first = 0;  ///< 16 groups each.
  std::int64_t second = 0;
  std::int64_t third = 0;
  std::int64_t fourth = 0;
  friend bool operator==(const Sketch&, const Sketch&) = default;
};
BOOST_DESCRIBE_STRUCT(Sketch, (), (words, first, second, third, fourth))

/// Linear in the length of the text.
Sketch sketch_of(const TokenizedText& text);

/// The share of runs that two texts have in common, in [0, 1]; off by 0.05 (standard error).
double likeness(const Sketch& a, const Sketch& b);

/// For each text whether one before it is at least so alike. Of pairs as alike as 0.8 it finds 97
/// in 100, at 0.9 practically all. Every text is compared with at most 38 others; time is that of
/// sorting.
std::vector<char> repeats_among(std::span<const Sketch> sketches, double similarity = 0.8);

}  // namespace insightflow::analysis
