#pragma once

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

struct Settings {
  /// Questions (by id) or hidden fields (as "hidden.plan") whose values make segments.
  std::vector<std::string> by;
  /// Number of themes per question; chosen by the engine when absent.
  std::optional<std::int64_t> themes;
  /// Segments with fewer answers than this are named but not broken down.
  std::int64_t least_base = 10;

  friend bool operator==(const Settings&, const Settings&) = default;
};
BOOST_DESCRIBE_STRUCT(Settings, (), (by, themes, least_base))
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
         .max = 1000000}};
constexpr std::span<const Note> field_notes(const Settings*) {
  return settings_notes;
}

/// How the text of one respondent was read.
struct CodedText {
  std::string question_id;
  std::string text;
  analysis::Mood sentiment;
  std::vector<std::string> themes;  ///< Theme ids, strongest first.
};
BOOST_DESCRIBE_STRUCT(CodedText, (), (question_id, text, sentiment, themes))

/// Called for each text, question by question in the order of the records.
using OnCodedText = std::function<void(std::size_t record, const CodedText&)>;

/// Computes everything. Errors: those of `Ctx::check`, `segment_unknown`, and
/// `theme_count_out_of_range`.
Result<Findings> build(const Dataset& dataset, const Settings& settings, const Ctx& ctx = {},
                       const OnCodedText& on_coded_text = {});

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
