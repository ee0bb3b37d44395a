#pragma once

#include <insightflow/analysis/figures.hpp>
#include <insightflow/core/fields.hpp>
#include <insightflow/survey/questionnaire.hpp>

#include <map>
#include <string>
#include <vector>

/// What an insight run found. One value, written to the database as JSON, rendered by `report`.
namespace insightflow::insight {

/// Points to the exact words something rests on. `start` and `end` are byte offsets into the UTF-8
/// answer text; `digest` is SHA-256 (hex) of that whole text; `quote` is text[start, end) verbatim.
struct Evidence {
  std::string response_id;  ///< Of a stored response, or "row:17" for a row of an analysed file.
  std::string question_id;
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::string digest;
  std::string quote;
  friend bool operator==(const Evidence&, const Evidence&) = default;
};
BOOST_DESCRIBE_STRUCT(Evidence, (), (response_id, question_id, start, end, digest, quote))
inline constexpr std::array evidence_notes{
    Note{.field = "quote", .doc = "Verbatim words of the answer.", .pii = true}};
constexpr std::span<const Note> field_notes(const Evidence*) {
  return evidence_notes;
}

/// A subject that several answers share.
struct Theme {
  std::string id;  ///< Stable within one result: "t1", strongest first.
  std::string label;
  std::vector<std::string> terms;  ///< What sets it apart, strongest first.
  std::int64_t size = 0;           ///< Answers that belong to it.
  double share = 0;                ///< Of the answers used, in [0, 1].
  analysis::Interval interval;     ///< Of the share (Wilson, 95 %).
  analysis::SentimentMix sentiment;
  std::vector<Evidence> quotes;  ///< Typical first; then dissenting ones.
  friend bool operator==(const Theme&, const Theme&) = default;
};
BOOST_DESCRIBE_STRUCT(Theme, (), (id, label, terms, size, share, interval, sentiment, quotes))

struct Keyphrase {
  std::string text;
  std::int64_t count = 0;  ///< Answers that hold it.
  Evidence example;
  friend bool operator==(const Keyphrase&, const Keyphrase&) = default;
};
BOOST_DESCRIBE_STRUCT(Keyphrase, (), (text, count, example))

/// One row of a matrix, or one segment of the respondents.
struct Breakdown {
  std::string id;
  std::string label;
  std::int64_t base = 0;
  std::vector<analysis::Share> distribution;
  std::vector<analysis::Metric> metrics;
  friend bool operator==(const Breakdown&, const Breakdown&) = default;
};
BOOST_DESCRIBE_STRUCT(Breakdown, (), (id, label, base, distribution, metrics))

/// What one question (or one column of a file) tells.
struct QuestionFindings {
  std::string question_id;
  std::string text;
  survey::Kind kind = survey::Kind::open_text;
  std::int64_t asked = 0;     ///< Responses in which the logic led to this question.
  std::int64_t answered = 0;  ///< Of those, with an answer; the base of the shares.
  std::int64_t used =
      0;  ///< Of those, what the text analysis could use (not empty, not a duplicate).
  std::vector<analysis::Share> distribution;
  std::vector<analysis::Metric> metrics;
  std::vector<Breakdown> rows;
  std::optional<analysis::SentimentMix> sentiment;
  std::vector<Theme> themes;
  std::int64_t unthemed = 0;  ///< Used answers that belong to no theme.
  std::vector<Keyphrase> keyphrases;
  std::vector<std::string> notes;  ///< What a reader must know: small base, opt-in sample …
  friend bool operator==(const QuestionFindings&, const QuestionFindings&) = default;
};
BOOST_DESCRIBE_STRUCT(QuestionFindings, (),
                      (question_id, text, kind, asked, answered, used, distribution, metrics, rows,
                       sentiment, themes, unthemed, keyphrases, notes))

/// One text question or score, broken down by one closed question or column.
struct CrossTab {
  std::string question_id;  ///< What is broken down; its themes, or its score.
  std::string by;           ///< The question or column that makes the segments.
  std::vector<Breakdown> segments;
  friend bool operator==(const CrossTab&, const CrossTab&) = default;
};
BOOST_DESCRIBE_STRUCT(CrossTab, (), (question_id, by, segments))

/// A sentence for a reader in a hurry, with what it rests on.
struct Statement {
  std::string text;
  std::string question_id;
  std::vector<Evidence> evidence;
  friend bool operator==(const Statement&, const Statement&) = default;
};
BOOST_DESCRIBE_STRUCT(Statement, (), (text, question_id, evidence))

/// All that is needed to get the same bytes again. Holds no time and no host name.
struct Manifest {
  std::string engine = "local";  ///< Who spoke; a model and prompt version with an LLM.
  std::string engine_version;
  std::string survey_id;
  std::int64_t survey_version = 0;
  std::string survey_digest;
  std::string inputs_digest;  ///< SHA-256 over the answers in order, without their ids.
  std::int64_t responses = 0;
  std::uint64_t seed = 0;
  std::map<std::string, std::string> settings;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};
BOOST_DESCRIBE_STRUCT(Manifest, (),
                      (engine, engine_version, survey_id, survey_version, survey_digest,
                       inputs_digest, responses, seed, settings))

/// The whole result.
struct Findings {
  std::string title;
  std::string language;
  std::int64_t responses_total = 0;
  std::int64_t responses_used = 0;
  std::vector<Statement> summary;
  std::vector<QuestionFindings> questions;
  std::vector<CrossTab> cross_tabs;
  std::vector<std::string> notes;
  Manifest manifest;
  friend bool operator==(const Findings&, const Findings&) = default;
};
BOOST_DESCRIBE_STRUCT(Findings, (),
                      (title, language, responses_total, responses_used, summary, questions,
                       cross_tabs, notes, manifest))

/// True for a respondent's own words; false for the bare value of a closed question, which is cited
/// but says nothing as a quote.
inline bool own_words(const Findings& findings, const Evidence& evidence) {
  for (const QuestionFindings& question : findings.questions)
    if (question.question_id == evidence.question_id)
      return question.kind == survey::Kind::open_text;
  return true;  // the words behind "other"
}

}  // namespace insightflow::insight

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<insight::Findings>();
}  // namespace insightflow
