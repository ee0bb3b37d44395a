#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace insightflow::security;

TEST_CASE("SHA-256 gives the published digests, whatever pieces the text comes in") {
  struct Row {
    std::string text;
    const char* digest;
  };
  // FIPS 180-4, examples of NIST.
  const Row rows[] = {{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
                      {std::string(1'000'000, 'a'),
                       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
  for (const Row& row : rows) {
    CHECK(sha256(row.text) == row.digest);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{63}, std::size_t{64}}) {
      if (row.text.size() > 1'000 && piece == 1) continue;
      Sha256 hash;
      for (std::size_t at = 0; at < row.text.size(); at += piece)
        hash.update(std::string_view(row.text).substr(at, piece));
      CHECK(hash.hex() == row.digest);
      CHECK(hash.hex() == rows[0].digest);  // it starts over
    }
  }
}

TEST_CASE("texts are compared in full") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK(!equal_in_constant_time("abc", "abd"));
  CHECK(!equal_in_constant_time("abc", "bbc"));
  CHECK(!equal_in_constant_time("abc", "ab"));
  CHECK(!equal_in_constant_time("abc", "abcd"));
  CHECK(!equal_in_constant_time("", "a"));
  CHECK(!equal_in_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
}

TEST_CASE("tokens have the promised length and letters, each letter as often, and never repeat") {
  const std::string alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::set<std::string> all;
  std::string letters;
  for (int i = 0; i < 3'200; ++i) {
    const std::string token = random_token("if_", 20);
    REQUIRE(token.size() == 23);
    REQUIRE(token.starts_with("if_"));
    all.insert(token);
    letters += token.substr(3);
  }
  CHECK(all.size() == 3'200);
  CHECK(letters.find_first_not_of(alphabet) == std::string::npos);
  double chi_square = 0;
  for (const char letter : alphabet) {
    const double count = static_cast<double>(std::count(letters.begin(), letters.end(), letter));
    chi_square += (count - 2'000) * (count - 2'000) / 2'000;
  }
  CHECK(chi_square < 100);  // 31 degrees of freedom: once in a hundred million runs
  CHECK(random_token("", 0).empty());
  CHECK(random_token("x", 1).size() == 2);
}
