#include "insight/describe.hpp"

#include "insight/figures.hpp"

#include <cmath>

namespace insightflow::insight {

namespace {

constexpr std::size_t most_terms = 3;
constexpr std::int64_t least_moods = 5;  // texts, before their moods are worth a word

std::string size_of(const QuestionFindings& question, const Theme& theme) {
  return percent(theme.share) + " of " + grouped(question.used) + " texts (95 % interval " +
         std::to_string(std::lround(theme.interval.low * 100)) + " to " +
         percent(theme.interval.high) + ")";
}

std::string words_of(const Theme& theme) {
  const std::size_t told = std::min(most_terms, theme.terms.size());
  std::string out;
  for (std::size_t t = 0; t < told; ++t)
    out += (t == 0 ? "" : t + 1 == told ? " and " : ", ") + quoted(theme.terms[t]);
  return out.empty() ? "" : ", with words such as " + out;
}

std::string mood_of(const analysis::SentimentMix& mix) {
  const std::int64_t all = mix.negative + mix.neutral + mix.positive;
  if (all < least_moods) return "";
  const auto part = [&](std::int64_t n) {
    return percent(static_cast<double>(n) / static_cast<double>(all));
  };
  return "; " + part(mix.negative) + " negative, " + part(mix.neutral) + " neutral, " +
         part(mix.positive) + " positive";
}

/// Where it is named most beyond the rest, so far as that can be told from chance.
std::string apart(const Findings& findings, const QuestionFindings& question, const Theme& theme) {
  const CrossTest* most = nullptr;
  const CrossTab* where = nullptr;
  for (const CrossTab& table : findings.cross_tabs) {
    if (table.question_id != question.question_id) continue;
    for (const CrossTest& test : table.tests)
      if (test.item == theme.id && test.verdict.significant && test.difference > 0 &&
          (most == nullptr || test.difference > most->difference))
        most = &test, where = &table;
  }
  if (most == nullptr) return "";
  for (const Breakdown& segment : where->segments) {
    if (segment.id != most->segment) continue;
    for (const analysis::Share& share : segment.distribution)
      if (share.id == theme.id)
        return "; " + percent(share.share) + " in " +
               quoted(segment.label.empty() ? segment.id : segment.label) + ", " +
               percent(share.share - most->difference) + " elsewhere";
  }
  return "";
}

}  // namespace

void describe_themes(Findings& findings) {
  for (QuestionFindings& question : findings.questions)
    for (Theme& theme : question.themes)
      theme.description = size_of(question, theme) + words_of(theme) + mood_of(theme.sentiment) +
                          apart(findings, question, theme) + ".";
}

}  // namespace insightflow::insight
