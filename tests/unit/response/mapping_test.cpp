#include <insightflow/core/json.hpp>
#include <insightflow/response/csv.hpp>
#include <insightflow/response/mapping.hpp>
#include <insightflow/response/validate.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::response;
using What = Target::What;

namespace {

const survey::Questionnaire& questionnaire() {
  static const auto out =
      from_json_text<survey::Questionnaire>(R"json({"title":"T","hidden":["plan"],
    "questions":[
     {"id":"nps","kind":"nps","text":"How likely?"},
     {"id":"why","kind":"open_text","text":"Why?"},
     {"id":"why2","kind":"open_text","text":"why?"},
     {"id":"many","kind":"multiple_choice","text":"Which ones?",
      "options":["a;b","c\\d",{"id":"n","label":"Nothing"},{"id":"o","label":"Other","other":true}]},
     {"id":"mx","kind":"matrix","text":"Rate","options":["Good","Bad"],"rows":[{"id":"r1","label":"Ease of use"},"a/b.c"]},
     {"id":"rk","kind":"ranking","text":"Rank","options":["x","y","z"]},
     {"id":"who","kind":"contact","text":"Who?"},
     {"id":"ok","kind":"consent","text":"Agree?"},
     {"id":"language","kind":"single_choice","text":"Tongue?","options":["en","de",{"id":"o","label":"Other","other":true}]}]})json")
          .value();
  return out;
}

std::vector<std::pair<std::string, std::string>> problems(const Error& error) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Problem& problem : error.problems) out.emplace_back(problem.pointer, problem.reason);
  return out;
}

Submission imported(const std::vector<std::string>& header, const std::vector<std::string>& row) {
  const auto mapping = map_columns(questionnaire(), header).value();
  auto read = row_to_submission(questionnaire(), mapping, row).value();
  return validate(questionnaire(), read.submission, Check::import).value();
}

}  // namespace

TEST_CASE("headers are found by id, text and part") {
  struct Row {
    const char* header;
    Target target;
  };
  const Row rows[] = {
      {"nps", {What::answer, 0, ""}},
      {"NPS", {What::answer, 0, ""}},
      {"How likely?", {What::answer, 0, ""}},
      {" how LIKELY? ", {What::answer, 0, ""}},
      {"How likely", {}},
      {"Why?", {What::answer, 1, ""}},
      {"why?", {What::answer, 2, ""}},
      {"WHY?", {}},
      {"id", {What::id, 0, ""}},
      {"submitted_at", {What::submitted_at, 0, ""}},
      {"language", {What::language, 0, ""}},
      {"answers.language", {What::answer, 8, ""}},
      {"answers.language/other", {What::other, 8, ""}},
      {"many/other", {What::other, 3, ""}},
      {"many/n", {What::part, 3, "n"}},
      {"many.Nothing", {What::part, 3, "n"}},
      {"Which ones? [nothing]", {What::part, 3, "n"}},
      {"many/zzz", {}},
      {"mx", {}},
      {"mx/r1", {What::part, 4, "r1"}},
      {"mx.Ease of use", {What::part, 4, "r1"}},
      {"Rate [Ease of use]", {What::part, 4, "r1"}},
      {"mx/a/b.c", {What::part, 4, "a/b.c"}},
      {"rk/y", {What::part, 5, "y"}},
      {"who/email", {What::part, 6, "email"}},
      {"Who? [Phone]", {What::part, 6, "phone"}},
      {"who", {}},
      {"nps/1", {}},
      {"hidden.plan", {What::hidden, 0, "plan"}},
      {"hidden.x", {}},
      {"", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header);
    const auto mapping = map_columns(questionnaire(), {row.header, "who/name"});
    REQUIRE(mapping);
    CHECK(mapping.value().columns[0] == row.target);
    CHECK(mapping.value().unmapped_columns.size() == (row.target.what == What::nothing ? 1 : 0));
  }
}

TEST_CASE("what could not be mapped is told") {
  const auto mapping = map_columns(questionnaire(), {"Score", "Skip", "why", "Colour"},
                                   {{"Score", "nps"}, {"Skip", ""}});
  REQUIRE(mapping);
  CHECK(mapping.value().columns[0] == Target{What::answer, 0, ""});
  CHECK(mapping.value().unmapped_columns == std::vector<std::string>{"Skip", "Colour"});
  CHECK(mapping.value().missing_questions ==
        std::vector<std::string>{"why2", "many", "mx", "rk", "who", "ok", "language"});

  const auto wrong = map_columns(questionnaire(), {"nps", "How likely?", "Score"},
                                 {{"Scor", "nps"}, {"Score", "mx"}});
  REQUIRE(!wrong);
  CHECK(problems(wrong.error()) == std::vector<std::pair<std::string, std::string>>{
                                       {"/columns/Scor", "column_unknown"},
                                       {"/columns/Score", "question_unknown"},
                                       {"/columns/How likely?", "column_duplicate"}});
  const auto nothing = map_columns(questionnaire(), {"a", "id"});
  REQUIRE(!nothing);
  CHECK(nothing.error().reason == "nothing_mapped");
}

TEST_CASE("tables of other tools become submissions") {
  CHECK(imported({"many/n", "many/o", "many/a;b"}, {"x", "Plums", "0"}).answers ==
        Answers{{"many", {std::vector<std::string>{"n", "o"}}}});
  CHECK(imported({"many/n", "many/o"}, {"", "Plums"}).other.at("many") == "Plums");
  CHECK(imported({"many"}, {"nothing; Figs"}).answers ==
        Answers{{"many", {std::vector<std::string>{"n", "o"}}}});
  CHECK(imported({"rk/x", "rk/y", "rk/z"}, {"3", "1", "2"}).answers ==
        Answers{{"rk", {std::vector<std::string>{"y", "z", "x"}}}});
  CHECK(imported({"Rate [Ease of use]"}, {"good"}).answers ==
        Answers{{"mx", {std::map<std::string, std::string>{{"r1", "Good"}}}}});
  CHECK(imported({"why", "nps"}, {"'=1+1", ""}).answers == Answers{{"why", {std::string("=1+1")}}});
  CHECK(imported({"why", "nps"}, {"short row"}).answers.size() == 1);

  const auto mapping = map_columns(questionnaire(), {"many/n", "rk/x", "submitted_at"}).value();
  const auto wrong = row_to_submission(questionnaire(), mapping, {"perhaps", "first", "today"});
  REQUIRE(!wrong);
  CHECK(problems(wrong.error()) ==
        std::vector<std::pair<std::string, std::string>>{{"/answers/many/n", "cell_unreadable"},
                                                         {"/answers/rk/x", "cell_unreadable"},
                                                         {"/submitted_at", "instant_malformed"}});
}

TEST_CASE("an export read back gives the same responses") {
  Response response;
  response.id = ResponseId::parse("0190a3c2-7b1e-7c3d-8f00-0123456789ab").value();
  response.submitted_at = Instant::parse("2026-01-31T08:05:00.123Z").value();
  static_cast<Submission&>(response) =
      from_json_text<Submission>(R"json({"answers":{"nps":0,"why":"-5","why2":"=\"x\",\ny;é\t",
    "many":["a;b","c\\d","o"],"mx":{"r1":"Bad","a/b.c":"Good"},"rk":["z","x"],
    "who":{"name":"-A","email":"a@example.org","phone":"+49 30 123456"},"ok":false,"language":"o"},
    "other":{"many":"@home","language":"'=fr"},"language":"en","hidden":{"plan":"-1"}})json")
          .value();
  const auto header = export_header(questionnaire());
  const auto cells = export_row(questionnaire(), response);
  REQUIRE(header.size() == cells.size());
  std::string text;
  append_csv_row(text, header);
  append_csv_row(text, cells);

  bool given = false;
  CsvReader reader([&]() -> Result<std::string_view> {
    return std::exchange(given, true) ? std::string_view() : std::string_view(text);
  });
  CsvRow row;
  REQUIRE(reader.next(row).value());
  const auto mapping = map_columns(questionnaire(), row.fields).value();
  CHECK(mapping.unmapped_columns.empty());
  CHECK(mapping.missing_questions.empty());
  REQUIRE(reader.next(row).value());
  auto back = row_to_submission(questionnaire(), mapping, row.fields).value();
  CHECK(back.id == response.id.str());
  CHECK(back.submitted_at == response.submitted_at);
  const auto checked = validate(questionnaire(), back.submission, Check::import);
  REQUIRE(checked);
  CHECK(to_json_text(checked.value()) == to_json_text(static_cast<const Submission&>(response)));
}
