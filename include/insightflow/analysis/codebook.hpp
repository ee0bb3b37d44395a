#pragma once

#include <insightflow/analysis/themes.hpp>
#include <insightflow/core/fields.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Codebooks: themes that were found once, that people edit, and that later answers are coded with.
namespace insightflow::analysis {

/// One centre of a theme as the engine compares answers with it; for programs, not for people.
struct CodeCentre {
  std::int64_t least = 0;              ///< Similarity from which on a piece belongs, in 1/32768.
  std::vector<std::int64_t> features;  ///< Ascending, each as the difference to the one before.
  std::vector<std::int64_t> weights;   ///< Of each feature, in 1/32768.
  friend bool operator==(const CodeCentre&, const CodeCentre&) = default;
};
BOOST_DESCRIBE_STRUCT(CodeCentre, (), (least, features, weights))

/// What was learned from one set of answers.
struct CodingLayer {
  std::int64_t bits = 0;               ///< Features are found by so many bits of their hash, …
  std::vector<std::int64_t> features;  ///< … these, each as the difference to the one before; …
  std::vector<std::int64_t> rarity;    ///< … inverse document frequency of each, in 1/4096.
  std::vector<CodeCentre> centres;
  friend bool operator==(const CodingLayer&, const CodingLayer&) = default;
};
BOOST_DESCRIBE_STRUCT(CodingLayer, (), (bits, features, rarity, centres))

/// A theme of a codebook.
struct CodebookTheme {
  std::string id;     ///< Never given to another theme.
  std::string label;  ///< A phrase of the answers, or what a person chose.
  std::string description;
  std::vector<std::string> terms;
  bool pinned = false;                ///< Stays when the codebook learns anew.
  std::int64_t size = 0;              ///< Answers that held it when it was learned.
  std::optional<double> stability;    ///< Of `Theme::stability`.
  std::vector<std::int64_t> centres;  ///< Counted through all layers.
  friend bool operator==(const CodebookTheme&, const CodebookTheme&) = default;
};
BOOST_DESCRIBE_STRUCT(CodebookTheme, (),
                      (id, label, description, terms, pinned, size, stability, centres))

/// A plain value: keep it as JSON (`to_json_text`), read it with `read_codebook`.
struct Codebook {
  std::int64_t format = 1;
  std::int64_t next = 1;  ///< Number of the next id.
  std::vector<CodebookTheme> themes;
  std::vector<std::string> forbidden;  ///< Labels that no theme may have.
  std::int64_t base = 0;               ///< Answers with words that it was learned from, …
  std::int64_t uncoded = 0;            ///< … and those of them without a theme.
  bool complete = false;               ///< Every answer with words gets a theme.
  std::vector<CodingLayer> layers;
  friend bool operator==(const Codebook&, const Codebook&) = default;
};
BOOST_DESCRIBE_STRUCT(Codebook, (),
                      (format, next, themes, forbidden, base, uncoded, complete, layers))

/// Reads and checks a codebook. Errors: those of `from_json_text`; `codebook_invalid` with the
/// place for numbers that contradict each other.
Result<Codebook> read_codebook(std::string_view json);
/// The same check of one that was read as a part of something else.
Result<void> check_codebook(const Codebook& codebook);

/// How far answers have moved away from those a codebook was learned from.
struct Drift {
  /// Half the sum of the differences between shares of coded answers, then and now, 0 to 1 (total
  /// variation distance).
  double distance = 0;
  double uncoded_then = 0;  ///< Shares of the answers with words.
  double uncoded_now = 0;
  friend bool operator==(const Drift&, const Drift&) = default;
};
BOOST_DESCRIBE_STRUCT(Drift, (), (distance, uncoded_then, uncoded_now))

struct Coding {
  /// Themes in the order of the codebook, some without members; indices in `of_answer` are those
  /// of the codebook.
  ThemeModel model;
  Drift drift;
  friend bool operator==(const Coding&, const Coding&) = default;
};

struct LearnedThemes {
  ThemeModel model;
  Codebook codebook;  ///< Its themes are those of the model, in the same order.
};

/// `find_themes`, and the codebook that codes the same answers the same way.
Result<LearnedThemes> learn_codebook(std::span<const std::string_view> texts,
                                     const ThemeOptions& options = {}, const Ctx& ctx = {});

/// Codes answers with a codebook: linear, without learning anything, one answer independent of the
/// others, so that parts may be coded one by one. Of `options` it reads `quotes` and `threads`.
/// Errors: those of `Ctx::check`; `codebook_invalid`.
Result<Coding> code_answers(const Codebook& codebook, std::span<const std::string_view> texts,
                            const ThemeOptions& options = {}, const Ctx& ctx = {});

/// Keeps the pinned themes and learns others from the answers that hold none of them; with all
/// pinned this adds what is new. Labels that were forbidden do not come back.
/// Errors: those of `code_answers` and `find_themes`.
Result<LearnedThemes> relearn(const Codebook& codebook, std::span<const std::string_view> texts,
                              const ThemeOptions& options = {}, const Ctx& ctx = {});

/// Edits. Each changes the codebook or, with an error, leaves it as it was. Errors of all:
/// `theme_unknown` for an id that is not there; of those with a label: `label_taken`,
/// `label_empty`.
Result<void> rename(Codebook& codebook, std::string_view id, std::string_view label);
Result<void> pin(Codebook& codebook, std::string_view id, bool pinned = true);
/// The first theme takes in the others and keeps its id. Also: `merge_needs_two`.
Result<void> merge(Codebook& codebook, std::span<const std::string_view> ids,
                   std::string_view label);
/// Takes a theme out for good: what belongs to it is uncoded from now on, not coded as another.
Result<void> forbid(Codebook& codebook, std::string_view id);
/// Parts a theme into several, as the answers that hold it suggest; the parts get new ids. Also:
/// `theme_count_out_of_range` below 2; `split_impossible` where the answers do not allow it.
Result<void> split(Codebook& codebook, std::string_view id, std::int64_t parts,
                   std::span<const std::string_view> texts, const ThemeOptions& options = {},
                   const Ctx& ctx = {});

}  // namespace insightflow::analysis

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<analysis::Codebook>();
extern template const Type& type_of<analysis::Drift>();
}  // namespace insightflow
