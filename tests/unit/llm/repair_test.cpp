#include <insightflow/llm/repair.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::llm;

namespace {

struct Item {
  std::string id;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, count))
constexpr std::array item_notes{Note{.field = "id", .required = true, .min = 1, .max = 3},
                                Note{.field = "count", .required = true, .min = 0, .max = 9}};
constexpr std::span<const Note> field_notes(const Item*) {
  return item_notes;
}
struct List {
  std::vector<Item> items;
};
BOOST_DESCRIBE_STRUCT(List, (), (items))
constexpr std::array list_notes{Note{.field = "items", .required = true, .max = 2}};
constexpr std::span<const Note> field_notes(const List*) {
  return list_notes;
}

std::string read(std::string_view text) {
  const auto value = read_leniently(text);
  return value ? serialize(value.value()) : std::string(value.error().reason);
}

}  // namespace

TEST_CASE("what is nearly JSON is read") {
  struct Row {
    std::string text, value;
  };
  const std::string deep(40, '[');
  const Row rows[] = {
      {R"({"a":1})", R"({"a":1})"},
      {"```json\n{\"a\":1}\n```", R"({"a":1})"},
      {"```\n[1,2]\n```\nI hope this helps {you}.", R"([1,2])"},
      {"Sure! Here it is:\n{\"a\": \"b\"}\nAnything else?", R"({"a":"b"})"},
      {"In {brackets} there is {\"a\":1}", R"({"a":1})"},
      {R"({'a':'it\'s',"b":'x"y',})", R"({"a":"it's","b":"x\"y"})"},
      {"{a: 1, b_2: [1, 2,], }", R"({"a":1,"b_2":[1,2]})"},
      {"{\"a\": True, \"b\": None, // why\n \"c\": /* x */ False}",
       R"({"a":true,"b":null,"c":false})"},
      {"{\"a\":\"two\nlines\"}", R"({"a":"two\nlines"})"},
      {R"({"a":"\ud83d\ude00\ud800"})"
       "x",
       "{\"a\":\"\xF0\x9F\x98\x80\xEF\xBF\xBD\"}"},
      {R"({"a":-1.5e3, "b":+2, "c":1e400})"
       "x",
       "json_malformed"},
      {R"({"a":-1.5e3, "b":+2,)", R"({"a":-1500,"b":2})"},
      // Cut off: half a text and half an item are left out.
      {R"({"items":[{"id":"a","count":1},{"id":"b","cou)", R"({"items":[{"id":"a","count":1}]})"},
      {R"({"items":[{"id":"a","count":1},{"id":"b)", R"({"items":[{"id":"a","count":1}]})"},
      {R"({"a":"whole","b":"ha)", R"({"a":"whole"})"},
      {R"({"a":"whole","n":12)", R"({"a":"whole"})"},
      {R"({"a":{"b":1,"c":"x)", R"({"a":{"b":1}})"},
      {"", "json_malformed"},
      {"I cannot help with that.", "json_malformed"},
      {"{", "json_malformed"},
      {"}{", "json_malformed"},
      {"\"text\"", "\"text\""},
      {deep, "json_too_deep"},
      {"\xFF{}", "utf8_invalid"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read(row.text) == row.value);
  }
  // Long rubbish costs no more than its length.
  CHECK(read(std::string(1'000'000, '[')) == "json_too_deep");
  CHECK(read(std::string(1'000'000, 'x') + "{\"a\":1}") == R"({"a":1})");
}

TEST_CASE("an answer is held against the schema of a described type") {
  const json::value schema = plain_schema(type_of<List>());
  CHECK(serialize(schema).find("$ref") == std::string::npos);
  struct Row {
    std::string text, pointer;
  };
  const Row rows[] = {
      {R"({"items":[{"id":"a","count":1}]})", "fine"},
      {R"({"items":[]})", "fine"},
      {R"({})", ""},
      {R"([])", ""},
      {R"({"items":[{"id":"a"}]})", "/items/0"},
      {R"({"items":[{"id":"a","count":"1"}]})", "/items/0/count"},
      {R"({"items":[{"id":"a","count":10}]})", "/items/0/count"},
      {R"({"items":[{"id":"abcd","count":1}]})", "/items/0/id"},
      {R"({"items":[{"id":"a","count":1,"more":2}]})", "/items/0"},
      {R"({"items":[{"id":"a","count":1},{"id":"b","count":1},{"id":"c","count":1}]})", "/items"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto problems = validate(parse_json(row.text).value(), schema);
    CHECK(problems.empty() == (row.pointer == "fine"));
    bool there = problems.empty();
    for (const Problem& problem : problems) there = there || problem.pointer == row.pointer;
    CHECK(there);
  }
  CHECK(!validate(json::value(1), parse_json(R"({"type":7})").value()).empty());
}
