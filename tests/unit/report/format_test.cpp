#include <doctest/doctest.h>
#include <report/charts.hpp>
#include <report/format.hpp>
#include <report/words.hpp>
#include <support/xml_check.hpp>

#include <limits>

using namespace insightflow;
using namespace insightflow::report;

TEST_CASE("numbers read the same everywhere") {
  struct Row {
    std::string got;
    const char* want;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Row rows[] = {{percent(0), "0\u00a0%"},
                      {percent(0.345), "35\u00a0%"},
                      {percent(0.0001), "<\u00a01\u00a0%"},
                      {percent(0.9999), ">\u00a099\u00a0%"},
                      {percent(1), "100\u00a0%"},
                      {percent(nan), "\u2013"},
                      {points(12.4), "+12"},
                      {points(-0.4), "0"},
                      {points(-5), "\u22125"},
                      {decimal(3.96, 1), "4"},
                      {decimal(-0.01, 1), "0"},
                      {decimal(-2.5, 1), "\u22122.5"},
                      {decimal(1e300, 0).substr(0, 3), "100"},
                      {count(0), "0"},
                      {count(999), "999"},
                      {count(1234567), "1,234,567"},
                      {count(-1234), "-1,234"},
                      {exact(0.1), "0.1"},
                      {exact(-0.0), "0"},
                      {exact(nan), ""},
                      {percent_range({0.304, 0.396}), "30\u201340\u00a0%"},
                      {counted(1, "answer"), "1 answer"},
                      {counted(2, "answer"), "2 answers"}};
  for (const Row& row : rows) CHECK(row.got == row.want);
}

TEST_CASE("texts are harmless where they are written") {
  struct Row {
    std::string got;
    const char* want;
  };
  const Row rows[] = {
      {escape_html("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"},
      {escape_html(std::string_view("\0\x1b", 2)), "\u2400\u241b"},
      {escape_html("\xff\xed\xa0\x80"), "\ufffd\ufffd\ufffd\ufffd"},
      {escape_html("\xef\xbf\xbf"), "\ufffd"},
      {escape_html("a\u202eb"), "a\u202eb"},
      {escape_html_plain("a\u202eb\u2067c"), "abc"},
      {escape_markdown("# a | b\n\n*c* <d> `e`"), "\\# a \\| b \\*c\\* &lt;d&gt; \\`e\\`"},
      {escape_markdown("12. x"), "12\\. x"},
      {escape_markdown("1.5 x"), "1.5 x"},
      {escape_markdown("- x - y"), "\\- x - y"},
      {escape_markdown("  "), ""},
      {escape_csv("=1+1"), "'=1+1"},
      {escape_csv("-5, or \"so\""), "\"'-5, or \"\"so\"\"\""},
      {escape_csv("\tx"), "\"'\tx\""},
      {escape_csv("a=b"), "a=b"},
      {escape_csv("a\nb"), "\"a\nb\""},
      {escape_csv(""), ""}};
  for (const Row& row : rows) CHECK(row.got == row.want);
}

TEST_CASE("labels wrap between words, and inside them only when they must") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("one two three", 7, 3) == Lines{"one two", "three"});
  CHECK(wrap("one two three", 8, 3) == Lines{"one two", "three"});
  CHECK(wrap("abcdefghij", 4, 3) == Lines{"abcd", "efgh", "ij"});
  CHECK(wrap("abcdefghij", 4, 2) == Lines{"abcd", "efgh\u2026"});
  CHECK(wrap("  a   b ", 9, 1) == Lines{"a b"});
  CHECK(wrap("日本語", 4, 2) == Lines{"日本", "語"});
  CHECK(wrap("", 4, 2) == Lines{""});
}

TEST_CASE("charts stay inside their frame whatever they are given") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const charts::Caption caption{"c", "<title>", "& more"};
  const charts::Row rows[] = {{"a", "1", {{"accent", 7, "x"}}, analysis::Interval{-1, 9}},
                              {"b", "2", {{"accent", nan, ""}}, {}},
                              {"", "", {}, {}}};
  for (const std::string& drawing :
       {charts::bars(caption, rows, 1), charts::bars(caption, {}, 0.1),
        charts::histogram(caption, {}), charts::course(caption, {}),
        charts::course(
            caption,
            {{{"a", "1", nan, {}}, {"b", "", {}, {}}, {"c", "9", 9e9, {{-1, nan}}}}, 0, nan}),
        charts::gauge(caption, {nan, {}, -100, 100, "", "", ""})}) {
    CHECK(test::xml_problem(drawing) == "");
    CHECK(drawing.find("nan") == drawing.npos);
    CHECK(drawing.find("700%") == drawing.npos);
  }
  const charts::Row small[] = {{"a", "", {{"accent", 0.2, ""}}, analysis::Interval{0.1, 0.26}}};
  CHECK(charts::axis_end(small) == 0.4);
}

TEST_CASE("a small segment is not compared") {
  const auto segment = [](const char* id, std::int64_t base, double share) {
    return insight::Breakdown{id, id, base, {{"t1", "Price", 1, share, {share, share}}}, {}};
  };
  insight::CrossTab table{"why", "plan", {segment("a", 40, 0.2), segment("b", 29, 0.9)}};
  CHECK(words::cross_tab(table).starts_with("Too few answers"));
  table.segments.push_back(segment("c", 30, 0.4));
  CHECK(words::cross_tab(table) ==
        "The groups are shown side by side; their differences were not tested.");
  // A difference that is beyond chance in a group too small to be shown is not told.
  table.tests = {
      {"t1", "b", 0.6, {0.4, 0.8}, {analysis::Method::fisher, 1e-6, 1e-6, true}},
      {"t1", "c", 0.1, {-0.1, 0.3}, {analysis::Method::two_proportions, 0.2, 0.3, false}}};
  CHECK(words::cross_tab(table) ==
        "No difference between the groups that can be told from chance (smallest adjusted p = "
        "0.3).");
  table.tests[1].verdict = {analysis::Method::two_proportions, 0.001, 0.002, true};
  table.tests[1].difference = 0.2;
  CHECK(words::cross_tab(table) ==
        "Clearest difference: \u201cPrice\u201d, 40\u00a0% in \u201cc\u201d, 20\u00a0% elsewhere: "
        "beyond chance (adjusted p = 0.002).");
}
