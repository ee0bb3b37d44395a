#include <insightflow/survey/expression.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace insightflow;
using namespace insightflow::survey;

namespace {

const std::vector<std::string> chosen{"a", "c"};
const std::vector<std::string> lone{"a"};

Given answers(const Reference& reference) {
  static const std::map<std::string, Given> given{{"q1", std::string_view("no")},
                                                  {"q2", 9.0},
                                                  {"q3", std::span<const std::string>(chosen)},
                                                  {"one", std::span<const std::string>(lone)},
                                                  {"q4", true},
                                                  {"q4.speed", std::string_view("good")},
                                                  {"q4.Ease of use", std::string_view("4")},
                                                  {"q5", std::string_view("the price is high")},
                                                  {"day", std::string_view("2026-03-01")},
                                                  {"agree", true},
                                                  {"hidden.plan", std::string_view("pro")}};
  const std::string name = (reference.hidden ? "hidden." : "") + reference.name +
                           (reference.part.empty() ? "" : "." + reference.part);
  const auto found = given.find(name);
  return found == given.end() ? Given{} : found->second;
}

Questionnaire yes_or_no() {
  Questionnaire survey;
  survey.questions.push_back({.id = "q1", .kind = Kind::yes_no, .text = "Did it help?"});
  survey.questions.push_back({.id = "m",
                              .kind = Kind::matrix,
                              .text = "Rate",
                              .options = {{"g", "Good"}, {"b", "Bad"}},
                              .rows = {{"r1", "Ease of use"}}});
  return survey;
}

}  // namespace

TEST_CASE("what an expression means") {
  struct Row {
    const char* text;
    bool holds;
  };
  const Row rows[] = {
      {"q1 == 'no'", true},
      {"q1 == \"yes\"", false},
      {"q1 != 'yes'", true},
      {"'no' == q1", true},
      {"q2 > 8", true},
      {"8 < q2", true},
      {"9 < q2", false},
      {"q2 >= 9 and q2 <= 9.0", true},
      {"q2 < 9 or q1 == 'no'", true},
      {"q2 == '9'", true},
      {"q2 > -1", true},
      {"not q2 == 9", false},
      {"!(q2 == 8) && true", true},
      {"false || q2 == 9", true},
      {"q1 == 'x' and q1 == 'y' or q2 == 9", true},
      {"q2 == 9 or q1 == 'x' and q1 == 'y'", true},
      {"(q2 == 9 or q1 == 'x') and q1 == 'y'", false},
      {"not (q1 == 'x' or q1 == 'y') and not q1 == 'z'", true},
      {"q3 contains 'a'", true},
      {"q3 contains 'b'", false},
      {"q3 in ['b', 'c']", true},
      {"q3 not in ['b', 'd']", true},
      {"q3 == 'a'", false},
      {"one == 'a'", true},
      {"q5 contains 'price'", true},
      {"q5 contains 'Price'", false},
      {"q1 in ['yes','no']", true},
      {"q2 in [7, 8]", false},
      {"q4.speed == 'good'", true},
      {"q4.'Ease of use' >= 4", true},
      {"answered(q4) and answered(q4.speed) and not answered(q4.price)", true},
      {"day >= '2026-02-28' and day < '2026-03-02'", true},
      {"hidden.plan == 'pro'", true},
      {"hidden.campaign == 'x'", false},
      {"agree == true", true},
      {"agree == false", false},
      {"agree == 1", false},
      {"true", true},
      {"false", false},
      // Without an answer.
      {"answered(q9)", false},
      {"q9 == 'x'", false},
      {"q9 < 5", false},
      {"q9 != 'x'", true},
      {"q9 in ['x']", false},
      {"q9 not in ['x']", true},
      {"q9 contains ''", false},
      {"q1 == 'a\\'b\\\\\"'", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto expression = Expression::parse(row.text);
    REQUIRE(expression);
    CHECK(expression.value().evaluate(answers) == row.holds);
  }
}

TEST_CASE("what is not an expression") {
  struct Row {
    std::string text;
    std::string_view reason;
    const char* position = "";
  };
  const Row rows[] = {
      {"", "expression_malformed", "byte 0"},
      {"   ", "expression_malformed"},
      {"q1", "expression_malformed", "byte 2"},
      {"q1 = 'x'", "expression_malformed", "byte 3"},
      {"q1 == ", "expression_malformed"},
      {"q1 == q2", "expression_malformed", "byte 6"},
      {"q1 == 'x", "expression_malformed", "byte 6"},
      {"q1 == 'x' and", "expression_malformed"},
      {"q1 == 'x' q2 == 'y'", "expression_malformed", "byte 10"},
      {"(q1 == 'x'", "expression_malformed"},
      {"q1 == 'x')", "expression_malformed"},
      {"q1 in []", "expression_malformed"},
      {"q1 in ['a'", "expression_malformed"},
      {"q1 in 'a'", "expression_malformed"},
      {"q1 == 1.2.3", "expression_malformed"},
      {"q1 == 12abc", "expression_malformed"},
      {"q1 == '\\x'", "expression_malformed"},
      {"'a' contains q1", "expression_malformed"},
      {"1 == 1", "expression_malformed"},
      {"hidden == 'x'", "expression_malformed"},
      {"q1. == 'x'", "expression_malformed"},
      {"answered q1", "expression_malformed"},
      {"and == 'x'", "expression_malformed"},
      {"q1 == 'x'; drop", "expression_malformed"},
      {std::string("q1 == 'x'\0", 10), "expression_malformed"},
      {std::string(2001, ' '), "expression_too_long"},
      {std::string(40, '(') + "true" + std::string(40, ')'), "expression_too_deep"},
      {std::string(500, '!') + "true", "expression_too_deep"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto expression = Expression::parse(row.text);
    REQUIRE(!expression);
    CHECK(expression.error().reason == row.reason);
    CHECK(expression.error().detail.find(row.position) != std::string::npos);
  }
}

TEST_CASE("a long chain neither recurses nor fails") {
  std::string text = "q2 == 9";
  while (text.size() < 1980) text += " and q2>8";
  const auto expression = Expression::parse(text);
  REQUIRE(expression);
  CHECK(expression.value().evaluate(answers));
}

TEST_CASE("binding finds questions, and options by label") {
  auto expression =
      Expression::parse("q1 == 'No' or q1 == true or m.'Ease of use' == 'Bad' or qx == 'No'")
          .value();
  expression.bind(yes_or_no());
  const auto& tests = expression.tests();
  REQUIRE(tests.size() == 4);
  CHECK(std::get<std::string>(tests[0].literals[0]) == "no");
  CHECK(std::get<std::string>(tests[1].literals[0]) == "yes");
  CHECK(tests[2].reference.part == "r1");
  CHECK(tests[2].reference.question == 1);
  CHECK(std::get<std::string>(tests[2].literals[0]) == "b");
  CHECK(tests[3].reference.question == no_question);
  CHECK(tests[3].reference.position == 56);
}
