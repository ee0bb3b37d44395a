#include "questions.hpp"

#include <insightflow/bias/fix.hpp>
#include <insightflow/core/json.hpp>

#include <boost/json/value.hpp>

#include <bias/json_source.hpp>
#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::bias;
using bias::test::survey_of;

namespace {

std::size_t count(const Report& report, std::string_view rule) {
  return static_cast<std::size_t>(
      std::count_if(report.findings.begin(), report.findings.end(),
                    [&](const Finding& finding) { return finding.rule == rule; }));
}

std::string labels(const survey::Question& question) {
  std::string out;
  for (const survey::Option& option : question.options)
    out += (out.empty() ? "" : "|") + option.label;
  return out;
}

}  // namespace

TEST_CASE("fix: what is repaired, and what is left to people") {
  struct Row {
    const char* question;
    const char* rule;
    const char* options;  ///< Afterwards; "" where nothing is repaired.
  };
  const Row rows[] = {
      {"single_choice*: Have you ever been in prison? [Yes | No]", "sensitive-required",
       "Yes|No|Prefer not to say"},
      {"single_choice: Which fruit do you buy most? [Apple | Pear | Banana]",
       "non-exhaustive-options", "Apple|Pear|Banana|Other (please specify)"},
      {"single_choice: How often did you visit us in the last month? [Never | Always | Rarely | "
       "Often]",
       "illogical-order", "Never|Rarely|Often|Always"},
      // A gap between numbers, an overlap: only the author knows what was meant.
      {"single_choice: How old are you? [0-18 | 18-30 | 30-50 | 50 or more]", "overlapping-options",
       ""},
      // No list to which an answer could be added.
      {"yes_no*: Have you ever been in prison?", "sensitive-required", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.question);
    const survey::Questionnaire survey = survey_of(row.question);
    const Report before = lint(survey);
    REQUIRE(count(before, row.rule) == 1);
    const Repaired after = repair(survey);
    if (*row.options == 0) {
      CHECK(after.applied.empty());
      CHECK(after.survey == survey);
      CHECK(fixes(survey, before).empty());
      continue;
    }
    REQUIRE(after.applied.size() == 1);
    CHECK(after.applied[0].rule == row.rule);
    CHECK(after.applied[0].question_id == "q1");
    CHECK(labels(after.survey.questions[0]) == row.options);
    CHECK(count(after.report, row.rule) == 0);
    CHECK(after.report == lint(after.survey));
    CHECK(fixes(survey, before) == after.applied);
    // Again nothing to do.
    CHECK(repair(after.survey).applied.empty());
  }
}

TEST_CASE("fix: several repairs of one survey, also in one question") {
  survey::Questionnaire survey = survey_of(
      "csat: How satisfied are you with the service? (1..5) ;; "
      "single_choice*: Which of these illnesses have you had? [Depression | HIV | Cancer] ;; "
      "yes_no: Did it work?");
  survey.questions[2].lint = survey::LintNotes{{{"leading", "a"}, {"jargon", "b"}}};
  survey.lint = survey::LintNotes{{{"absolute", "c"}}};
  const Report before = lint(survey);
  const Repaired after = repair(survey);
  CHECK(after.report.findings.size() < before.findings.size());
  CHECK(count(after.report, suppression_id) == 0);
  CHECK(!after.survey.questions[2].lint);
  CHECK(!after.survey.lint);
  REQUIRE(after.survey.questions[0].scale);
  CHECK(after.survey.questions[0].scale->labels.at("5") == "Very satisfied");
  CHECK(repair(after.survey).survey == after.survey);
  for (const Fix& fix : after.applied) CHECK(fix.kind == FixKind::structure);
}

TEST_CASE("fix: only what is needed no more is deleted") {
  survey::Questionnaire survey = survey_of("yes_no: Do you regularly exercise?");
  survey.questions[0].lint = survey::LintNotes{
      {{"leading", "a"}, {"vague-quantifier", "Kept from 2019."}, {"jargon", "b"}}};
  const Repaired after = repair(survey);
  REQUIRE(after.survey.questions[0].lint);
  REQUIRE(after.survey.questions[0].lint->allow.size() == 1);
  CHECK(after.survey.questions[0].lint->allow[0].rule == "vague-quantifier");
}

TEST_CASE("fix: translations, and lists that hide an \"other\", are left alone") {
  survey::Questionnaire survey =
      survey_of("single_choice*: Have you ever been in prison? [Yes | No]");
  survey.translations["de"].questions["q1"].options["Yes"] = "Ja";
  CHECK(repair(survey).applied.empty());

  // A finding of a rule is enough to ask what its repair would be.
  const auto shuffled = [](const char* line) {
    const survey::Questionnaire list = survey_of(line);
    Report report;
    Finding finding;
    finding.rule = "long-unordered-list";
    finding.question_id = "q1";
    finding.field = "options";
    finding.pointer = "/questions/0/options";
    report.findings.push_back(finding);
    // It is tried before it is offered, so nothing is said about a finding that is not there.
    CHECK(fixes(list, report).size() <= 1);
    return list;
  };
  shuffled("single_choice: Which? [Pear | Fig | Apple | Kiwi | Date | Lime | Plum | Melon]");
}

TEST_CASE("fix: words of a question change on request alone") {
  const survey::Questionnaire survey = survey_of("yes_no: Do you support the wasteful plan?");
  CHECK(repair(survey).applied.empty());
  const Repaired after = repair(survey, {}, true);
  REQUIRE(after.applied.size() == 1);
  CHECK(after.applied[0].kind == FixKind::wording);
  CHECK(after.survey.questions[0].text == "Do you support the plan?");
  const auto offered = fixes(survey, lint(survey));
  REQUIRE(offered.size() == 1);
  CHECK(offered[0].kind == FixKind::wording);
}

TEST_CASE("fix: a file keeps its layout, its escapes and what other programs wrote") {
  struct Row {
    const char* before;
    const char* after;
  };
  const Row rows[] = {
      // Options on lines of their own, ids by label.
      {"{\n  \"title\": \"T\",\n  \"questions\": [\n    {\"id\": \"q1\", \"kind\": "
       "\"single_choice\", \"required\": true,\n     \"text\": \"Have you ever been in "
       "prison\\u003f\",\n     \"options\": [\n       \"Yes\",\n       \"No\"\n     ], \"x\": "
       "[1,2]}]}\n",
       "{\n  \"title\": \"T\",\n  \"questions\": [\n    {\"id\": \"q1\", \"kind\": "
       "\"single_choice\", \"required\": true,\n     \"text\": \"Have you ever been in "
       "prison\\u003f\",\n     \"options\": [\n       \"Yes\",\n       \"No\",\n       \"Prefer "
       "not "
       "to say\"\n     ], \"x\": [1,2]}]}\n"},
      // Compact, with ids; CR LF stays.
      {"{\"title\":\"T\",\r\n\"questions\":[{\"id\":\"q1\",\"kind\":\"single_choice\",\"text\":"
       "\"Which fruit do you buy most?\",\"options\":[{\"id\":\"a\",\"label\":\"Apple\"},{\"id\":"
       "\"b\",\"label\":\"Pear\"}]}]}",
       "{\"title\":\"T\",\r\n\"questions\":[{\"id\":\"q1\",\"kind\":\"single_choice\",\"text\":"
       "\"Which fruit do you buy most?\",\"options\":[{\"id\":\"a\",\"label\":\"Apple\"},{\"id\":"
       "\"b\",\"label\":\"Pear\"},{\"id\":\"other\",\"label\":\"Other (please specify)\","
       "\"other\":true}]}]}"},
      // Another order: elements keep their own text.
      {"{\"title\": \"T\", \"questions\": [{\"id\": \"q1\", \"kind\": \"single_choice\", \"text\": "
       "\"How often did you visit us in the last month?\", \"options\": [\"Never\", "
       "{\"id\":\"x\", \"label\":\"Al\\u0077ays\"}, \"Rarely\", \"Often\"]}]}",
       "{\"title\": \"T\", \"questions\": [{\"id\": \"q1\", \"kind\": \"single_choice\", \"text\": "
       "\"How often did you visit us in the last month?\", \"options\": [\"Never\", \"Rarely\", "
       "\"Often\", {\"id\":\"x\", \"label\":\"Al\\u0077ays\"}]}]}"},
      // The last member, the only member, a member in the middle.
      {"{\"title\": \"T\", \"lint\": {\"allow\": [{\"rule\": \"jargon\", \"reason\": \"a\"}]}, "
       "\"questions\": [{\"id\": \"q1\", \"kind\": \"yes_no\", \"text\": \"Did it work?\", "
       "\"lint\": {\"allow\": [{\"rule\": \"leading\", \"reason\": \"a\"}]}}]}",
       "{\"title\": \"T\", \"questions\": [{\"id\": \"q1\", \"kind\": \"yes_no\", \"text\": \"Did "
       "it work?\"}]}"},
      // A byte order mark stays where it is.
      {"\xEF\xBB\xBF{\"title\": \"T\", \"questions\": [], \"lint\": {\"allow\": [{\"rule\": "
       "\"jargon\", \"reason\": \"a\"}]}}",
       "\xEF\xBB\xBF{\"title\": \"T\", \"questions\": []}"},
  };
  for (const Row& row : rows) {
    const auto survey = from_json_text<survey::Questionnaire>(row.before, Audience::storage);
    REQUIRE(survey.has_value());
    const Repaired after = repair(survey.value());
    REQUIRE(!after.applied.empty());
    const auto text = apply_to_text(row.before, after.applied);
    REQUIRE(text.has_value());
    CHECK(text.value() == row.after);
    CHECK(from_json_text<survey::Questionnaire>(text.value(), Audience::storage).value() ==
          after.survey);
  }
}

TEST_CASE("fix: edits that lead nowhere are errors") {
  const auto apply = [](const char* source, Edit edit) {
    Fix fix;
    fix.edits = {std::move(edit)};
    return apply_to_text(source, std::span(&fix, 1));
  };
  const auto value = JsonText{"1"};
  CHECK(apply(R"({"a":[]})", {EditOp::add, "/a/0", value}).value() == R"({"a":[1]})");
  CHECK(apply(R"({"a":[ ]})", {EditOp::add, "/a/-", value}).value() == R"({"a":[1]})");
  CHECK(apply(R"({})", {EditOp::add, "/a~1b~0", value}).value() == R"({"a/b~": 1})");
  CHECK(apply(R"({"a":[2,3]})", {EditOp::add, "/a/0", value}).value() == R"({"a":[1,2,3]})");
  CHECK(apply(R"({"a":2})", {EditOp::add, "/a", value}).value() == R"({"a":1})");
  CHECK(apply(R"({"a":2,"b":3})", {EditOp::remove, "/b", {}}).value() == R"({"a":2})");
  for (const char* path : {"/b", "/a/2", "/a/x", "/b/0", "/a/0/c", "/a/-"}) {
    CAPTURE(path);
    const auto done = apply(R"({"a":[1,2]})", {EditOp::replace, path, value});
    REQUIRE(!done.has_value());
    CHECK(done.error().reason == "pointer_unknown");
    CHECK(done.error().pointer == path);
  }
  CHECK(apply("{", {EditOp::add, "/a", value}).error().reason == "json_malformed");
  CHECK(apply("{}", {EditOp::add, "/a", JsonText{"]"}}).error().reason == "json_malformed");
}

TEST_CASE("diff: hunks say what patch needs") {
  const auto lines = [](int from, int to, std::string_view mark = "") {
    std::string out;
    for (int i = from; i <= to; ++i) out += std::string(mark) + std::to_string(i) + "\n";
    return out;
  };
  CHECK(unified_diff("a\n", "a\n", "f").empty());
  CHECK(unified_diff("", "a\n", "f") == "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff("a", "", "f") ==
        "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n\\ No newline at end of file\n");
  const std::string base = lines(1, 30);
  std::string changed = base;
  changed.replace(changed.find("10\n"), 3, "ten\n");
  changed.replace(changed.find("25\n"), 3, "");
  CHECK(unified_diff(base, changed, "f") == "--- a/f\n+++ b/f\n@@ -7,7 +7,7 @@\n" +
                                                lines(7, 9, " ") + "-10\n+ten\n" +
                                                lines(11, 13, " ") + "@@ -22,7 +22,6 @@\n" +
                                                lines(22, 24, " ") + "-25\n" + lines(26, 28, " "));
  // Changes close to each other share a hunk.
  std::string near = base;
  near.replace(near.find("10\n"), 3, "");
  near.replace(near.find("16\n"), 3, "16\nmore\n");
  const std::string diff = unified_diff(base, near, "f");
  CHECK(diff.find("@@ -7,13 +7,13 @@") != std::string::npos);
  CHECK(diff.find("@@", diff.find("@@ -7") + 20) == std::string::npos);
  // Nothing in common, and much of it: still an answer, and the whole of it.
  const std::string one = lines(1, 3000), other = lines(5001, 8000);
  const std::string all = unified_diff(one, other, "f");
  CHECK(std::count(all.begin(), all.end(), '\n') == 6003);
}

TEST_CASE("source: pointers and spans lead to bytes, lines and columns") {
  const std::string text =
      "{\"title\": \"T\",\n \"a\\u002fb\": 1, \"questions\": [{\"id\":\"q1\",\n"
      "   \"text\": \"Ü\\u00e9\\ud83d\\ude00 \\\"x\\\" yes\", \"options\": [\"A\", "
      "{\"label\":\"B\"}], \"scale\": {}}]}";
  const auto source = JsonSource::read(text);
  REQUIRE(source.has_value());
  const JsonSource& json = source.value();
  REQUIRE(json.at("/a~1b"));
  CHECK(json.text(*json.at("/a~1b")) == "1");
  CHECK(json.at("/questions/1") == nullptr);
  CHECK(json.at("/questions/x") == nullptr);
  CHECK(json.at("/title/x") == nullptr);
  REQUIRE(json.at("/questions/0/options/1/label"));
  // "Üé😀 "x" yes" in UTF-8: Ü 0-2, é 2-4, the face 4-8, a blank, "x" 9-12, a blank, yes 13-16.
  struct Row {
    const char* pointer;
    std::size_t start, end;
    const char* words;
  };
  const Row rows[] = {
      {"/questions/0/text", 13, 16, "yes"},
      {"/questions/0/text", 9, 12, "\\\"x\\\""},
      {"/questions/0/text", 4, 8, "\\ud83d\\ude00"},
      {"/questions/0/text", 0, 4, "Ü\\u00e9"},
      {"/questions/0/text", 13, 99, "yes"},
      {"/questions/0/options/1", 0, 1, "B"},
      {"/questions/0/options/0", 0, 1, "A"},
      {"/questions/0/options", 0, 0, "\"options\""},
      {"/questions/0/rows", 0, 0, "\"q1\""},
      {"/questions/0", 0, 0, "\"q1\""},
      {"/nothing", 0, 0, "{"},
      {"", 0, 0, "{"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pointer);
    const ByteRange range = range_of(json, row.pointer, row.start, row.end);
    CHECK(text.substr(range.start, range.end - range.start) == row.words);
  }
  const LineTable lines(text);
  const Place place = lines.place(text.find("yes"));
  CHECK(place.line == 3);
  CHECK(place.column == 39);
  CHECK(lines.place(0).column == 1);
  CHECK(lines.place(text.size() + 5).line == 3);
  CHECK(LineTable("").place(0).line == 1);
  CHECK(LineTable("a\n").place(2).line == 2);
  // A byte order mark counts for nothing.
  const std::string marked = "\xEF\xBB\xBF" + text;
  const Place after = LineTable(marked).place(3 + text.find("title"));
  CHECK(after.column == 3);
  CHECK(after.character == 2);
  CHECK(LineTable(marked).place(0).column == 1);
  CHECK(JsonSource::read(marked).value().at("/title")->start ==
        source.value().at("/title")->start + 3);
}
