#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/report/report.hpp>

#include <doctest/doctest.h>
#include <report/words.hpp>
#include <support/sample_findings.hpp>
#include <support/xml_check.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace insightflow;

namespace {

std::string golden_path(const report::FormatInfo& format) {
  return std::string(INSIGHTFLOW_SOURCE_DIR) + "/tests/golden/report/sample." +
         std::string(format.extension);
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

insight::Findings with_themes(int count) {
  insight::Findings findings;
  findings.title = "Many themes";
  findings.responses_total = findings.responses_used = 400;
  insight::QuestionFindings question;
  question.question_id = "why";
  question.asked = question.answered = question.used = 400;
  for (int i = 1; i <= count; ++i)
    question.themes.push_back(test::theme(
        i,
        std::string(i % 7 == 0 ? "A label that is much longer than a chart can hold in one line, "
                                 "and then longer still, so that it has to end somewhere "
                               : "Theme ") +
            std::to_string(i),
        {"word"}, 60 - i, 400, {10, 10, 40 - i},
        {test::evidence("row:" + std::to_string(i), "why", "quote " + std::to_string(i))}));
  findings.questions.push_back(question);
  return findings;
}

}  // namespace

TEST_CASE("the sample reads as it did; INSIGHTFLOW_UPDATE_GOLDEN=1 accepts what is new") {
  const auto findings = test::sample_findings();
  for (const report::FormatInfo& format : report::formats()) {
    CAPTURE(format.extension);
    const std::string got = report::render(findings, format.format);
    const std::string path = golden_path(format);
    if (std::getenv("INSIGHTFLOW_UPDATE_GOLDEN") != nullptr)
      std::ofstream(path, std::ios::binary) << got;
    CHECK_MESSAGE(got == contents(path), path);
    CHECK(got == report::render(findings, format.format));
  }
}

TEST_CASE("HTML is well-formed and needs nothing from outside, whatever the findings") {
  insight::Findings one;
  one.title = "One answer";
  one.responses_total = one.responses_used = 1;
  insight::QuestionFindings question;
  question.question_id = "q";
  question.kind = survey::Kind::nps;
  question.asked = question.answered = 1;
  question.distribution = test::scale(0, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  question.metrics = {{"nps", 100, {}, 1}};
  one.questions.push_back(question);

  insight::Findings nothing;
  nothing.title = "No answers";
  question.answered = 0;
  question.distribution = test::scale(0, std::vector<std::int64_t>(11, 0));
  question.metrics = {{"nps", std::numeric_limits<double>::quiet_NaN(), {}, 0}};
  question.sentiment = analysis::SentimentMix{};
  nothing.questions.push_back(question);
  question.kind = survey::Kind::open_text;
  question.distribution.clear();
  question.rows = {{"r", "Row", 0, {}, {}}};
  nothing.questions.push_back(question);
  nothing.cross_tabs = {{"q", "plan", {}}, {"q", "plan", {{"a", "", 0, {}, {}}}}};

  insight::Findings german = test::sample_findings();
  german.language = "de";

  struct Row {
    const char* name;
    insight::Findings findings;
  };
  const Row rows[] = {{"empty", {}},
                      {"no answers", nothing},
                      {"one answer", one},
                      {"one theme", with_themes(1)},
                      {"40 themes", with_themes(40)},
                      {"all", test::sample_findings()},
                      {"German", german}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string page = report::to_html(row.findings);
    CHECK(test::xml_problem(page) == "");
    for (const char* unwanted : {"<script", "<link", "<img", "url(", "@import", "src=", "nan"})
      CHECK_MESSAGE(!holds(page, unwanted), unwanted);
    CHECK(!report::to_markdown(row.findings).empty());
    CHECK(holds(report::to_csv(row.findings), "section,question_id,item"));
  }
}

TEST_CASE("the XML check finds what it looks for") {
  for (const char* wrong : {"<p>", "<p></b>", "<p a=b></p>", "<p>&</p>", "<p>a < b</p>",
                            "<p id=\"a\"><b id=\"a\"></b></p>", "<a href=\"#x\"></a>", "<p/><p/>"})
    CHECK_MESSAGE(test::xml_problem(wrong) != "", wrong);
  CHECK(test::xml_problem("<p id=\"x\"><br/><a href=\"#x\">&amp;</a></p>") == "");
}

TEST_CASE("hostile words stay words") {
  const auto findings = test::sample_findings();
  const std::string page = report::to_html(findings);
  CHECK(holds(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
  CHECK(holds(page, "<bdi>=HYPERLINK(&quot;http://example.com&quot;)\u2401 \ufffd"));
  CHECK(utf8::first_invalid(page) == std::nullopt);
  // The override is only ever inside an isolate.
  for (std::size_t at = page.find("\u202e"); at != page.npos; at = page.find("\u202e", at + 1))
    CHECK(page.rfind("<bdi>", at) > page.rfind("</bdi>", at));

  const std::string text = report::to_markdown(findings);
  CHECK(!holds(text, "<script"));
  CHECK(holds(text, "\\|pipe\\| \\[link\\](x) \\*b\\*"));
  CHECK(!holds(text, "\u202e"));

  const std::string table = report::to_csv(findings);
  CHECK(holds(table, "keyphrase,why,'+cheap,,count,3"));
  CHECK(holds(table, "cross_tab,nps,,plan: Free,nps,-9,-19,1,211\r\n"));
  for (std::size_t at = table.find("\r\n"); at + 2 < table.size(); at = table.find("\r\n", at + 1))
    CHECK(std::string_view("=+-@").find(table[at + 2]) == std::string_view::npos);
}

TEST_CASE("themes beyond the first ones are folded, not dropped") {
  const auto findings = with_themes(40);
  const std::string page = report::to_html(findings, {.themes = 5});
  CHECK(holds(page, "35 more themes"));
  CHECK(holds(page, "quote 40"));
  CHECK(holds(page, "All 40 themes as a table"));
}

TEST_CASE("ties are told, small bases get no tile, tables without figures are not drawn") {
  insight::QuestionFindings question;
  question.kind = survey::Kind::rating;
  question.answered = 40;
  const auto words_for = [&](const std::vector<std::int64_t>& counts) {
    question.distribution = test::scale(1, counts);
    return report::words::distribution(question);
  };
  CHECK(words_for({1, 20, 9, 5, 5}) == "The most frequent answer is 2 (50\u00a0% of 40 answers)");
  CHECK(words_for({1, 15, 15, 5, 4}) ==
        "The most frequent answers are 2 and 3 (38\u00a0% of 40 answers each)");
  CHECK(words_for({8, 8, 8, 8, 8}) ==
        "No answer stands out: 5 share the lead with 20\u00a0% of 40 answers each");

  CHECK(report::words::sentiment({0, 7, 0}) == "All comments are neutral");
  CHECK(report::words::sentiment({2, 7, 2}).starts_with("Negative and positive comments balance"));

  auto idle = test::sample_findings();
  CHECK(holds(report::to_html(idle), "Part of what explains the score<"));
  for (analysis::Driver& driver : idle.drivers[0].drivers) driver.told_from_chance = false;
  CHECK(!holds(report::to_html(idle), "Part of what explains the score<"));
  CHECK(holds(report::to_html(idle), "Nothing goes together with \u201cHow likely"));
  CHECK(test::xml_problem(report::to_html(idle)) == "");

  insight::Trend trend = idle.trends[0];
  trend.points[0].value = -20;
  CHECK(report::words::trend(idle, trend).find("is falling on the whole, though not") !=
        std::string::npos);

  insight::QuestionFindings matrix;
  matrix.kind = survey::Kind::matrix;
  matrix.rows = {{"a", "Support", 40, {test::share("good", "Good", 30, 40)}, {}},
                 {"b", "Docs", 40, {test::share("good", "Good", 10, 40)}, {}},
                 {"c", "Nobody", 0, {test::share("good", "Good", 0, 0)}, {}}};
  CHECK(report::words::rows(matrix) ==
        "\u201cGood\u201d is chosen most for \u201cSupport\u201d (75\u00a0%), "
        "least for \u201cDocs\u201d (25\u00a0%)");
  matrix.rows.resize(1);
  CHECK(report::words::rows(matrix) == "All rows were answered alike");

  auto findings = with_themes(1);
  CHECK(holds(report::to_html(findings), "Most frequent theme"));
  findings.questions[0].used = 29;
  CHECK(!holds(report::to_html(findings), "Most frequent theme"));
  findings.questions[0].used = 400;
  findings.questions[0].kind = survey::Kind::single_choice;  // the words behind "other"
  CHECK(!holds(report::to_html(findings), "Most frequent theme"));

  findings.cross_tabs = {{"why", "plan", {{"a", "A", 4, {}, {}}, {"b", "B", 3, {}, {}}}, {}}};
  const std::string text = report::to_markdown(findings);
  CHECK(holds(text, "Too few answers to compare"));
  CHECK(!holds(text, "A (n = 4)"));
  CHECK(!holds(report::to_html(findings), "class=\"heat"));
}

TEST_CASE("JSON makes the round trip") {
  auto findings = test::sample_findings();
  findings.questions[4].themes.back().quotes.pop_back();  // Its bytes are not UTF-8, on purpose.
  const auto back = from_json_text<insight::Findings>(report::to_json(findings));
  REQUIRE(back);
  CHECK(back.value() == findings);
}

TEST_CASE("titles say what was found") {
  const std::string page = report::to_html(test::sample_findings());
  for (const char* title :
       {"412 of 415 answers used",
        "\u201cPrice\u201d is the most frequent theme: 34\u00a0% of 318 answers",
        "NPS +7: 37\u00a0% promoters against 29\u00a0% detractors",
        "\u201cSupport\u201d scores highest (4.3), \u201cMobile app\u201d lowest (2.4)",
        "Negative comments outnumber positive ones: 47\u00a0% against 34\u00a0%",
        "\u201cYes\u201d and \u201cNo\u201d lead with 50\u00a0% of 29 answers each",
        "Net Promoter Score is \u22129 in \u201cFree\u201d, +25 elsewhere: far beyond chance "
        "(adjusted p &lt; 0.001).",
        "Clearest difference: \u201cPrice\u201d, 48\u00a0% in \u201cFree\u201d, 19\u00a0% "
        "elsewhere: far "
        "beyond chance",
        "goes together with \u201cHow likely are you to recommend the app to a colleague?\u201d "
        "most: "
        "the score is 2.1 lower with it.",
        "is falling: +18 in the first week, \u22124 in the last; beyond chance (adjusted p = "
        "0.016).",
        "Only 12 ratings: too few.", "1 of 2 figures changed beyond chance.", "met after 4 rounds",
        "412 of 415", "as precise as 310 without weights",
        "Plan: Pro \u2013 70\u00a0%, 10\u00a0% elsewhere", "4 differences were tested.",
        "30 of 412 responses (7\u00a0%). Faster than others."})
    CHECK_MESSAGE(holds(page, title), title);
  CHECK(holds(page, "the sample chose itself"));
  CHECK(!holds(page, "argin of error"));
  CHECK(!holds(report::to_html({}), "the sample chose itself"));
}

TEST_CASE("a report says who worded what, and shows a model's words as words") {
  insight::Findings findings = test::sample_findings();
  const std::string before = report::to_markdown(findings);
  CHECK(before.find("The wording of") == std::string::npos);
  findings.manifest.engine = "local, worded by m-1";
  findings.spoken = {{.part = "summarize",
                      .engine = "m-1",
                      .prompt_version = "w2",
                      .dropped = {{"number_unknown", 2}, {"quote_unknown", 1}}},
                     {.part = "recommend", .fallback = "llm_timed_out: Too late."}};
  for (insight::QuestionFindings& question : findings.questions)
    for (insight::Theme& theme : question.themes)
      theme.summary = "Words <script>alert(1)</script> *of* a model.";
  const std::string markdown = report::to_markdown(findings), html = report::to_html(findings);
  CHECK(markdown.find("by m-1, prompt version w2; 3 statements") != std::string::npos);
  CHECK(html.find("by m-1, prompt version w2; 3 statements of the model") != std::string::npos);
  CHECK(html.find("llm_timed_out: Too late.") != std::string::npos);
  CHECK(html.find("local, worded by m-1") != std::string::npos);
  CHECK(html.find("<script>alert") == std::string::npos);
  CHECK(html.find("Words &lt;script&gt;") != std::string::npos);
  CHECK(markdown.find("<script>alert") == std::string::npos);
}
