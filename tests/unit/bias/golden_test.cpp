#include "questions.hpp"

#include <insightflow/bias/lint.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::bias;

namespace {

bool speaks(const Report& report, std::string_view rule) {
  for (const Finding& finding : report.findings)
    if (finding.rule == rule) return true;
  return false;
}

std::filesystem::path source_dir() {
  return INSIGHTFLOW_SOURCE_DIR;
}

}  // namespace

TEST_CASE("golden: each rule finds its bad questions and passes over the near misses") {
  for (const Rule& rule : rules()) {
    const auto path = source_dir() / "tests/golden/bias" / (std::string(rule.id) + ".txt");
    CAPTURE(rule.id);
    std::ifstream in(path);
    REQUIRE(in.good());
    int bad = 0, clean = 0, found = 0, wrong = 0;
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line[0] == '#') continue;
      CAPTURE(line);
      const bool is_bad = line.starts_with("bad:");
      REQUIRE((is_bad || line.starts_with("clean:")));
      const auto survey =
          bias::test::read_survey(bias::test::split(line.substr(line.find(':') + 1), " ;; "));
      REQUIRE(survey.has_value());
      const bool said = speaks(lint(survey.value()), rule.id);
      (is_bad ? bad : clean) += 1;
      (is_bad ? found : wrong) += said;
      if (said == is_bad) continue;
      const std::string mistake =
          std::string(rule.id) + (is_bad ? " misses " : " is wrong about ") + line;
      MESSAGE(mistake);
    }
    CHECK(bad >= 10);
    CHECK(clean >= 10);
    CHECK_MESSAGE(found * 10 >= bad * 9, "recall ", found, " of ", bad);
    CHECK_MESSAGE(found * 10 >= (found + wrong) * 9, "precision ", found, " of ", found + wrong);
  }
}

TEST_CASE("golden: every rule has a page whose examples do as they say") {
  for (const Rule& rule : rules()) {
    CAPTURE(rule.id);
    const std::string page =
        bias::test::file_text(source_dir() / "docs/rules" / (std::string(rule.id) + ".md"));
    REQUIRE(!page.empty());
    CHECK(page.starts_with("# " + std::string(rule.id)));
    int examples = 0;
    std::string fence;
    std::vector<std::string> lines;
    for (const std::string& line : bias::test::split(page, "\n")) {
      if (!line.starts_with("```")) {
        if (!fence.empty()) lines.push_back(line);
        continue;
      }
      if (fence.empty()) {
        fence = line.substr(3);
        continue;
      }
      CAPTURE(lines);
      const auto survey = bias::test::read_survey(lines);
      REQUIRE(survey.has_value());
      REQUIRE((fence == "bad" || fence == "good"));
      CHECK(speaks(lint(survey.value()), rule.id) == (fence == "bad"));
      ++examples;
      fence.clear();
      lines.clear();
    }
    CHECK(examples >= 2);
  }
}
