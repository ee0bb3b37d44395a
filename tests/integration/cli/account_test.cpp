#include "support/desk.hpp"

#include <insightflow/security/seal.hpp>

#include <filesystem>

using namespace insightflow;
using namespace insightflow::test;

TEST_CASE("an operator adds people, helps them, and keeps their secrets") {
  Desk desk;
  REQUIRE(desk.run({"init"}).code == 0);
  constexpr const char* phrase = "four lamps under nine bridges\n";
  const Row rows[] = {
      {{"users", "list"}, 0, "", ""},
      {{"users", "add", "ana@example.org", "--name", "Ana"}, 0, "The password is shown", ""},
      {{"users", "add", "bob@example.org", "--password-stdin"}, 0, "bob@example.org", "", phrase},
      {{"users", "add", "bob@example.org"}, 4, "", "has an account already"},
      {{"users", "add", "bob"}, 2, "", "no e-mail address"},
      {{"users", "add", "eve@example.org", "--password-stdin"},
       2,
       "",
       "first that are guessed",
       "password1\n"},
      {{"users", "add", "eve@example.org", "--password-stdin"}, 2, "", "at least 8", ""},
      {{"users", "list"}, 0, "ana@example.org", ""},
      {{"users", "disable", "ana@example.org"}, 0, "ana@example.org", ""},
      {{"users", "list"}, 0, "ana@example.org  disabled", ""},
      {{"users", "enable", "ana@example.org"}, 0, "ana@example.org", ""},
      {{"users", "reset-password", "ana@example.org"}, 0, "Password   ", ""},
      {{"users", "reset-password", "nobody@example.org"}, 3, "", "Nobody has an account"},
      {{"users", "drop-second-factor", "ana@example.org"}, 0, "password alone", ""},
      {{"secrets", "rotate-signing-key"}, 0, "Access tokens are signed", ""},
      {{"secrets", "rotate"}, 0, "1 secret sealed anew", ""},
      {{"secrets", "reseal"}, 0, "0 secrets sealed anew", ""},
      {{"secrets", "rotate", "--forget"}, 0, "1 secret sealed anew", ""},
      {{"--json", "secrets", "rotate"}, 0, R"("resealed": 1)", ""},
      {{"users"}, 2, "", "subcommand"},
      {{"secrets"}, 2, "", "subcommand"}};
  for (const Row& row : rows) check(desk, row);
  const auto keys =
      security::load_master_keys("file:" + (desk.folder / "insightflow.db.key")).value();
  CHECK(keys.size() == 2);
  CHECK(desk.text("insightflow.db").find("four lamps") == std::string::npos);
}
