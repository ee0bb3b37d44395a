#include "questions.hpp"

#include <insightflow/bias/lint.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::bias;

namespace {

std::string repeated(const std::string& piece) {
  std::ostringstream out;
  for (std::size_t size = 0; size < 1 << 20; size += piece.size()) out << piece;
  return out.str();
}

/// Small numbers from a fixed recurrence: the same texts everywhere.
struct Sequence {
  std::uint32_t state = 7;
  std::uint32_t below(std::uint32_t bound) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % bound;
  }
};

void check_spans(const survey::Questionnaire& survey, const Report& report) {
  for (const Finding& finding : report.findings) {
    CHECK(finding.span.start >= 0);
    CHECK(finding.span.start <= finding.span.end);
    if (finding.field != "text") continue;
    const survey::Question* question = survey::find(survey, finding.question_id);
    REQUIRE(question);
    CHECK(finding.span.end <= static_cast<std::int64_t>(question->text.size()));
  }
}

}  // namespace

TEST_CASE("hostile: a megabyte of one pattern is linted, whatever it is") {
  const std::string_view pieces[] = {"and ",
                                     "\"",
                                     "(",
                                     "not ",
                                     "a-",
                                     "'",
                                     ",",
                                     "and/or ",
                                     "if ",
                                     "?",
                                     "? ",
                                     "\xE2\x80\x9C",
                                     "\xE2",
                                     "\xF0\x9F\x98\x80",
                                     "how often do you ",
                                     "the manager of the team who ",
                                     "all of you not ",
                                     "1,",
                                     "1.",
                                     "e.g. ",
                                     "\n",
                                     "very very ",
                                     "your good ",
                                     "percentage of your ",
                                     std::string_view("\0x", 2),
                                     "that "};
  for (const std::string_view piece : pieces) {
    CAPTURE(piece);
    survey::Questionnaire survey;
    survey::Question question;
    question.id = "q1";
    question.kind = survey::Kind::single_choice;
    question.text = repeated(std::string(piece));
    question.help = question.text;
    question.options = {{"a", question.text}, {"b", question.text}, {"c", "Yes"}};
    survey.title = question.text;
    survey.questions = {question};
    const Report report = lint(survey);
    check_spans(survey, report);
    CHECK(lint(survey) == report);
  }
}

TEST_CASE("hostile: many questions, options, suppressions and branches") {
  survey::Questionnaire survey;
  survey.lint.emplace();
  for (int i = 0; i < 3000; ++i) {
    survey::Question question;
    question.id = "q" + std::to_string(i);
    question.kind = survey::Kind::yes_no;
    question.text = "Do you regularly exercise and why do you hate your age?";
    question.lint.emplace();
    question.lint->allow = {{"vague-quantifier", "tested"}};
    survey.lint->allow.push_back({"no-such-rule", "x"});
    survey.questions.push_back(question);
  }
  survey::Question wide;
  wide.id = "wide";
  wide.kind = survey::Kind::multiple_choice;
  wide.text = "Which?";
  for (int i = 0; i < 20000; ++i) wide.options.push_back({std::to_string(i), "Option"});
  survey.questions.push_back(wide);
  const Report report = lint(survey);
  CHECK(report.counts.questions == 3001);
  CHECK(report.suppressed.size() == 3000);
  CHECK(report.unused.size() == 3000);
}

TEST_CASE("hostile: random mixtures of the vocabulary keep every span inside the text") {
  const char* words[] = {"you",
                         "your",
                         "not",
                         "and",
                         "or",
                         "how",
                         "often",
                         "many",
                         "percentage",
                         "of",
                         "the",
                         "all",
                         "because",
                         "who",
                         "while",
                         "seeing",
                         ",",
                         "?",
                         ".",
                         "\"",
                         "(",
                         ")",
                         "it",
                         "they",
                         "this",
                         "etc",
                         "if",
                         "unless",
                         "manager",
                         "good",
                         "citizens",
                         "Experts",
                         "recommend",
                         "why",
                         "do",
                         "fail",
                         "/",
                         "utilize",
                         "in",
                         "lieu",
                         "a",
                         "lot",
                         "\xE2\x80\x99",
                         "don't",
                         "since",
                         "last",
                         "12",
                         "months",
                         "n't",
                         "-",
                         "satisfied",
                         "Caf\xC3\xA9",
                         "EU"};
  Sequence next;
  for (int round = 0; round < 4000; ++round) {
    survey::Questionnaire survey;
    survey::Question question;
    question.id = "q1";
    question.kind = static_cast<survey::Kind>(next.below(15));
    const std::uint32_t count = next.below(30);
    for (std::uint32_t i = 0; i < count; ++i) {
      question.text += words[next.below(std::size(words))];
      if (next.below(8)) question.text += ' ';
    }
    const std::uint32_t options = next.below(5);
    for (std::uint32_t i = 0; i < options; ++i) {
      std::string label;
      for (std::uint32_t k = next.below(4); k > 0; --k)
        label += std::string(words[next.below(std::size(words))]) + ' ';
      question.options.push_back({std::to_string(i), label});
    }
    if (next.below(3) == 0)
      question.scale = survey::Scale{
          static_cast<std::int64_t>(next.below(5)), static_cast<std::int64_t>(next.below(20)), {}};
    survey.title = question.text;
    survey.questions = {question};
    CAPTURE(question.text);
    check_spans(survey, lint(survey));
  }
}

TEST_CASE("hostile: rules for English say so in other languages, the rest still run") {
  survey::Questionnaire survey =
      bias::test::survey_of("single_choice: Wie alt sind Sie? [0-20|20-30|30 oder mehr]");
  survey.language = "de-AT";
  const Report report = lint(survey);
  CHECK(report.counts.errors == 1);
  CHECK(report.not_run.size() > 20);
  for (const std::string& rule : report.not_run) CHECK(find_rule(rule)->languages == "en");
  for (const char* structural : {"overlapping-options", "skip-defect", "matrix-size",
                                 "long-unordered-list", "scale-points", "survey-fatigue"})
    CHECK(find_rule(structural)->languages.empty());
}
