#include "questions.hpp"

#include <insightflow/bias/lint.hpp>
#include <insightflow/bias/render.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace insightflow;
using namespace insightflow::bias;
using bias::test::survey_of;

namespace {

const Finding* find(const Report& report, std::string_view rule) {
  for (const Finding& finding : report.findings)
    if (finding.rule == rule) return &finding;
  return nullptr;
}

std::string marked(const survey::Questionnaire& survey, const Finding& finding) {
  const std::string& text = survey::find(survey, finding.question_id)->text;
  return text.substr(static_cast<std::size_t>(finding.span.start),
                     static_cast<std::size_t>(finding.span.end - finding.span.start));
}

}  // namespace

TEST_CASE("lint: a span covers the words that are wrong, in bytes") {
  struct Row {
    const char* question;
    const char* rule;
    const char* words;
  };
  const Row rows[] = {
      {"csat: How satisfied are you with the price and the taste? (1..5 1=Bad, 5=Good)",
       "double-barrelled", "price and the"},
      {"yes_no: Das Café „Süß“ is lovely, isn’t it?", "leading", ", isn’t it"},
      {"yes_no: Do you support the council's wasteful plan?", "loaded-language", "wasteful"},
      {"yes_no: Do you – like Zoë – regularly exercise?", "vague-quantifier", "regularly"},
      {"open_text: What do you like most about café life?", "presupposition",
       "What do you like most"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.question);
    const survey::Questionnaire survey = survey_of(row.question);
    const Report report = lint(survey);
    const Finding* finding = find(report, row.rule);
    REQUIRE(finding);
    CHECK(marked(survey, *finding) == row.words);
    CHECK(finding->pointer == "/questions/0/text");
    CHECK(!finding->source.empty());
  }
}

TEST_CASE("lint: messages quote the question and suggestions are usable") {
  const Report report =
      lint(survey_of("single_choice: How old are you? [0-18 | 18-30 | 30-50 | 50 or more]"));
  const Finding* finding = find(report, "overlapping-options");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::error);
  CHECK(finding->field == "options/1/label");
  CHECK(finding->pointer == "/questions/0/options/1");
  CHECK(finding->message == "\"0-18\" and \"18-30\" both hold for the same answer.");
  CHECK(finding->suggestion == "19-30");

  const Report loaded = lint(survey_of("yes_no: Do you support the wasteful plan?"));
  REQUIRE(find(loaded, "loaded-language"));
  CHECK(find(loaded, "loaded-language")->suggestion == "Do you support the plan?");
}

TEST_CASE("lint: acceptances need a reason and must be needed") {
  survey::Questionnaire survey = survey_of("yes_no: Do you regularly exercise? ;; open_text: Why?");
  const Report before = lint(survey);
  CHECK(find(before, "vague-quantifier"));
  CHECK(exit_code(before) == 1);

  survey.questions[0].lint = survey::LintNotes{{{"vague-quantifier", "Kept from 2019."}}};
  const Report accepted = lint(survey);
  CHECK(!find(accepted, "vague-quantifier"));
  REQUIRE(accepted.suppressed.size() == 1);
  CHECK(accepted.suppressed[0].reason == "Kept from 2019.");
  CHECK(exit_code(accepted) == 0);

  survey.questions[0].lint->allow[0].reason = " \t";
  const Report blank = lint(survey);
  CHECK(find(blank, "vague-quantifier"));
  REQUIRE(find(blank, "suppression"));
  CHECK(find(blank, "suppression")->severity == Severity::warning);

  survey.questions[0].lint.reset();
  survey.questions[1].lint = survey::LintNotes{{{"vague-quantifier", "Not here."}}};
  const Report elsewhere = lint(survey);
  CHECK(find(elsewhere, "vague-quantifier"));
  REQUIRE(elsewhere.unused.size() == 1);
  CHECK(elsewhere.unused[0].pointer == "/questions/1/lint/allow/0");
  CHECK(find(elsewhere, "suppression")->severity == Severity::note);

  survey.questions[1].lint.reset();
  survey.lint = survey::LintNotes{{{"vague-quantifier", "House style."}, {"no-such-rule", "?"}}};
  const Report whole = lint(survey);
  CHECK(whole.suppressed.size() == 1);
  CHECK(find(whole, "suppression")->message.find("not a rule") != std::string::npos);
}

TEST_CASE("lint: other languages run the structural rules and say what did not run") {
  survey::Questionnaire survey = survey_of(
      "yes_no: Do you regularly exercise? ;; single_choice: Alter [0-18 | 18-30 | 30-50]");
  survey.language = "de-AT";
  const Report report = lint(survey);
  CHECK(!find(report, "vague-quantifier"));
  CHECK(find(report, "overlapping-options"));
  CHECK(std::find(report.not_run.begin(), report.not_run.end(), "leading") != report.not_run.end());
  survey.language = "EN-gb";
  CHECK(lint(survey).not_run.empty());
}

TEST_CASE("lint: options switch rules off, teach terms and drop notes") {
  const survey::Questionnaire survey =
      survey_of("csat: How satisfied are you with our SLA? (1..5 1=Bad, 5=Good)");
  CHECK(find(lint(survey), "jargon"));
  CHECK(!find(lint(survey, {.jargon = {"sla"}}), "jargon"));
  CHECK(!find(lint(survey, {.off = {"jargon"}}), "jargon"));
  const survey::Questionnaire likert =
      survey_of("likert: I sleep well. (1..5 1=Strongly disagree, 5=Strongly agree)");
  CHECK(lint(likert).counts.notes > 0);
  CHECK(lint(likert, {.least = Severity::warning}).findings.empty());
}

TEST_CASE("lint: ids are unique, every rule is described and has one check") {
  std::set<std::string_view> ids;
  for (const Rule& rule : rules()) {
    CAPTURE(rule.id);
    CHECK(ids.insert(rule.id).second);
    CHECK(!rule.title.empty());
    CHECK(!rule.why.empty());
    CHECK(!rule.source.empty());
    CHECK((rule.check_item == nullptr) != (rule.check_survey == nullptr));
    CHECK(find_rule(rule.id) == &rule);
    CHECK(explain(rule.id).find(rule.why) != std::string::npos);
  }
  CHECK(find_rule("nothing") == nullptr);
}

TEST_CASE("lint: hostile texts neither crash nor leave their field") {
  std::string deep(3000, '(');
  std::string words;
  for (int i = 0; i < 400; ++i) words += "and not all the or ";
  const std::string texts[] = {"",
                               " ",
                               "?",
                               "???",
                               "and",
                               "and/or",
                               "a and",
                               "and a",
                               "/",
                               "\"",
                               "How",
                               "how many",
                               "Please",
                               "Is",
                               "don't",
                               "’",
                               "…",
                               "\xF0\x9F\x98\x80",
                               "\xFF\xFE\x80",
                               "1-",
                               "-1",
                               "0-",
                               "scale from 0 to",
                               "99999999999999",
                               "the last 99999999999 months how many did you",
                               deep,
                               words,
                               "A?\nB?\n\n?C",
                               "{{q1}} and {{q2}}?",
                               "as well as",
                               "isn't it?"};
  for (const std::string& text : texts)
    for (const survey::Kind kind : {survey::Kind::single_choice, survey::Kind::rating,
                                    survey::Kind::open_text, survey::Kind::matrix}) {
      survey::Questionnaire survey;
      survey.title = text;
      survey::Question question;
      question.id = "q1";
      question.kind = kind;
      question.text = text;
      question.help = text;
      for (int i = 0; i < 3; ++i) question.options.push_back({text, text});
      if (kind == survey::Kind::rating) {
        question.options.clear();
        question.scale = survey::Scale{-1000000000, 1000000000, {{"x", text}, {"1", text}}};
      }
      survey.questions.push_back(question);
      const Report report = lint(survey);
      for (const Finding& finding : report.findings) {
        if (finding.field != "text") continue;
        CHECK(finding.span.start >= 0);
        CHECK(finding.span.start <= finding.span.end);
        CHECK(finding.span.end <= static_cast<std::int64_t>(text.size()));
      }
      if (!utf8::first_invalid(text)) CHECK(!to_text(report, survey).empty());
      CHECK(lint(survey) == report);
    }
}

TEST_CASE("render: the caret stands below the words, counted in characters") {
  const survey::Questionnaire survey = survey_of("yes_no: Do you regularly visit a café?");
  const std::string text = to_text(lint(survey), survey);
  CAPTURE(text);
  const auto line = text.find("    Do you");
  REQUIRE(line != std::string::npos);
  const auto carets = text.find('\n', line) + 1;
  const std::string first = text.substr(line, carets - line - 1);
  const std::string second = text.substr(carets, text.find('\n', carets) - carets);
  CHECK(utf8::length(first.substr(0, first.find("regularly"))) == second.find('^'));
  CHECK(second.size() - second.find('^') == std::string("regularly").size());
  CHECK(text.find("\x1b") == std::string::npos);
  CHECK(to_text(lint(survey), survey, {.colour = true}).find("\x1b[33m") != std::string::npos);
  CHECK(text.find("1 question: 0 errors, 1 warning") != std::string::npos);
}

TEST_CASE("render: JSON reads back as the same report") {
  const survey::Questionnaire survey = survey_of("yes_no: Do you regularly exercise?");
  const Report report = lint(survey);
  const auto again = from_json_text<Report>(to_json_document(report));
  REQUIRE(again.has_value());
  CHECK(again.value() == report);
}

TEST_CASE("lint: predicted minutes grow with words and kinds") {
  CHECK(predicted_minutes(survey_of("yes_no: Did it work?")) <
        predicted_minutes(survey_of("open_text: Did it work?")));
  CHECK(predicted_minutes(survey_of("40x open_text: What happened?")) > 12);
}
