#pragma once

#include <insightflow/core/ctx.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Keyphrases: the words and phrases people use most for what they write about.
namespace insightflow::analysis {

struct Keyphrase {
  std::string text;        ///< In its most common spelling.
  std::int64_t count = 0;  ///< Texts that hold it, singular and plural taken together.
  std::size_t answer = 0;  ///< The first text that holds it …
  std::size_t start = 0;   ///< … and the bytes [start, end) where it does.
  std::size_t end = 0;
  friend bool operator==(const Keyphrase&, const Keyphrase&) = default;
};

struct KeyphraseOptions {
  std::int64_t most = 20;
  std::int64_t min_count = 2;  ///< Texts that must hold a phrase.
};

/// The strongest phrases of one to three words, best first; none contains another. Repeats of one
/// wording are counted, but rank as little more than one. Linear in the length of the texts.
/// Errors: those of `Ctx::check`.
Result<std::vector<Keyphrase>> find_keyphrases(std::span<const std::string_view> texts,
                                               const KeyphraseOptions& options = {},
                                               const Ctx& ctx = {});

}  // namespace insightflow::analysis
