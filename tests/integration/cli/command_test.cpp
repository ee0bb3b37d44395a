#include "support/desk.hpp"
#include "support/http_world.hpp"
#include "support/shared_data.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>

using namespace insightflow;
using namespace insightflow::test;

namespace {

const char* const good_survey = R"({"title":"Trial","hidden":["plan"],"questions":[
  {"id":"q1","kind":"nps","text":"How likely are you to recommend the planner to a colleague?"},
  {"id":"q2","kind":"open_text","text":"What is the main reason for your score?"}]})";
const char* const biased_survey = R"({"title":"Trial","questions":[
  {"id":"q1","kind":"open_text","text":"Don't you agree that our great app is amazing?"}]})";

std::string comments_csv(int rows) {
  static const char* const texts[] = {
      "The mobile app is slow and crashes every day", "Support was friendly and answered quickly",
      "Too expensive for a small team", "\"I love the boards, they are easy to use\"",
      "The calendar sync is missing"};
  std::string out = "id,plan,comment\n";
  for (int i = 0; i < rows; ++i)
    out += std::to_string(i) + (i % 2 ? ",free," : ",team,") + texts[i % 5] + "\n";
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// A desk with a published survey "trial".
struct FieldedDesk : Desk {
  FieldedDesk() {
    put("survey.json", good_survey);
    REQUIRE(run({"init"}).code == 0);
    REQUIRE(run({"survey", "create", "survey.json", "--slug", "trial", "--publish"}).code == 0);
  }
  std::string answers(int rows) {
    std::string out = "q1,q2,hidden.plan\n";
    for (int i = 0; i < rows; ++i)
      out += std::to_string(i % 11) + (i % 2 ? ",\"Slow, but " : ",\"Fast; row ") +
             std::to_string(i) + "\",team\n";
    return out;
  }
};

}  // namespace

TEST_CASE("the first round works as the help says") {
  Desk desk;
  desk.put("answers.csv", FieldedDesk().answers(60) + "99,too high,team\n");
  desk.put("bad.csv", "q1,q2,hidden.plan\n99,too high,team\n");
  desk.put("answer.json", R"({"answers":{"q1":9,"q2":"From a file"}})");
  desk.put("plain.json", good_survey);
  const Row rows[] = {
      {{"init"}, 0, "API key", ""},
      {{"survey", "generate", "--goal", "Why do trial users leave?", "--out", "survey.json"},
       0,
       "",
       ""},
      {{"lint", "survey.json"}, 0, "", ""},
      {{"survey", "create", "survey.json", "--slug", "made", "--publish"}, 0, "published", ""},
      {{"survey", "create", "plain.json", "--slug", "trial", "--publish"}, 0, "published", ""},
      {{"survey", "list"}, 0, "trial  published  0 answers", ""},
      {{"respond", "trial", "answer.json", "--idempotency-key", "k"}, 0, "-", ""},
      {{"respond", "trial", "answer.json", "--idempotency-key", "k"}, 0, "stored before", ""},
      {{"respond", "trial", "-"}, 0, "-", "", R"({"answers":{"q1":3,"q2":"From a pipe"}})"},
      {{"import", "trial", "answers.csv"},
       0,
       "61 rows: 60 stored, 0 already there, 1 set aside",
       ""},
      {{"import", "trial", "answers.csv"},
       0,
       "61 rows: 0 stored, 60 already there, 1 set aside",
       ""},
      {{"import", "trial", "bad.csv"},
       2,
       "1 rows: 0 stored, 0 already there, 1 set aside",
       "Not one row"},
      {{"export", "trial", "--out", "all.csv"}, 0, "", ""},
      {{"export", "trial", "--out", "all.jsonl"}, 0, "", ""},
      {{"export", "trial", "--format", "jsonl"}, 0, "From a pipe", ""},
      {{"insights", "run", "trial"}, 0, "62 of 62 responses used", ""},
      {{"insights", "run", "trial", "--since", "2020-01-01"}, 0, "no previous wave", ""},
      {{"insights", "run", "trial", "--since", "soon"}, 2, "", "is no day"},
      {{"insights", "run", "trial", "--weights", "hidden.ghost"}, 2, "", "hidden.ghost"},
      {{"insights", "list", "trial"}, 0, "completed", ""},
      {{"insights", "show", "trial"}, 0, "62 of 62 responses used", ""},
      {{"report", "trial", "--out", "r.html"}, 0, "", "Wrote r.html."},
      {{"report", "trial", "--out", "r.md"}, 0, "", "Wrote r.md."},
      {{"report", "trial", "--out", "r.json"}, 0, "", "Wrote r.json."},
      {{"report", "trial", "--out", "r.csv"}, 0, "", "Wrote r.csv."},
      {{"report", "trial", "--format", "markdown"}, 0, "# ", ""},
      {{"analyze", "answers.csv", "--text", "q2", "--by", "hidden.plan", "--out", "a.html",
        "--per-response", "lines.jsonl"},
       0,
       "",
       "Wrote a.html."},
      {{"backup", "copy.db"}, 0, "Wrote copy.db.", ""},
      {{"--db", "copy.db", "export", "trial"}, 0, "From a pipe", ""},
      {{"key", "create", "--role", "editor", "--name", "ci"}, 0, "if", ""},
      {{"key", "list"}, 0, "ci", ""},
      {{"insights", "run", "trial", "--queue", "--force-refresh"}, 0, "queued", ""},
      {{"work", "--until-idle"}, 0, "1 job run", ""},
      {{"survey", "close", "trial"}, 0, "closed", ""},
      {{"respond", "trial", "answer.json"}, 4, "", "no longer takes answers"},
      {{"survey", "reopen", "trial"}, 0, "published", ""},
      {{"version"}, 0, "insightflow ", ""},
      {{"openapi"}, 0, "\"openapi\"", ""},
      {{"--help"}, 0, "A first round", ""},
  };
  for (const Row& row : rows) check(desk, row);
  CHECK(desk.text("r.html").find("<svg") != std::string::npos);
  CHECK(desk.text("r.md").starts_with("# "));
  json_of(desk.text("r.json"));
  CHECK(line_count(desk.text("r.csv")) > 5);
  CHECK(desk.text("answers.csv.quarantine.csv").find("too high") != std::string::npos);
  CHECK(line_count(desk.text("all.csv")) == 63);
  CHECK(line_count(desk.text("all.jsonl")) == 62);
  const std::string lines = desk.text("lines.jsonl");
  CHECK(line_count(lines) == 61);
  const auto first = json_of(lines.substr(0, lines.find('\n')));
  CHECK(text_at(first, "/row") == "1");
  CHECK(text_at(first, "/text") == "Fast; row 0");
  CHECK(!text_at(first, "/sentiment/label").empty());
  CHECK(!text_at(first, "/sentiment/score").empty());
  CHECK(text_at(first, "/themes").starts_with("["));
  // Nothing half-written is left behind.
  for (const auto& entry : std::filesystem::directory_iterator(desk.folder.path()))
    CHECK(entry.path().extension() != ".partial");
}

TEST_CASE("--json writes JSON everywhere, errors included") {
  FieldedDesk desk;
  desk.put("answers.csv", desk.answers(30));
  desk.put("biased.json", biased_survey);
  desk.put("comments.csv", comments_csv(20));
  const struct {
    Arguments arguments;
    int code;
  } rows[] = {{{"init", "--name", "Second"}, 0},
              {{"--workspace", "Default", "survey", "generate", "--goal", "Churn", "--store"}, 0},
              {{"survey", "generate", "--goal", "Churn"}, 0},
              {{"lint", "survey.json"}, 0},
              {{"lint", "biased.json"}, 1},
              {{"--workspace", "Default", "survey", "list"}, 0},
              {{"--workspace", "Default", "survey", "show", "trial"}, 0},
              {{"--workspace", "Default", "survey", "show", "trial", "--version", "1"}, 0},
              {{"--workspace", "Default", "survey", "lint", "trial"}, 0},
              {{"--workspace", "Default", "import", "trial", "answers.csv"}, 0},
              {{"--workspace", "Default", "insights", "run", "trial"}, 0},
              {{"--workspace", "Default", "insights", "list", "trial"}, 0},
              {{"--workspace", "Default", "insights", "show", "trial"}, 0},
              {{"--workspace", "Default", "report", "trial"}, 0},
              {{"--workspace", "Default", "key", "create"}, 0},
              {{"--workspace", "Default", "key", "list"}, 0},
              {{"analyze", "comments.csv", "--text", "comment"}, 0},
              {{"work", "--until-idle"}, 0},
              {{"backup", "copy.db"}, 0},
              {{"version"}, 0},
              {{"openapi"}, 0}};
  for (auto row : rows) {
    std::string line;
    for (const std::string& argument : row.arguments) line += argument + " ";
    CAPTURE(line);
    row.arguments.insert(row.arguments.begin(), "--json");
    const Ran ran = desk.run(row.arguments);
    CAPTURE(ran.err);
    CHECK(ran.code == row.code);
    json_of(ran.out);
  }
  const Arguments wrong[] = {{"survey", "show", "trial"},
                             {"--workspace", "Default", "survey", "show", "nothing"},
                             {"lint", "missing.json"},
                             {"analyze", "missing.csv", "--text", "a"},
                             {"--db", "none.db", "survey", "list"},
                             {"backup", "copy.db"},
                             {"key", "revoke", "x"}};
  for (auto arguments : wrong) {
    CAPTURE(arguments.back());
    arguments.insert(arguments.begin(), "--json");
    const Ran ran = desk.run(arguments);
    CHECK(ran.code != 0);
    CHECK(ran.out.empty());
    CHECK(!text_at(json_of(ran.err), "/error/code").empty());
    CHECK(!text_at(json_of(ran.err), "/error/message").empty());
  }
}

TEST_CASE("wrong use is told with what to do, and nothing is left broken") {
  FieldedDesk desk;
  desk.put("biased.json", biased_survey);
  desk.put("broken.json", "{\"title\":");
  desk.put("latin.json", "{\"title\":\"caf\xe9\",\"questions\":[]}");
  desk.put("empty.csv", "");
  desk.put("header.csv", "a,b\n");
  desk.put("comments.csv", comments_csv(20));
  desk.put("latin.csv", "comment\ncaf\xe9 is good\n");
  desk.put("binary.csv", std::string("\x7f"
                                     "ELF\0\0\x01\x02\xff\xfe\0\0",
                                     12));
  desk.put("ragged.csv", "a,comment\n1,good\n2\n3,\"open\n");
  desk.put("wrong.json", R"({"answers":{"q1":77,"q9":1}})");
  desk.put("no-database.db",
           "this is a text file, not a database, and it is long enough to be read "
           "as a header of one hundred bytes or so");
  std::filesystem::create_directory(desk.folder / "folder");
  const Row rows[] = {
      {{}, 2, "", "--help"},
      {{"fly"}, 2, "", "fly"},
      {{"survey"}, 2, "", "--help"},
      {{"survey", "fly"}, 2, "", "fly"},
      {{"analyze"}, 2, "", "FILE"},
      {{"analyze", "comments.csv", "--colour"}, 2, "", "--colour"},
      {{"init"}, 4, "", "insightflow key create"},
      {{"--db", "none.db", "survey", "list"}, 3, "", "none.db"},
      {{"--db", "folder", "survey", "list"}, 3, "", "folder"},
      {{"--db", "no-database.db", "survey", "list"}, 70, "", "no-database.db"},
      {{"--workspace", "Nobody", "survey", "list"}, 3, "", "Nobody"},
      {{"work", "--kinds", "fly"}, 2, "", "insight_run"},
      {{"jobs", "list", "--state", "asleep"}, 2, "", "queued, running, completed"},
      {{"jobs", "show", "x"}, 2, "", "id"},
      {{"work", "--until-idle", "--kinds", "insight_run"}, 2, "", "--until-idle"},
      {{"events", "--after", "abc"}, 2, "", "insightflow events --help"},
      {{"jobs", "limit"}, 2, "", "KIND"},
      {{"jobs", "limit", "fly"}, 2, "", "insight_run"},
      {{"--version"}, 0, "insightflow 0.", ""},
      {{"sentiment", "--field", "comment", "comments.csv"}, 2, "", "one on each line"},
      {{"insights", "schedule", "s", "--off", "--cron", "@daily"}, 2, "", "--off"},
      {{"lint", "missing.json"}, 2, "", "missing.json"},
      {{"lint", "folder"}, 2, "", "is a folder"},
      {{"lint"}, 2, "", "Name a file"},
      {{"lint", "biased.json"}, 1, "leading", ""},
      {{"lint", "broken.json"}, 2, "", "broken.json"},
      {{"lint", "latin.json"}, 2, "", "UTF-8"},
      {{"lint", "survey.json", "broken.json"}, 2, "", "broken.json"},
      {{"lint", "--explain", "nothing"}, 2, "", "no rule 'nothing'"},
      {{"lint", "-"}, 0, "", "", good_survey},
      {{"lint", "-"}, 1, "", "", biased_survey},
      {{"lint", "-"}, 2, "", "Not valid JSON", "["},
      {{"lint", "-"}, 2, "", "", ""},
      {{"survey", "create", "broken.json"}, 2, "", "broken.json"},
      {{"survey", "create", "survey.json", "--slug", "trial"}, 4, "", "slug"},
      {{"survey", "create", "survey.json", "--slug", "Not a slug"}, 2, "", "slug"},
      {{"survey", "show", "nothing"}, 3, "", "insightflow survey list"},
      {{"survey", "show", "trial", "--version", "9"}, 3, "", "version"},
      {{"survey", "generate", "--goal", ""}, 2, "", "what you want to find out"},
      {{"survey", "generate", "--goal", "a", "--kind", "guess"}, 2, "", "guess"},
      {{"survey", "generate", "--goal", "a", "--tone", "rude"}, 2, "", "rude"},
      {{"survey", "generate", "--goal", "a", "--out", "folder"}, 2, "", "folder"},
      {{"survey", "generate", "--goal", "a", "--out", "no/such/place"}, 2, "", "no/such/place"},
      {{"respond", "nothing", "wrong.json"}, 3, "", "no survey"},
      {{"respond", "trial", "wrong.json"}, 2, "", "/answers/q9"},
      {{"respond", "trial", "missing.json"}, 2, "", "missing.json"},
      {{"import", "trial", "missing.csv"}, 2, "", "missing.csv"},
      {{"import", "trial", "empty.csv"}, 2, "", "empty"},
      {{"import", "trial", "header.csv"}, 2, "", "column"},
      {{"import", "trial", "latin.csv", "--column", "comment=q2"}, 2, "1 set aside", ""},
      {{"import", "trial", "comments.csv", "--column", "comment"}, 2, "", "HEADER=QUESTION"},
      {{"import", "trial", "comments.csv", "--column", "comment=q77"}, 2, "", "q77"},
      {{"import", "trial", "comments.csv", "--column", "word=q2"}, 2, "", "word"},
      {{"import", "trial", "binary.csv"}, 2, "", ""},
      {{"import", "trial", "comments.csv", "--format", "xlsx"}, 2, "", "xlsx"},
      {{"export", "trial", "--out", "no/such/place.csv"}, 2, "", "no/such/place.csv"},
      {{"export", "trial", "--out", "/dev/full"}, 2, "", "/dev/full"},
      {{"insights", "run", "trial", "--themes", "0"}, 2, "", "--themes"},
      {{"insights", "run", "trial", "--by", "q77"}, 2, "", "There is no question 'q77'"},
      {{"insights", "show", "trial"}, 3, "", "insightflow insights run trial"},
      {{"report", "trial"}, 3, "", "insightflow insights run trial"},
      {{"report", "trial", "--out", "a.pdf"}, 2, "", "--format"},
      {{"report", "trial", "--format", "pdf"}, 2, "", "html, markdown, json or csv"},
      {{"analyze", "missing.csv", "--text", "comment"}, 2, "", "missing.csv"},
      {{"analyze", "folder", "--text", "comment"}, 2, "", "is a folder"},
      {{"analyze", "comments.csv", "--text", "words"}, 2, "", "comment"},
      {{"analyze", "comments.csv", "--text", "comment", "--by", "words"}, 2, "", "words"},
      {{"analyze", "comments.csv", "--text", "comment", "--themes", "0"}, 2, "", "--themes"},
      {{"analyze", "comments.csv", "--text", "comment", "--themes", "many"}, 2, "", "--themes"},
      {{"analyze", "comments.csv", "--text", "comment", "--out", "a.pdf"}, 2, "", "--format"},
      {{"analyze", "comments.csv", "--text", "comment", "--out", "no/such/a.html"},
       2,
       "",
       "no/such/a.html"},
      {{"analyze", "comments.csv", "--text", "comment", "--per-response", "folder"},
       2,
       "",
       "folder"},
      {{"analyze", "empty.csv", "--text", "comment"}, 2, "", "empty"},
      {{"analyze", "latin.csv", "--text", "comment"}, 2, "", "line 2, utf8_invalid"},
      {{"analyze", "binary.csv", "--text", "comment"}, 2, "", ""},
      {{"analyze", "-", "--text", "comment"}, 2, "", "empty", ""},
      {{"analyze", "-", "--text", "comment"}, 0, "20 of 20", "", nullptr},
      {{"backup", "folder"}, 4, "", "folder"},
      {{"backup", "survey.json"}, 4, "", "survey.json"},
      {{"key", "create", "--role", "king"}, 2, "", "king"},
      {{"key", "revoke", "nothing"}, 2, "", ""},
      {{"key", "revoke", "019301ab-0000-7000-8000-000000000000"}, 3, "", "key"},
      {{"serve", "--port", "99999"}, 2, "", "--port"},
      {{"serve", "--address", "nowhere"}, 2, "", "nowhere"},
  };
  const std::string piped = comments_csv(20);
  for (Row row : rows) {
    if (row.in == nullptr) row.in = piped.c_str();
    const bool fails = row.code >= 2;
    if (fails && *row.err == '\0') row.err = "insightflow:";
    check(desk, row);
  }
  // A device is written to, never put aside.
  for (const Arguments& arguments :
       {Arguments{"analyze", "comments.csv", "--text", "comment", "--out", "/dev/full", "--format",
                  "html"},
        Arguments{"survey", "generate", "--goal", "Churn", "--out", "/dev/full"}}) {
    check(desk, {arguments, 2, "", "/dev/full"});
    struct stat kind {};
    REQUIRE(::stat("/dev/full", &kind) == 0);
    CHECK(S_ISCHR(kind.st_mode));
    CHECK(!std::filesystem::exists("/dev/full.partial"));
  }
  check(desk, {{"survey", "list"}, 0, "trial", ""});
  CHECK(desk.text("survey.json") == good_survey);
}

TEST_CASE(
    "what a command reads, and its database, is no output; what was there stays until it is done") {
  FieldedDesk desk;
  desk.put("a.csv", comments_csv(30));
  desk.put("a.jsonl", "{\"t\":\"Support is slow\"}\n{\"t\":\"I like the price\"}\n");
  desk.put("answers.csv", desk.answers(20));
  desk.put("bad.csv", "q1,q2,hidden.plan\n99,x,team\n1,Good,team\n");
  desk.put("kept.jsonl", "kept\n");
  const auto digest = [&](const char* name) { return desk.text(name); };
  const std::string csv = digest("a.csv"), lines = digest("a.jsonl"), bad = digest("bad.csv");
  const Row rows[] = {
      {{"import", "trial", "answers.csv"}, 0, "20 stored", ""},
      {{"export", "trial", "--out", "insightflow.db"}, 2, "", "insightflow.db"},
      {{"insights", "run", "trial"}, 0, "", ""},
      {{"report", "trial", "--out", "insightflow.db", "--format", "csv"}, 2, "", "insightflow.db"},
      {{"export", "trial", "--out", "insightflow.db.key"}, 2, "", "insightflow.db.key"},
      {{"export", "trial", "--out", "x.pdf"}, 2, "", "report"},
      {{"export", "trial", "--out", "none/x.csv"}, 2, "", "none"},
      {{"export", "trial", "--out", ""}, 2, "", "''"},
      {{"analyze", "a.csv", "--text", "comment", "--out", "a.csv"}, 2, "", "'a.csv'"},
      {{"analyze", "a.csv", "--text", "comment", "--out", "./a.csv"}, 2, "", "a.csv"},
      {{"analyze", "a.csv", "--text", "comment", "--per-response", "a.csv"}, 2, "", "'a.csv'"},
      {{"analyze", "a.csv", "--text", "comment", "--save-codebook", "a.csv"}, 2, "", "'a.csv'"},
      {{"analyze", "a.csv", "--text", "none", "--per-response", "kept.jsonl"}, 2, "", "'none'"},
      {{"analyze", "a.csv", "--text", "comment", "--out", "ok.md", "--out", "none/b.md"},
       2,
       "",
       "none"},
      {{"themes", "--field", "t", "a.jsonl", "--save", "a.jsonl"}, 2, "", "'a.jsonl'"},
      {{"import", "trial", "bad.csv", "--quarantine", "bad.csv"}, 2, "", "'bad.csv'"},
      {{"survey", "list"}, 0, "trial", ""}};
  for (const Row& row : rows) check(desk, row);
  CHECK(digest("a.csv") == csv);
  CHECK(digest("a.jsonl") == lines);
  CHECK(digest("bad.csv") == bad);
  CHECK(digest("kept.jsonl") == "kept\n");
  CHECK(!std::filesystem::exists(desk.folder / "ok.md"));
  for (const auto& file : std::filesystem::directory_iterator(desk.folder.path()))
    CHECK(file.path().extension() != ".partial");
  // An earlier result gives way to a whole new one, and a link goes on leading to it.
  std::filesystem::create_symlink("kept.jsonl", desk.folder / "link.jsonl");
  check(desk, {{"export", "trial", "--out", "link.jsonl"}, 0, "", ""});
  CHECK(std::filesystem::is_symlink(desk.folder / "link.jsonl"));
  CHECK(line_count(digest("kept.jsonl")) == 20);
}

TEST_CASE("a database without the key of its secrets says so") {
  FieldedDesk desk;
  desk.put("password", "four lamps under nine bridges\n");
  REQUIRE(desk.run({"audit", "head"}).code == 0);
  REQUIRE(std::filesystem::remove(desk.folder / "insightflow.db.key"));
  check(desk, {{"audit", "head"}, 3, "", "insightflow.db.key"});
  CHECK(!std::filesystem::exists(desk.folder / "insightflow.db.key"));
}

TEST_CASE("a full disk behind standard output is an error") {
  FieldedDesk desk;
  desk.put("comments.csv", comments_csv(20));
  for (const Arguments& arguments :
       {Arguments{"analyze", "comments.csv", "--text", "comment"},
        Arguments{"export", "trial", "--format", "csv"}, Arguments{"survey", "show", "trial"},
        Arguments{"openapi"}, Arguments{"lint", "survey.json"}}) {
    CAPTURE(arguments.front());
    Arguments all = arguments;
    all.insert(all.begin(), INSIGHTFLOW_COMMAND);
    Child child(all, "/dev/null", "/dev/full", desk.folder / "err", desk.folder.path().string());
    CHECK(child.wait() == 2);
    CHECK(file_text(desk.folder / "err").find("insightflow:") != std::string::npos);
  }
}

TEST_CASE("analyze reads the same out of every way to write a table") {
  Desk desk;
  const std::string plain = comments_csv(40);
  desk.put("plain.csv", plain);
  desk.put("crlf.csv", replaced(plain, "\n", "\r\n"));
  desk.put("bom.csv", "\xef\xbb\xbf" + plain);
  std::string semicolons = plain;
  for (std::size_t at = 0; at < semicolons.size();) {
    // The two separators of each line; the texts keep their commas.
    for (int i = 0; i < 2; ++i) semicolons[semicolons.find(',', at)] = ';';
    at = semicolons.find('\n', at) + 1;
  }
  desk.put("semicolon.csv", semicolons);
  const Arguments base{"--title", "T",        "--text", "comment",        "--by",
                       "plan",    "--format", "json",   "--per-response", "lines.jsonl"};
  const auto analyze = [&](const std::string& file, std::string_view in = {}) {
    Arguments arguments{"analyze", file};
    arguments.insert(arguments.end(), base.begin(), base.end());
    const Ran ran = desk.run(arguments, in);
    CAPTURE(ran.err);
    CHECK(ran.code == 0);
    CHECK(ran.err.empty());
    return ran.out + desk.text("lines.jsonl");
  };
  const std::string wanted = analyze("plain.csv");
  CHECK(text_at(json_of(wanted.substr(0, wanted.find("\n{\"row\""))), "/responses_used") == "40");
  CHECK(analyze("plain.csv") == wanted);
  CHECK(analyze("-", plain) == wanted);
  for (const char* file : {"crlf.csv", "bom.csv", "semicolon.csv"}) {
    CAPTURE(file);
    CHECK(analyze(file) == wanted);
  }
  // A report has the same bytes in every format, too.
  for (const char* format : {"html", "markdown", "csv"}) {
    const Arguments arguments{"analyze", "plain.csv", "--text", "comment", "--format", format};
    CHECK(desk.run(arguments).out == desk.run(arguments).out);
  }
}

TEST_CASE("analyze weighs, compares waves and groups, and looks at drivers and quality") {
  Desk desk;
  std::string lines;
  for (int i = 0; i < 240; ++i) {
    const bool free = i % 3 == 0;
    lines += R"({"why":")" +
             std::string(free ? "The price is far too high" : "The support is quick and friendly") +
             " " + std::to_string(i) + R"(","more":"","plan":")" + (free ? "free" : "team") +
             R"(","nps":)" + std::to_string(free ? i % 7 : 8 + i % 3) + R"(,"speed":)" +
             std::to_string(1 + i / 3 % 5) + R"(,"day":")" + (i < 120 ? "1/20/2026" : "2/3/2026") +
             R"(","seconds":)" + std::to_string(i == 5 ? 2 : 60 + i % 50) + "}\n";
  }
  desk.put("targets.json", R"({"plan":{"free":60,"team":40}})");
  desk.put("torn.json", R"({"plan":{"free":60,"none":40}})");
  desk.put("words.json", R"({"plan":{"free":"most"}})");
  const auto run = [&](Arguments more) {
    Arguments arguments{"analyze", "-",        "--input-format", "jsonl",      "--text",
                        "why",     "--text",   "more",           "--segments", "plan",
                        "--nps",   "nps",      "--score",        "speed",      "--dates",
                        "day",     "--format", "json",           "--duration", "seconds"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return desk.run(arguments, lines);
  };
  const Ran plain = run({});
  CAPTURE(plain.err);
  REQUIRE(plain.code == 0);
  const auto found = json_of(plain.out);
  for (const char* part : {"/cross_tabs/0/tests", "/drivers/0/drivers", "/trends", "/quality"})
    CHECK_MESSAGE(!found.at_pointer(part).as_array().empty(), part);
  CHECK(found.at_pointer("/questions").as_array().size() == 5);
  CHECK(text_at(found, "/trends/0/points/0/period") == "2026-01-20");

  const Ran raked = run({"--rake", "targets.json", "--trim", "5"});
  REQUIRE(raked.code == 0);
  const auto weighed = json_of(raked.out);
  CHECK(text_at(weighed, "/weighting/source") == "raking");
  CHECK(text_at(weighed, "/weighting/converged") == "true");
  const Ran waves = run({"--since", "2026-02-01"});
  REQUIRE(waves.code == 0);
  CHECK(!json_of(waves.out).at_pointer("/waves").as_array().empty());
  CHECK(text_at(json_of(waves.out), "/responses_total") == "120");

  const struct {
    Arguments more;
    const char* says;
  } refused[] = {{{"--rake", "torn.json"}, "Nobody answered 'none'"},
                 {{"--rake", "words.json"}, "is no number"},
                 {{"--rake", "missing.json"}, "missing.json"},
                 {{"--rake", "targets.json", "--weights", "speed"}, "--weight"},
                 {{"--since", "soon"}, "is no day"},
                 {{"--trim", "0.5"}, "--trim"},
                 {{"--weights", "ghost"}, "ghost"}};
  for (const auto& row : refused) {
    const Ran ran = run(row.more);
    CAPTURE(ran.err);
    CHECK(ran.code == 2);
    CHECK(ran.err.find(row.says) != std::string::npos);
  }
  desk.put("header.csv", "why,plan\n");
  desk.put("binary.csv", "why\n\xff\xfe\n\xff\n");
  for (const char* file : {"header.csv", "binary.csv"})
    CHECK(desk.run({"analyze", file, "--text", "why"}).code == 2);
}

TEST_CASE("real comments are analysed whole, and alike each time") {
  Desk desk;
  const struct {
    const char *set, *file, *text, *by;
  } rows[] = {{"austin_survey_comments", "community-survey-open-ended-comments-2016-2017.csv",
               "Comment", "Year"},
              {"class_survey_comments", "surveyData_2.csv", "comments", "questions_key"}};
  for (const auto& row : rows) {
    const auto folder = shared_data(row.set);
    if (!folder) continue;
    CAPTURE(row.set);
    const Arguments arguments{"analyze",        (*folder / row.file).string(),
                              "--text",         row.text,
                              "--by",           row.by,
                              "--format",       "json",
                              "--per-response", "lines.jsonl"};
    const Ran ran = desk.run(arguments);
    CAPTURE(ran.err);
    CHECK(ran.code == 0);
    const auto findings = json_of(ran.out);
    CHECK(!findings.at_pointer("/summary").as_array().empty());
    const std::string lines = desk.text("lines.jsonl");
    CHECK(line_count(lines) > 400);
    const Ran again = desk.run(arguments);
    CHECK(again.out == ran.out);
    CHECK(desk.text("lines.jsonl") == lines);
  }
}

TEST_CASE("themes, summarize and codebook read lines of JSON") {
  Desk desk;
  std::string lines;
  const char* const texts[] = {"The parking garage is always full", "Parking is too expensive here",
                               "The cafeteria food is cold", "I love the food in the cafeteria"};
  for (int i = 0; i < 60; ++i)
    lines +=
        R"({"n":1.50,"text":")" + std::string(texts[i % 4]) + " " + std::to_string(i) + "\"}\n";
  desk.put("answers.jsonl", lines);
  desk.put("same.jsonl", lines.substr(0, lines.find('\n') + 1));
  const Ran ran =
      desk.run({"themes", "--field", "text", "--themes", "2", "--save", "book.json"}, lines);
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 61);
  CHECK(ran.out.starts_with(
      R"({"n":1.50,"text":"The parking garage is always full 0","themes":["t)"));
  CHECK(ran.out.find(R"({"codebook":[{"id":"t1","label":")") != std::string::npos);
  const Ran again = desk.run({"themes", "--field", "text", "--codebook", "book.json"}, lines);
  CHECK(again.out.substr(0, again.out.find("{\"codebook")) ==
        ran.out.substr(0, ran.out.find("{\"codebook")));
  CHECK(again.out.find(R"("drift":{"distance":0,)") != std::string::npos);

  const Row rows[] = {
      {{"themes", "--field", "text"}, 0, R"({"codebook":[],"answers":0)", "", ""},
      {{"themes", "--field", "text"},
       0,
       "{\"text\":null,\"themes\":[]}",
       "",
       R"({"themes":["x"],"text":null})"},
      {{"themes", "--field", "t"}, 2, "", "Line 1: The object has no field 't'", "{\"a\":1}\n"},
      {{"themes", "--field", "t"}, 2, "", "Line 2: The line is JSON, but no object", "\n[]\n"},
      {{"themes", "--field", "t"}, 2, "", "Line 1: The field 't' is no text", "{\"t\":[]}\n"},
      {{"themes", "--field", "t", "--codebook", "none.json"}, 2, "", "none.json"},
      {{"themes", "--field", "t", "--relearn"}, 2, "", "--codebook"},
      {{"themes", "--field", "t", "--themes", "0"}, 2, "", "--themes"},
      {{"summarize", "--field", "text", "--sentences", "1", "answers.jsonl"}, 0, "\n", ""},
      {{"summarize", "--field", "text", "--sentences", "0"}, 2, "", "--sentences"},
      {{"codebook", "rename", "book.json", "t1", "--label", "Getting here"}, 0, "", ""},
      {{"codebook", "rename", "book.json", "t9", "--label", "x"}, 3, "", "no theme 't9'"},
      {{"codebook", "pin", "book.json", "t1"}, 0, "", ""},
      {{"themes", "--field", "text", "--codebook", "book.json", "answers.jsonl"},
       0,
       "\"label\":\"Getting here\"",
       ""},
      {{"themes", "--field", "text", "--codebook", "book.json", "--relearn", "answers.jsonl"},
       0,
       "\"label\":\"Getting here\"",
       ""},
      {{"codebook", "merge", "book.json", "t1", "t2", "--label", "All", "-o", "one.json"},
       0,
       "",
       ""},
      {{"codebook", "forbid", "one.json", "t1"}, 0, "", ""},
      {{"analyze", "answers.jsonl", "--text", "text", "--themes", "2", "--save-codebook",
        "own.json"},
       0,
       "answers",
       "Wrote own.json"},
      {{"codebook", "rename", "own.json", "t1", "--label", "Renamed here"}, 0, "", ""},
      {{"codebook", "show", "own.json"}, 0, "t1  30 answers  Renamed here", ""},
      {{"codebook", "show", "answers.jsonl"}, 2, "", "'answers.jsonl' is no codebook"},
      {{"themes", "--field", "text", "--codebook", "own.json", "--themes", "2"}, 2, "", "--themes"},
      {{"analyze", "answers.jsonl", "--text", "text", "--text", "text"}, 2, "", "named twice"},
      {{"analyze", "answers.jsonl", "--text", "text", "--trim", "5"}, 2, "", "--rake"},
      {{"analyze", "answers.jsonl", "--text", "text", "--codebook", "own.json", "--format",
        "markdown"},
       0,
       "Renamed here",
       ""},
      {{"analyze", "answers.jsonl", "--text", "text", "--codebook", "answers.jsonl"},
       2,
       "",
       "answers.jsonl"},
      {{"analyze", "answers.jsonl", "--text", "text", "--codebook", "own.json", "--themes", "2"},
       2,
       "",
       "--themes"},
      {{"analyze", "answers.jsonl", "--text", "text", "--text", "n", "--save-codebook", "x.json"},
       2,
       "",
       "single --text"},
      {{"codebook", "split", "book.json", "t2", "--answers", "same.jsonl", "--field", "text"},
       2,
       "",
       "do not part into 2"},
      {{"codebook", "split", "book.json", "t2", "--answers", "answers.jsonl", "--field", "text"},
       0,
       "",
       ""},
  };
  for (const Row& row : rows) check(desk, row);
}
