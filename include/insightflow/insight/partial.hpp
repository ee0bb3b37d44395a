#pragma once

#include <insightflow/analysis/duplicates.hpp>
#include <insightflow/analysis/partial.hpp>
#include <insightflow/analysis/personas.hpp>
#include <insightflow/insight/build.hpp>

/// An insight run over responses that lie in several places. Three steps, of which the first and
/// the last but one run on each part by itself:
///
///     Sample one = sample_part(part, first, settings)    // then merge the samples, in any order
///     Plan plan  = make_plan(sample, settings)           // themes and phrases to look for
///     Partial p  = Partial::of(part, first, plan, settings)    // then merge these, in any order
///     Findings f = finish(p, plan, frame, settings)
///
/// `insight::build` takes the same steps with the whole as its only part, and the findings have the
/// same bytes however the responses were parted. Two rounds are needed because nobody can say what
/// an answer is about before the themes are known, and those are learned from all answers.
///
/// `first` is the number of the part's first response in the whole, counted from 0. All steps are
/// given the same settings and the same questionnaire. Samples, plans and partials are plain values
/// and travel as versioned JSON. A sample is bounded (50,000 wordings for each question); a partial
/// keeps what was chosen and scored in each response, but no texts save those that may be quoted.
namespace insightflow::insight {

/// What must be known of all texts before any can be coded.
struct Sample {
  std::int64_t format = 1;
  std::string settings;  ///< Digest of the settings and the questionnaire.
  std::map<std::string, analysis::ThemeSample> texts;  ///< By question id, or id + "/other".
  friend bool operator==(const Sample&, const Sample&) = default;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (format, settings, texts))

/// What is looked for in the texts of one question.
struct PlannedTexts {
  bool given = false;  ///< The codebook was given, not learned.
  analysis::Codebook codebook;
  std::vector<analysis::WantedPhrase> phrases;
  friend bool operator==(const PlannedTexts&, const PlannedTexts&) = default;
};
BOOST_DESCRIBE_STRUCT(PlannedTexts, (), (given, codebook, phrases))

struct Plan {
  std::int64_t format = 1;
  std::string settings;
  std::map<std::string, PlannedTexts> texts;
  friend bool operator==(const Plan&, const Plan&) = default;
};
BOOST_DESCRIBE_STRUCT(Plan, (), (format, settings, texts))

/// One text as it was read.
struct ReadText {
  std::int64_t record = 0;
  std::int64_t mood = -1;             ///< Of `analysis::Sentiment`; -1 where it was not rated.
  std::vector<std::uint32_t> themes;  ///< Places in the codebook of the plan, strongest first.
  friend bool operator==(const ReadText&, const ReadText&) = default;
};
BOOST_DESCRIBE_STRUCT(ReadText, (), (record, mood, themes))

/// SHA-256 of a text that may be quoted.
struct TextDigest {
  std::int64_t record = 0;
  std::string digest;
  friend bool operator==(const TextDigest&, const TextDigest&) = default;
};
BOOST_DESCRIBE_STRUCT(TextDigest, (), (record, digest))

/// All texts of one question, or all words behind its "other".
struct TextReadings {
  std::int64_t question = 0;  ///< Its place in the questionnaire.
  std::vector<ReadText> read;
  std::int64_t wordless = 0;     ///< Texts without a word, …
  std::int64_t subjectless = 0;  ///< … and those whose words name no subject ("yes", "no idea").
  std::map<std::string, std::int64_t> foreign;  ///< Texts that were not rated, by language.
  analysis::CodingCounts counts;
  std::vector<analysis::ThemeQuotes> quotes;
  std::vector<analysis::PhraseCount> phrases;
  std::vector<TextDigest> digests;  ///< Of the answers that quotes and phrases point to.
  friend bool operator==(const TextReadings&, const TextReadings&) = default;
};
BOOST_DESCRIBE_STRUCT(TextReadings, (),
                      (question, read, wordless, subjectless, foreign, counts, quotes, phrases,
                       digests))

/// What the flags of careless answers need to know of one response.
struct RecordSigns {
  std::int64_t record = 0;
  std::int64_t signs = 0;  ///< Bits of `Sign`.
  std::int64_t whole = 0;  ///< Hash of all answers, where there are many; else 0.
  friend bool operator==(const RecordSigns&, const RecordSigns&) = default;
};
BOOST_DESCRIBE_STRUCT(RecordSigns, (), (record, signs, whole))
enum Sign : std::int64_t { spoke = 1, senseless = 2, sounds_negative = 4, sounds_positive = 8 };

/// A text long enough that two people hardly write it alike.
struct LongText {
  std::int64_t record = 0;
  std::int64_t question = 0;
  analysis::Sketch sketch;
  friend bool operator==(const LongText&, const LongText&) = default;
};
BOOST_DESCRIBE_STRUCT(LongText, (), (record, question, sketch))

/// Words of a respondent who may turn out to be typical of a group.
struct SpokenWords {
  std::int64_t record = 0;
  std::int64_t question = 0;  ///< As in `TextReadings`.
  std::string text;
  friend bool operator==(const SpokenWords&, const SpokenWords&) = default;
};
BOOST_DESCRIBE_STRUCT(SpokenWords, (), (record, question, text))

/// What reading the texts of some responses gave.
struct Readings {
  std::int64_t used = 0;               ///< Responses with an answer.
  std::vector<std::int64_t> asked;     ///< For each question.
  std::vector<std::int64_t> answered;  ///< For each question.
  std::vector<std::int64_t> inputs;    ///< Digest of the answers: four words, low first.
  std::vector<TextReadings> texts;     ///< In order of the questions; none without a text.
  std::vector<RecordSigns> records;
  std::vector<LongText> long_texts;
  std::vector<SpokenWords> words;
  friend bool operator==(const Readings&, const Readings&) = default;
};
BOOST_DESCRIBE_STRUCT(Readings, (),
                      (used, asked, answered, inputs, texts, records, long_texts, words))

/// A response without its texts.
struct ClosedRecord {
  std::int64_t record = 0;
  std::string id;
  std::optional<Instant> at;
  response::Answers answers;
  std::map<std::string, std::string> hidden;
  friend bool operator==(const ClosedRecord&, const ClosedRecord&) = default;
};
BOOST_DESCRIBE_STRUCT(ClosedRecord, (), (record, id, at, answers, hidden))

/// What one part adds to the findings.
struct Partial {
  std::int64_t format = 1;
  std::string plan;  ///< Digest of the plan.
  std::vector<ClosedRecord> records;
  Readings readings;

  /// Reads a part. Responses of a previous wave are read with a plan without texts. Errors: those
  /// of `Ctx::check`; `partial_mismatch` for a plan of other settings or another questionnaire.
  static Result<Partial> of(const Dataset& part, std::int64_t first, const Plan& plan,
                            const Settings& settings, const Ctx& ctx = {});

  friend bool operator==(const Partial&, const Partial&) = default;
};
BOOST_DESCRIBE_STRUCT(Partial, (), (format, plan, records, readings))

/// Errors: those of `Ctx::check`.
Result<Sample> sample_part(const Dataset& part, std::int64_t first, const Settings& settings,
                           const Ctx& ctx = {});

/// Themes and phrases to look for. `codebooks` as in `BuildOptions`. Errors: those of `Ctx::check`,
/// `theme_count_out_of_range`, `codebook_invalid`, `partial_mismatch`.
Result<Plan> make_plan(const Sample& sample, const Settings& settings,
                       const std::map<std::string, analysis::Codebook, std::less<>>& codebooks = {},
                       const Ctx& ctx = {});

/// Takes in another part; in any order, any grouping. On an error `into` is as it was. Errors:
/// `partial_mismatch` when they are not of one run, `partial_overlap` when both hold a response.
Result<void> merge(Sample& into, const Sample& other);
Result<void> merge(Partial& into, const Partial& other);

/// The findings of all parts. `frame` is the dataset without its records: the questionnaire, the
/// survey it is a version of, the notes. `previous` is the earlier wave, read with the
/// questionnaire of `frame`. Errors: those of `build`; `partial_mismatch`, `partial_incomplete`
/// when a response is missing between the first and the last.
Result<Findings> finish(Partial partial, const Plan& plan, const Dataset& frame,
                        const Settings& settings, const Ctx& ctx = {},
                        const Partial* previous = nullptr);

/// As text, and back. What was damaged or made by another version is an error: those of
/// `from_json_text`, `partial_format`, `partial_damaged` with the place, `codebook_invalid`.
std::string serialise(const Sample& sample);
std::string serialise(const Plan& plan);
std::string serialise(const Partial& partial);
Result<Sample> parse_sample(std::string_view text);
Result<Plan> parse_plan(std::string_view text);
Result<Partial> parse_partial(std::string_view text);

}  // namespace insightflow::insight

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<insight::Sample>();
extern template const Type& type_of<insight::Plan>();
extern template const Type& type_of<insight::Partial>();
}  // namespace insightflow
