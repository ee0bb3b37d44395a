#include "support/shared_data.hpp"

#include <insightflow/core/utf8.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace insightflow;

namespace {

/// A decoder of its own, by the table of well-formed byte sequences (Unicode 15, table 3-7).
bool well_formed(std::string_view text) {
  struct Form {
    unsigned char lead_from, lead_to, second_from, second_to;
    std::size_t length;
  };
  static constexpr Form forms[] = {
      {0x00, 0x7F, 0x80, 0xBF, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
      {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
      {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const Form* found = nullptr;
    for (const Form& form : forms)
      if (byte(at) >= form.lead_from && byte(at) <= form.lead_to) found = &form;
    if (found == nullptr || at + found->length > text.size()) return false;
    for (std::size_t i = 1; i < found->length; ++i) {
      const unsigned char from = i == 1 ? found->second_from : 0x80;
      const unsigned char to = i == 1 ? found->second_to : 0xBF;
      if (byte(at + i) < from || byte(at + i) > to) return false;
    }
    at += found->length;
  }
  return true;
}

std::string from_hex(std::string_view hex) {
  std::string out, digits;
  for (const char c : hex)
    if (c != ' ') digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return out;
}

}  // namespace

TEST_CASE("bytes that are not UTF-8 are found at their place") {
  struct Row {
    std::string text;
    std::optional<std::size_t> bad;
  };
  const Row rows[] = {
      {"", {}},
      {"plain", {}},
      {std::string("\0", 1), {}},
      {"\x7F", {}},
      {"\xC2\x80", {}},
      {"\xDF\xBF", {}},
      {"\xE0\xA0\x80", {}},
      {"\xED\x9F\xBF", {}},
      {"\xEE\x80\x80", {}},
      {"\xEF\xBF\xBF", {}},
      {"\xF0\x90\x80\x80", {}},
      {"\xF4\x8F\xBF\xBF", {}},
      {"\x80", 0},
      {"a\xBFz", 1},
      {"\xC0\x80", 0},
      {"\xC1\xBF", 0},
      {"\xE0\x9F\xBF", 0},
      {"\xF0\x8F\xBF\xBF", 0},
      {"\xED\xA0\x80", 0},
      {"\xED\xBF\xBF", 0},
      {"\xED\xA0\xBD\xED\xB8\x80", 0},
      {"\xF4\x90\x80\x80", 0},
      {"\xF5\x80\x80\x80", 0},
      {"\xFF", 0},
      {"\xFE\xFF", 0},
      {"ok\xC3", 2},
      {"ok\xE2\x82", 2},
      {"ok\xF0\x9F\x98", 2},
      {"\xE2\x28\xA1", 0},
      {"\xC3\xA9\xC3\x28", 2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(utf8::first_invalid(row.text) == row.bad);
    CHECK(well_formed(row.text) == !row.bad);
    const auto checked = utf8::check(row.text, "/here");
    CHECK(checked.has_value() == !row.bad);
    if (row.bad) {
      CHECK(checked.error().reason == "utf8_invalid");
      CHECK(checked.error().pointer == "/here");
      CHECK(checked.error().detail.find("byte " + std::to_string(*row.bad)) != std::string::npos);
    }
  }
}

TEST_CASE(
    "every sequence of up to three bytes, and every fourth byte that matters, is judged right") {
  std::string text;
  const auto agree = [&] {
    if (utf8::first_invalid(text).has_value() == well_formed(text)) FAIL("differs");
  };
  for (int a = 0; a < 256; ++a) {
    text.assign(1, static_cast<char>(a));
    agree();
    for (int b = 0; b < 256; ++b) {
      text.resize(1);
      text += static_cast<char>(b);
      agree();
      for (int c = 0; c < 256; ++c) {
        text.resize(2);
        text += static_cast<char>(c);
        agree();
        if (a < 0xEF || b < 0x7E) continue;
        for (const int d : {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) {
          text.resize(3);
          text += static_cast<char>(d);
          agree();
        }
      }
    }
  }
}

TEST_CASE("lengths and prefixes count code points") {
  struct Row {
    const char* text;
    std::size_t length;
    std::size_t count;
    const char* prefix;
  };
  const Row rows[] = {{"", 0, 3, ""},      {"abc", 3, 2, "ab"},   {"abc", 3, 9, "abc"},
                      {"äöü", 3, 2, "äö"}, {"a€😀b", 4, 3, "a€😀"}, {"e\u0301", 2, 1, "e"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(utf8::length(row.text) == row.length);
    CHECK(utf8::prefix(row.text, row.count) == row.prefix);
  }
  std::size_t at = 1;
  CHECK(utf8::decode("a😀", at) == U'😀');
  CHECK(at == 5);
}

TEST_CASE("a published set of valid and invalid sequences is judged as it says") {
  const auto folder = test::shared_data("utf8_tests");
  if (!folder) return;
  std::ifstream file(*folder / "utf8tests.txt");
  int valid = 0, invalid = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    const std::size_t word = line.find_first_not_of(' ', first + 1);
    const std::string kind = line.substr(word, second - word);
    const std::string rest = line.substr(second + 1);
    CAPTURE(line);
    if (kind == "valid") CHECK(!utf8::first_invalid(rest));
    if (kind == "valid hex") CHECK(!utf8::first_invalid(from_hex(rest)));
    if (kind == "invalid hex") CHECK(utf8::first_invalid(from_hex(rest.substr(0, rest.find(':')))));
    (kind.starts_with("valid") ? valid : invalid)++;
  }
  CHECK(valid > 20);
  CHECK(invalid > 100);
}
