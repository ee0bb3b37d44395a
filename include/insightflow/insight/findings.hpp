#pragma once

#include <insightflow/analysis/drivers.hpp>
#include <insightflow/analysis/figures.hpp>
#include <insightflow/analysis/personas.hpp>
#include <insightflow/analysis/significance.hpp>
#include <insightflow/llm/spoken.hpp>
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
  /// Where it was asked for: how much of it comes together again in random halves of the answers,
  /// in [0, 1] (Jaccard similarity, Hennig 2007).
  std::optional<double> stability;
  /// One sentence of figures and of words of the answers: how large it is, its words, its moods,
  /// and the segment that names it most where that can be told from chance.
  std::string description;
  std::string summary;  ///< What it is about, by a model and checked; else empty.
  friend bool operator==(const Theme&, const Theme&) = default;
};
BOOST_DESCRIBE_STRUCT(Theme, (),
                      (id, label, terms, size, share, interval, sentiment, quotes, stability,
                       description, summary))
inline constexpr std::array theme_notes{
    Note{.field = "description",
         .doc = "One sentence of figures and words of the answers.",
         .omit_empty = true},
    Note{.field = "summary", .doc = "What it is about, by a model.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Theme*) {
  return theme_notes;
}

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

/// Whether a difference can be told from chance. `p` is the test's own probability, `adjusted_p`
/// allows for all tests of these findings (Benjamini & Hochberg), `significant` is `adjusted_p` <
/// 0.05.
struct Verdict {
  analysis::Method method = analysis::Method::none;
  double p = 1;
  double adjusted_p = 1;
  bool significant = false;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (method, p, adjusted_p, significant))

/// One test of a cross-tab: a segment against everybody else, or the table as a whole (`item` and
/// `segment` are empty; there is no difference).
struct CrossTest {
  std::string item;       ///< Id of a theme, option or metric.
  std::string segment;    ///< Id of the segment.
  double difference = 0;  ///< Share in [0, 1], or the metric's own unit (NPS in points).
  analysis::Interval interval;
  Verdict verdict;
  friend bool operator==(const CrossTest&, const CrossTest&) = default;
};
BOOST_DESCRIBE_STRUCT(CrossTest, (), (item, segment, difference, interval, verdict))

/// One question, broken down by one closed question or column.
struct CrossTab {
  std::string question_id;  ///< What is broken down: its themes, its choices, or its score.
  std::string by;           ///< The question or column that makes the segments.
  std::vector<Breakdown> segments;
  std::vector<CrossTest> tests;
  friend bool operator==(const CrossTab&, const CrossTab&) = default;
};
BOOST_DESCRIBE_STRUCT(CrossTab, (), (question_id, by, segments, tests))

/// What goes together with one rating. Ids of the drivers are question ids, with "/option" or
/// "/theme" behind them.
struct DriverFindings {
  std::string question_id;  ///< The rating.
  std::int64_t base = 0;
  double r_squared = 0;  ///< Part of the differences between ratings that is explained, in [0, 1].
  double adjusted_r_squared = 0;
  std::vector<analysis::Driver> drivers;
  std::string abstained;  ///< Why nothing is said.
  friend bool operator==(const DriverFindings&, const DriverFindings&) = default;
};
BOOST_DESCRIBE_STRUCT(DriverFindings, (),
                      (question_id, base, r_squared, adjusted_r_squared, drivers, abstained))

/// One figure in one period.
struct TrendPoint {
  std::string period;  ///< First day, "2026-03-02".
  std::int64_t base = 0;
  double value = 0;
  analysis::Interval interval;
  friend bool operator==(const TrendPoint&, const TrendPoint&) = default;
};
BOOST_DESCRIBE_STRUCT(TrendPoint, (), (period, base, value, interval))

/// One figure over time. `slope` is the change from one period to the next.
struct Trend {
  std::string question_id;
  std::string item;    ///< Theme id; empty for a metric.
  std::string label;   ///< Of the theme, for people.
  std::string metric;  ///< "share", "negative", or the name of the metric.
  std::string unit;    ///< "day", "week" or "month": how long a period is.
  std::vector<TrendPoint> points;
  double slope = 0;
  Verdict verdict;
  friend bool operator==(const Trend&, const Trend&) = default;
};
BOOST_DESCRIBE_STRUCT(Trend, (), (question_id, item, label, metric, unit, points, slope, verdict))

/// One figure now and in the previous wave.
struct WaveChange {
  std::string question_id;
  std::string item;    ///< Option id; empty for a metric.
  std::string label;   ///< Of the option, for people.
  std::string metric;  ///< "share", "negative", or the name of the metric.
  double before = 0;
  double now = 0;
  std::int64_t base_before = 0;
  std::int64_t base_now = 0;
  double difference = 0;
  analysis::Interval interval;  ///< Of the difference.
  Verdict verdict;
  friend bool operator==(const WaveChange&, const WaveChange&) = default;
};
BOOST_DESCRIBE_STRUCT(WaveChange, (),
                      (question_id, item, label, metric, before, now, base_before, base_now,
                       difference, interval, verdict))

/// A group of respondents who answer alike.
struct Persona {
  std::string id;    ///< "p1", largest first.
  std::string name;  ///< Made of what sets it apart most.
  std::int64_t size = 0;
  double share = 0;
  analysis::Interval interval;
  std::vector<analysis::Trait> traits;
  std::vector<Evidence> quotes;  ///< Of the respondent in its middle.
  std::string description;       ///< Of a model, checked; empty without one.
  friend bool operator==(const Persona&, const Persona&) = default;
};
BOOST_DESCRIBE_STRUCT(Persona, (), (id, name, size, share, interval, traits, quotes, description))
inline constexpr std::array persona_notes{
    Note{.field = "description", .doc = "In the words of a model.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Persona*) {
  return persona_notes;
}

struct PersonaFindings {
  std::int64_t base = 0;
  double silhouette = 0;  ///< How well apart the groups are, in [-1, 1].
  std::vector<Persona> personas;
  std::string abstained;  ///< Why nothing is said.
  friend bool operator==(const PersonaFindings&, const PersonaFindings&) = default;
};
BOOST_DESCRIBE_STRUCT(PersonaFindings, (), (base, silhouette, personas, abstained))

/// What to do, by rule, from figures that are all named.
struct Recommendation {
  std::string id;    ///< "r1", most pressing first.
  std::string rule;  ///< Which rule speaks: "fix_theme", "keep_theme", "raise_driver", …
  std::string text;
  std::string question_id;
  std::string item;     ///< Theme id, driver id or segment id.
  double priority = 0;  ///< For the order alone.
  std::vector<analysis::Metric> figures;
  std::vector<Evidence> evidence;
  friend bool operator==(const Recommendation&, const Recommendation&) = default;
};
BOOST_DESCRIBE_STRUCT(Recommendation, (),
                      (id, rule, text, question_id, item, priority, figures, evidence))

/// Answers that may not be worth their weight. They are counted as all others; this is a risk to
/// look at, not a verdict.
struct QualityFlag {
  std::string kind;    ///< "speeder", "straight_liner", "duplicate", "gibberish", "contradiction".
  std::string reason;  ///< What was looked at, as a sentence.
  std::int64_t count = 0;
  std::int64_t base = 0;                  ///< Responses that were looked at.
  std::vector<std::string> response_ids;  ///< The first 20.
  friend bool operator==(const QualityFlag&, const QualityFlag&) = default;
};
BOOST_DESCRIBE_STRUCT(QualityFlag, (), (kind, reason, count, base, response_ids))

/// How the answers were weighted.
struct WeightFindings {
  std::string source;  ///< The column of weights, or "raking".
  std::vector<std::string> margins;
  double effective = 0;      ///< Answers that would be as precise without weights.
  double design_effect = 1;  ///< Kish: answers / effective.
  double least = 1;
  double most = 1;
  bool converged = true;
  std::int64_t rounds = 0;
  double largest_gap = 0;  ///< Between a weighted share and its target, in [0, 1].
  std::int64_t trimmed = 0;
  std::int64_t unweighted = 0;  ///< Respondents without a weight of their own; they count as 1.
  friend bool operator==(const WeightFindings&, const WeightFindings&) = default;
};
BOOST_DESCRIBE_STRUCT(WeightFindings, (),
                      (source, margins, effective, design_effect, least, most, converged, rounds,
                       largest_gap, trimmed, unweighted))

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
  std::string inputs_digest;  ///< Sum modulo 2^256 of the SHA-256 of each response with its place,
                              ///< without its id; the same however the responses were parted.
  std::int64_t responses = 0;
  std::uint64_t seed = 0;
  std::map<std::string, std::string> settings;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};
BOOST_DESCRIBE_STRUCT(Manifest, (),
                      (engine, engine_version, survey_id, survey_version, survey_digest,
                       inputs_digest, responses, seed, settings))

/// A section of a report, and the ids of its parts: "summary", "recommendations",
/// "question:q1", "groups", "drivers", "personas", "changes", "quality".
struct OutlineSection {
  std::string title;
  std::vector<std::string> parts;
  friend bool operator==(const OutlineSection&, const OutlineSection&) = default;
};
BOOST_DESCRIBE_STRUCT(OutlineSection, (), (title, parts))
inline constexpr std::array outline_section_notes{
    Note{.field = "title", .doc = "Two to eight words.", .required = true, .min = 1, .max = 80},
    Note{.field = "parts", .doc = "Ids, in order.", .required = true, .max = 200}};
constexpr std::span<const Note> field_notes(const OutlineSection*) {
  return outline_section_notes;
}

/// In what order a report is best read. Each part stands in one section.
struct Outline {
  std::vector<OutlineSection> sections;
  friend bool operator==(const Outline&, const Outline&) = default;
};
BOOST_DESCRIBE_STRUCT(Outline, (), (sections))
inline constexpr std::array outline_notes{
    Note{.field = "sections", .doc = "Three to eight.", .required = true, .max = 12}};
constexpr std::span<const Note> field_notes(const Outline*) {
  return outline_notes;
}

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
  std::vector<Recommendation> recommendations;
  std::vector<DriverFindings> drivers;
  std::vector<Trend> trends;
  std::vector<WaveChange> waves;
  std::optional<PersonaFindings> personas;
  std::vector<QualityFlag> quality;
  std::optional<WeightFindings> weighting;
  std::int64_t tests = 0;           ///< Tests that the adjusted probabilities allow for.
  std::vector<llm::Spoken> spoken;  ///< Who worded which part; empty where no model was asked.
  std::optional<Outline> outline;   ///< Of a model.
  friend bool operator==(const Findings&, const Findings&) = default;
};
BOOST_DESCRIBE_STRUCT(Findings, (),
                      (title, language, responses_total, responses_used, summary, questions,
                       cross_tabs, notes, manifest, recommendations, drivers, trends, waves,
                       personas, quality, weighting, tests, spoken, outline))
inline constexpr std::array findings_notes{
    Note{.field = "spoken",
         .doc = "Who worded which part. Absent where no model is configured: all is local.",
         .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Findings*) {
  return findings_notes;
}

/// Calls `visit` with every list of evidence in the findings; the example of a keyphrase is none.
template <class Visit>
void each_evidence(Findings& findings, const Visit& visit) {
  for (Statement& statement : findings.summary) visit(statement.evidence);
  for (QuestionFindings& question : findings.questions)
    for (Theme& theme : question.themes) visit(theme.quotes);
  for (Recommendation& one : findings.recommendations) visit(one.evidence);
  if (findings.personas)
    for (Persona& persona : findings.personas->personas) visit(persona.quotes);
}

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
