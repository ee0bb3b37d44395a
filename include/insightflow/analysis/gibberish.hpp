#pragma once

#include <insightflow/analysis/text.hpp>

#include <optional>
#include <string_view>

/// Texts that were typed without meaning anything.
namespace insightflow::analysis {

/// Why a text looks so. A risk to look at, not a verdict.
struct Gibberish {
  /// `repeated_letters` ("aaaa", "hahahahaha" is none), `keyboard_run` ("asdfgh"),
  /// `unlikely_letters`
  /// ("jkdshf"): that of most of its letters.
  std::string_view reason;
  double share = 0;  ///< Of the letters of the text, in (0.5, 1].
};

/// Looks at the words in Latin letters of four letters and more; other scripts, words with letters
/// beyond a to z, numbers, addresses, handles, hashtags and emoji speak for a meaning. Nothing
/// where at most half of the letters are in senseless words. How likely letters follow one another
/// comes from a table of English and of frequent words of other languages (tools/train). A text
/// that is read as another language than English is only looked through for repeats and runs.
/// Linear; deterministic; safe from several threads.
std::optional<Gibberish> find_gibberish(const TokenizedText& text);

}  // namespace insightflow::analysis
