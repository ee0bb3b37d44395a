#include "support/html_page.hpp"
#include "support/http_world.hpp"
#include "support/shared_data.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/survey/words.hpp>

#include <fstream>
#include <iterator>

using namespace insightflow;
using namespace insightflow::test;

namespace {

struct Target {
  Target() : owner(world.client(world.workspace("First"))), anyone(world.client()) {
    const auto made = owner.post("/api/v1/surveys", survey_json("trial"));
    REQUIRE(made.status == 201);
    id = text_at(json_of(made.body), "/id");
    REQUIRE(owner.post("/api/v1/surveys/" + id + "/publish").status == 200);
  }
  bool alive() { return world.client().get("/readyz").status == 200; }
  HttpWorld world;
  HttpClient owner, anyone;
  std::string id;
};

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string as_json(std::string_view text) {
  return serialize(json::value(text));
}

/// Strings that have broken programs, of our own and, where present, the shared list.
std::vector<std::string> naughty_strings() {
  std::vector<std::string> out{"<script>alert(1)</script>",
                               "\"><img src=x onerror=alert(1)>",
                               "' onmouseover='alert(1)",
                               "</textarea><script>alert(1)</script>",
                               "</title></style><b>",
                               "&lt;not decoded&gt; &amp;amp;",
                               "{{q1}} {{nothing}} {{",
                               "'; DROP TABLE responses; --",
                               "=cmd|' /C calc'!A0",
                               "%s%n%d {0} ${HOME} $(reboot)",
                               "../../../../etc/passwd",
                               "\xE2\x80\xAE right to left \xE2\x80\x8B",
                               "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
                               "Z\xCC\x81\xCC\x81\xCC\x81\xCC\x81",
                               "\t tab and\r\nline ends\r",
                               "null",
                               "NaN",
                               "-0",
                               "1e999"};
  if (const auto folder = shared_data("naughty_strings")) {
    std::ifstream in(*folder / "blns.json", std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const json::value list = json_of(text);
    for (const json::value& one : list.as_array()) out.emplace_back(one.get_string());
    CHECK(out.size() > 300);
  }
  return out;
}

/// What storing does on purpose: line ends become LF.
std::string with_plain_line_ends(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a body that is not right is refused, and the server goes on") {
  Target target;
  const std::string submit = "/api/v1/public/surveys/trial/responses";
  const struct {
    const char* name;
    std::string body;
    int status;
  } rows[] = {
      {"nothing closed", R"({"answers":{"q1":9)", 400},
      {"not JSON", "answers=1", 400},
      {"two values", R"({"answers":{"q1":9}} {})", 400},
      {"arrays without end", repeated("[", 500'000), 400},
      {"objects without end", repeated(R"({"answers":)", 50'000), 400},
      {"closed nesting", repeated("[", 5'000) + repeated("]", 5'000), 400},
      {"deep answer", R"({"answers":{"q1":)" + repeated("[", 40) + repeated("]", 40) + "}}", 400},
      {"duplicate key", R"({"answers":{"q1":9,"q1":1}})", 400},
      {"duplicate key by escape", R"({"answers":{"q1":9,"q\u0031":1}})", 400},
      {"lone high surrogate", R"({"answers":{"q1":9,"q2":"\ud800"}})", 400},
      {"lone low surrogate", R"({"answers":{"q1":9,"q2":"\udc00 "}})", 400},
      {"surrogates the wrong way round", R"({"answers":{"q1":9,"q2":"\udc00\ud800"}})", 400},
      {"byte that is not UTF-8", "{\"answers\":{\"q1\":9,\"q2\":\"\xff\"}}", 400},
      {"overlong slash", "{\"answers\":{\"q1\":9,\"q2\":\"\xc0\xaf\"}}", 400},
      {"surrogate in UTF-8", "{\"answers\":{\"q1\":9,\"q2\":\"\xed\xa0\x80\"}}", 400},
      {"beyond Unicode", "{\"answers\":{\"q1\":9,\"q2\":\"\xf4\x90\x80\x80\"}}", 400},
      {"cut character", "{\"answers\":{\"q1\":9,\"q2\":\"\xe2\x82\"}}", 400},
      {"bare control character", "{\"answers\":{\"q1\":9,\"q2\":\"a\x01\"}}", 400},
      {"zero byte", std::string("{\"answers\":{\"q1\":9}}\0", 21), 400},
      {"escaped zero", R"({"answers":{"q1":9,"q2":"a\u0000b"}})", 422},
      {"comment", R"({"answers":{"q1":9}} // fine)", 400},
      {"comma at the end", R"({"answers":{"q1":9,}})", 400},
      {"NaN", R"({"answers":{"q1":NaN}})", 400},
      {"hexadecimal", R"({"answers":{"q1":0x9}})", 400},
      {"leading zero", R"({"answers":{"q1":09}})", 400},
      {"two megabytes", R"({"answers":{"q1":9,"q2":")" + repeated("x", 2u << 20) + "\"}}", 413},
      {"another type", R"({"answers":[9]})", 422},
      {"a bare number", "9", 422},
      {"null", "null", 422},
      {"no answers", "{}", 422},
      {"null answer", R"({"answers":{"q1":null}})", 422},
      {"object for a number", R"({"answers":{"q1":{"a":"b"}}})", 422},
      {"number beyond double", R"({"answers":{"q1":1e400}})", -1},
      {"number beyond int64", R"({"answers":{"q1":9223372036854775808}})", 422},
      {"many digits", R"({"answers":{"q1":)" + repeated("9", 5'000) + "}}", -1},
      {"small number", R"({"answers":{"q1":-1e-400,"q6":1e-320}})", -1},
      {"fraction of a point", R"({"answers":{"q1":8.5}})", 422},
      {"unknown key", R"({"answers":{"q1":9},"admin":true})", 422},
      {"unknown question with a pointer in its name", R"({"answers":{"q1":9,"a/b~c":1}})", 422},
      {"very many answers",
       [] {
         std::string all = R"({"answers":{"q1":9)";
         for (int i = 0; i < 3'000; ++i) all += ",\"x" + std::to_string(i) + "\":1";
         return all + "}}";
       }(),
       422},
      {"text beyond the limit", R"({"answers":{"q1":9,"q2":")" + repeated("x", 10'001) + "\"}}",
       422},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto answer = target.anyone.post(submit, row.body);
    if (row.status > 0)
      CHECK(answer.status == row.status);
    else
      CHECK(answer.status >= 200);
    // The details lead to places in what was sent; they never repeat it at length.
    CHECK(answer.body.size() < 1'000'000);
    // The same bytes where a questionnaire is read.
    if (row.status != 413) {
      const auto lint = target.owner.post("/api/v1/lint", row.body);
      CHECK(lint.status >= 400);
    }
    CHECK(target.alive());
  }
  CHECK(target.anyone.post(submit, R"({"answers":{"q1":9,"q2":"\ud83d\ude00"}})").status == 201);
}

TEST_CASE("addresses and fields that nobody should send") {
  Target target;
  const std::string paths[] = {
      "/s/%00",
      "/s/%ff",
      "/s/..%2f..%2fetc",
      "/s/" + std::string(3000, 'a'),
      "/s/trial%27%20OR%201=1--",
      "/s/%3Cscript%3E",
      "/api/v1/public/surveys/%F0%9F%98%80",
      "/api/v1/public/surveys/%00",
      "/api/v1/surveys/%2e%2e",
      "/api/v1/surveys/00000000-0000-0000-0000-000000000000",
      "/api/v1/surveys/" + target.id + "%00",
      "/api/v1/surveys/" + target.id + "/versions/99999999999999999999",
      "/api/v1/surveys/" + target.id + "/versions/-1",
      "/api/v1/surveys/" + target.id + "/versions/1x",
      "/api/v1/surveys/" + target.id + "/responses?after=%27;--",
      "/api/v1/surveys/" + target.id + "/responses?limit=1e9",
      "/api/v1/surveys/" + target.id + "/responses?limit=99999999999999999999",
      "/api/v1/surveys?limit=2&limit=%ff",
      "/api/v1/surveys/" + target.id + "/responses/export?format=exe"};
  for (const std::string& path : paths) {
    CAPTURE(path.substr(0, 80));
    const auto answer = target.owner.get(path);
    CHECK(answer.status >= 400);
    CHECK(answer.body.find("<script>") == std::string::npos);
    CHECK(target.alive());
  }
  for (const char* fields :
       {"If-Match: \"99999999999999999999\"\r\n", "If-Match: W/\"1\"\r\n", "If-Match: \"\"\r\n"})
    CHECK(target.owner.send("PUT", "/api/v1/surveys/" + target.id, survey_json("trial"), fields)
              .status == 412);
}

TEST_CASE("naughty strings come back as they were, or are refused") {
  Target target;
  const std::string submit = "/api/v1/public/surveys/trial/responses";
  std::size_t stored = 0, refused = 0;
  for (const std::string& text : naughty_strings()) {
    CAPTURE(text);
    const auto answer =
        target.anyone.post(submit, R"({"answers":{"q1":9,"q2":)" + as_json(text) +
                                       R"(,"q3":["else"]},"other":{"q3":)" + as_json(text) +
                                       R"(},"hidden":{"plan":)" + as_json(text) + "}}");
    CHECK((answer.status == 201 || answer.status == 422));
    if (answer.status != 201) {
      CHECK(!pointers_of(answer.body).empty());
      ++refused;
      continue;
    }
    ++stored;
    const auto response =
        json_of(target.owner.get("/api/v1/responses/" + text_at(json_of(answer.body), "/id")).body);
    const std::string wanted = with_plain_line_ends(text);
    for (const char* part : {"/answers/q2", "/other/q3", "/hidden/plan"}) {
      CAPTURE(part);
      const std::string got = text_at(response, part);
      CHECK((got == wanted || (got.empty() && survey::is_blank(text))));
    }
    // In header values, which take no line ends.
    if (text.find_first_of("\r\n") == std::string::npos && text.find('\0') == std::string::npos) {
      const auto headed = target.anyone.get(
          "/s/trial", "Accept-Language: " + text + "\r\nX-Request-Id: " + text + "\r\n");
      CHECK((headed.status == 200 || headed.status == 400));
    }
  }
  CHECK(stored > refused);
  CHECK(target.alive());
  for (const char* format : {"csv", "jsonl"}) {
    const auto exported =
        target.owner.get("/api/v1/surveys/" + target.id + "/responses/export?format=" + format);
    CHECK(exported.status == 200);
    CHECK(!utf8::first_invalid(exported.body));
  }
}

TEST_CASE("a survey made of naughty strings is a page without markup of theirs") {
  Target target;
  int number = 0, shown = 0;
  for (const std::string& text : naughty_strings()) {
    CAPTURE(text);
    const std::string slug = "naughty-" + std::to_string(++number), word = as_json(text);
    const auto made = target.owner.post(
        "/api/v1/surveys", R"({"slug":")" + slug + R"(","title":)" + word + R"(,"description":)" +
                               word + R"(,"closing":)" + word + R"(,"hidden":["plan"],"questions":[
            {"id":"a","kind":"open_text","text":)" +
                               word + R"(,"help":)" + word + R"(},
            {"id":"b","kind":"single_choice","text":)" +
                               word + R"(,"options":[{"id":"x","label":)" + word +
                               R"(},{"id":"y","label":"Y","other":true}]},
            {"id":"c","kind":"rating","text":"C","scale":{"min":1,"max":5,"labels":{"1":)" +
                               word + R"(}}},
            {"id":"d","kind":"matrix","text":"D","rows":[{"id":"r","label":)" +
                               word + R"(}],"options":["P","Q"]}]})");
    CHECK((made.status == 201 || made.status == 422));
    if (made.status != 201) continue;
    const auto survey = json_of(made.body);
    CHECK(text_at(survey, "/title") == text);
    CHECK(text_at(survey, "/questions/0/text") == text);
    CHECK(text_at(survey, "/questions/1/options/0/label") == text);
    const auto published =
        target.owner.post("/api/v1/surveys/" + text_at(survey, "/id") + "/publish");
    CHECK((published.status == 200 || published.status == 422));
    if (published.status != 200) continue;
    ++shown;
    // Typed, too: the value comes back into the page with an error beside it.
    const auto encoded = HtmlForm::encoded(text);
    for (const auto& answer :
         {target.anyone.get("/s/" + slug + "?plan=" + encoded),
          target.anyone.post("/s/" + slug,
                             "a.a=" + encoded + "&a.b=" + encoded + "&h.plan=" + encoded +
                                 "&token=" + encoded + "&language=" + encoded + "&page=0",
                             "Content-Type: application/x-www-form-urlencoded\r\n")}) {
      CHECK(answer.status < 500);
      if (!answer.field("Content-Type").starts_with("text/html")) continue;
      const HtmlPage page(answer.body);
      CHECK(page.problem() == "");
      for (const auto& element : page.elements())
        for (const char* foreign : {"script", "img", "iframe", "svg", "b", "object"})
          CHECK(element.name != foreign);
    }
  }
  CHECK(shown > 10);
  CHECK(target.alive());
}
