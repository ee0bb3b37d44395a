#pragma once

#include <insightflow/analysis/codebook.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Themes of answers that lie in several places. Each part is sampled by itself; the samples are
/// merged in any order and a codebook is learned from the whole; each part is coded with it; the
/// counts are merged. Every step gives the same bytes however the answers were parted.
namespace insightflow::analysis {

/// A wording of the sample.
struct SampledPiece {
  std::int64_t hash = 0;    ///< Of its bytes.
  std::int64_t answer = 0;  ///< The first that holds it, counted through all parts, …
  std::int64_t start = 0;   ///< … and the byte at which it begins there.
  std::int64_t times = 0;   ///< How often the wording occurs.
  std::string text;         ///< As it stands in that answer.
  friend bool operator==(const SampledPiece&, const SampledPiece&) = default;
};
BOOST_DESCRIBE_STRUCT(SampledPiece, (), (hash, answer, start, times, text))

/// The wordings with the smallest hashes, at most 20,000, in that order. A plain value: JSON both
/// ways.
struct ThemeSample {
  std::int64_t used = 0;  ///< Answers with words.
  bool complete = false;  ///< Answers of stop words alone count as words too.
  std::vector<SampledPiece> pieces;
  friend bool operator==(const ThemeSample&, const ThemeSample&) = default;
};
BOOST_DESCRIBE_STRUCT(ThemeSample, (), (used, complete, pieces))

/// Samples a part whose first answer has the number `first_answer` in the whole. `complete` as in a
/// codebook: set it where the number of themes will be given. Errors: those of `Ctx::check`.
Result<ThemeSample> sample_answers(std::span<const std::string_view> texts,
                                   std::int64_t first_answer, bool complete,
                                   std::size_t threads = 1, const Ctx& ctx = {});

/// Takes in the sample of another part. Errors: `sample_mismatch` when only one is `complete`.
Result<void> merge(ThemeSample& into, const ThemeSample& other);

/// The codebook of all answers that were sampled: the centres `learn_codebook` finds in the whole.
/// Themes stand in order of their weight in the sample and have no sizes before `set_sizes`.
/// Errors: those of `find_themes`; `sample_mismatch` when `options.count` and `complete` differ.
Result<Codebook> learn_codebook(const ThemeSample& sample, const ThemeOptions& options = {},
                                const Ctx& ctx = {});

/// How many answers hold each theme of a codebook.
struct CodingCounts {
  std::int64_t used = 0;
  std::int64_t uncoded = 0;
  std::vector<std::int64_t> sizes;
  std::vector<SentimentMix> sentiment;
  friend bool operator==(const CodingCounts&, const CodingCounts&) = default;
};
BOOST_DESCRIBE_STRUCT(CodingCounts, (), (used, uncoded, sizes, sentiment))

CodingCounts counts_of(const ThemeModel& model);
/// Errors: `counts_mismatch` when they are not of the same codebook.
Result<void> merge(CodingCounts& into, const CodingCounts& other);
/// Notes what was counted in the codebook. Errors: `counts_mismatch`.
Result<void> set_sizes(Codebook& codebook, const CodingCounts& counts);

}  // namespace insightflow::analysis

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<analysis::ThemeSample>();
extern template const Type& type_of<analysis::CodingCounts>();
}  // namespace insightflow
