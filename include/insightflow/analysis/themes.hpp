#pragma once

#include <insightflow/analysis/figures.hpp>
#include <insightflow/core/ctx.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Themes: subjects that several open answers share.
namespace insightflow::analysis {

struct ThemeOptions {
  /// Number of themes; chosen by the engine where it is absent. Fewer come out when the answers do
  /// not hold that many different subjects.
  std::optional<std::int64_t> count;
  std::int64_t most = 160;    ///< Upper bound where the engine chooses.
  std::int64_t min_base = 8;  ///< Below this many usable answers there are no themes.
  std::int64_t quotes = 3;    ///< Typical quotes per theme.
  std::size_t threads = 1;    ///< Never changes the result.
  /// Random halves for the stability of each theme; each costs about as much as learning.
  std::int64_t bootstraps = 0;
  std::vector<std::string> not_labels;  ///< Spellings that no theme is to be called by.
};

/// A verbatim stretch: bytes [start, end) of the text at index `answer`.
struct Quote {
  std::size_t answer = 0;
  std::size_t start = 0;
  std::size_t end = 0;
  Mood mood;
  bool dissenting = false;  ///< Of the mood opposite to the prevailing one.
  friend bool operator==(const Quote&, const Quote&) = default;
};

/// An answer that belongs to a theme, with the similarity of its closest sentence, in [0, 1].
struct Member {
  std::size_t answer = 0;
  double strength = 0;
  friend bool operator==(const Member&, const Member&) = default;
};

struct Theme {
  std::string label;               ///< A phrase of the answers, in their most common spelling.
  std::vector<std::string> terms;  ///< Other words and phrases that set it apart, strongest first.
  std::vector<Member> members;     ///< In order of the answers.
  SentimentMix sentiment;          ///< Of the members' sentences on this theme.
  std::vector<Quote> quotes;       ///< Typical first, then at most one that dissents.
  /// Where bootstraps were asked for: how much of the theme comes together again in random halves
  /// of the answers, 0 to 1 (mean Jaccard similarity, Hennig 2007; below 0.5 it dissolves).
  std::optional<double> stability;
  friend bool operator==(const Theme&, const Theme&) = default;
};

struct ThemeModel {
  std::vector<Theme> themes;  ///< Largest first.
  /// For every text the themes it holds, strongest first; empty when it belongs to none.
  std::vector<std::vector<std::uint32_t>> of_answer;
  std::int64_t used = 0;           ///< Texts with at least one content word.
  std::int64_t unthemed = 0;       ///< Of those, without a theme.
  std::int64_t repeated = 0;       ///< Of those, the same to the byte as an earlier one.
  std::vector<std::string> notes;  ///< Sentences a reader must see, such as a base too small.
  friend bool operator==(const ThemeModel&, const ThemeModel&) = default;
};

/// Finds the themes of `texts` (UTF-8, one answer each, which may hold several themes, sentence by
/// sentence, or none). Sentences become TF-IDF vectors of words and character 3–5-grams; what tells
/// them apart is the neighbourhood they lie in (landmark-based spectral embedding, Chen & Cai 2011;
/// Ward's hierarchy of the landmarks; k-means). The number of themes is the smallest that would
/// describe new sentences nearly as well as any, each doubling having to add 9 %; it depends on how
/// alike sentences are, hardly on how many there are. Of many
/// sentences it learns from at most 20,000 different ones, chosen by their hash. Repeats of one
/// wording count, but hardly pull. Same texts, same bytes on every machine and thread count. Time
/// is linear in the length of the texts.
/// Errors: those of `Ctx::check`; `theme_count_out_of_range` for a count below 1 or above 1,000.
Result<ThemeModel> find_themes(std::span<const std::string_view> texts,
                               const ThemeOptions& options = {}, const Ctx& ctx = {});

}  // namespace insightflow::analysis
