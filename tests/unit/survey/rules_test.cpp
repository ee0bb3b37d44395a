#include <insightflow/core/json.hpp>
#include <insightflow/survey/flow.hpp>
#include <insightflow/survey/rules.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace insightflow;
using namespace insightflow::survey;

namespace {

Questionnaire parse(std::string_view text) {
  auto survey = from_json_text<Questionnaire>(text);
  if (!survey) MESSAGE(survey.error().detail << " " << survey.error().pointer);
  return std::move(survey).value();
}

/// A questionnaire around a list of questions.
Questionnaire asking(const std::string& questions, const std::string& more = "") {
  return parse(R"({"title":"T","questions":[)" + questions + "]" + more + "}");
}

std::vector<std::pair<std::string, std::string>> found(const Questionnaire& survey) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Problem& problem : check(survey)) out.emplace_back(problem.pointer, problem.reason);
  return out;
}

const std::string yes_no = R"({"id":"q1","kind":"yes_no","text":"Did it help?"})";
const std::string text2 = R"({"id":"q2","kind":"open_text","text":"Why?"})";

}  // namespace

TEST_CASE("a questionnaire with everything in it can be published") {
  const auto survey = parse(R"json({
    "title":"How was it?","language":"en","hidden":["plan"],
    "sections":[{"id":"a","title":"You"},{"id":"b","title":"Us"}],
    "questions":[
     {"id":"q1","kind":"yes_no","text":"Did it help, {{hidden.plan}} user?","section":"a","required":true,
      "logic":[{"if":"q1 == 'No'","goto":"q3"}]},
     {"id":"q2","kind":"nps","text":"How likely?","section":"a","show_if":"hidden.plan == 'pro'"},
     {"id":"q3","kind":"multiple_choice","text":"Which?","section":"b","min_choices":1,"max_choices":2,
      "options":["a","b",{"id":"o","label":"Other","other":true},{"id":"n","label":"None","exclusive":true}]},
     {"id":"q4","kind":"matrix","text":"Rate","section":"b","rows":["Ease of use",{"id":"p","label":"Price"}],
      "options":["Good","Bad"]},
     {"id":"q5","kind":"rating","text":"You said {{q1}} and {{ q3.other }}. Now?","section":"b",
      "scale":{"min":1,"max":5,"labels":{"1":"Bad","5":"Good"}},
      "show_if":"q3 contains 'a' and q4.'Ease of use' == 'Good' and q4.p != 'Bad' and q3.other contains 'x'"},
     {"id":"q6","kind":"date","text":"When?","section":"b","logic":[{"if":"q6 < '2020-01-01'","goto":"end"}]},
     {"id":"q7","kind":"number","text":"How many?","show_if":"q6 >= '2024-02-29' and q2 >= 9"},
     {"id":"q8","kind":"contact","text":"Who?","show_if":"not q7 > 1000"},
     {"id":"q9","kind":"consent","text":"Agree?","show_if":"answered(q8.email)"},
     {"id":"q10","kind":"ranking","text":"Rank","options":["a","b","c"],"show_if":"q9 == true"}],
    "translations":{"de":{"title":"Wie war es?","questions":{"q1":{"text":"Half es?","options":{"yes":"Ja"}},
      "q4":{"rows":{"p":"Preis"}},"q5":{"labels":{"1":"Schlecht"}}}}}})json");
  CHECK(found(survey).empty());
}

TEST_CASE("what stands in the way of publishing is found, each in its place") {
  struct Row {
    const char* name;
    Questionnaire survey;
    std::vector<std::pair<std::string, std::string>> problems;
  };
  const auto choice = [](const std::string& more) {
    return R"({"id":"c","kind":"single_choice","text":"Which?",)" + more + "}";
  };
  const auto shown = [&](const std::string& condition) {
    return asking(yes_no + R"(,{"id":"q2","kind":"open_text","text":"Why?","show_if":")" +
                  condition + R"("})");
  };
  const auto branch = [&](const std::string& logic) {
    return asking(R"({"id":"q1","kind":"yes_no","text":"Did it help?","required":true,"logic":[)" +
                  logic + "]}," + text2 + R"(,{"id":"q3","kind":"open_text","text":"Else?"})");
  };
  const std::string show = "/questions/1/show_if";
  const Row rows[] = {
      {"nothing asked", asking(""), {{"/questions", "questions_missing"}}},
      {"blank title",
       parse(R"({"title":" ","questions":[)" + text2 + "]}"),
       {{"/title", "text_blank"}}},
      {"blank text",
       asking(R"({"id":"q","kind":"date","text":" "})"),
       {{"/questions/0/text", "text_blank"}}},
      {"same id", asking(yes_no + "," + yes_no), {{"/questions/1/id", "id_duplicate"}}},
      {"bad id",
       asking(R"({"id":"1q","kind":"date","text":"x"})"),
       {{"/questions/0/id", "id_malformed"}}},
      {"reserved id",
       asking(R"({"id":"end","kind":"date","text":"x"})"),
       {{"/questions/0/id", "id_reserved"}}},
      {"one option",
       asking(choice(R"("options":["a"])")),
       {{"/questions/0/options", "options_missing"}}},
      {"same option",
       asking(choice(R"("options":["a","a"])")),
       {{"/questions/0/options/1", "option_duplicate"}}},
      {"same label",
       asking(choice(R"("options":["a",{"id":"b","label":"a"}])")),
       {{"/questions/0/options/1", "option_duplicate"}}},
      {"two others",
       asking(choice(
           R"("options":[{"id":"a","label":"A","other":true},{"id":"b","label":"B","other":true}])")),
       {{"/questions/0/options/1", "other_unfit"}}},
      {"options on a date",
       asking(R"({"id":"q","kind":"date","text":"x","options":["a","b"]})"),
       {{"/questions/0/options", "options_unfit"}}},
      {"scale turned round",
       asking(R"({"id":"q","kind":"rating","text":"x","scale":{"min":5,"max":1}})"),
       {{"/questions/0/scale", "scale_empty"}}},
      {"scale of 102",
       asking(R"({"id":"q","kind":"rating","text":"x","scale":{"min":0,"max":101}})"),
       {{"/questions/0/scale", "scale_too_long"}}},
      {"scale of 101",
       asking(R"({"id":"q","kind":"rating","text":"x","scale":{"min":0,"max":100}})"),
       {}},
      {"label off the scale",
       asking(
           R"({"id":"q","kind":"rating","text":"x","scale":{"min":1,"max":5,"labels":{"6":"x","01":"y"}}})"),
       {{"/questions/0/scale/labels/01", "scale_label_unknown"},
        {"/questions/0/scale/labels/6", "scale_label_unknown"}}},
      {"matrix without rows",
       asking(R"({"id":"q","kind":"matrix","text":"x","options":["a","b"]})"),
       {{"/questions/0/rows", "rows_missing"}}},
      {"more than there are",
       asking(
           R"({"id":"q","kind":"multiple_choice","text":"x","options":["a","b"],"max_choices":3})"),
       {{"/questions/0/max_choices", "choices_unfit"}}},
      {"least above most",
       asking(
           R"({"id":"q","kind":"ranking","text":"x","options":["a","b","c"],"min_choices":3,"max_choices":2})"),
       {{"/questions/0/min_choices", "choices_unfit"}}},
      {"unknown section",
       asking(R"({"id":"q","kind":"date","text":"x","section":"s"})"),
       {{"/questions/0/section", "section_unknown"}}},
      {"split section",
       asking(R"({"id":"a","kind":"date","text":"x","section":"s"},)" + yes_no +
                  R"(,{"id":"b","kind":"date","text":"x","section":"s"})",
              R"(,"sections":[{"id":"s","title":"S"}])"),
       {{"/questions/2/section", "section_split"}}},
      {"hidden",
       asking(text2, R"(,"hidden":["plan","plan","a b"])"),
       {{"/hidden/1", "hidden_duplicate"}, {"/hidden/2", "hidden_malformed"}}},
      {"condition does not parse", shown("q1 = 'x'"), {{show, "expression_malformed"}}},
      {"unknown name", shown("q7 == 'x'"), {{show, "reference_unknown"}}},
      {"itself", shown("q2 == 'x'"), {{show, "reference_not_earlier"}}},
      {"hidden not declared", shown("hidden.plan == 'x'"), {{show, "reference_unknown"}}},
      {"no such option", shown("q1 == 'Maybe'"), {{show, "literal_unknown"}}},
      {"order of choices", shown("q1 > 'No'"), {{show, "comparison_unfit"}}},
      {"part of a choice", shown("q1.row == 'No'"), {{show, "part_unknown"}}},
      {"never", shown("false"), {{show, "question_unreachable"}}},
      {"unknown target",
       branch(R"({"if":"q1 == 'No'","goto":"q9"})"),
       {{"/questions/0/logic/0/goto", "target_unknown"}}},
      {"circle",
       branch(R"({"if":"q1 == 'No'","goto":"q1"})"),
       {{"/questions/0/logic/0/goto", "logic_cycle"}}},
      {"always past a question",
       branch(R"({"if":"true","goto":"q3"})"),
       {{"/questions/1", "question_unreachable"}}},
      {"all options past a question",
       branch(R"({"if":"q1 == 'No'","goto":"q3"},{"if":"q1 in ['yes']","goto":"end"})"),
       {{"/questions/1", "question_unreachable"}}},
      {"most options past a question", branch(R"({"if":"q1 == 'No'","goto":"q3"})"), {}},
      {"behind an unconditional branch",
       branch(R"({"if":"true","goto":"q2"},{"if":"q1 == 'No'","goto":"q3"})"),
       {{"/questions/0/logic/1", "branch_unreachable"}}},
      {"value off the scale",
       asking(R"({"id":"n","kind":"nps","text":"x","logic":[{"if":"n == 11","goto":"end"}]},)" +
              text2),
       {{"/questions/0/logic/0/if", "literal_unknown"}}},
      {"not a day",
       asking(
           R"({"id":"d","kind":"date","text":"x","logic":[{"if":"d > '2023-02-29'","goto":"end"}]},)" +
           text2),
       {{"/questions/0/logic/0/if", "literal_unknown"}}},
      {"matrix as a whole",
       asking(
           R"({"id":"m","kind":"matrix","text":"x","rows":["r"],"logic":[{"if":"m == 3","goto":"end"}]},)" +
           text2),
       {{"/questions/0/logic/0/if", "part_missing"}}},
      {"piping ahead",
       asking(R"({"id":"a","kind":"date","text":"{{q2}} and {{zz}} and {{q2"},)" + text2),
       {{"/questions/0/text", "reference_not_earlier"},
        {"/questions/0/text", "reference_unknown"},
        {"/questions/0/text", "piping_malformed"}}},
      {"translations of nothing",
       asking(
           yes_no,
           R"(,"translations":{"de":{"questions":{"q9":{"text":"x"},"q1":{"options":{"maybe":"x"}}}},"x!":{},"en":{}})"),
       {{"/translations/de/questions/q1/options/maybe", "translation_unknown"},
        {"/translations/de/questions/q9", "translation_unknown"},
        {"/translations/en", "translation_unknown"},
        {"/translations/x!", "language_malformed"}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(found(row.survey) == row.problems);
  }
}

TEST_CASE("every problem is reported at once") {
  const auto survey = parse(R"({"title":" ","language":"e!","questions":[
    {"id":"1","kind":"single_choice","text":"","show_if":"((","logic":[{"if":"x == 1","goto":"y"}]}]})");
  CHECK(found(survey) == std::vector<std::pair<std::string, std::string>>{
                             {"/title", "text_blank"},
                             {"/language", "language_malformed"},
                             {"/questions/0/id", "id_malformed"},
                             {"/questions/0/text", "text_blank"},
                             {"/questions/0/options", "options_missing"},
                             {"/questions/0/show_if", "expression_malformed"},
                             {"/questions/0/logic/0/goto", "target_unknown"},
                             {"/questions/0/logic/0/if", "reference_unknown"}});
}
