#include "questions.hpp"
#include "support/html_page.hpp"
#include "support/xml_check.hpp"

#include <insightflow/bias/baseline.hpp>
#include <insightflow/bias/render.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#if __has_include(<valijson/adapters/boost_json_adapter.hpp>)
#define HAS_VALIJSON
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop
#endif

using namespace insightflow;
using namespace insightflow::bias;
using bias::test::survey_of;

namespace {

Linted linted(std::string file, survey::Questionnaire survey, bool with_source = true) {
  Linted out;
  out.file = std::move(file);
  out.report = lint(survey);
  if (with_source) out.source = pretty(to_json(survey));
  out.survey = std::move(survey);
  return out;
}

/// Findings of every kind: in texts, options, scales and the whole; accepted, known and stale ones.
std::vector<Linted> sample() {
  survey::Questionnaire survey = survey_of(
      "yes_no: Do you – like Zoë – regularly <b>exercise</b> & \"rest\"? ;; "
      "single_choice: How old are you? [0-18 | 18-30 | 30-50 | 50 or more] ;; "
      "rating: How safe is it? (1..5) ;; yes_no: Do you often swim? ;; "
      "9x open_text: What happened?");
  survey.questions[3].lint = survey::LintNotes{{{"vague-quantifier", "As in 2019 <3."}}};
  survey.lint = survey::LintNotes{{{"jargon", " "}}};
  std::vector<Linted> out{linted("folder/a b.json", survey),
                          linted("/abs/b.json", survey_of("yes_no: Did it work?"), false),
                          linted("-", survey_of("yes_no: Do you regularly exercise?"))};
  Baseline baseline;
  add(baseline, "-", out[2].report, out[2].survey);
  BaselineFilter filter(baseline);
  filter.apply(out[2].report, out[2].survey);
  out[0].report.stale = {{"folder/a b.json", "leading", "q9", "00", "Gone."}};
  out.push_back({.file = "gone<.json",
                 .error = fail(Code::invalid, "file_unreadable", "'gone<.json': No such file.")});
  return out;
}

const json::value& at(const json::value& value, std::string_view pointer) {
  boost::system::error_code ec;
  const json::value* found = value.find_pointer(pointer, ec);
  REQUIRE_MESSAGE((found && !ec), std::string(pointer));
  return *found;
}

/// The lines of `draw`: the text and the carets below it, without the indentation.
std::pair<std::string, std::string> drawn(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (lines[i].find('^') != std::string::npos) return {lines[i - 1], lines[i]};
  return {};
}

Report report_of(const survey::Questionnaire& survey, Span span) {
  Report report;
  Finding finding;
  finding.rule = "leading";
  finding.question_id = survey.questions[0].id;
  finding.field = "text";
  finding.pointer = "/questions/0/text";
  finding.span = span;
  finding.message = "M\x1b[2J\u202E";
  report.findings.push_back(finding);
  return report;
}

}  // namespace

TEST_CASE("text: the caret is below wide, combining and odd characters") {
  struct Row {
    const char* text;
    const char* word;
    std::size_t column;  ///< Where the carets begin, counted in columns.
    std::size_t width;
  };
  const Row rows[] = {
      {"Do you regularly swim?", "regularly", 7, 9},
      {"你经常游泳吗?", "经常", 2, 4},
      {"e\u0301te\u0301 often", "often", 4, 5},
      {"a\tb often", "often", 4, 5},
      {"a\x1b[31m often", "often", 7, 5},
      {"\u202Eabc often", "often", 5, 5},
      {"first line\nsecond often", "often", 7, 5},
      {"first line\nsecond often", "first", 0, 5},
      {"often", "often", 0, 5},
      {"\xFF\xFEx often", "often", 4, 5},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    survey::Questionnaire survey = survey_of("yes_no: x");
    survey.questions[0].text = row.text;
    const std::string text = row.text, word = row.word;
    const auto start = static_cast<std::int64_t>(text.find(word));
    const Report report =
        report_of(survey, {start, start + static_cast<std::int64_t>(word.size())});
    const std::string out = to_text(report, survey);
    CHECK(out.find('\x1b') == std::string::npos);
    CHECK(out.find("\u202E") == std::string::npos);
    CHECK(!utf8::first_invalid(out));
    const auto [line, carets] = drawn(out);
    CHECK(carets == "    " + std::string(row.column, ' ') + std::string(row.width, '^'));
    // Colour marks the words and changes nothing else.
    const std::string dyed = to_text(report, survey, {.colour = true});
    CHECK(dyed.find("\x1b[33m" + word + "\x1b[0m") != std::string::npos);
  }
}

TEST_CASE("text: long lines are cut around the span, and the carets stay in view") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word" + std::to_string(i) + " ";
  survey::Questionnaire survey = survey_of("yes_no: x");
  survey.questions[0].text = text;
  for (const std::size_t width : {40u, 60u, 100u, 200u})
    for (const char* word : {"word0 ", "word1 ", "word99 ", "word198 ", "word199"}) {
      CAPTURE(width);
      CAPTURE(word);
      const auto start = static_cast<std::int64_t>(text.find(word));
      const auto length = static_cast<std::int64_t>(std::string_view(word).size());
      const auto [line, carets] =
          drawn(to_text(report_of(survey, {start, start + length}), survey, {.width = width}));
      CHECK(utf8::length(line) <= width);
      CHECK(utf8::length(carets) <= width);
      const std::size_t from = carets.find('^');
      const std::string_view prefix = utf8::prefix(line, from);
      CHECK(std::string_view(line).substr(prefix.size()).starts_with(word));
      // A span that is longer than the line is shown from its beginning.
      const auto rest = static_cast<std::int64_t>(text.size());
      const auto [long_line, long_carets] =
          drawn(to_text(report_of(survey, {start, rest}), survey, {.width = width}));
      CHECK(utf8::length(long_carets) <= width);
      CHECK(long_carets.find('^') != std::string::npos);
    }
}

TEST_CASE("text: a file is named with line and column, and everything is told at the end") {
  const std::vector<Linted> all = sample();
  const std::string text = to_text(all[0]);
  CHECK(text.find("folder/a b.json:") != std::string::npos);
  CHECK(text.find("1 suppressed") != std::string::npos);
  CHECK(text.find("The baseline names leading in q9, which is found no more.") !=
        std::string::npos);
  CHECK(text.find("Predicted minutes: ") != std::string::npos);
  CHECK(to_text(all[2]).find("1 in the baseline.") != std::string::npos);
  CHECK(to_text(all[0].report, all[0].survey).find("a b.json") == std::string::npos);
}

TEST_CASE("JSON: one report for each file") {
  const std::vector<Linted> all = sample();
  const json::value document = parse_json(to_json_document(all)).value();
  REQUIRE(at(document, "/files").as_array().size() == 4);
  CHECK(at(document, "/files/0/file").as_string() == "folder/a b.json");
  const auto again = from_json<Report>(at(document, "/files/0/report"));
  REQUIRE(again.has_value());
  CHECK(again.value() == all[0].report);
  CHECK(at(document, "/counts/errors").as_int64() >= 1);
  CHECK(at(document, "/files/2/report/known").as_array().size() == 1);
  CHECK(at(document, "/files/3/error/code").as_string() == "file_unreadable");
  CHECK(document.at_pointer("/files/3").as_object().size() == 2);
}

TEST_CASE("SARIF: what version 2.1.0 demands is there, and regions lead to the words") {
  const std::vector<Linted> all = sample();
  const json::value document = parse_json(to_sarif(all, "1.2.3")).value();
  CHECK(at(document, "/version").as_string() == "2.1.0");
  CHECK(at(document, "/$schema").as_string().starts_with("https://"));
  REQUIRE(at(document, "/runs").as_array().size() == 1);
  const json::value& run = at(document, "/runs/0");
  CHECK(at(run, "/tool/driver/name").as_string() == "InsightFlow");
  CHECK(at(run, "/tool/driver/version").as_string() == "1.2.3");
  CHECK(at(run, "/columnKind").as_string() == "unicodeCodePoints");
  const json::array& rule_list = at(run, "/tool/driver/rules").as_array();
  CHECK(rule_list.size() == rules().size() + 1);
  for (const json::value& rule : rule_list) {
    CHECK(at(rule, "/shortDescription/text").as_string().size() > 3);
    CHECK(at(rule, "/fullDescription/text").as_string().size() > 10);
    CHECK(at(rule, "/help/text").as_string().size() > 10);
    const auto& level = at(rule, "/defaultConfiguration/level").as_string();
    CHECK((level == "note" || level == "warning" || level == "error"));
  }
  CHECK(at(run, "/artifacts/0/location/uri").as_string() == "folder/a%20b.json");
  CHECK(at(run, "/artifacts/1/location/uri").as_string() == "file:///abs/b.json");

  std::size_t expected = 0, accepted = 0, known = 0, placed = 0;
  for (const Linted& one : all)
    expected += one.report.findings.size() + one.report.suppressed.size() + one.report.known.size();
  const json::array& results = at(run, "/results").as_array();
  CHECK(results.size() == expected);
  for (const json::value& result : results) {
    const auto index = static_cast<std::size_t>(at(result, "/ruleIndex").as_int64());
    REQUIRE(index < rule_list.size());
    CHECK(at(rule_list[index], "/id") == at(result, "/ruleId"));
    CHECK(!at(result, "/message/text").as_string().empty());
    CHECK(at(result, "/partialFingerprints/questionnaireFinding~1v1").as_string().size() == 16);
    if (const auto* suppressions = result.as_object().if_contains("suppressions")) {
      const auto& kind = at(*suppressions, "/0/kind").as_string();
      accepted += kind == "inSource";
      known += kind == "external";
    }
    const json::value& location = at(result, "/locations/0/physicalLocation");
    const auto artifact =
        static_cast<std::size_t>(at(location, "/artifactLocation/index").as_int64());
    REQUIRE(artifact < all.size());
    const json::value* region = location.as_object().if_contains("region");
    CHECK((region != nullptr) == !all[artifact].source.empty());
    if (!region) continue;
    const auto number = [&](const char* key) {
      return static_cast<std::size_t>(at(*region, key).as_int64());
    };
    CHECK(number("/startLine") >= 1);
    CHECK(number("/startColumn") >= 1);
    CHECK(number("/endLine") >= number("/startLine"));
    // The region holds the words the span means.
    const std::string& source = all[artifact].source;
    const std::string_view before = utf8::prefix(source, number("/charOffset"));
    const std::string_view words =
        utf8::prefix(std::string_view(source).substr(before.size()), number("/charLength"));
    CHECK(!words.empty());
    CHECK(static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1 ==
          number("/startLine"));
    if (at(result, "/ruleId").as_string() == "vague-quantifier") {
      CHECK((words == "regularly" || words == "often"));
      ++placed;
    }
  }
  CHECK(accepted == 1);
  CHECK(known == 1);
  CHECK(placed == 3);
  CHECK(to_sarif(all, "1.2.3") == to_sarif(sample(), "1.2.3"));
  // A file that could not be read makes the run one that failed.
  CHECK(!at(run, "/invocations/0/executionSuccessful").as_bool());
  const json::value& told = at(run, "/invocations/0/toolExecutionNotifications/0");
  CHECK(at(told, "/descriptor/id").as_string() == "file_unreadable");
  CHECK(at(told, "/locations/0/physicalLocation/artifactLocation/index").as_int64() == 3);
  const json::value nothing = parse_json(to_sarif({}, "1")).value();
  CHECK(at(nothing, "/runs/0/results").as_array().empty());
  CHECK(at(nothing, "/runs/0/invocations/0/executionSuccessful").as_bool());
}

TEST_CASE("SARIF: the document passes the schema, where one is given") {
  const char* path = std::getenv("INSIGHTFLOW_SARIF_SCHEMA");
  if (path == nullptr || *path == '\0') {
    MESSAGE("INSIGHTFLOW_SARIF_SCHEMA names no schema; nothing is checked");
    return;
  }
#ifdef HAS_VALIJSON
  const json::value text = boost::json::parse(bias::test::file_text(path));
  valijson::Schema schema;
  // The standard's own is of draft 4, the one that editors fetch of draft 7.
  const bool older = bias::test::file_text(path).find("draft-04") != std::string::npos;
  valijson::SchemaParser(older ? valijson::SchemaParser::kDraft4 : valijson::SchemaParser::kDraft7)
      .populateSchema(valijson::adapters::BoostJsonAdapter(text), schema);
  for (const std::vector<Linted>& all : {sample(), std::vector<Linted>{}}) {
    const json::value document = parse_json(to_sarif(all, "1.2.3")).value();
    valijson::ValidationResults problems;
    valijson::Validator validator;
    validator.validate(schema, valijson::adapters::BoostJsonAdapter(document), &problems);
    valijson::ValidationResults::Error problem;
    std::string told;
    while (problems.popError(problem)) {
      for (const std::string& step : problem.context) told += step;
      told += ": " + problem.description + "\n";
    }
    CHECK(told == "");
  }
  json::value wrong = parse_json(to_sarif(sample(), "1.2.3")).value();
  wrong.as_object()["runs"].as_array()[0].as_object()["nonsense"] = 1;
  valijson::Validator validator;
  CHECK(!validator.validate(schema, valijson::adapters::BoostJsonAdapter(wrong), nullptr));
#else
  MESSAGE("built without valijson; nothing is checked");
#endif
}

TEST_CASE("JUnit: well-formed, and the counts are those of the cases") {
  const std::vector<Linted> all = sample();
  const std::string xml = to_junit(all);
  const std::string_view head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  REQUIRE(xml.starts_with(head));
  CHECK(insightflow::test::xml_problem(std::string_view(xml).substr(head.size())) == "");
  const auto times = [&](std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = xml.find(what, at)) != xml.npos; ++at) ++count;
    return count;
  };
  CHECK(times("<testsuite ") == 4);
  CHECK(times("<testcase ") == 14 + 2 + 2 + 1);
  CHECK(times("<error type=\"file_unreadable\"") == 1);
  const std::string totals = "<testsuites name=\"insightflow lint\" tests=\"19\" failures=\"" +
                             std::to_string(times("<failure ")) + "\" errors=\"1\"";
  CHECK(xml.find(totals) != std::string::npos);
  CHECK(xml.find("<b>") == std::string::npos);
  // What the baseline knows does not fail.
  CHECK(xml.find("name=\"stdin\" tests=\"2\" failures=\"0\"") != std::string::npos);
}

TEST_CASE("HTML: one page that needs nothing else") {
  const std::vector<Linted> all = sample();
  const std::string html = to_html(all);
  const insightflow::test::HtmlPage page(html);
  CHECK(page.problem() == "");
  CHECK(html.find("http") == std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("prefers-color-scheme: dark") != std::string::npos);
  CHECK(html.find("<b>exercise") == std::string::npos);
  std::size_t marks = 0;
  for (const auto& element : page.elements())
    if (element.name == "mark") marks += element.text == "regularly";
  CHECK(marks == 1);
  CHECK(html.find("gone&lt;.json") != std::string::npos);
  CHECK(html.find("Not checked.") != std::string::npos);
  CHECK(html.find("As in 2019 &lt;3.") != std::string::npos);
  CHECK(html.find("Predicted minutes") != std::string::npos);
  CHECK(to_html(sample()) == html);
}

TEST_CASE("documents: hostile words stay words") {
  std::string controls;
  for (char c = 1; c < 32; ++c) controls += c;
  const std::string texts[] = {"]]>",          "<!--",   "\"'&<>", "\xEF\xBF\xBE",
                               "\u202E\u2066", controls, "{{q1}}", "\\u0000"};
  for (const std::string& words : texts) {
    CAPTURE(words);
    survey::Questionnaire survey = survey_of("yes_no: x ;; single_choice: y [a | b]");
    survey.title = words;
    survey.questions[0].text = "Do you regularly exercise " + words + "?";
    survey.questions[1].options[0].label = words;
    survey.questions[0].id = words;
    survey.questions[0].lint = survey::LintNotes{{{words, words}}};
    const std::vector<Linted> all{linted(words, survey)};
    CHECK(insightflow::test::HtmlPage(to_html(all)).problem() == "");
    const std::string xml = to_junit(all);
    CHECK(insightflow::test::xml_problem(std::string_view(xml).substr(xml.find('\n') + 1)) == "");
    CHECK(parse_json(to_sarif(all, "1")).has_value());
    CHECK(to_text(all[0]).find('\x1b') == std::string::npos);
  }
}

TEST_CASE("explain: every rule tells why, from where, and how to accept or stop it") {
  for (const Rule& rule : rules()) {
    const std::string text = explain(rule.id);
    for (const std::string_view part : {rule.id, rule.title, rule.why, rule.source})
      CHECK(text.find(part) != std::string::npos);
    CHECK(text.find("\"allow\"") != std::string::npos);
    CHECK(text.find(".insightflow-lint.json") != std::string::npos);
    CHECK(rule_list().find("  " + std::string(rule.id) + "  ") != std::string::npos);
  }
  CHECK(!explain(suppression_id).empty());
  CHECK(explain("nothing").empty());
}
