#include "support/child.hpp"
#include "support/http_world.hpp"

#include <insightflow/operations.hpp>
#include <insightflow/security/totp.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace insightflow;
using namespace insightflow::test;

namespace {

const std::string good = "four lamps under nine bridges", other = "a quiet orchard in november";

std::string body(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  json::object out;
  for (const auto& [name, value] : fields) out[name] = json::string(value);
  return serialize(out);
}

struct Fixture {
  HttpWorld world;
  HttpClient anyone = world.client();

  /// The token in the newest mail of the folder.
  std::string mailed() {
    REQUIRE(world.engine.work_until_idle());
    std::filesystem::path newest;
    for (const auto& file : std::filesystem::directory_iterator(world.folder / "a.db.mail"))
      if (newest.empty() || file.path() > newest) newest = file.path();
    std::ifstream in(newest);
    std::stringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    const std::size_t at = all.find("token=");
    return at == all.npos ? "" : all.substr(at + 6, 56);
  }
  void registered(const std::string& email) {
    REQUIRE(
        anyone.post("/api/v1/auth/register", body({{"email", email}, {"password", good}})).status ==
        202);
    REQUIRE(anyone.post("/api/v1/auth/verify", body({{"token", mailed()}})).status == 200);
  }
  json::value login(const std::string& email, const std::string& password = good) {
    return json_of(
        anyone.post("/api/v1/auth/login", body({{"email", email}, {"password", password}})).body);
  }
  std::string access(const std::string& email) {
    return text_at(login(email), "/tokens/access_token");
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "from an account to a survey with an access token") {
  registered("ana@example.org");
  const json::value signed_in = login("ana@example.org");
  const std::string token = text_at(signed_in, "/tokens/access_token");
  REQUIRE(!token.empty());
  auto ana = world.client(token);
  const auto made = ana.post("/api/v1/surveys", survey_json("mine"));
  CHECK(made.status == 201);
  CHECK(ana.get("/api/v1/surveys").status == 200);
  const auto me = ana.get("/api/v1/account");
  CHECK(text_at(json_of(me.body), "/email") == "ana@example.org");
  CHECK(me.body.find("password") == std::string::npos);
  CHECK(json_of(ana.get("/api/v1/account/sessions").body).at("items").as_array().size() == 1);

  // Which workspace, said and not said.
  const std::string home = text_at(json_of(me.body), "/home_workspace_id");
  CHECK(ana.get("/api/v1/surveys", "X-Workspace-Id: " + home + "\r\n").status == 200);
  for (const std::string& wrong :
       {std::string("019301ab-0000-7000-8000-000000000000"), std::string("x"), std::string()}) {
    const auto refused = ana.get("/api/v1/surveys", "X-Workspace-Id: " + wrong + "\r\n");
    CHECK(refused.status == 404);
    CHECK(code_of(refused) == "workspace_unknown");
  }
  // The keys that check it are public, at both addresses.
  const auto keys = anyone.get("/.well-known/jwks.json");
  CHECK(keys.status == 200);
  CHECK(text_at(json_of(keys.body), "/keys/0/alg") == "EdDSA");
  CHECK(keys.body.find("\"d\"") == std::string::npos);
  CHECK(anyone.get("/api/v1/auth/jwks").body == keys.body);
  CHECK(anyone.send("POST", "/.well-known/jwks.json").status == 405);

  // A machine's key is nobody's account.
  auto machine = world.client(world.workspace("Second"));
  CHECK(machine.get("/api/v1/account").status == 403);
  CHECK(anyone.get("/api/v1/account").status == 401);

  // Renewed, and ended.
  const auto next =
      json_of(anyone
                  .post("/api/v1/auth/refresh",
                        body({{"refresh_token", text_at(signed_in, "/tokens/refresh_token")}}))
                  .body);
  auto renewed = world.client(text_at(next, "/access_token"));
  CHECK(renewed.get("/api/v1/surveys").status == 200);
  CHECK(renewed.post("/api/v1/account/logout").status == 200);
  for (HttpClient* client : {&ana, &renewed}) {
    const auto refused = client->get("/api/v1/surveys");
    CHECK(refused.status == 401);
    CHECK(code_of(refused) == "session_ended");
    CHECK(refused.field("WWW-Authenticate") == "Bearer");
  }
  CHECK(
      anyone
          .post("/api/v1/auth/refresh", body({{"refresh_token", text_at(next, "/refresh_token")}}))
          .status == 401);
}

TEST_CASE_FIXTURE(Fixture, "bad tokens of every kind are 401 and say why") {
  registered("ana@example.org");
  const std::string token = access("ana@example.org");
  const std::pair<std::string, std::string> rows[] = {
      {token.substr(0, token.size() - 2), "token_signature"},
      {"a.b.c", "token_malformed"},
      {"..", "token_malformed"},
      {".", "token_malformed"},
      {"eyJhbGciOiJub25lIn0.e30.", "token_algorithm"},
      {"eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "token_algorithm"}};
  for (const auto& [bearer, reason] : rows) {
    const auto refused = anyone.get("/api/v1/surveys", "Authorization: Bearer " + bearer + "\r\n");
    CHECK(refused.status == 401);
    const std::string code = code_of(refused);
    CHECK((code == reason || (reason == "token_signature" && code == "token_malformed")));
    if (bearer.size() > 3) CHECK(refused.body.find(bearer) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "what strangers are told about an address is always the same") {
  registered("ana@example.org");
  for (const char* path : {"/api/v1/auth/forgot-password", "/api/v1/auth/resend"}) {
    const auto known = anyone.post(path, body({{"email", "ana@example.org"}}));
    const auto unknown = anyone.post(path, body({{"email", "nobody@example.org"}}));
    CHECK(known.status == 202);
    CHECK(unknown.status == 202);
    CHECK(known.body == unknown.body);
  }
  const auto known = anyone.post("/api/v1/auth/register",
                                 body({{"email", "ana@example.org"}, {"password", other}}));
  const auto unknown = anyone.post("/api/v1/auth/register",
                                   body({{"email", "eve@example.org"}, {"password", other}}));
  CHECK(known.status == unknown.status);
  CHECK(known.body == unknown.body);
  const auto wrong =
      anyone.post("/api/v1/auth/login", body({{"email", "ana@example.org"}, {"password", other}}));
  const auto nobody =
      anyone.post("/api/v1/auth/login", body({{"email", "no@example.org"}, {"password", other}}));
  CHECK(wrong.status == 401);
  CHECK(nobody.status == 401);
  CHECK(text_at(json_of(wrong.body), "/error/message") ==
        text_at(json_of(nobody.body), "/error/message"));
  for (const std::string& weak : {std::string("shrt#1"), std::string("password1")}) {
    const auto refused = anyone.post("/api/v1/auth/register",
                                     body({{"email", "x@example.org"}, {"password", weak}}));
    CHECK(refused.status == 422);
    CHECK(refused.body.find(weak) == std::string::npos);
  }
  CHECK(anyone.post("/api/v1/auth/register", body({{"email", "not one"}, {"password", other}}))
            .status == 422);
}

TEST_CASE_FIXTURE(Fixture, "passwords are set anew, with a second factor in between") {
  registered("ana@example.org");
  auto ana = world.client(access("ana@example.org"));
  CHECK(ana.post("/api/v1/account/totp", body({{"password", other}})).status == 401);
  const auto enrolled = json_of(ana.post("/api/v1/account/totp", body({{"password", good}})).body);
  CHECK(text_at(enrolled, "/uri").starts_with("otpauth://totp/"));
  CHECK(ana.post("/api/v1/account/totp/confirm", body({{"code", "000000"}})).status == 401);
  std::string secret;
  {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text_at(enrolled, "/secret")) {
      bits = (bits << 5) | static_cast<std::uint32_t>(alphabet.find(c));
      if ((held += 5) >= 8) secret += static_cast<char>(bits >> (held -= 8));
    }
  }
  const auto code = [&] {
    return security::totp_code(secret, security::totp_step(system_clock().now().ms / 1000));
  };
  const auto confirmed = ana.post("/api/v1/account/totp/confirm", body({{"code", code()}}));
  CHECK(confirmed.status == 200);
  const std::string recovery = text_at(json_of(confirmed.body), "/codes/0");
  const json::value asked = login("ana@example.org");
  CHECK(text_at(asked, "/tokens").empty());
  const auto finished =
      anyone.post("/api/v1/auth/second-step",
                  body({{"challenge", text_at(asked, "/challenge")}, {"code", recovery}}));
  CHECK(finished.status == 200);
  CHECK(ana.post("/api/v1/account/totp/disable", body({{"password", good}})).status == 200);

  CHECK(
      ana.post("/api/v1/account/password", body({{"current", good}, {"password", other}})).status ==
      200);
  CHECK(!text_at(login("ana@example.org", other), "/tokens/access_token").empty());
  CHECK(anyone.post("/api/v1/auth/forgot-password", body({{"email", "ana@example.org"}})).status ==
        202);
  const std::string token = mailed();
  CHECK(anyone.post("/api/v1/auth/reset-password", body({{"token", token}, {"password", good}}))
            .status == 200);
  CHECK(anyone.post("/api/v1/auth/reset-password", body({{"token", token}, {"password", good}}))
            .status == 422);
  CHECK(ana.get("/api/v1/account").status == 401);
  CHECK(anyone.post("/api/v1/auth/external/none/start").status == 404);
  CHECK(anyone
            .post("/api/v1/auth/external-login",
                  body({{"state", "s"}, {"code", "c"}, {"binding", "b"}}))
            .status == 401);
}

TEST_CASE("no secret is written to a log, an error or the database") {
  const TemporaryFolder folder;
  const std::string database = folder / "a.db", out = folder / "out", err = folder / "err";
  Child server({INSIGHTFLOW_COMMAND, "--db", database, "--json", "init"}, "/dev/null",
               folder / "init", folder / "init.err");
  REQUIRE(server.wait() == 0);
  Child serving({INSIGHTFLOW_COMMAND, "--db", database, "--json", "serve", "--port", "0"},
                "/dev/null", out, err);
  const std::string url = text_at(json_of(await_line(out)), "/url");
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  HttpClient anyone(port);
  std::vector<std::string> secrets{good, other};
  const auto registered = anyone.post("/api/v1/auth/register",
                                      body({{"email", "ana@example.org"}, {"password", good}}));
  REQUIRE(registered.status == 202);
  std::string token;
  for (int i = 0; i < 3000 && token.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::error_code missing;
    for (const auto& file : std::filesystem::directory_iterator(database + ".mail", missing)) {
      const std::string text = file_text(file.path());
      const std::size_t at = text.find("token=");
      if (at != text.npos && text.size() > at + 62) token = text.substr(at + 6, 56);
    }
  }
  REQUIRE(!token.empty());
  secrets.push_back(token);
  CHECK(anyone.post("/api/v1/auth/verify?token=" + token, body({{"token", token}})).status == 200);
  const auto signed_in =
      json_of(anyone
                  .post("/api/v1/auth/login?password=" + std::string("four+lamps"),
                        body({{"email", "ana@example.org"}, {"password", good}}))
                  .body);
  secrets.push_back(text_at(signed_in, "/tokens/access_token"));
  secrets.push_back(text_at(signed_in, "/tokens/refresh_token"));
  HttpClient ana(port, secrets[3]);
  const auto enrolled = json_of(ana.post("/api/v1/account/totp", body({{"password", good}})).body);
  secrets.push_back(text_at(enrolled, "/secret"));
  CHECK(ana.post("/api/v1/account/totp", body({{"password", other}})).status == 401);
  CHECK(anyone.post("/api/v1/auth/refresh", body({{"refresh_token", secrets[4]}})).status == 200);
  CHECK(anyone.post("/api/v1/auth/refresh", body({{"refresh_token", token}})).status == 401);
  CHECK(anyone.get("/api/v1/surveys?access_token=" + secrets[3]).status == 401);
  serving.signal(SIGTERM);
  CHECK(serving.wait() == 0);
  const std::string log = file_text(err) + file_text(out);
  const std::string stored = file_text(database) + file_text(database + "-wal");
  CHECK(log.find("/api/v1/auth/login") != std::string::npos);
  for (const std::string& secret : secrets) {
    CAPTURE(secret);
    REQUIRE(secret.size() > 20);
    CHECK(log.find(secret) == std::string::npos);
    CHECK(stored.find(secret) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "the links in mails lead to pages that do what they say") {
  const auto form = [&](const std::string& path, const std::string& fields) {
    return anyone.post(path, fields, "Content-Type: application/x-www-form-urlencoded\r\n");
  };
  REQUIRE(
      anyone.post("/api/v1/auth/register", body({{"email", "ana@example.org"}, {"password", good}}))
          .status == 202);
  const std::string token = mailed();
  // Mail programs open links by themselves: that proves nothing yet.
  for (int i = 0; i < 2; ++i) {
    const auto page = anyone.get("/verify?token=" + token);
    CHECK(page.status == 200);
    CHECK(page.body.find("value=\"" + token + "\"") != std::string::npos);
    CHECK(page.body.find("<script") == std::string::npos);
  }
  CHECK(login("ana@example.org").at("error").at("code") == "email_unverified");
  const auto proved = form("/verify", "token=" + token);
  CHECK(proved.status == 200);
  CHECK(proved.body.find("is confirmed") != std::string::npos);
  CHECK(!access("ana@example.org").empty());
  CHECK(form("/verify", "token=" + token).status == 404);
  CHECK(form("/verify", "token=%3Cscript%3E").body.find("<script") == std::string::npos);

  CHECK(anyone.get("/reset").body.find("type=\"email\"") != std::string::npos);
  CHECK(form("/reset", "email=nobody%40example.org").status == 200);
  CHECK(form("/reset", "email=ana%40example.org").status == 200);
  const std::string reset = mailed();
  CHECK(anyone.get("/reset?token=" + reset).body.find("type=\"password\"") != std::string::npos);
  const auto weak = form("/reset", "token=" + reset + "&password=password");
  CHECK(weak.status == 422);
  CHECK(weak.body.find("value=\"" + reset + "\"") != std::string::npos);
  CHECK(weak.body.find("role=\"alert\"") != std::string::npos);
  CHECK(form("/reset", "token=" + reset + "&password=a+quiet+orchard+in+november").status == 200);
  CHECK(!text_at(login("ana@example.org", other), "/tokens/access_token").empty());
  CHECK(anyone.get("/verify/more").status == 404);
}
