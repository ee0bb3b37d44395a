#include "formats/conditions.hpp"
#include "formats/readers.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/survey/words.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <charconv>

namespace insightflow::formats {

namespace {

/// Labels as ids, and ticks of lists as `in` until chains of them are folded.
void settle(Condition& condition, const survey::Questionnaire& survey, bool before) {
  for (Condition& part : condition.parts) settle(part, survey, before);
  if (condition.kind != Clause::test || condition.hidden) return;
  const Question* question = survey::find(survey, condition.name);
  if (!question) return;
  if (question->kind == Kind::matrix)
    if (const auto* row = survey::detail::match(question->rows, condition.part))
      condition.part = row->id;
  const bool list = question->kind == Kind::multiple_choice || question->kind == Kind::ranking;
  if (before && condition.part != "other") {
    const auto options = survey::options_of(*question);
    for (Literal& literal : condition.literals) {
      if (const bool* flag = std::get_if<bool>(&literal); flag && question->kind == Kind::yes_no)
        literal = *flag ? "yes" : "no";
      if (auto* word = std::get_if<std::string>(&literal))
        if (const auto* option = survey::detail::match(options, *word)) *word = option->id;
    }
    if (list && condition.comparison == Comparison::contains) condition.comparison = Comparison::in;
  }
  if (!before && condition.comparison == Comparison::in && condition.literals.size() == 1)
    condition.comparison =
        list && condition.part.empty() ? Comparison::contains : Comparison::equal;
}

std::string one_spelling(const std::string& text, const survey::Questionnaire& survey) {
  std::string why;
  auto condition = text.empty() ? std::nullopt : parse_condition(Language::ours, text, why);
  if (!condition) return text;
  settle(*condition, survey, true);
  Condition plain = simplified(std::move(*condition));
  settle(plain, survey, false);
  return to_expression(simplified(std::move(plain)));
}

void compare(const json::value& a, const json::value& b, const std::string& at,
             std::vector<std::string>& out) {
  if (a == b) return;
  if (a.is_object() && b.is_object()) {
    for (const auto& [key, value] : a.get_object()) {
      const json::value* other = b.get_object().if_contains(key);
      if (!other)
        out.push_back(pointer_to(at, key));
      else
        compare(value, *other, pointer_to(at, key), out);
    }
    for (const auto& [key, value] : b.get_object())
      if (!a.get_object().contains(key)) out.push_back(pointer_to(at, key));
    return;
  }
  if (a.is_array() && b.is_array()) {
    const auto &left = a.get_array(), &right = b.get_array();
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
      compare(left[i], right[i], pointer_to(at, i), out);
    for (std::size_t i = std::min(left.size(), right.size());
         i < std::max(left.size(), right.size()); ++i)
      out.push_back(pointer_to(at, i));
    return;
  }
  out.push_back(at);
}

}  // namespace

void drop_empty_translations(survey::Questionnaire& survey) {
  for (auto& [tag, words] : survey.translations)
    std::erase_if(words.questions,
                  [](const auto& own) { return own.second == survey::QuestionTranslation{}; });
  std::erase_if(survey.translations, [&](const auto& entry) {
    return entry.second == survey::Translation{} || entry.first == survey.language;
  });
}

survey::Questionnaire canonical(survey::Questionnaire survey) {
  // Expressions first: they name labels, which are all still there.
  for (std::size_t i = 0; i < survey.questions.size(); ++i) {
    survey.questions[i].show_if = one_spelling(survey.questions[i].show_if, survey);
    for (survey::Branch& branch : survey.questions[i].logic)
      branch.condition = one_spelling(branch.condition, survey);
  }
  for (Question& question : survey.questions) {
    const bool scaled = survey::is_scaled(question.kind) ||
                        (question.kind == Kind::matrix && question.options.empty());
    const auto usual = [&] {
      Question bare;
      bare.kind = question.kind;
      return survey::scale_of(bare);
    };
    if (scaled && question.scale && (*question.scale == usual() || !question.options.empty()))
      question.scale.reset();
    if (question.kind == Kind::matrix && !question.options.empty()) question.scale.reset();
    if (question.kind == Kind::yes_no &&
        question.options == survey::options_of(Question{.kind = Kind::yes_no}))
      question.options.clear();
    if (question.max_length == 10000) question.max_length.reset();
    if (question.min_choices == 0) question.min_choices.reset();
    const auto count = static_cast<std::int64_t>(question.options.size());
    if (question.max_choices && *question.max_choices >= count) question.max_choices.reset();
    if (question.lint && question.lint->allow.empty()) question.lint.reset();
  }
  if (survey.lint && survey.lint->allow.empty()) survey.lint.reset();
  drop_empty_translations(survey);
  return survey;
}

std::vector<std::string> differences(const survey::Questionnaire& a,
                                     const survey::Questionnaire& b) {
  std::vector<std::string> out;
  compare(to_json(canonical(a)), to_json(canonical(b)), "", out);
  return out;
}

std::string describe_place(const survey::Questionnaire& survey, std::string_view pointer) {
  constexpr std::string_view list = "/questions/";
  if (!pointer.starts_with(list)) return "'" + std::string(pointer.substr(1)) + "' of the survey";
  std::string_view rest = pointer.substr(list.size());
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (error != std::errc() || index >= survey.questions.size()) return std::string(pointer);
  const Question& question = survey.questions[index];
  const std::string name = "question '" + question.id + "'";
  constexpr std::string_view options = "/options/", id = "/id";
  if (rest.starts_with(options) && rest.ends_with(id)) {
    rest.remove_prefix(options.size());
    const auto option = std::from_chars(rest.data(), rest.data() + rest.size(), index);
    if (option.ec == std::errc() && option.ptr == rest.data() + rest.size() - id.size() &&
        index < question.options.size())
      return "the id '" + question.options[index].id + "' of option '" +
             question.options[index].label + "' of " + name + " (its label is kept)";
  }
  return rest.empty() ? name : "'" + std::string(rest.substr(1)) + "' of " + name;
}

}  // namespace insightflow::formats
