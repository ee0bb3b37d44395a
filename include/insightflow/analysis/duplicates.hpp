#pragma once

#include <insightflow/core/ctx.hpp>

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

}  // namespace insightflow::analysis
