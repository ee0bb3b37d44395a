#include "support/desk.hpp"
#include "support/html_page.hpp"
#include "support/http_world.hpp"

#include <algorithm>
#include <filesystem>

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr const char* clean = R"({"title":"T","questions":[
  {"id":"q1","kind":"yes_no","text":"Did the planner work for you today?"}]})";
constexpr const char* vague = R"({"title":"T","questions":[
  {"id":"q1","kind":"yes_no","text":"Do you regularly exercise?"}]})";
constexpr const char* prison = R"({
  "title": "T",
  "questions": [
    {"id": "q1", "kind": "single_choice", "required": true, "text": "Have you ever been in prison?",
     "options": ["Yes", "No"]}
  ]
}
)";

std::size_t times(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; ++at) ++count;
  return count;
}

}  // namespace

TEST_CASE("lint: files, folders and what stands in the way") {
  Desk desk;
  desk.put("clean.json", clean);
  desk.put("vague.json", vague);
  desk.put("broken.json", R"({"questions":[)");
  desk.put("marked.json", std::string("\xEF\xBB\xBF") + clean);
  std::filesystem::create_directories(desk.folder / "set/deep/.hidden");
  std::filesystem::create_directories(desk.folder / "empty");
  desk.put("set/b.json", clean);
  desk.put("set/deep/a.json", vague);
  desk.put("set/deep/.hidden/c.json", vague);
  desk.put("set/package.json", R"({"name":"x","questions":"none"})");
  desk.put("set/list.json", "[1,2]");
  desk.put("set/comment.json", "// not JSON, no survey\n{}");
  desk.put("set/notes.txt", vague);
  const Row rows[] = {
      {{"lint", "clean.json"}, 0, "0 warnings", ""},
      {{"lint", "vague.json"}, 1, "vague.json:2:45: q1: warning [vague-quantifier]", ""},
      {{"lint", "clean.json", "vague.json"}, 1, "clean.json:\n1 question", ""},
      {{"lint", "set"}, 1, "set/deep/a.json:\n", ""},
      {{"lint", "set/"}, 1, "set/b.json:\n", ""},
      {{"lint", "empty"}, 2, "", "holds no questionnaire"},
      {{"lint", "broken.json", "vague.json"}, 2, "vague-quantifier", "broken.json"},
      {{"lint", "vague.json", "--format", "loud"}, 2, "", "loud"},
      {{"lint", "vague.json", "--out", "no/such/place"}, 2, "", "no/such/place"},
      {{"lint", "-", "-"}, 2, "", "read once", vague},
      {{"lint", "-"}, 1, "standard input:2:45: q1", "", vague},
      {{"lint", "marked.json"}, 0, "0 warnings", ""},
      {{"lint", "--rules"}, 0, "  double-barrelled ", ""},
      {{"lint", "--explain", "leading"}, 0, "\"allow\"", ""},
      {{"lint", "--explain", "suppression"}, 0, "acceptance", ""},
      {{"lint", "--config-schema"}, 0, "\"RuleSetting\"", ""},
      {{"lint", "vague.json", "--why"}, 1, "Choi & Pak", ""},
  };
  for (const Row& row : rows) check(desk, row);
  const Ran folder = desk.run({"lint", "set"});
  CHECK(folder.out.find("c.json") == std::string::npos);
  CHECK(folder.out.find("notes.txt") == std::string::npos);
  CHECK(times(folder.out, "question:") == 2);
  // A questionnaire that is broken does not slip through.
  desk.put("set/broken.json", R"({"questions":[)");
  CHECK(desk.run({"lint", "set"}).code == 2);
  const Row documents[] = {
      {{"lint", "set", "--format", "junit"}, 2, "<error type=\"json_malformed\"", "broken.json"},
      {{"lint", "broken.json", "--format", "junit"}, 2, "errors=\"1\"", "broken.json"},
      {{"lint", "set", "--format", "sarif"}, 2, "toolExecutionNotifications", "broken.json"},
      {{"lint", "set", "--format", "html"}, 2, "Not checked.", "broken.json"},
      {{"lint", "set", "--format", "json"}, 2, "\"json_malformed\"", "broken.json"},
  };
  for (const Row& row : documents) check(desk, row);
  CHECK(desk.run({"lint", "broken.json", "--format", "json"}).out.empty());
  CHECK(desk.run({"lint", "broken.json"}).out.empty());
}

TEST_CASE("lint: every format, on the screen and in a file") {
  Desk desk;
  desk.put("vague.json", vague);
  desk.put("clean.json", clean);
  const auto one = json_of(desk.run({"lint", "vague.json", "--format", "json"}).out);
  CHECK(text_at(one, "/findings/0/rule") == "vague-quantifier");
  const auto both = json_of(desk.run({"--json", "lint", "vague.json", "clean.json"}).out);
  CHECK(text_at(both, "/files/0/report/findings/0/rule") == "vague-quantifier");
  CHECK(text_at(both, "/files/1/file") == "clean.json");
  CHECK(text_at(both, "/counts/warnings") == "1");
  const auto sarif = json_of(desk.run({"lint", "vague.json", "--format", "sarif"}).out);
  CHECK(text_at(sarif, "/version") == "2.1.0");
  CHECK(text_at(sarif, "/runs/0/results/0/locations/0/physicalLocation/region/startLine") == "2");
  CHECK(desk.run({"lint", "vague.json", "--format", "junit"}).out.starts_with("<?xml"));
  for (const char* format : {"text", "json", "sarif", "junit", "html"}) {
    CAPTURE(format);
    const Ran shown = desk.run({"lint", "vague.json", "--format", format});
    const Ran written = desk.run({"lint", "vague.json", "--format", format, "--out", "report"});
    CHECK(shown.code == 1);
    CHECK(written.code == 1);
    CHECK(written.out.empty());
    CHECK(desk.text("report") == shown.out);
  }
  CHECK(HtmlPage(desk.text("report")).problem() == "");
}

TEST_CASE("lint: settings are found above the file, or named") {
  Desk desk;
  std::filesystem::create_directories(desk.folder / "a/b/.git");
  std::filesystem::create_directories(desk.folder / "a/c");
  desk.put("a/b/vague.json", vague);
  desk.put("a/c/vague.json", vague);
  desk.put("vague.json", vague);
  desk.put("a/.insightflow-lint.json", R"({"rules":{"vague-quantifier":"off"}})");
  desk.put("loud.json", R"({"rules":{"vague-quantifier":"error"}})");
  desk.put("wrong.json", R"({"rules":{"vague":"off","leading":"on"}})");
  const Row rows[] = {
      {{"lint", "vague.json"}, 1, "1 warning", ""},
      {{"lint", "a/c/vague.json"}, 0, "0 warnings", "Settings from 'a/.insightflow-lint.json'."},
      // A repository ends where it ends.
      {{"lint", "a/b/vague.json"}, 1, "1 warning", ""},
      {{"lint", "a/c/vague.json", "--config", "loud.json"}, 1, "1 error", ""},
      {{"lint", "vague.json", "--config", "wrong.json"}, 2, "", "/rules/vague"},
      {{"lint", "vague.json", "--config", "missing.json"}, 2, "", "missing.json"},
  };
  for (const Row& row : rows) check(desk, row);
  // The folder of standard input is the one the command runs in.
  desk.put(".insightflow-lint.json", R"({"least":"error"})");
  check(desk, {{"lint", "-"}, 0, "0 warnings", "Settings from '.insightflow-lint.json'.", vague});
  check(desk, {{"lint", "--jsonl"}, 0, "\"findings\":[]", "Settings from", R"({"questions":[]})"});
}

TEST_CASE("lint: a baseline hides what was there, and tells what is gone") {
  Desk desk;
  desk.put("a.json", vague);
  desk.put("b.json", clean);
  check(desk, {{"lint", "a.json", "b.json", "--write-baseline", "known.json"},
               0,
               "",
               "Wrote known.json: 1 findings."});
  check(desk,
        {{"lint", "a.json", "b.json", "--baseline", "known.json"}, 0, "1 in the baseline", ""});
  desk.put("b.json", R"({"title":"T","questions":[
    {"id":"q1","kind":"yes_no","text":"Do you often swim?"}]})");
  check(desk, {{"lint", "a.json", "b.json", "--baseline", "known.json"}, 1, "often", ""});
  desk.put("a.json", clean);
  check(desk, {{"lint", "a.json", "--baseline", "known.json"}, 0, "found no more", ""});
  // Only files that were checked can say that an entry is stale.
  CHECK(desk.run({"lint", "b.json", "--baseline", "known.json"}).out.find("found no more") ==
        std::string::npos);
  check(desk, {{"lint", "a.json", "--baseline", "a.json"}, 2, "", "'a.json'"});
  check(desk,
        {{"lint", "a.json", "--baseline", "x", "--write-baseline", "y"}, 2, "", "Either write"});
}

TEST_CASE("lint: --fix changes the file and shows how, --diff shows it alone") {
  Desk desk;
  desk.put("s.json", prison);
  check(desk,
        {{"lint", "s.json", "--diff"}, 1, "+     \"options\": [\"Yes\", \"No\", \"Prefer", ""});
  CHECK(desk.text("s.json") == prison);
  check(desk, {{"lint", "s.json", "--fix", "--dry-run"}, 1, "--- a/s.json", ""});
  CHECK(desk.text("s.json") == prison);
  std::filesystem::permissions(desk.folder / "s.json", std::filesystem::perms(0640));
  std::filesystem::create_symlink("s.json", desk.folder / "link.json");
  check(desk, {{"lint", "link.json", "--fix"}, 0, "--- a/link.json", "1 repair."});
  CHECK(std::filesystem::is_symlink(desk.folder / "link.json"));
  CHECK(std::filesystem::status(desk.folder / "s.json").permissions() ==
        std::filesystem::perms(0640));
  const std::string fixed = desk.text("s.json");
  CHECK(times(fixed, "Prefer not to say") == 1);
  CHECK(times(fixed, "\n") == times(prison, "\n"));
  // Again nothing to do; nothing is shown and nothing is written.
  const Ran again = desk.run({"lint", "s.json", "--fix"});
  CHECK(again.out.find("---") == std::string::npos);
  CHECK(again.err.empty());
  CHECK(desk.text("s.json") == fixed);
  check(desk, {{"lint", "-", "--fix"}, 2, "", "Standard input cannot be changed", prison});
  check(desk, {{"lint", "-", "--diff"}, 1, "--- a/stdin", "", prison});
  check(desk, {{"lint", "s.json", "--fix-wording"}, 2, "", "--fix-wording goes with"});
  // With a document for programs on standard output, the changes are a remark.
  desk.put("s.json", prison);
  const Ran document = desk.run({"--json", "lint", "s.json", "--fix"});
  json_of(document.out);
  CHECK(document.err.find("--- a/s.json") != std::string::npos);
}

TEST_CASE("lint: --jsonl answers each line, also after a bad one") {
  Desk desk;
  const std::string in =
      R"({"id":"s1","title":"T","language":"en","questions":[{"id":"q1","kind":"yes_no",)"
      R"("text":"Do you – like Zoë – regularly exercise?"}],"extra":1})"
      "\n\n"
      "{\"id\":\"s2\",\r\n"
      R"({"id":7,"questions":[{"id":"q1","kind":"guess","text":"x"}]})"
      "\n[1]\n"
      R"({"id":9,"questions":[{"id":"q1","kind":"yes_no","text":"Did the lift work today?"}]})";
  const Ran ran = desk.run({"lint", "--jsonl"}, in);
  CHECK(ran.code == 2);
  CHECK(ran.err.empty());
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < ran.out.size();) {
    const std::size_t end = ran.out.find('\n', from);
    REQUIRE(end != std::string::npos);
    lines.push_back(ran.out.substr(from, end - from));
    from = end + 1;
  }
  REQUIRE(lines.size() == 5);
  const auto first = json_of(lines[0]);
  CHECK(text_at(first, "/id") == "s1");
  CHECK(text_at(first, "/findings/0/rule") == "vague-quantifier");
  CHECK(text_at(first, "/findings/0/severity") == "warning");
  CHECK(text_at(first, "/findings/0/question_id") == "q1");
  CHECK(text_at(first, "/findings/0/span/start") == "25");
  CHECK(text_at(first, "/findings/0/span/end") == "34");
  CHECK(!text_at(first, "/findings/0/message").empty());
  CHECK(lines[0].find("\"suggestion\":") != std::string::npos);
  CHECK(text_at(json_of(lines[1]), "/error/code") == "json_malformed");
  CHECK(lines[1].find("\"id\"") == std::string::npos);
  CHECK(text_at(json_of(lines[2]), "/id") == "7");
  CHECK(lines[2].find("slug_unknown") != std::string::npos);
  CHECK(lines[3].find("type_mismatch") != std::string::npos);
  CHECK(lines[4] == R"({"id":9,"findings":[]})");
  desk.put("in.jsonl", in);
  CHECK(desk.run({"lint", "--jsonl", "in.jsonl", "--out", "out.jsonl"}).code == 2);
  CHECK(desk.text("out.jsonl") == ran.out);
  check(desk, {{"lint", "--jsonl", "in.jsonl", "--fix"}, 2, "", "--jsonl"});
  check(desk, {{"lint", "--jsonl", "missing.jsonl"}, 2, "", "missing.jsonl"});
  check(desk, {{"lint", "--jsonl"}, 0, "", "", ""});
}

TEST_CASE("lint: a stored draft in every format") {
  Desk desk;
  desk.put("vague.json", vague);
  REQUIRE(desk.run({"init"}).code == 0);
  REQUIRE(desk.run({"survey", "create", "vague.json", "--slug", "trial"}).code == 0);
  check(desk, {{"survey", "lint", "trial"}, 1, "vague-quantifier", ""});
  const auto sarif = json_of(desk.run({"survey", "lint", "trial", "--format", "sarif"}).out);
  CHECK(text_at(sarif, "/runs/0/artifacts/0/location/uri") == "trial");
  desk.put("quiet.json", R"({"rules":{"vague-quantifier":"off"}})");
  check(desk, {{"survey", "lint", "trial", "--config", "quiet.json"}, 0, "0 warnings", ""});
  desk.put(".insightflow-lint.json", R"({"rules":{"vague-quantifier":"error"}})");
  check(desk, {{"survey", "lint", "trial"}, 1, "1 error", "Settings from"});
}
