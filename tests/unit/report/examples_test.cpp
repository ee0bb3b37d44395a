#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/survey/questionnaire.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace insightflow;

namespace {

std::string example(const std::string& name) {
  std::ifstream file(std::string(INSIGHTFLOW_SOURCE_DIR) + "/examples/data/" + name,
                     std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

}  // namespace

TEST_CASE("the sample answers fit the sample questionnaire") {
  const auto survey = from_json_text<survey::Questionnaire>(example("trial-feedback.survey.json"));
  REQUIRE(survey);
  const std::string answers = example("trial-feedback.csv");
  CHECK(utf8::first_invalid(answers) == std::nullopt);
  std::istringstream header(answers.substr(0, answers.find('\n')));
  std::size_t columns = 0;
  for (std::string column; std::getline(header, column, ','); ++columns) {
    CAPTURE(column);
    const auto slash = column.find('/');
    if (column == "submitted_at") continue;
    if (column.starts_with("hidden.")) {
      const auto& hidden = survey.value().hidden;
      CHECK(std::find(hidden.begin(), hidden.end(), column.substr(7)) != hidden.end());
      continue;
    }
    const auto* question = survey::find(survey.value(), column.substr(0, slash));
    REQUIRE(question != nullptr);
    if (slash == column.npos) continue;
    const std::string part = column.substr(slash + 1);
    const auto& list = part == "other" ? question->options : question->rows;
    CHECK(std::any_of(list.begin(), list.end(),
                      [&](const survey::Option& option) { return option.id == part; }));
  }
  CHECK(columns == 17);
  CHECK(utf8::first_invalid(example("trial-feedback-with-errors.csv")) != std::nullopt);
}
