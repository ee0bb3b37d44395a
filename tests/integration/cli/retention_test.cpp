// How long answers are kept, and erasing them, from the command line.
#include "support/desk.hpp"

#include <filesystem>

using namespace insightflow;
using namespace insightflow::test;

namespace {

const char* const survey_json = R"({"title":"Trial","hidden":["customer"],"questions":[
  {"id":"q1","kind":"nps","text":"How likely are you to recommend the planner to a colleague?"},
  {"id":"q2","kind":"open_text","text":"What is the main reason for your score?"}]})";

struct AnsweredDesk : Desk {
  AnsweredDesk() {
    put("survey.json", survey_json);
    std::string rows = "q1,q2,hidden.customer\n";
    for (int i = 0; i < 30; ++i)
      rows += std::to_string(i % 11) + ",\"Slow, says Quellbrunn" + std::to_string(100 + i) +
              "\",c" + std::to_string(i) + "\n";
    put("answers.csv", rows);
    REQUIRE(run({"init"}).code == 0);
    REQUIRE(run({"survey", "create", "survey.json", "--slug", "trial", "--publish"}).code == 0);
    REQUIRE(run({"import", "trial", "answers.csv"}).code == 0);
    std::filesystem::remove(folder / "answers.csv");
  }
  bool kept(std::string_view text) {
    return (this->text("insightflow.db") + this->text("insightflow.db-wal")).find(text) !=
           std::string::npos;
  }
};

}  // namespace

TEST_CASE("policies are said, shown and applied") {
  AnsweredDesk desk;
  const Row rows[] = {
      {{"retention", "show"}, 0, "nothing is deleted", ""},
      {{"retention", "set", "--responses", "30", "--insights", "90"},
       0,
       "workspace: responses 30 days, insights 90 days, events a week",
       ""},
      {{"retention", "set", "--responses", "1"}, 0, "responses 1 day, insights 90 days", ""},
      {{"retention", "set", "--survey", "trial", "--responses", "0"},
       0,
       "in force: responses without end, insights 90 days",
       ""},
      {{"retention", "show", "--survey", "trial"},
       0,
       "said: responses without end, insights as",
       ""},
      {{"retention", "show"}, 0, "applied next at 20", ""},
      {{"retention", "apply"}, 0, "Nothing was too old.", ""},
      {{"--json", "retention", "show"}, 0, "\"response_days\"", ""},
      {{"retention", "set", "--responses", "soon"}, 2, "", "--responses takes a number of days"},
      {{"retention", "set", "--responses", "-1"}, 2, "", "from 0"},
      {{"retention", "set", "--responses", "36501"}, 2, "", "36500"},
      {{"retention", "set", "--survey", "nope", "--responses", "1"}, 3, "", "nope"},
      {{"retention", "set", "--responses", "none", "--insights", "none"}, 0, "without end", ""},
      {{"audit", "list"}, 0, "retention_changed", ""}};
  for (const Row& row : rows) check(desk, row);
}

TEST_CASE("a person, a respondent and a response are erased, and the file holds none of it") {
  AnsweredDesk desk;
  REQUIRE(desk.kept("Quellbrunn105"));
  desk.put("person.txt", "Quellbrunn105\r\n\nnobody@example.org\n");
  check(desk, {{"erase", "--texts-from", "person.txt"}, 0, "completed  person", "Keep this salt"});
  CHECK(!desk.kept("Quellbrunn105"));
  CHECK(desk.kept("Quellbrunn106"));
  check(desk, {{"erase", "--respondent", "customer=c7", "--survey", "trial"},
               0,
               "removed: responses 1",
               "Keep this salt"});
  CHECK(!desk.kept("Quellbrunn107"));
  check(desk, {{"erase", "--texts-from", "-", "--queue"}, 0, "removing", "Keep", "Quellbrunn108"});
  check(desk, {{"work", "--until-idle"}, 0, "", ""});
  CHECK(!desk.kept("Quellbrunn108"));
  const Row rows[] = {
      {{"erase"}, 2, "", "Say what to erase"},
      {{"erase", "--text", "x"}, 2, "", "less than three bytes"},
      {{"erase", "--respondent", "c7"}, 2, "", "FIELD=VALUE"},
      {{"erase", "--response", "c7"}, 2, "", ""},
      {{"erase", "--text", "Ann Smith", "--respondent", "customer=c7"}, 2, "", "one way only"},
      {{"erase", "--response", "019301ab-0000-7000-8000-000000000000"},
       3,
       "",
       "Nothing was erased"},
      {{"erasures"}, 0, "completed  respondent", ""},
      {{"--json", "erasures"}, 0, "\"subject_digest\"", ""},
      {{"erasures", "019301ab-0000-7000-8000-000000000000"}, 3, "", "No erasure"},
      {{"audit", "verify"}, 0, "0 heads read", "kept elsewhere"},
      {{"export", "trial"}, 0, "Quellbrunn106", ""}};
  for (const Row& row : rows) {
    CAPTURE(row.out);
    if (row.code == 2 && !*row.err)
      CHECK(desk.run(row.arguments).code == 2);
    else
      check(desk, row);
  }
}
