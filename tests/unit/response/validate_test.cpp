#include <insightflow/core/json.hpp>
#include <insightflow/response/validate.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <thread>

using namespace insightflow;
using namespace insightflow::response;

namespace {

const Validator& validator() {
  static const Validator out =
      Validator::build(from_json_text<survey::Questionnaire>(R"json({"title":"T","hidden":["plan"],
    "questions":[
     {"id":"yn","kind":"yes_no","text":"Did it help?","required":true,
      "logic":[{"if":"yn == 'No'","goto":"why"}]},
     {"id":"nps","kind":"nps","text":"How likely?"},
     {"id":"why","kind":"open_text","text":"Why?","max_length":10},
     {"id":"one","kind":"single_choice","text":"Which?","options":["A b",{"id":"c","label":"Cé"},
        {"id":"o","label":"Other","other":true}]},
     {"id":"many","kind":"multiple_choice","text":"Which?","min_choices":2,"max_choices":3,
      "options":["a","b","c","d",{"id":"o","label":"Other","other":true},{"id":"n","label":"None","exclusive":true}]},
     {"id":"mx","kind":"matrix","text":"Rate","options":["Good","Bad"],"rows":[{"id":"r1","label":"Ease of use"},"Price"]},
     {"id":"ms","kind":"matrix","text":"Rate","rows":["x"]},
     {"id":"rk","kind":"ranking","text":"Rank","options":["a","b","c"]},
     {"id":"num","kind":"number","text":"How many?"},
     {"id":"age","kind":"number","text":"Age?","scale":{"min":0,"max":120}},
     {"id":"day","kind":"date","text":"When?"},
     {"id":"ok","kind":"consent","text":"Agree?"},
     {"id":"who","kind":"contact","text":"Who?"},
     {"id":"lk","kind":"likert","text":"Clear?","scale":{"min":1,"max":5,"labels":{"5":"Strongly agree"}}},
     {"id":"lo","kind":"likert","text":"Clear?","options":["Agree","Disagree"]}],
    "translations":{"de":{"questions":{"yn":{"options":{"yes":"Ja"}}}}}})json")
                           .value())
          .value();
  return out;
}

Submission read(const std::string& text) {
  return from_json_text<Submission>(text).value();
}

using Found = std::vector<std::pair<std::string, std::string>>;
Found problems(const Result<Submission>& result) {
  Found out;
  if (!result)
    for (const Problem& problem : result.error().problems)
      out.emplace_back(problem.pointer, problem.reason);
  return out;
}

}  // namespace

TEST_CASE("one answer at a time: its canonical form, or what is wrong with it") {
  struct Row {
    std::string id;
    std::string given;
    std::string canonical;  ///< Empty where it is refused.
    Found problems = {};
  };
  const auto wrong = [](std::string id, std::string given, std::string_view reason,
                        std::string part = "") {
    return Row{id, given, "", {{"/answers/" + id + part, std::string(reason)}}};
  };
  const Row rows[] = {
      {"nps", "9", "9"},
      {"nps", "9.0", "9"},
      wrong("nps", "11", "out_of_scale"),
      wrong("nps", "-1", "out_of_scale"),
      wrong("nps", "9.5", "not_whole"),
      wrong("nps", "\"9\"", "type_mismatch"),
      wrong("nps", "true", "type_mismatch"),
      wrong("nps", "1e300", "out_of_scale"),
      {"why", "\"too é long\"", "\"too é long\""},
      {"why", "\"a\\r\\nb\\rc\"", "\"a\\nb\\nc\""},
      {"why", "\" a\\tb \"", "\" a\\tb \""},
      wrong("why", "\"eleven char\"", "text_too_long"),
      wrong("why", "\"a\\u0000b\"", "control_character"),
      wrong("why", "\"a\\u001bb\"", "control_character"),
      wrong("why", "5", "type_mismatch"),
      {"one", "\"A b\"", "\"A b\""},
      {"one", "\"Cé\"", "\"c\""},
      {"one", "\"o\"", "\"o\""},
      wrong("one", "\"cé\"", "option_unknown"),
      wrong("one", "[\"c\"]", "type_mismatch"),
      {"many", "[\"d\",\"a\"]", "[\"a\",\"d\"]"},
      {"many", "[\"None\"]", "[\"n\"]"},
      wrong("many", "[\"a\"]", "too_few_choices"),
      wrong("many", "[\"a\",\"b\",\"c\",\"d\"]", "too_many_choices"),
      wrong("many", "[\"a\",\"n\"]", "exclusive_combined"),
      wrong("many", "[\"a\",\"b\",\"a\"]", "option_duplicate", "/2"),
      wrong("many", "[\"a\",\"z\"]", "option_unknown", "/1"),
      wrong("many", "\"a\"", "type_mismatch"),
      {"mx", R"({"Ease of use":"Good"})", R"({"r1":"Good"})"},
      {"mx", R"({"r1":"Bad","Price":""})", R"({"r1":"Bad"})"},
      wrong("mx", R"({"r1":"Fair"})", "option_unknown", "/r1"),
      wrong("mx", R"({"r9":"Good"})", "row_unknown", "/r9"),
      wrong("mx", R"({"r1":"Good","Ease of use":"Bad"})", "option_duplicate", "/r1"),
      {"ms", R"({"x":5})", R"({"x":"5"})"},
      wrong("ms", R"({"x":6})", "out_of_scale", "/x"),
      wrong("ms", R"({"x":"2.5"})", "not_whole", "/x"),
      wrong("ms", R"({"x":"abc"})", "type_mismatch", "/x"),
      {"rk", R"(["c","a","b"])", R"(["c","a","b"])"},
      wrong("rk", R"(["c","a"])", "too_few_choices"),
      {"num", "-2.5", "-2.5"},
      {"num", "1e15", "1000000000000000"},
      {"age", "120", "120"},
      wrong("age", "120.5", "out_of_scale"),
      {"day", "\"2024-02-29\"", "\"2024-02-29\""},
      wrong("day", "\"2023-02-29\"", "date_invalid"),
      wrong("day", "\"29.02.2024\"", "date_invalid"),
      wrong("day", "\"2024-2-9\"", "date_invalid"),
      wrong("day", "20240229", "type_mismatch"),
      {"ok", "true", "true"},
      {"ok", "false", "false"},
      wrong("ok", "\"true\"", "type_mismatch"),
      {"who", R"({"email":" ada@example.org ","name":"","phone":"+44 (20) 7946-0000"})",
       R"({"email":"ada@example.org","phone":"+44 (20) 7946-0000"})"},
      wrong("who", R"({"email":"ada@example"})", "email_invalid", "/email"),
      wrong("who", R"({"email":"a b@example.org"})", "email_invalid", "/email"),
      wrong("who", R"({"email":"@example.org"})", "email_invalid", "/email"),
      wrong("who", R"({"phone":"12ab34567"})", "phone_invalid", "/phone"),
      wrong("who", R"({"fax":"12345"})", "part_unknown", "/fax"),
      {"lk", "5", "5"},
      wrong("lk", "\"Strongly agree\"", "type_mismatch"),
      {"lo", "\"Agree\"", "\"Agree\""},
      wrong("lo", "1", "option_unknown"),
      wrong("zz", "1", "question_unknown"),
  };
  for (const Row& row : rows) {
    CAPTURE(row.id);
    CAPTURE(row.given);
    const auto result =
        validator().check(read(R"({"answers":{"yn":true,")" + row.id + "\":" + row.given + "}}"));
    CHECK(problems(result) == row.problems);
    if (!row.canonical.empty() && result)
      CHECK(to_json_text(result.value()) ==
            to_json_text(read(R"({"answers":{"yn":"yes",")" + row.id + "\":" + row.canonical +
                              R"(},"language":"en"})")));
  }
}

TEST_CASE("whole submissions") {
  struct Row {
    const char* name;
    std::string given;
    Found problems;
  };
  const Row rows[] = {
      {"nothing", R"({"answers":{}})", {{"/answers/yn", "answer_missing"}}},
      {"blank", R"({"answers":{"yn":" "}})", {{"/answers/yn", "answer_missing"}}},
      {"jumped over",
       R"({"answers":{"yn":false,"nps":9,"why":"x"}})",
       {{"/answers/nps", "not_asked"}}},
      {"by label in German", R"({"answers":{"yn":"Ja"},"language":"de-AT"})", {}},
      {"other", R"({"answers":{"yn":"yes","one":"o"},"other":{"one":"Plums"}})", {}},
      {"other in a list",
       R"({"answers":{"yn":"yes","many":["o","a"]},"other":{"many":"Plums"}})",
       {}},
      {"other not chosen",
       R"({"answers":{"yn":"yes","one":"c"},"other":{"one":"Plums","nps":"x","zz":"y"}})",
       {{"/other/nps", "other_not_chosen"},
        {"/other/one", "other_not_chosen"},
        {"/other/zz", "question_unknown"}}},
      {"hidden",
       R"({"answers":{"yn":"yes"},"hidden":{"plan":"pro","x":"y"}})",
       {{"/hidden/x", "hidden_unknown"}}},
      {"long hidden",
       R"({"answers":{"yn":"yes"},"hidden":{"plan":")" + std::string(501, 'x') + "\"}}",
       {{"/hidden/plan", "text_too_long"}}},
      {"language",
       R"({"answers":{"yn":"yes"},"language":"fr"})",
       {{"/language", "language_unknown"}}},
      {"everything at once",
       R"({"answers":{"nps":12,"day":"x","zz":1},"hidden":{"q":""},"language":"xx"})",
       {{"/answers/day", "date_invalid"},
        {"/answers/nps", "out_of_scale"},
        {"/answers/zz", "question_unknown"},
        {"/hidden/q", "hidden_unknown"},
        {"/language", "language_unknown"},
        {"/answers/yn", "answer_missing"}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(problems(validator().check(read(row.given))) == row.problems);
  }
  Submission odd = read(R"({"answers":{"yn":"yes"}})");
  odd.answers["num"].value = std::numeric_limits<double>::infinity();
  odd.answers["why"].value = std::string("\xff");
  odd.answers["\xff"].value = 1.0;
  CHECK(problems(validator().check(odd)) == Found{{"/answers/num", "not_finite"},
                                                  {"/answers/why", "utf8_invalid"},
                                                  {"/answers", "question_unknown"}});
}

TEST_CASE("what is required") {
  const auto survey = from_json_text<survey::Questionnaire>(R"json({"title":"T","questions":[
     {"id":"mx","kind":"matrix","text":"Rate","required":true,"rows":["r1","r2"]},
     {"id":"ok","kind":"consent","text":"Agree?","required":true},
     {"id":"one","kind":"single_choice","text":"Which?","required":true,
      "options":["a",{"id":"o","label":"Other","other":true}]}]})json")
                          .value();
  CHECK(problems(validate(survey, read(R"({"answers":{"mx":{"r1":3},"ok":false,"one":"o"}})"))) ==
        Found{{"/answers/mx/r2", "row_missing"},
              {"/answers/ok", "consent_required"},
              {"/other/one", "other_text_missing"}});
  CHECK(validate(survey, read(R"({"answers":{"mx":{"r1":3},"one":"o"}})"), Check::import));
}

TEST_CASE("an import reads words as values") {
  struct Row {
    std::string given, canonical;
  };
  const Row rows[] = {
      {R"("nps":" 9 ")", R"("nps":9)"},
      {R"("lk":"strongly AGREE")", R"("lk":5)"},
      {R"("yn":"YES")", R"("yn":"yes")"},
      {R"("yn":"1")", R"("yn":"yes")"},
      {R"("ok":"x")", R"("ok":true)"},
      {R"("many":"c; A")", R"("many":["a","c"])"},
      {R"("many":["a"])", R"("many":["a"])"},
      {R"("one":" a B ")", R"("one":"A b")"},
      {R"("day":"2024-02-29T10:00:00Z")", R"("day":"2024-02-29")"},
      {R"("why":7)", R"("why":"7")"},
      {R"("ms":{"x":"3"})", R"("ms":{"x":"3"})"},
      {R"("rk":"b")", R"("rk":["b"])"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.given);
    const auto result = validator().check(read("{\"answers\":{" + row.given + "}}"), Check::import);
    CHECK(problems(result) == Found{});
    if (result)
      CHECK(to_json_text(result.value()) ==
            to_json_text(read("{\"answers\":{" + row.canonical + R"(},"language":"en"})")));
  }
  const auto other =
      validator().check(read(R"({"answers":{"one":"Plums","many":"a;Figs;Nuts"}})"), Check::import);
  REQUIRE(other);
  CHECK(other.value().other ==
        std::map<std::string, std::string>{{"many", "Figs; Nuts"}, {"one", "Plums"}});
  CHECK(other.value().answers.at("many") == Answer{std::vector<std::string>{"a", "o"}});
  CHECK(problems(validator().check(read(R"({"answers":{"nps":"many"}})"), Check::import)) ==
        Found{{"/answers/nps", "type_mismatch"}});
}

TEST_CASE("lists in one cell make the round trip") {
  const std::vector<std::vector<std::string>> lists = {
      {}, {"a"}, {"a", "b c"}, {"a;b", "c\\d", "\\;"}, {"é", "ü;"}};
  for (const auto& list : lists) CHECK(split_list(join_list(list)) == list);
  CHECK(split_list(" a ;; b;") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("one validator serves several threads") {
  std::vector<std::thread> threads;
  std::array<int, 4> good{};
  for (int& count : good)
    threads.emplace_back([&count] {
      for (int i = 0; i < 200; ++i)
        count += validator().check(read(R"({"answers":{"yn":true,"nps":3}})")).has_value();
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(good == std::array<int, 4>{200, 200, 200, 200});
}
