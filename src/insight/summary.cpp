#include "insight/summary.hpp"

#include "insight/closed.hpp"

#include <insightflow/security/digest.hpp>

#include <cmath>

namespace insightflow::insight {

namespace {

constexpr std::int64_t least_base = 10;  // below this a sentence would say more than is known
constexpr std::size_t most_themes = 3;   // told for each question
constexpr std::size_t most_cited = 3;    // answers cited for one figure

std::string percent(double share) {
  return std::to_string(static_cast<int>(std::lround(share * 100))) + " %";
}
std::string range(const analysis::Interval& interval) {
  return std::to_string(static_cast<int>(std::lround(interval.low * 100))) + " to " +
         percent(interval.high);
}
std::string points(double value) {
  const auto rounded = static_cast<int>(std::lround(value));
  return (rounded > 0 ? "+" : "") + std::to_string(rounded);
}
std::string one_decimal(double value) {
  const auto tenths = std::lround(value * 10);
  return (tenths < 0 ? "-" : "") + std::to_string(std::labs(tenths) / 10) + "." +
         std::to_string(std::labs(tenths) % 10);
}

/// The answers a figure rests on, by way of the first few.
std::vector<Evidence> first_answers(const Dataset& dataset, const std::string& question) {
  std::vector<Evidence> out;
  for (std::size_t record = 0; record < dataset.records.size() && out.size() < most_cited;
       ++record) {
    const auto text = evidence_text(dataset.records[record].submission, question);
    if (!text || text->empty()) continue;
    out.push_back({.response_id = dataset.records[record].id,
                   .question_id = question,
                   .start = 0,
                   .end = static_cast<std::int64_t>(text->size()),
                   .digest = security::sha256(*text),
                   .quote = *text});
  }
  return out;
}

/// "mostly negative (71 %)" where one mood has more than half.
std::string prevailing(const analysis::SentimentMix& mix) {
  const std::int64_t total = mix.negative + mix.neutral + mix.positive;
  const auto say = [&](const char* word, std::int64_t count) {
    return ", mostly " + std::string(word) + " (" +
           percent(static_cast<double>(count) / static_cast<double>(total)) + ")";
  };
  if (total == 0) return {};
  if (mix.negative * 2 > total) return say("negative", mix.negative);
  if (mix.positive * 2 > total) return say("positive", mix.positive);
  return ", with mixed moods";
}

const analysis::Metric* metric(const QuestionFindings& question, std::string_view name) {
  for (const analysis::Metric& one : question.metrics)
    if (one.name == name) return &one;
  return nullptr;
}

std::optional<std::string> about_score(const QuestionFindings& question) {
  const std::string answers = " from " + std::to_string(question.answered) + " answers";
  if (const auto* nps = metric(question, "nps"))
    return "The net promoter score is " + points(nps->value) +
           (nps->interval ? " (95 % interval " + points(nps->interval->low) + " to " +
                                points(nps->interval->high) + ")"
                          : "") +
           answers + ".";
  if (const auto* csat = metric(question, "csat"))
    return percent(csat->value) + " are satisfied" +
           (csat->interval ? " (95 % interval " + range(*csat->interval) + ")" : "") + answers +
           " to \"" + question.text + "\".";
  if (const auto* mean = metric(question, "mean"); mean && question.kind != survey::Kind::nps)
    return (question.kind == survey::Kind::number
                ? "The average answer to \"" + question.text + "\" is " + one_decimal(mean->value)
                : "\"" + question.text + "\" is rated " + one_decimal(mean->value) +
                      " on average") +
           (mean->interval ? " (95 % interval " + one_decimal(mean->interval->low) + " to " +
                                 one_decimal(mean->interval->high) + ")"
                           : "") +
           answers + ".";
  return std::nullopt;
}

std::optional<std::string> about_choice(const QuestionFindings& question) {
  const analysis::Share* top = nullptr;
  for (const analysis::Share& share : question.distribution)
    if (top == nullptr || share.count > top->count) top = &share;
  if (top == nullptr || top->count == 0) return std::nullopt;
  return "\"" + top->label + "\" leads the answers to \"" + question.text +
         "\": " + percent(top->share) + " (95 % interval " + range(top->interval) + ") of " +
         std::to_string(question.answered) + ".";
}

}  // namespace

std::vector<Statement> summarise(const Findings& findings, const Dataset& dataset) {
  std::vector<Statement> out;
  for (const QuestionFindings& question : findings.questions) {
    if (question.answered < least_base) continue;
    auto sentence = about_score(question);
    if (!sentence) sentence = about_choice(question);
    if (sentence)
      out.push_back(
          {*sentence, question.question_id, first_answers(dataset, question.question_id)});
    for (std::size_t t = 0; t < std::min(most_themes, question.themes.size()); ++t) {
      const Theme& theme = question.themes[t];
      out.push_back({"\"" + theme.label + "\" " +
                         (t == 0 ? "is the most frequent theme in" : "is also a theme in") + " \"" +
                         question.text + "\": " + percent(theme.share) + " (95 % interval " +
                         range(theme.interval) + ") of " + std::to_string(question.used) +
                         " texts" + prevailing(theme.sentiment) + ".",
                     question.question_id, theme.quotes});
    }
  }
  return out;
}

}  // namespace insightflow::insight
