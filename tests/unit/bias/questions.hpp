#pragma once

#include <insightflow/survey/questionnaire.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// A short way to write a question, shared by the rules' pages and the golden lists:
///
///     kind[*]: text [option | option] (1..5 1=Poor 5=Good) {row | row} <condition>
///
/// `*` requires an answer, `<…>` is the show-if. Questions of one survey are split by " ;; ";
/// "title: words" names the survey.
namespace insightflow::bias::test {

inline std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

inline std::vector<std::string> split(std::string_view text, std::string_view by) {
  std::vector<std::string> out;
  while (true) {
    const auto cut = text.find(by);
    out.push_back(trimmed(text.substr(0, cut)));
    if (cut == text.npos) return out;
    text.remove_prefix(cut + by.size());
  }
}

/// Takes "open … close" off the end of the text.
inline std::optional<std::string> take(std::string& text, char open, char close) {
  if (text.empty() || text.back() != close) return std::nullopt;
  auto at = text.rfind(open);
  // "<q1 <= 2>": the sign inside is followed by a blank or "=".
  while (open == '<' && at != text.npos && at > 0 && (text[at + 1] == ' ' || text[at + 1] == '='))
    at = text.rfind(open, at - 1);
  if (at == text.npos) return std::nullopt;
  std::string inner = text.substr(at + 1, text.size() - at - 2);
  text = trimmed(std::string_view(text).substr(0, at));
  return inner;
}

inline std::vector<survey::Option> read_options(std::string_view list) {
  std::vector<survey::Option> out;
  for (const std::string& label : split(list, "|")) {
    survey::Option option{label, label};
    option.other = label.starts_with("Other");
    out.push_back(option);
  }
  return out;
}

inline Result<survey::Question> read_question(std::string_view line, std::size_t number) {
  const auto colon = line.find(':');
  if (colon == line.npos) return fail(Code::invalid, "no_kind", std::string(line));
  survey::Question question;
  question.id = "q" + std::to_string(number);
  std::string kind = trimmed(line.substr(0, colon));
  if (!kind.empty() && kind.back() == '*') {
    question.required = true;
    kind.pop_back();
  }
  BOOST_OUTCOME_TRY(question.kind, from_slug<survey::Kind>(kind));
  std::string text = trimmed(line.substr(colon + 1));
  for (bool more = true; more;) {
    more = false;
    if (auto condition = take(text, '<', '>')) {
      question.show_if = *condition;
      more = true;
    } else if (auto rows = take(text, '{', '}')) {
      question.rows = read_options(*rows);
      more = true;
    } else if (auto options = take(text, '[', ']')) {
      question.options = read_options(*options);
      more = true;
    } else if (const auto at = text.rfind('(');
               at != text.npos && text.back() == ')' && text.find("..", at) != text.npos) {
      const std::string inner = *take(text, '(', ')');
      survey::Scale scale;
      scale.min = std::atol(inner.c_str());
      scale.max = std::atol(inner.c_str() + inner.find("..") + 2);
      const auto words = inner.find(' ');
      if (words != inner.npos)
        for (const std::string& label : split(std::string_view(inner).substr(words), ","))
          scale.labels[label.substr(0, label.find('='))] = label.substr(label.find('=') + 1);
      question.scale = scale;
      more = true;
    }
  }
  question.text = text;
  return question;
}

inline Result<survey::Questionnaire> read_survey(const std::vector<std::string>& lines) {
  survey::Questionnaire survey;
  survey.title = "Sample";
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    if (line.starts_with("title:")) {
      survey.title = trimmed(std::string_view(line).substr(6));
      continue;
    }
    // "40x kind: text" stands for forty of them.
    char* rest = nullptr;
    long times = std::strtol(line.c_str(), &rest, 10);
    const bool repeated = rest != line.c_str() && *rest == 'x';
    for (times = repeated ? times : 1; times > 0; --times) {
      BOOST_OUTCOME_TRY(auto question, read_question(repeated ? std::string_view(rest + 1) : line,
                                                     survey.questions.size() + 1));
      survey.questions.push_back(std::move(question));
    }
  }
  return survey;
}

inline survey::Questionnaire survey_of(std::string_view line) {
  return read_survey(split(line, " ;; ")).value();
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A set of shared/data, or nothing where it is not there.
inline std::optional<std::filesystem::path> shared_set(std::string_view set) {
  const char* given = std::getenv("INSIGHTFLOW_SHARED_DATA");
  const std::filesystem::path base =
      given ? std::filesystem::path(given)
            : std::filesystem::path(INSIGHTFLOW_SOURCE_DIR) / ".." / "shared" / "data";
  std::error_code ignored;
  if (!std::filesystem::exists(base / set, ignored)) return std::nullopt;
  return base / set;
}

}  // namespace insightflow::bias::test
