#include <insightflow/core/json.hpp>
#include <insightflow/response/response.hpp>
#include <insightflow/survey/survey.hpp>

#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;

namespace {
struct Inner {
  std::string name;
  std::int64_t n = 0;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, n))
constexpr std::array inner_notes{Note{.field = "name", .required = true, .min = 1, .max = 3},
                                 Note{.field = "n", .min = 0, .max = 10}};
constexpr std::span<const Note> field_notes(const Inner*) {
  return inner_notes;
}

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Outer {
  Colour colour = Colour::red;
  std::vector<Inner> list;
  std::map<std::string, double> map;
  std::optional<bool> flag;
  std::string secret;
  std::string when;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (colour, list, map, flag, secret, when))
constexpr std::array outer_notes{Note{.field = "secret", .internal = true},
                                 Note{.field = "when", .key = "if", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Outer*) {
  return outer_notes;
}
}  // namespace

TEST_CASE("a described struct makes the round trip and keeps internals to itself") {
  Outer outer{Colour::green, {{"ab", 3}}, {{"x", 1.5}, {"y", 2}}, true, "hush", "q1"};
  CHECK(
      to_json_text(outer) ==
      R"({"colour":"green","list":[{"name":"ab","n":3}],"map":{"x":1.5,"y":2},"flag":true,"if":"q1"})");
  const auto stored = to_json_text(outer, Audience::storage);
  const auto back = from_json_text<Outer>(stored, Audience::storage);
  REQUIRE(back);
  CHECK(to_json_text(back.value(), Audience::storage) == stored);
  CHECK(back.value().secret == "hush");
}

TEST_CASE("every wrong place is reported at once, with its pointer") {
  const auto wrong = from_json_text<Outer>(
      R"({"colour":"blue","list":[{"n":11},{"name":"abcd"},7],"map":{"a/b":"x"},"secret":"s","typo":1})");
  REQUIRE(!wrong);
  std::vector<std::pair<std::string, std::string>> got;
  for (const auto& problem : wrong.error().problems)
    got.emplace_back(problem.pointer, problem.reason);
  CHECK(got == std::vector<std::pair<std::string, std::string>>{{"/colour", "slug_unknown"},
                                                                {"/list/0", "field_missing"},
                                                                {"/list/0/n", "out_of_range"},
                                                                {"/list/1/name", "out_of_range"},
                                                                {"/list/2", "type_mismatch"},
                                                                {"/map/a~1b", "type_mismatch"},
                                                                {"/secret", "field_unknown"},
                                                                {"/typo", "field_unknown"}});
  CHECK(wrong.error().pointer == "/colour");
}

TEST_CASE("the parser is strict") {
  struct Row {
    const char* text;
    std::string_view reason;
  };
  const std::string deep(100, '[');
  const Row rows[] = {
      {R"({"a":1,"a":2})", "json_duplicate_key"},
      {R"({"a":{"b":1,"b":2}})", "json_duplicate_key"},
      {R"({"":1,"":2})", "json_duplicate_key"},
      {R"({"a":1,"\u0061":2})", "json_duplicate_key"},
      {R"(["\ud800"])", "json_malformed"},
      {R"(["\udc00 x"])", "json_malformed"},
      {"[\"\xc0\xaf\"]", "utf8_invalid"},
      {"[1] 2", "json_malformed"},
      {"[1,]", "json_malformed"},
      {"[1e999]", "json_malformed"},
      {"NaN", "json_malformed"},
      {"", "json_malformed"},
      {"[", "json_malformed"},
      {deep.c_str(), "json_too_deep"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = parse_json(row.text);
    REQUIRE(!parsed);
    CHECK(parsed.error().reason == row.reason);
  }
  CHECK(serialize(
            parse_json(R"( {"a":{"k":1},"b":{"k":2}, "c":[1.0, 2.5, -3, "\u00e9\n"]} )").value()) ==
        R"({"a":{"k":1},"b":{"k":2},"c":[1,2.5,-3,"é\n"]})");
}

TEST_CASE("a fault in a text of several lines is placed as an editor counts") {
  const auto detail = [](const char* text) { return parse_json(text).error().detail; };
  CHECK(detail("{\n \"é\": 1,\n \"ü\": }\n") ==
        "Not valid JSON: syntax error at line 3, character 7.");
  CHECK(detail("[1,]") == "Not valid JSON: syntax error at byte 3.");
}

TEST_CASE("numbers come back as they were written, to the last bit") {
  for (const char* text : {"3.7861000000000002", "0.1", "5e-324", "1.7976931348623157e+308",
                           "-0.30000000000000004", "9007199254740993", "18446744073709551615"}) {
    CAPTURE(text);
    CHECK(serialize(parse_json(text).value()) == text);
  }
}

TEST_CASE("a questionnaire reads the documented JSON and writes it back") {
  const char* text =
      R"({"title":"T","language":"en","questions":[{"id":"q1","kind":"single_choice","text":"Pick","options":["Yes",{"id":"n","label":"No"}],"logic":[{"if":"q1 == 'No'","goto":"end"}]},{"id":"q2","kind":"rating","text":"Rate","required":true,"scale":{"min":1,"max":5,"labels":{"1":"Bad"}},"show_if":"q1 == 'Yes'"}]})";
  const auto survey = from_json_text<survey::Questionnaire>(text);
  REQUIRE(survey);
  CHECK(survey.value().questions[0].options[0] == survey::Option{"Yes", "Yes"});
  CHECK(survey.value().questions[0].logic[0].target == "end");
  CHECK(to_json_text(survey.value()) == text);
}

TEST_CASE("inherited members are part of the JSON, read-only ones are ignored in input") {
  const auto survey = from_json_text<survey::Survey>(
      R"({"id":"0190a3c2-7b1e-7c3d-8f00-0123456789ab","state":"published","title":"T","questions":[],"response_limit":0})");
  REQUIRE(!survey);
  CHECK(survey.error().pointer == "/response_limit");
  const auto good =
      from_json_text<survey::Survey>(R"({"state":"published","title":"T","questions":[]})");
  REQUIRE(good);
  CHECK(good.value().state == survey::State::draft);
}

TEST_CASE("answers of every form make the round trip") {
  const char* text =
      R"({"answers":{"a":9,"b":"x","c":["p","q"],"d":{"row":"col"},"e":true},"language":"en"})";
  const auto read = from_json_text<response::Submission>(text);
  REQUIRE(read);
  CHECK(to_json_text(read.value()) == text);
  const auto wrong = from_json_text<response::Submission>(R"({"answers":{"a":[1,{}],"b":null}})");
  REQUIRE(!wrong);
  REQUIRE(wrong.error().problems.size() == 2);
  CHECK(wrong.error().problems[0].pointer == "/answers/a/1");
}

TEST_CASE("JSON Schema names bounds, enumerations and what is required") {
  const auto schema = serialize(json_schema(type_of<Outer>()));
  CHECK(schema.find(R"("Colour":{"type":"string","enum":["red","green"]})") != schema.npos);
  CHECK(schema.find(R"("minLength":1,"maxLength":3)") != schema.npos);
  CHECK(schema.find("secret") == schema.npos);
  CHECK(column_list(type_of<Inner>(), "t.") == "t.name, t.n");
}
