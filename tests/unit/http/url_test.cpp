#include "http/url.hpp"

#include <insightflow/security/encoding.hpp>

#include <doctest/doctest.h>

#include <ostream>

using namespace insightflow;
using namespace insightflow::http;

TEST_CASE("percent decoding is strict and gives UTF-8 or an error") {
  struct Row {
    std::string_view text;
    std::string_view decoded;
    std::string_view reason;
  };
  const Row rows[] = {{"", "", ""},
                      {"abc", "abc", ""},
                      {"a%20b", "a b", ""},
                      {"a+b", "a+b", ""},
                      {"%c3%A4", "ä", ""},
                      {"%F0%9F%98%80", "😀", ""},
                      {"%", "", "percent_malformed"},
                      {"%4", "", "percent_malformed"},
                      {"a%4", "", "percent_malformed"},
                      {"%4g", "", "percent_malformed"},
                      {"%%41", "", "percent_malformed"},
                      {"%+1", "", "percent_malformed"},
                      {"%00", "", "nul_byte"},
                      {"%ff", "", "utf8_invalid"},
                      {"%C0%AF", "", "utf8_invalid"},
                      {"%ED%A0%80", "", "utf8_invalid"},
                      {"%E2%82", "", "utf8_invalid"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto decoded = percent_decode(row.text);
    REQUIRE(decoded.has_value() == row.reason.empty());
    if (decoded)
      CHECK(decoded.value() == row.decoded);
    else
      CHECK(decoded.error().reason == row.reason);
  }
  CHECK(percent_decode("a+b%2B", Plus::space).value() == "a b+");
}

TEST_CASE("encoding and decoding are each other's inverse") {
  std::string all;
  for (char c = 1; c < 127; ++c) all.push_back(c);
  all += "äöü😀";
  CHECK(percent_decode(insightflow::security::percent_encode(all)).value() == all);
  CHECK(insightflow::security::percent_encode("a b/ä~") == "a%20b%2F%C3%A4~");
}

TEST_CASE("a path is split before it is decoded") {
  using List = std::vector<std::string>;
  CHECK(path_segments("/").value() == List{});
  CHECK(path_segments("/s").value() == List{"s"});
  CHECK(path_segments("/s/").value() == List{"s", ""});
  CHECK(path_segments("//").value() == List{"", ""});
  CHECK(path_segments("/s/a%2Fb/%C3%A4").value() == List{"s", "a/b", "ä"});
  for (const auto* path : {"", "s", "/a/%", "/./a", "/..", "/a/%2e%2E/b"}) {
    CAPTURE(path);
    CHECK_FALSE(path_segments(path).has_value());
  }
}

TEST_CASE("forms keep order and repetition") {
  using List = std::vector<Parameter>;
  CHECK(parse_form("").value() == List{});
  CHECK(parse_form("a=1&b=&c&a=2").value() == List{{"a", "1"}, {"b", ""}, {"c", ""}, {"a", "2"}});
  CHECK(parse_form("q=a+b%26c=d&&").value() == List{{"q", "a b&c=d"}});
  CHECK(parse_form("=x").value() == List{{"", "x"}});
  CHECK(parse_form("a=%zz").error().reason == "percent_malformed");
  CHECK(parse_form("%ff=1").error().reason == "utf8_invalid");
  CHECK(parse_form("a&b&c", 2).error().reason == "too_many_parameters");
  CHECK(parse_form("a&b", 2).has_value());
}

TEST_CASE("cookies are found by their whole name") {
  constexpr std::string_view field = "a=1; session=\"x y\"; mysession=2; b=c=d; empty=";
  CHECK(cookie(field, "a") == "1");
  CHECK(cookie(field, "session") == "x y");
  CHECK(cookie(field, "b") == "c=d");
  CHECK(cookie(field, "empty") == "");
  CHECK_FALSE(cookie(field, "c"));
  CHECK_FALSE(cookie(field, "A"));
  CHECK_FALSE(cookie("", "a"));
}
