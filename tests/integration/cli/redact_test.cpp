#include "support/child.hpp"
#include "support/shared_data.hpp"
#include "support/temporary.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace insightflow;
using namespace insightflow::test;

namespace {

struct Ran {
  int code = 0;
  std::string out, err;
};

struct Desk {
  TemporaryFolder folder;

  Ran redact(std::vector<std::string> arguments, std::string_view in = {}) {
    arguments.insert(arguments.begin(), {INSIGHTFLOW_COMMAND, "redact"});
    put_file(folder / "in", in);
    Child child(std::move(arguments), folder / "in", folder / "out", folder / "err",
                folder.path().string());
    const int code = child.wait();
    return {code, file_text(folder / "out"), file_text(folder / "err")};
  }
};

json::value json_of(std::string_view text) {
  auto parsed = parse_json(text);
  REQUIRE(parsed);
  return std::move(parsed).value();
}

}  // namespace

TEST_CASE("redact writes what it read, without the personal data") {
  Desk desk;
  put_file(desk.folder / "a.txt", "Write to ann@example.org.\nThanks\n");
  put_file(desk.folder / "a.jsonl",
           "{\"id\":7,\"text\":\"call +49 30 901820\",\"deep\":{\"a\":[\"x@example.org\"]}}\n");
  put_file(desk.folder / "key", "0123456789abcdef\n");
  const struct {
    std::vector<std::string> arguments;
    std::string_view in, out;
  } rows[]{
      {{"a.txt"}, "", "Write to [EMAIL_ADDRESS].\nThanks\n"},
      {{}, "Write to ann@example.org", "Write to [EMAIL_ADDRESS]"},
      {{"-", "--mode", "drop"}, "Write to ann@example.org now", "Write to now"},
      {{"-", "--type", "phone_number"},
       "ann@example.org, +49 30 901820",
       "ann@example.org, [PHONE_NUMBER]"},
      {{"-", "--type", "PHONE_NUMBER", "--least-score", "0.99"}, "+49 30 901820", "+49 30 901820"},
      {{"a.jsonl"},
       "",
       "{\"id\":7,\"text\":\"call [PHONE_NUMBER]\",\"deep\":{\"a\":[\"[EMAIL_ADDRESS]\"]}}\n"},
      {{"a.jsonl", "--field", "text"},
       "",
       "{\"id\":7,\"text\":\"call [PHONE_NUMBER]\",\"deep\":{\"a\":[\"x@example.org\"]}}\n"},
      {{},
       "\n{\"text\":\"ann@example.org\"}\n\n\"bob@example.org\"",
       "{\"text\":\"[EMAIL_ADDRESS]\"}\n\"[EMAIL_ADDRESS]\"\n"},
      {{"--input-format", "text"}, "{\"a\":\"ann@example.org\"}", "{\"a\":\"[EMAIL_ADDRESS]\"}"},
      {{}, "{ann@example.org}", "{[EMAIL_ADDRESS]}"},
      {{}, "", ""}};
  for (const auto& row : rows) {
    CAPTURE(row.out);
    const Ran ran = desk.redact(row.arguments, row.in);
    CHECK(ran.code == 0);
    CHECK(ran.err == "");
    CHECK(ran.out == row.out);
  }
  // Of another encoding: what can be read is replaced, and the rest stays as it is, with a warning.
  const Ran latin = desk.redact({}, "caf\xE9 ann@example.org");
  CHECK(latin.code == 0);
  CHECK(latin.out == "caf\xE9 [EMAIL_ADDRESS]");
  CHECK(latin.err.find("iconv") != std::string::npos);
}

TEST_CASE("redact tells the entities in characters") {
  Desk desk;
  const std::string_view in =
      "{\"text\":\"Grüße 🙂 an ann@example.org\\nbye\"}\n{\"text\":\"nothing\"}\n";
  const Ran ran = desk.redact({"--format", "jsonl", "--type", "email_address"}, in);
  CAPTURE(ran.err);
  REQUIRE(ran.code == 0);
  REQUIRE(std::ranges::count(ran.out, '\n') == 2);
  const json::value first = json_of(std::string_view(ran.out).substr(0, ran.out.find('\n')));
  CHECK(first.at("text") == "Grüße 🙂 an ann@example.org\nbye");
  CHECK(first.at("redacted") == "Grüße 🙂 an [EMAIL_ADDRESS]\nbye");
  REQUIRE(first.at("entities").as_array().size() == 1);
  const json::value& entity = first.at("entities").at(0);
  CHECK(entity.at("type") == "EMAIL_ADDRESS");
  CHECK(entity.at("start").as_int64() == 11);
  CHECK(entity.at("end").as_int64() == 26);
  CHECK(entity.at("score").as_double() > 0.9);
  CHECK(ran.out.ends_with("{\"text\":\"nothing\",\"entities\":[],\"redacted\":\"nothing\"}\n"));

  // A text is one record, whatever its lines.
  const Ran text = desk.redact({"--format", "jsonl"}, "one\nann@example.org\n");
  CHECK(json_of(text.out).at("entities").at(0).at("start").as_int64() == 4);
  CHECK(desk.redact({"--json"}, "one\nann@example.org\n").out == text.out);
}

TEST_CASE("pseudonyms agree between runs of one key and scope") {
  Desk desk;
  put_file(desk.folder / "key", "0123456789abcdef\n");
  const auto run = [&](std::string scope) {
    const Ran ran =
        desk.redact({"--mode", "pseudonym", "--key-file", "key", "--scope", std::move(scope)},
                    "ann@example.org and ANN@EXAMPLE.ORG");
    CHECK(ran.code == 0);
    return ran.out;
  };
  const std::string one = run("a");
  CHECK(one == run("a"));
  CHECK(one != run("b"));
  CHECK(one.find("example") == one.npos);
  const std::string name = one.substr(0, one.find(']') + 1);
  CHECK(one == name + " and " + name);
}

TEST_CASE("redact refuses with a reason what it cannot do") {
  Desk desk;
  put_file(desk.folder / "short", "abc");
  const struct {
    std::vector<std::string> arguments;
    std::string_view in, err;
  } rows[]{{{"--mode", "hide"}, "", "mask, pseudonym, drop"},
           {{"--type", "NAME"}, "", "PERSON"},
           {{"--format", "xml"}, "", "text, jsonl"},
           {{"--input-format", "csv"}, "", "text, jsonl"},
           {{"--mode", "pseudonym"}, "", "--key-file"},
           {{"--mode", "pseudonym", "--key-file", "short"}, "", "16 bytes"},
           {{"missing.txt"}, "", "missing.txt"},
           {{"--least-score", "2"}, "", "--least-score"},
           {{"--input-format", "jsonl"}, "{\"text\":\"a\"}\n{\"text\":", "Line 2"},
           {{"--input-format", "jsonl", "--field", "b"}, "{\"text\":\"a\"}", "'b'"},
           {{"--format", "jsonl", "--input-format", "jsonl"}, "{\"body\":\"a\"}", "--field"},
           {{"--format", "jsonl"}, "caf\xE9", "UTF-8"}};
  for (const auto& row : rows) {
    CAPTURE(row.err);
    const Ran ran = desk.redact(row.arguments, row.in);
    CHECK(ran.code == 2);
    CHECK(ran.err.find(row.err) != std::string::npos);
  }
}

TEST_CASE("a long text is redacted in parts as it is in whole") {
  Desk desk;
  std::string in, out;
  while (in.size() < 3'000'000) {
    in += "Please write to ann@example.org, it is fine.\n\n";
    out += "Please write to [EMAIL_ADDRESS], it is fine.\n\n";
  }
  CHECK((desk.redact({}, in).out == out));
}

TEST_CASE("naughty strings keep their bytes where nothing is personal") {
  const auto folder = shared_data("naughty_strings");
  if (!folder) return;
  Desk desk;
  const auto file = *folder / "blns.txt";
  if (!std::filesystem::exists(file)) return;
  const std::string in = file_text(file);
  const Ran ran = desk.redact({"-", "--type", "IBAN_CODE"}, in);
  CHECK(ran.code == 0);
  CHECK((ran.out == in));
}
