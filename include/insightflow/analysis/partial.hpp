#pragma once

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/analysis/keyphrases.hpp>
#include <insightflow/analysis/text.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Themes and keyphrases of answers that lie in several places. Each part is sampled by itself; the
/// samples are merged in any order and a codebook is learned from the whole; each part is coded
/// with it; what was counted is merged. Every step gives the same bytes however the answers were
/// parted. `insight/partial.hpp` does the same for a whole insight run.
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

/// The wordings with the smallest hashes, at most 50,000, in that order. A plain value: JSON both
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

/// Of a sample that was read back. Errors: `sample_damaged` when its pieces are too many, out of
/// order, or counted wrongly.
Result<void> check_sample(const ThemeSample& sample);

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
/// The same for a codebook that was just learned: its themes come largest first, those that nobody
/// holds are left out, and ids are given in that order. The result leads from the old place of a
/// theme to the new one, -1 for one that was left out. Errors: `counts_mismatch`.
Result<std::vector<std::int32_t>> settle(Codebook& codebook, const CodingCounts& counts);
/// How far what was counted is from what the codebook was learned from. Errors: `counts_mismatch`.
Result<Drift> drift_of(const Codebook& codebook, const CodingCounts& counts);

/// A stretch that may be quoted for a theme.
struct QuoteCandidate {
  double score = 0;         ///< How typical it is, and how well it reads.
  std::int64_t hash = 0;    ///< Of its wording.
  std::int64_t answer = 0;  ///< The first that holds it, and where.
  std::int64_t start = 0;
  std::int64_t end = 0;
  Mood mood;
  std::string text;
  friend bool operator==(const QuoteCandidate&, const QuoteCandidate&) = default;
};
BOOST_DESCRIBE_STRUCT(QuoteCandidate, (), (score, hash, answer, start, end, mood, text))

inline constexpr std::size_t most_candidates = 32;

/// The best candidates of one theme, at most 32 of each kind, best first, no wording twice.
struct ThemeQuotes {
  std::vector<QuoteCandidate> typical;
  std::vector<QuoteCandidate> negative;
  std::vector<QuoteCandidate> positive;
  friend bool operator==(const ThemeQuotes&, const ThemeQuotes&) = default;
};
BOOST_DESCRIBE_STRUCT(ThemeQuotes, (), (typical, negative, positive))
void merge(ThemeQuotes& into, const ThemeQuotes& other);

/// What is found in a part of the answers. Answers are numbered from 0 within the part.
struct CodedPart {
  CodingCounts counts;
  std::vector<ThemeQuotes> quotes;                    ///< For each theme of the codebook.
  std::vector<std::vector<std::uint32_t>> of_answer;  ///< Themes held, strongest first.
  std::vector<char> used;                             ///< 1 for an answer with words to work with.
};

/// Codes a part of the answers. Errors: those of `Ctx::check`; `codebook_invalid`.
Result<CodedPart> code_part(const Codebook& codebook, std::span<const std::string_view> texts,
                            std::size_t threads = 1, const Ctx& ctx = {});

/// The quotes of each theme as `find_themes` would choose them: typical ones first, then at most
/// one of the mood opposite to the prevailing. Errors: `codebook_invalid`, `counts_mismatch`.
Result<std::vector<std::vector<QuoteCandidate>>> choose_quotes(const Codebook& codebook,
                                                               std::span<const ThemeQuotes> quotes,
                                                               const CodingCounts& counts,
                                                               std::int64_t most = 3);

/// A phrase that is to be counted.
struct WantedPhrase {
  std::int64_t key = 0;  ///< Joins its spellings.
  std::string text;      ///< The most common of them.
  friend bool operator==(const WantedPhrase&, const WantedPhrase&) = default;
};
BOOST_DESCRIBE_STRUCT(WantedPhrase, (), (key, text))

/// The phrases `find_keyphrases` counts, best first.
Result<std::vector<WantedPhrase>> learn_keyphrases(const ThemeSample& sample,
                                                   const KeyphraseOptions& options = {},
                                                   const Ctx& ctx = {});

/// How many answers hold a phrase, and the first place where it stands.
struct PhraseCount {
  std::int64_t count = 0;
  std::int64_t answer = 0;
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::string quote;  ///< As it stands there.
  friend bool operator==(const PhraseCount&, const PhraseCount&) = default;
};
BOOST_DESCRIBE_STRUCT(PhraseCount, (), (count, answer, start, end, quote))
void merge(PhraseCount& into, const PhraseCount& other);

/// Counts phrases in answers that are given one after the other.
class PhraseCounter {
 public:
  explicit PhraseCounter(std::span<const WantedPhrase> wanted);
  ~PhraseCounter();
  PhraseCounter(const PhraseCounter&) = delete;
  PhraseCounter& operator=(const PhraseCounter&) = delete;

  void add(std::int64_t answer, std::string_view text, const TokenizedText& tokens);
  /// In the order of `wanted`.
  const std::vector<PhraseCount>& counts() const { return counts_; }

 private:
  struct Room;
  std::vector<PhraseCount> counts_;
  std::unique_ptr<Room> room_;
};

}  // namespace insightflow::analysis

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<analysis::ThemeSample>();
extern template const Type& type_of<analysis::CodingCounts>();
}  // namespace insightflow
