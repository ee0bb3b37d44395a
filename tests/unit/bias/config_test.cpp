#include "questions.hpp"

#include <insightflow/bias/baseline.hpp>
#include <insightflow/bias/config.hpp>
#include <insightflow/core/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::bias;
using bias::test::survey_of;

namespace {

std::size_t count(const std::vector<Finding>& findings, std::string_view rule) {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(),
                                                [&](const Finding& f) { return f.rule == rule; }));
}

}  // namespace

TEST_CASE("config: what is wrong in a settings file is told with its place") {
  struct Row {
    const char* text;
    const char* reason;  ///< "" where it is fine.
    const char* pointer;
  };
  const Row rows[] = {
      {"{}", "", ""},
      {R"({"$schema":"x","profile":"academic","rules":{"leading":"off"},"jargon":["SLA"],)"
       R"("reading_grade":10,"fatigue_minutes":7.5,"least":"warning"})",
       "", ""},
      {R"({"rules":{"suppression":"off"}})", "", ""},
      {R"({"rules":{"no/such":"off"}})", "rule_unknown", "/rules/no~1such"},
      {R"({"rules":{"leading":"loud"}})", "slug_unknown", "/rules/leading"},
      {R"({"rules":["leading"]})", "type_mismatch", "/rules"},
      {R"({"rule":{}})", "field_unknown", "/rule"},
      {R"({"profile":"pets"})", "slug_unknown", "/profile"},
      {R"({"least":"fatal"})", "slug_unknown", "/least"},
      {R"({"fatigue_minutes":0})", "out_of_range", "/fatigue_minutes"},
      {R"({"reading_grade":"eight"})", "type_mismatch", "/reading_grade"},
      {R"({"jargon":["a",1]})", "type_mismatch", "/jargon/1"},
      {R"({"profile":)", "json_malformed", ""},
      {R"({"least":"note","least":"note"})", "json_duplicate_key", ""},
      {"", "json_malformed", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto config = read_config(row.text);
    CHECK(config.has_value() == (*row.reason == 0));
    if (config) continue;
    CHECK(config.error().reason == row.reason);
    CHECK(config.error().pointer == row.pointer);
  }
  // All that is wrong is named at once.
  CHECK(read_config(R"({"rules":{"a":"off","b":"off"}})").error().problems.size() == 2);
  CHECK(read_config(R"({"rules":{"a":"off","leading":"loud"},"b":1})").error().problems.size() ==
        3);
  // Some editors put a byte order mark before a text.
  CHECK(read_config("\xEF\xBB\xBF{\"least\":\"error\"}").value().least == Severity::error);
  CHECK(json_schema(type_of<Config>()).contains("$defs"));
}

TEST_CASE("config: profiles are a start that the rest changes") {
  CHECK(options_of(Config{}) == Options{});
  CHECK(options_of(read_config(R"({"profile":"standard"})").value()) == Options{});
  const Options academic = options_of(read_config(R"({"profile":"academic"})").value());
  CHECK(academic.fatigue_minutes > Options{}.fatigue_minutes);
  CHECK(academic.reading_grade > Options{}.reading_grade);
  CHECK(academic.severities.at("agree-disagree") == Severity::warning);
  const Options own = options_of(
      read_config(R"({"profile":"academic","rules":{"agree-disagree":"note","hypothetical":"on",)"
                  R"("jargon":"off"},"fatigue_minutes":3,"jargon":["SLA"]})")
          .value());
  CHECK(own.severities.empty());
  CHECK(own.off == std::vector<std::string>{"jargon"});
  CHECK(own.fatigue_minutes == 3);
  CHECK(own.jargon.back() == "SLA");
  // Each profile has a row, and names rules that there are.
  std::size_t slugs = 0;
  for (const ProfileRow& row : profiles()) {
    ++slugs;
    CHECK(!row.audience.empty());
    Config config;
    config.profile = row.profile;
    const std::string& words = std::string(row.louder);
    const auto spaces = std::count(words.begin(), words.end(), ' ');
    CHECK(options_of(config).severities.size() ==
          (words.empty() ? 0u : static_cast<std::size_t>(spaces) + 1));
  }
  CHECK(slugs == type_of<Profile>().slugs.size());
}

TEST_CASE("config: queries read the same settings") {
  LintQuery query;
  query.profile = Profile::customer;
  query.off = {"leading"};
  query.least = Severity::warning;
  const auto options = options_of(query);
  REQUIRE(options.has_value());
  CHECK(options.value().off == query.off);
  CHECK(options.value().least == Severity::warning);
  CHECK(options.value().fatigue_minutes < Options{}.fatigue_minutes);
  query.off = {"leading", "leaning"};
  CHECK(options_of(query).error().reason == "rule_unknown");
  CHECK(options_of(query).error().pointer == "/off/1");
}

TEST_CASE("lint: a severity that is set moves a rule's usual finding and caps its milder ones") {
  const survey::Questionnaire usual = survey_of("yes_no: Do you regularly exercise?");
  const auto severity = [](const survey::Questionnaire& survey, std::string_view rule,
                           const Options& options) -> std::optional<Severity> {
    for (const Finding& finding : lint(survey, options).findings)
      if (finding.rule == rule) return finding.severity;
    return std::nullopt;
  };
  CHECK(severity(usual, "vague-quantifier", {}) == Severity::warning);
  CHECK(severity(usual, "vague-quantifier",
                 {.severities = {{"vague-quantifier", Severity::error}}}) == Severity::error);
  CHECK(severity(usual, "vague-quantifier",
                 {.severities = {{"vague-quantifier", Severity::note}}}) == Severity::note);
  CHECK(!severity(
      usual, "vague-quantifier",
      {.severities = {{"vague-quantifier", Severity::note}}, .least = Severity::warning}));
  // Where an answer may be skipped, the finding is a note and stays one.
  const survey::Questionnaire mild = survey_of("number: What was your income last month?");
  CHECK(severity(mild, "sensitive-required", {}) == Severity::note);
  CHECK(severity(mild, "sensitive-required",
                 {.severities = {{"sensitive-required", Severity::error}}}) == Severity::note);
  // Raised above what is shown least, it is shown.
  const survey::Questionnaire agree =
      survey_of("likert: I sleep well. (1..5 1=Strongly disagree, 5=Strongly agree)");
  CHECK(severity(agree, "agree-disagree",
                 {.severities = {{"agree-disagree", Severity::warning}},
                  .least = Severity::warning}) == Severity::warning);
}

TEST_CASE("lint: an acceptance is called unused only where its rule did run") {
  survey::Questionnaire survey =
      survey_of("likert: I sleep well. (1..5 1=Strongly disagree, 5=Strongly agree)");
  survey.questions[0].lint =
      survey::LintNotes{{{"agree-disagree", "Published scale."}, {"leading", "Once needed."}}};
  const Report all = lint(survey);
  REQUIRE(all.unused.size() == 1);
  CHECK(all.unused[0].rule == "leading");
  CHECK(count(all.findings, suppression_id) == 1);
  // The acceptance of a note is needed even where notes are not shown.
  const Report loud = lint(survey, {.least = Severity::warning});
  CHECK(loud.suppressed.size() == 1);
  CHECK(loud.findings.empty());
  CHECK(lint(survey, {.off = {"leading"}}).unused.empty());
  CHECK(lint(survey, {.off = {std::string(suppression_id)}}).findings.empty());
  survey.language = "fr";
  CHECK(lint(survey).unused.empty());
  survey.language = "en";
  // A question's own acceptance goes before one for the whole, which is then not needed.
  survey.questions[0].lint->allow.pop_back();
  survey.lint = survey::LintNotes{{{"agree-disagree", "House style."}}};
  const Report both = lint(survey);
  REQUIRE(both.suppressed.size() == 1);
  CHECK(both.suppressed[0].reason == "Published scale.");
  REQUIRE(both.unused.size() == 1);
  CHECK(both.unused[0].pointer == "/lint/allow/0");
}

TEST_CASE("baseline: known findings are recognised by their words, once each") {
  const survey::Questionnaire before =
      survey_of("yes_no: Do you regularly exercise? ;; single_choice: Age? [0-18 | 18-30 | 30-50]");
  Baseline baseline;
  add(baseline, "a.json", lint(before), before);
  REQUIRE(baseline.findings.size() >= 2);
  const auto again = from_json_text<Baseline>(to_json_text(baseline));
  REQUIRE(again.has_value());
  CHECK(again.value() == baseline);

  const auto filtered = [&](const survey::Questionnaire& survey, BaselineFilter& filter) {
    Report report = lint(survey);
    filter.apply(report, survey);
    return report;
  };
  BaselineFilter same(baseline);
  const Report quiet = filtered(before, same);
  CHECK(quiet.findings.empty());
  CHECK(quiet.known.size() == baseline.findings.size());
  CHECK(exit_code(quiet) == 0);
  CHECK(same.stale("a.json").empty());

  // Questions may move; blanks may be set anew.
  survey::Questionnaire moved = before;
  std::swap(moved.questions[0], moved.questions[1]);
  moved.questions[1].text = "Do you  regularly\nexercise?";
  BaselineFilter move(baseline);
  CHECK(filtered(moved, move).findings.empty());

  // Other words are another finding, and the entry is stale.
  survey::Questionnaire changed = before;
  changed.questions[0].text = "Do you regularly swim?";
  BaselineFilter change(baseline);
  const Report report = filtered(changed, change);
  CHECK(count(report.findings, "vague-quantifier") == 1);
  CHECK(exit_code(report) == 1);
  REQUIRE(change.stale("a.json").size() == 1);
  CHECK(change.stale("a.json")[0].question_id == "q1");
  CHECK(change.stale("b.json").empty());

  // One entry covers one finding: a copy in a second file is new.
  BaselineFilter copied(baseline);
  CHECK(filtered(before, copied).findings.empty());
  CHECK(!filtered(before, copied).findings.empty());

  CHECK(from_json_text<Baseline>(R"({"version":2,"findings":[]})").error().reason ==
        "out_of_range");
}
