#pragma once

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/core/ctx.hpp>
#include <insightflow/insight/findings.hpp>
#include <insightflow/response/response.hpp>

/// From answers to findings. Pure: no I/O, no clock, no global; the same inputs give the same bytes
/// on every machine and thread count.
namespace insightflow::insight {

/// One respondent's answers.
struct Record {
  std::string id;  ///< Response id, or "row:17" for a row of a file.
  response::Submission submission;
  std::optional<Instant> at;  ///< When it was given, where that is known.
};

/// What is analysed: the answers, and the questionnaire they answer.
struct Dataset {
  survey::Questionnaire questionnaire;
  std::vector<Record> records;
  std::string survey_id;  ///< These three are for the manifest; empty for a file.
  std::int64_t survey_version = 0;
  std::string survey_digest;
  std::vector<std::string> notes;  ///< What a reader of the findings must know about the answers.
};

/// The shares one question or hidden field should have, to weight by.
struct WeightTarget {
  std::string by;
  std::map<std::string, double> shares;  ///< By value; only their ratios matter.
  friend bool operator==(const WeightTarget&, const WeightTarget&) = default;
};
BOOST_DESCRIBE_STRUCT(WeightTarget, (), (by, shares))
inline constexpr std::array weight_target_notes{
    Note{.field = "by",
         .doc = "Question id, or hidden field as \"hidden.plan\".",
         .required = true,
         .max = 200},
    Note{.field = "shares",
         .doc = "Share or percentage by value; only the ratios matter.",
         .required = true,
         .max = 100}};
constexpr std::span<const Note> field_notes(const WeightTarget*) {
  return weight_target_notes;
}

/// A field is a question id, or a hidden field as "hidden.plan".
struct Settings {
  std::vector<std::string> by;         ///< Fields whose values make segments.
  std::optional<std::int64_t> themes;  ///< Per question; chosen by the engine when absent.
  /// Segments with fewer answers than this are named but not broken down.
  std::int64_t least_base = 10;
  std::string weight;                 ///< Field that holds the weight of each response.
  std::vector<WeightTarget> targets;  ///< To rake to; not together with `weight`.
  double trim = 0;       ///< Raked weights stay within this factor of the mean; 0: no limit.
  std::string date;      ///< Field that holds the day; without it, the time of submission.
  std::string duration;  ///< Field that holds the seconds it took to answer.
  /// First day of this wave, as 2026-01-31: earlier responses are the previous one. See
  /// `take_previous_wave`.
  std::string since;
  std::int64_t bootstraps = 0;  ///< To tell how stable each theme is; 0: not told.

  friend bool operator==(const Settings&, const Settings&) = default;
};
BOOST_DESCRIBE_STRUCT(Settings, (),
                      (by, themes, least_base, weight, targets, trim, date, duration, since,
                       bootstraps))
inline constexpr std::array settings_notes{
    Note{.field = "by",
         .doc = "Question ids, or hidden fields as \"hidden.plan\", that make segments.",
         .omit_empty = true,
         .max = 10},
    Note{.field = "themes",
         .doc = "Number of themes per question; chosen by the engine if absent.",
         .min = 1,
         .max = 1000},
    Note{.field = "least_base",
         .doc = "Segments with fewer answers are not broken down.",
         .min = 1,
         .max = 1000000},
    Note{.field = "weight",
         .doc = "Question or hidden field that holds the weight of each response.",
         .omit_empty = true,
         .max = 200},
    Note{.field = "targets",
         .doc = "Shares the weighted answers should have; raking finds the weights.",
         .omit_empty = true,
         .max = 10},
    Note{.field = "trim",
         .doc = "Raked weights stay within this factor of their mean; 0 for no limit.",
         .omit_empty = true,
         .min = 0,
         .max = 1000},
    Note{.field = "date",
         .doc = "Question or hidden field that holds the day of the response, for trends; the "
                "time of submission if absent.",
         .omit_empty = true,
         .max = 200},
    Note{.field = "duration",
         .doc = "Question or hidden field that holds the seconds it took to answer.",
         .omit_empty = true,
         .max = 200},
    Note{.field = "since",
         .doc = "First day of this wave, as 2026-01-31; the findings are about the responses from "
                "then on and compare them with the earlier ones.",
         .omit_empty = true,
         .max = 40},
    Note{.field = "bootstraps",
         .doc = "Random halves of the answers in which each theme is looked for again, to tell how "
                "stable it is; 0 for none. Each costs about half of finding the themes.",
         .omit_empty = true,
         .min = 0,
         .max = 100}};
constexpr std::span<const Note> field_notes(const Settings*) {
  return settings_notes;
}

/// How the text of one respondent was read.
struct CodedText {
  std::string question_id;
  std::string text;
  analysis::Mood sentiment;
  std::vector<std::string> themes;  ///< Theme ids, strongest first.
  std::vector<std::string> flags;   ///< Kinds of `QualityFlag` that its response has.
};
BOOST_DESCRIBE_STRUCT(CodedText, (), (question_id, text, sentiment, themes, flags))

/// Called for each text, question by question in the order of the records.
using OnCodedText = std::function<void(std::size_t record, const CodedText&)>;

/// What findings are built with beside the answers.
struct BuildOptions {
  /// An earlier wave of the same questions; scores, choices and moods are compared with it.
  const Dataset* previous = nullptr;
  /// Themes that texts are coded with instead of finding new ones: by question id, that of the
  /// words behind "other" with "/other" behind it.
  std::map<std::string, analysis::Codebook, std::less<>> codebooks;
  OnCodedText on_coded_text;
  /// Called with the themes of each text question that were found, not given.
  std::function<void(const std::string& question_id, const analysis::Codebook&)> on_codebook;
};

/// Where `settings.since` is set: moves the responses before that day out of the dataset and gives
/// them back, to be the previous wave of `build`. Responses of an unknown day stay. Errors: those
/// of `build` for fields, and `day_malformed`.
Result<std::optional<Dataset>> take_previous_wave(Dataset& dataset, const Settings& settings);

/// Computes everything. Errors: those of `Ctx::check`, `segment_unknown`, `segment_unfit`,
/// `field_unknown`, `weights_twice` for both a weight and targets, those of `analysis::rake`,
/// `theme_count_out_of_range`, and `codebook_invalid`.
Result<Findings> build(const Dataset& dataset, const Settings& settings, const Ctx& ctx = {},
                       const BuildOptions& options = {});

/// Names the engine, for manifests and cache keys: changes whenever a result may change.
std::string engine_version();

/// The text a piece of evidence points into: the answer, or the words behind "other" for a question
/// id that ends in "/other". Nothing when there is none.
std::optional<std::string> evidence_text(const response::Submission& submission,
                                         std::string_view question_id);

/// True when the quote stands verbatim at its place in `text` and the digest is that of `text`.
bool verify(const Evidence& evidence, std::string_view text);

}  // namespace insightflow::insight

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<insight::Settings>();
extern template const Type& type_of<insight::CodedText>();
}  // namespace insightflow
