#include <insightflow/retention/mentions.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using retention::Mentions;

TEST_CASE("a text is found as whole words, in either case") {
  struct Row {
    std::string name, text;
    bool found;
  };
  const Row rows[] = {{"ann@example.org", "Write to Ann@Example.org, please.", true},
                      {"ann@example.org", "joann@example.org", false},
                      {"ann@example.org", "ann@example.orgy", false},
                      {"ann@example.org", "<ann@example.org>", true},
                      {"ann@example.org", "ann@example.com", false},
                      {"Ann Smith", "ann smith", true},
                      {"Ann Smith", "Ann  Smith", false},
                      {"Ann Smith", "Ann Smithson and Ann Smith", true},
                      {"Ann Smith", "Ann Smithson", false},
                      {"Ann Smith", "", false},
                      {"+49 30 123", "call +49 30 123.", true},
                      {"+49 30 123", "call +49 30 1234", false},
                      {"(ann)", "x(ann)y", true},
                      {"Zoë", "ZOë was there", true},
                      {"Zoë", "Zoëtrope", true},
                      {"山田太郎", "昨日山田太郎さんが", true},
                      {"山田太郎", "山田花子", false},
                      {"aaa", std::string(100'000, 'a'), false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.text.substr(0, 60));
    const std::string names[] = {"nobody at all", row.name};
    CHECK(Mentions(names).in(row.text) == row.found);
  }
}

TEST_CASE("texts that JSON writes in another way are found where they are stored") {
  const std::string names[] = {"Ann \"A\" Smith\\"};
  const Mentions mentions(names);
  CHECK(mentions.in_json(R"({"words":"by Ann \"A\" Smith\\."})"));
  CHECK(!mentions.in_json(R"({"words":"by Ann A Smith."})"));
  CHECK(mentions.in(R"(by Ann "A" Smith\.)"));
}

TEST_CASE("all that a respondent said is looked at, and no name of a question") {
  const std::string names[] = {"email"};
  const Mentions mentions(names);
  response::Submission one;
  one.answers["email"] = {std::map<std::string, std::string>{{"email", "x@example.org"}}};
  one.answers["n"] = {double(3)};
  one.answers["b"] = {true};
  one.hidden["email"] = "yes";
  one.other["email"] = "no";
  CHECK(!mentions.in(one));
  for (const int part : {0, 1, 2, 3, 4}) {
    CAPTURE(part);
    response::Submission other = one;
    if (part == 0) other.answers["a"] = {std::string("my email is")};
    if (part == 1) other.answers["a"] = {std::vector<std::string>{"x", "email"}};
    if (part == 2) other.answers["a"] = {std::map<std::string, std::string>{{"x", "Email"}}};
    if (part == 3) other.hidden["a"] = "email";
    if (part == 4) other.other["a"] = "an email";
    CHECK(mentions.in(other));
  }
}
