#include "bias/subject.hpp"

#include <charconv>

namespace insightflow::bias {

namespace {

/// The number behind `before` at the beginning of `text`.
std::optional<std::size_t> index_behind(std::string_view before, std::string_view text) {
  if (!text.starts_with(before)) return std::nullopt;
  text.remove_prefix(before.size());
  std::size_t out = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  if (end.ec != std::errc()) return std::nullopt;
  return out;
}

}  // namespace

const survey::Question* question_of(const Finding& finding, const survey::Questionnaire& survey) {
  const auto index = index_behind("/questions/", finding.pointer);
  return index && *index < survey.questions.size() ? &survey.questions[*index] : nullptr;
}

std::string_view field_text(const Finding& finding, const survey::Questionnaire& survey) {
  const survey::Question* question = question_of(finding, survey);
  if (!question) {
    if (finding.field == "title") return survey.title;
    if (finding.field == "description") return survey.description;
    return {};
  }
  const std::string_view field = finding.field;
  if (field == "text") return question->text;
  if (field == "help") return question->help;
  if (const auto at = index_behind("options/", field); at && *at < question->options.size())
    return question->options[*at].label;
  if (const auto at = index_behind("rows/", field); at && *at < question->rows.size())
    return question->rows[*at].label;
  if (constexpr std::string_view labels = "scale/labels/";
      field.starts_with(labels) && question->scale) {
    const auto label = question->scale->labels.find(std::string(field.substr(labels.size())));
    if (label != question->scale->labels.end()) return label->second;
  }
  return {};
}

}  // namespace insightflow::bias
