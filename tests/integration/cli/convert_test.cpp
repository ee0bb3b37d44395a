#include "support/desk.hpp"
#include "support/shared_data.hpp"

#include <filesystem>

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr const char* own = R"({
  "title": "Trial",
  "hidden": ["plan"],
  "lint": {"allow": [{"rule": "non-exhaustive-options", "reason": "These are all there are."}]},
  "questions": [
    {"id": "q1", "kind": "nps", "text": "How likely are you to recommend the planner to a colleague?"},
    {"id": "q2", "kind": "single_choice", "text": "Which plan do you use?",
     "options": [{"id": "free", "label": "Free"}, {"id": "team", "label": "Team"}]},
    {"id": "q3", "kind": "open_text", "text": "What is missing?", "show_if": "q2 == 'team'"}
  ]
}
)";
constexpr const char* foreign = R"({"title":"Trial","pages":[{"name":"p1","elements":[
  {"type":"text","name":"q1","title":"Do you regularly exercise?","enableIf":"{a} = 1"},
  {"type":"radiogroup","name":"q2","title":"Which plan?","choices":["Free","Team"]}]}]})";

}  // namespace

TEST_CASE("convert: there and back again") {
  Desk desk;
  desk.put("own.json", own);
  CHECK(desk.run({"convert", "own.json", "same.json"}).code == 0);
  for (const char* name : {"a.qsf", "a.lss", "a.surveyjs.json", "a.xlsx", "a.sss", "a.xml"}) {
    CAPTURE(name);
    const Ran there = desk.run({"convert", "own.json", name});
    CAPTURE(there.err);
    CHECK(there.code == 0);
    CHECK(there.out.empty());
    CHECK(there.err.find("not carried over") != std::string::npos);
    CHECK(there.err.find("reading the file back here restores it") != std::string::npos);
    const Ran back = desk.run({"convert", name, "back.json"});
    CHECK(back.code == 0);
    CHECK(back.err.empty());
    CHECK(desk.text("back.json") == desk.text("same.json"));
  }
}

TEST_CASE("convert: what is refused, and where") {
  Desk desk;
  desk.put("own.json", own);
  desk.put("foreign.json", foreign);
  desk.put(
      "broken.lss",
      "<?xml "
      "version=\"1.0\"?>\n<document><LimeSurveyDocType>Survey</LimeSurveyDocType>\n<questions>");
  desk.put(
      "entity.xml",
      "<!DOCTYPE sss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><sss><survey>&x;</survey></sss>");
  desk.put("notes.txt", "Nothing that asks.");
  desk.put("empty.xlsx", "");
  const Row rows[] = {
      {{"convert", "foreign.json", "-", "--to", "json"},
       0,
       "\"q2\"",
       "not carried over: 'enableIf' of 'q1'"},
      {{"convert", "-", "-", "--to", "lss"}, 0, "<LimeSurveyDocType>", "restores it", own},
      {{"convert", "own.json", "x.json"}, 0, "", ""},
      {{"--json", "convert", "foreign.json", "x.json"}, 0, "\"not_carried_over\"", ""},
      {{"convert", "broken.lss", "x.json"}, 2, "", "'broken.lss': In the file, line 3"},
      {{"convert", "entity.xml", "x.json"}, 2, "", "declares entities of its own"},
      {{"convert", "notes.txt", "x.json"},
       2,
       "",
       "'notes.txt': This is no questionnaire in a known format"},
      {{"convert", "empty.xlsx", "x.json"}, 2, "", "cut off"},
      {{"convert", "own.json", "x.pdf"}, 2, "", "Name it with --to"},
      {{"convert", "own.json", "x.xls"}, 2, "", "Write xlsx instead"},
      {{"convert", "own.json", "x.json", "--from", "word"},
       2,
       "",
       "'word' is not one of json, surveyjs"},
      {{"convert", "own.json", "x.json", "--language", "de"}, 2, "", "has no texts in 'de'"},
      {{"convert", "absent.qsf", "x.json"}, 2, "", "absent.qsf"},
      {{"convert", "own.json", "no/such/place.qsf"}, 2, "", "no/such/place.qsf"},
      {{"convert", "own.json"}, 2, "", "OUT"},
  };
  for (const Row& row : rows) check(desk, row);
}

TEST_CASE("convert: the answers of a triple-s survey") {
  Desk desk;
  desk.put("s.xml", R"(<sss version="2.0"><survey><title>T</title><record ident="A">
    <variable ident="1" type="character" use="serial"><name>nr</name><label>Number</label><position start="1" finish="2"/></variable>
    <variable ident="2" type="single"><name>plan</name><label>Plan</label><position start="3"/>
      <values><value code="1">Free</value><value code="2">Team</value></values></variable>
  </record></survey></sss>)");
  desk.put("s.dat", "A11\nB22\n");
  desk.put("bad.dat", "A11\nB29\n");
  CHECK(desk.run({"convert", "s.xml", "s.csv", "--data", "s.dat"}).code == 0);
  CHECK(desk.text("s.csv") == "id,plan\r\nA1,1\r\nB2,2\r\n");
  check(desk, {{"convert", "s.xml", "x.csv", "--data", "bad.dat"}, 2, "", "'bad.dat': Line 2"});
}

TEST_CASE("lint and survey create read other formats") {
  Desk desk;
  desk.put("foreign.json", foreign);
  desk.put("own.json", own);
  CHECK(desk.run({"init"}).code == 0);
  CHECK(desk.run({"convert", "own.json", "own.qsf"}).code == 0);
  CHECK(desk.run({"convert", "foreign.json", "f.xlsx"}).code == 0);
  std::filesystem::create_directories(desk.folder / "folder");
  CHECK(desk.run({"convert", "own.json", "folder/own.qsf"}).code == 0);
  desk.put("folder/notes.xml", "<notes/>");
  const Row rows[] = {
      {{"lint", "foreign.json"}, 1, "vague-quantifier", "not carried over: 'enableIf'"},
      {{"lint", "f.xlsx"}, 1, "vague-quantifier", ""},
      {{"lint", "own.qsf"}, 0, "0 warnings", ""},
      {{"lint", "own.qsf", "--diff"}, 2, "", "Convert it to JSON first"},
      {{"lint", "folder"}, 0, "folder/own.qsf", ""},
      {{"survey", "create", "own.qsf"}, 0, "Trial", ""},
  };
  for (const Row& row : rows) check(desk, row);
}

TEST_CASE("lint: a file of each shared set") {
  const auto folder = shared_data("survey_formats");
  if (!folder) return;
  Desk desk;
  for (const char* name :
       {"lss/ls205_group_relevance.lss",
        "surveyjs/docs_design_survey_create_a_simple_survey_1.json", "triples/sss-2.0.xml"}) {
    CAPTURE(name);
    const Ran ran = desk.run({"lint", (*folder / name).string()});
    CAPTURE(ran.err);
    CHECK(ran.code <= 1);
    CHECK(ran.out.find("question") != std::string::npos);
  }
}
