#include "support/desk.hpp"
#include "support/http_world.hpp"

#include <algorithm>

using namespace insightflow;
using namespace insightflow::test;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

const Arguments plain{"sentiment", "--field", "text"};

}  // namespace

TEST_CASE("sentiment: each object comes back as it was written, with its mood") {
  Desk desk;
  const std::string in =
      "{\"id\":1,\"text\":\"I love it, it works great!\",\"price\":1.50}\r\n"
      "\n"
      "{ \"text\" : \"This is the worst service ever.\" }\n"
      "{\"text\":\"\",\"note\":\"a } in a text\"}\n"
      "{\"text\":null}\n"
      "{\"sentiment\":\"old\",\"text\":\"Terrible and rude\",\"last\":true}\n"
      "{\"text\":\"Der Service war leider sehr langsam und das Personal nicht freundlich.\"}\n"
      "{\"text\":\"Очень хорошо, спасибо\"}\n"
      "{\"text\":\"\\ud83d\\ude0d\\ud83d\\ude0d\"}";
  const Ran ran = desk.run(plain, in);
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  const auto lines = lines_of(ran.out);
  REQUIRE(lines.size() == 8);
  CHECK(lines[0].starts_with(
      R"({"id":1,"text":"I love it, it works great!","price":1.50,"sentiment":{"label":"positive","score":0.)"));
  CHECK(lines[1].starts_with(R"({ "text" : "This is the worst service ever." ,"sentiment":{)"));
  const char* const labels[] = {"positive", "negative", "neutral", "neutral",
                                "negative", "neutral",  "neutral", "positive"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    const auto line = json_of(lines[i]);
    CHECK(text_at(line, "/sentiment/label") == labels[i]);
    const double score = std::stod(text_at(line, "/sentiment/score"));
    CHECK(score >= 0.333);
    CHECK(score <= 1);
  }
  CHECK(lines[4].starts_with(R"({"text":"Terrible and rude","last":true,"sentiment":{)"));
  CHECK(text_at(json_of(lines[5]), "/sentiment/reason") == "language_unsupported");
  CHECK(text_at(json_of(lines[5]), "/sentiment/language") == "de");
  CHECK(text_at(json_of(lines[6]), "/sentiment/language") == "ru");
  CHECK(lines[0].find("reason") == std::string::npos);

  // A file, a byte order mark, and no line end behind the last line change nothing.
  desk.put("in.jsonl", "\xEF\xBB\xBF" + in + "\n");
  CHECK(desk.run({"sentiment", "in.jsonl", "--field", "text"}).out == ran.out);
  CHECK(desk.run(plain, in).out == ran.out);
}

TEST_CASE("sentiment: sentences, a language that is told, another field") {
  Desk desk;
  const std::string in = R"({"t":"I love the parks. The traffic is horrible."})";
  const Ran ran = desk.run({"sentiment", "--field", "t", "--sentences"}, in);
  CHECK(ran.code == 0);
  const auto line = json_of(ran.out);
  CHECK(text_at(line, "/sentiment/sentences/0/start") == "0");
  CHECK(text_at(line, "/sentiment/sentences/0/end") == "17");
  CHECK(text_at(line, "/sentiment/sentences/0/label") == "positive");
  CHECK(text_at(line, "/sentiment/sentences/1/start") == "18");
  CHECK(text_at(line, "/sentiment/sentences/1/label") == "negative");

  const std::string german = R"({"t":"Das ist ja wohl nicht super, und das Essen ist kalt"})";
  CHECK(desk.run({"sentiment", "--field", "t"}, german).out.find("unsupported") !=
        std::string::npos);
  CHECK(
      desk.run({"sentiment", "--field", "t", "--language", "en"}, german).out.find("unsupported") ==
      std::string::npos);
}

TEST_CASE("sentiment: what cannot be read is told with its line, the rest is rated") {
  Desk desk;
  const std::string in =
      "{\"text\":\"Good\"}\n"
      "not JSON\n"
      "\n"
      "[1,2]\n"
      "{\"other\":\"Good\"}\n"
      "{\"text\":7}\n"
      "{\"text\":\"caf\xE9\"}\n"
      "{\"text\":\"a\",\"text\":\"b\"}\n"
      "{\"text\":\"Bad\"}\n";
  const Ran ran = desk.run(plain, in);
  CHECK(ran.code == 2);
  CHECK(lines_of(ran.out).size() == 2);
  for (const char* part :
       {"Line 2: ", "Line 4: The line is JSON, but no object.",
        "Line 5: The object has no field 'text'.", "Line 6: The field 'text' is no text.",
        "Line 7: ", "Line 8: ", "6 of 8 lines could not be read and were left out"})
    CHECK(ran.err.find(part) != std::string::npos);
  CHECK(ran.err.find("Line 9") == std::string::npos);

  std::string many = "{\"text\":\"Good\"}\n";
  for (int i = 0; i < 1000; ++i) many += "oops\n";
  const Ran flood = desk.run(plain, many);
  CHECK(flood.code == 2);
  CHECK(lines_of(flood.err).size() < 30);
  CHECK(flood.err.find("1000 of 1001 lines") != std::string::npos);
}

TEST_CASE("sentiment: wrong use") {
  Desk desk;
  const Row rows[] = {
      {{"sentiment"}, 2, "", "--field"},
      {{"sentiment", "--field"}, 2, "", "--field"},
      {{"sentiment", "missing.jsonl", "--field", "text"}, 2, "", "missing.jsonl"},
      {{"sentiment", "--field", "text", "--language", "de"}, 2, "", "knows English (en)"},
      {{"sentiment", "--field", "text", "--colour"}, 2, "", "--colour"},
      {{"sentiment", "--field", "text"}, 0, "", ""},
      {{"sentiment", "--help"}, 0, "--sentences", ""},
  };
  for (const Row& row : rows) check(desk, row);
  const Ran ran = desk.run({"--json", "sentiment", "--field", "text"}, "{}\n");
  CHECK(ran.code == 2);
  const auto errors = lines_of(ran.err);
  REQUIRE(!errors.empty());
  CHECK(ran.err.find("\"lines_rejected\"") != std::string::npos);
}

TEST_CASE("sentiment: long, hostile and repeated texts") {
  Desk desk;
  std::string in = "{\"text\":\"" + std::string(1'000'000, 'a') + "\"}\n{\"text\":\"";
  for (int i = 0; i < 150'000; ++i) in += "so bad ";
  in += "\"}\n";
  for (int i = 0; i < 20'000; ++i) in += "{\"text\":\"It is far too slow for what it costs\"}\n";
  in += R"({"text":"\u0000\u0001\u202e\u200f \u0645\u0631\u062d\u0628\u0627"})";
  const Ran ran = desk.run(plain, in);
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  const auto lines = lines_of(ran.out);
  REQUIRE(lines.size() == 20'003);
  CHECK(lines[1].find("\"label\":\"negative\"") != std::string::npos);
  CHECK(std::all_of(lines.begin() + 2, lines.end() - 1,
                    [&](const std::string& line) { return line == lines[2]; }));
}
