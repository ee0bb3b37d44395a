#include "http/form_guard.hpp"

#include "http/cors.hpp"

#include <insightflow/core/fields.hpp>
#include <insightflow/security/digest.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <set>

using namespace insightflow;
using namespace insightflow::http;

namespace {
constexpr Instant now{1'800'000'000'000};
constexpr std::int64_t day = 86'400'000;
const FormGuard guard(std::string(32, 'k'), {});

std::string told(const std::optional<FormFault>& fault) {
  return fault ? std::string(insightflow::slug(*fault)) : "";
}
}  // namespace

TEST_CASE("a token is good for its survey, for a while") {
  const std::string token = guard.issue("onboarding", now);
  CHECK(token.size() <= 45);
  struct Row {
    std::string_view name;
    std::string slug, token;
    std::int64_t after;
    const char* fault;
  };
  std::string flipped = token;
  flipped[2] = flipped[2] == 'a' ? 'b' : 'a';
  std::string sealed = token;
  sealed.back() = sealed.back() == 'a' ? 'b' : 'a';
  const Row rows[] = {
      {"good", "onboarding", token, 5'000, ""},
      {"at the least", "onboarding", token, 1'000, ""},
      {"at once", "onboarding", token, 0, "hurried"},
      {"just too soon", "onboarding", token, 999, "hurried"},
      {"a clock that is behind", "onboarding", token, -59'000, "hurried"},
      {"from the future", "onboarding", token, -61'000, "forged"},
      {"at the most", "onboarding", token, day, ""},
      {"too late", "onboarding", token, day + 1, "expired"},
      {"another survey", "offboarding", token, 5'000, "forged"},
      {"no survey", "", token, 5'000, "forged"},
      {"the time changed", "onboarding", flipped, 5'000, "forged"},
      {"the seal changed", "onboarding", sealed, 5'000, "forged"},
      {"cut", "onboarding", token.substr(0, token.size() - 1), 5'000, "forged"},
      {"longer", "onboarding", token + "A", 5'000, "forged"},
      {"the slug moved into the token", "boarding", token + ".on", 5'000, "forged"},
      {"nothing", "onboarding", "", 5'000, "forged"},
      {"dots", "onboarding", "...", 5'000, "forged"},
      {"another server's", "onboarding",
       FormGuard(std::string(32, 'l'), {}).issue("onboarding", now), 5'000, "forged"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(told(guard.check(row.slug, row.token, now + row.after)) == row.fault);
  }
  std::set<std::string> all;
  for (int i = 0; i < 1'000; ++i) all.insert(guard.issue("onboarding", now));
  CHECK(all.size() == 1'000);
}

TEST_CASE("the puzzle") {
  const FormGuard asking(std::string(32, 'k'), {.work_bits = 10});
  const std::string token = asking.issue("a", now);
  const auto solves = [&](int number) {
    const std::string digest = security::sha256(token + ":" + std::to_string(number));
    return digest.starts_with("00") && digest[2] < '4';
  };
  int first = 0;
  while (!solves(first)) ++first;
  int count = 0;
  for (int i = 0; i <= first; ++i) count += asking.worked(token, std::to_string(i));
  CHECK(count == 1);
  CHECK(asking.worked(token, std::to_string(first)));
  CHECK_FALSE(asking.worked(asking.issue("a", now), std::to_string(first)));
  const std::string right = std::to_string(first);
  for (const std::string& wrong :
       std::initializer_list<std::string>{"", "x", "-1", " " + right, right + " ", "+" + right,
                                          std::string(13, '1'), std::string("1\0", 2)}) {
    CAPTURE(wrong);
    CHECK_FALSE(asking.worked(token, wrong));
  }
  CHECK(guard.worked(token, ""));
}

TEST_CASE("the time for a form, as it is written") {
  struct Row {
    std::string_view text;
    std::int64_t least, most;  ///< -1: refused.
  };
  const Row rows[] = {
      {"1,86400", 1'000, day}, {"0,60", 0, 60'000},  {"3600,2592000", 3'600'000, 30 * day},
      {"3601,86400", -1, -1},  {"1,59", -1, -1},     {"1,2592001", -1, -1},
      {"60,60", -1, -1},       {"", -1, -1},         {"1", -1, -1},
      {",86400", -1, -1},      {"1,", -1, -1},       {"-1,86400", -1, -1},
      {"1, 86400", -1, -1},    {"1,86400s", -1, -1}, {"99999999999999999999,1", -1, -1}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto rules = parse_form_time(row.text);
    REQUIRE(rules.has_value() == (row.least >= 0));
    if (!rules) {
      CHECK(rules.error().reason == "form_time_malformed");
    } else {
      CHECK(rules.value().least_ms == row.least);
      CHECK(rules.value().most_ms == row.most);
    }
  }
}

TEST_CASE("an origin is written as a browser does") {
  struct Row {
    std::string_view text;
    bool good;
  };
  const Row rows[] = {{"https://app.example", true},
                      {"http://127.0.0.1:3000", true},
                      {"http://localhost:8080", true},
                      {"http://[::1]:3000", true},
                      {"https://a-b.example:8443", true},
                      {"", false},
                      {"*", false},
                      {"null", false},
                      {"app.example", false},
                      {"https", false},
                      {"http:", false},
                      {"https://", false},
                      {"https://*.example", false},
                      {"https://app.example/", false},
                      {"https://app.example/a", false},
                      {"https://App.example", false},
                      {"HTTPS://app.example", false},
                      {"ftp://app.example", false},
                      {"https://a@app.example", false},
                      {"https://app.example:443", false},
                      {"http://app.example:80", false},
                      {"https://app.example:", false},
                      {"https://app.example:0", false},
                      {"https://app.example:123456", false},
                      {"https://app.example:x", false},
                      {"https://[", false},
                      {"https://[]", false},
                      {"https://a b", false},
                      {"https://a\r\nx", false},
                      {"https://a,https://b", false}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto origin = parse_origin(row.text);
    CHECK(origin.has_value() == row.good);
    if (origin) CHECK(origin.value() == row.text);
    if (!origin) CHECK(origin.error().reason == "origin_malformed");
  }
}
