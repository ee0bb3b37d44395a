#pragma once

#include <insightflow/insight/findings.hpp>

#include <optional>
#include <string>
#include <string_view>

/// What a figure says, in a sentence. HTML and Markdown share these.
namespace insightflow::report::words {

/// In curved quotation marks.
std::string quoted(std::string_view label);

std::string base_line(const insight::Findings& findings);
/// "Open text · 412 of 415 answered".
std::string answered_line(const insight::QuestionFindings& question);
std::string_view kind(survey::Kind kind);
/// The label, or the id where there is none.
std::string_view name(const analysis::Share& share);
std::string_view name(const insight::Breakdown& breakdown);
/// With the number where a point of a scale has words: "0, not at all likely".
std::string full_name(const analysis::Share& share);
/// For programs: the number of a point of a scale, else the name.
std::string_view key(const analysis::Share& share);

std::string distribution(const insight::QuestionFindings& question);
std::string sentiment(const analysis::SentimentMix& mix);
std::string themes(const insight::QuestionFindings& question);
std::string rows(const insight::QuestionFindings& question);
std::string cross_tab(const insight::CrossTab& table);
/// The test of one cell against everybody else, or null.
const insight::CrossTest* test_of(const insight::CrossTab& table, std::string_view item,
                                  std::string_view segment);
/// "far beyond chance", "beyond chance" or "may be chance".
std::string_view chance(const insight::Verdict& verdict);
/// "adjusted p = 0.012".
std::string probability(const insight::Verdict& verdict);
/// One sentence each; `findings` gives the names.
std::string drivers(const insight::Findings& findings, const insight::DriverFindings& model);
std::string effect(const analysis::Driver& driver);
/// True when a step of the driver is a point on a scale, not something that is there or not.
bool by_points(const insight::Findings& findings, const analysis::Driver& driver);
std::string trend(const insight::Findings& findings, const insight::Trend& trend);
std::string trend_subject(const insight::Findings& findings, const insight::Trend& trend);
std::string wave_subject(const insight::Findings& findings, const insight::WaveChange& change);
std::string trait(const analysis::Trait& trait);
std::string quality(const insight::QualityFlag& flag);
std::string quality_name(const insight::QualityFlag& flag);
std::string weighting(const insight::WeightFindings& weighting, std::int64_t responses);
/// What the tests of the findings mean, in one sentence; empty when there are none.
std::string tests_note(const insight::Findings& findings);
/// "140 of 412 answers, 34 % (30–39 %)".
std::string theme_size(const insight::Theme& theme, std::int64_t base);
/// What a theme is about: in the words of a model where one spoke, else in figures.
const std::string& about(const insight::Theme& theme);
/// "61 % negative, 22 % neutral, 17 % positive"; empty for no answers.
std::string mix(const analysis::SentimentMix& mix);

std::int64_t total(const analysis::SentimentMix& mix);
const analysis::Metric* find(const std::vector<analysis::Metric>& metrics, std::string_view name);
const analysis::Share* find(const std::vector<analysis::Share>& shares, std::string_view id);

/// Detractors (0 to 6), passives (7, 8) and promoters (9, 10) of an NPS distribution.
struct NpsGroups {
  double detractors = 0;
  double passives = 0;
  double promoters = 0;
};
/// Nothing when the distribution is not one of the values 0 to 10.
std::optional<NpsGroups> nps_groups(const insight::QuestionFindings& question);

/// True when every value is a whole number, so that the order of the values means something.
bool on_scale(const std::vector<analysis::Share>& distribution);

/// Some interval in the findings is shown, so its assumptions must be told.
bool shows_intervals(const insight::Findings& findings);
inline constexpr std::string_view interval_note =
    "Intervals are 95 % intervals. They assume that answers are independent; the sample chose "
    "itself, so they say nothing about people who did not answer.";
/// Shares on fewer answers than this are marked.
inline constexpr std::int64_t small_base = 30;

/// Who worded which parts, one sentence for each model or reason; empty where no model was asked.
std::vector<std::string> spoken(const insight::Findings& findings);

/// The text of a question by its id; the id itself for a column of a file.
std::string_view question_text(const insight::Findings& findings, std::string_view id);

}  // namespace insightflow::report::words
