// A whole session at the most talkative level, with secrets wherever a client may put them, and a
// provider of models that repeats its key: none of them is in a log.
#include "support/child.hpp"
#include "support/http_world.hpp"
#include "support/tls_peer.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>

using namespace insightflow;
using namespace insightflow::test;

namespace {

const std::string good = "four lamps under nine bridges", other = "a quiet orchard in november";
const std::string provider_key = "sk-provider-0123456789abcdefghij";

std::string body(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  json::object out;
  for (const auto& [name, value] : fields) out[name] = json::string(value);
  return serialize(out);
}

/// The token in a mail of the folder that holds `words`.
std::string mailed(const std::string& folder, std::string_view words) {
  for (int i = 0; i < 2'000; ++i) {
    std::error_code missing;
    for (const auto& file : std::filesystem::directory_iterator(folder, missing)) {
      const std::string text = file_text(file.path());
      const std::size_t at = text.find("token=");
      if (text.find(words) != text.npos && at != text.npos && text.size() > at + 62)
        return text.substr(at + 6, 56);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return {};
}

}  // namespace

TEST_CASE("no secret of a whole session is in a log") {
  const TemporaryFolder folder;
  const std::string database = folder / "a.db", out = folder / "out", err = folder / "err";
  std::atomic<int> asked{0};
  http::Server provider({.workers = 2}, [&](const http::Request& request) {
    ++asked;
    return http::Response{.status = 401,
                          .headers = {{"Content-Type", "application/json"}},
                          .body = R"({"error":{"message":"Incorrect API key provided: )" +
                                  std::string(request.headers.find("Authorization").value_or("")) +
                                  "\"}}"};
  });
  put_file(folder / "llm.json",
           R"({"providers":[{"name":"house","wire":"openai","base_url":"http://127.0.0.1:)" +
               std::to_string(provider.start().value()) +
               R"(/v1","key_environment":"INSIGHTFLOW_TEST_KEY"}],
               "models":[{"name":"small","provider":"house","model":"m","context_tokens":32768}]})");
  ::setenv("INSIGHTFLOW_TEST_KEY", provider_key.c_str(), 1);
  const Certificate certificate(folder);
  Child made({INSIGHTFLOW_COMMAND, "--db", database, "--json", "init"}, "/dev/null",
             folder / "init", folder / "init.err");
  REQUIRE(made.wait() == 0);
  const std::string key = text_at(json_of(file_text(folder / "init")), "/key");
  REQUIRE(key.size() > 20);
  Child serving({INSIGHTFLOW_COMMAND, "--db", database, "--json", "--llm", folder / "llm.json",
                 "serve", "--port", "0", "--log-level", "debug", "--tls-certificate",
                 certificate.certificate, "--tls-key", certificate.key, "--form-time", "0,86400"},
                "/dev/null", out, err);
  const std::string url = text_at(json_of(await_line(out)), "/url");
  REQUIRE(url.starts_with("https://"));
  const TlsTunnel tunnel(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));

  std::map<std::string, std::string> secrets{
      {"password", good}, {"new password", other}, {"provider", provider_key}, {"api key", key}};
  {
    const std::string pem = file_text(certificate.key);
    secrets["TLS key"] = pem.substr(pem.find('\n') + 1, 40);
  }
  HttpClient anyone(tunnel.port), owner(tunnel.port, key);
  const auto post = [&](HttpClient& who, const char* path,
                        std::initializer_list<std::pair<std::string_view, std::string>> fields) {
    return who.post(std::string("/api/v1") + path, body(fields));
  };
  REQUIRE(
      post(anyone, "/auth/register", {{"email", "ana@example.org"}, {"password", good}}).status ==
      202);
  secrets["mail"] = mailed(database + ".mail", "verify");
  REQUIRE(post(anyone, "/auth/verify", {{"token", secrets["mail"]}}).status == 200);
  const auto login =
      json_of(post(anyone, "/auth/login", {{"email", "ana@example.org"}, {"password", good}}).body);
  secrets["access"] = text_at(login, "/tokens/access_token");
  secrets["refresh"] = text_at(login, "/tokens/refresh_token");
  HttpClient ana(tunnel.port, secrets["access"]);
  secrets["TOTP"] =
      text_at(json_of(post(ana, "/account/totp", {{"password", good}}).body), "/secret");
  post(ana, "/account/password", {{"current", good}, {"password", other}});
  post(anyone, "/auth/forgot-password", {{"email", "ana@example.org"}});
  secrets["reset"] = mailed(database + ".mail", "reset");
  secrets["second api key"] =
      text_at(json_of(post(owner, "/api-keys", {{"name", "k"}, {"role", "viewer"}}).body), "/key");

  // What is wrong, or in the wrong place.
  for (const auto& entry : std::map<std::string, std::string>(secrets)) {
    const std::string& secret = entry.second;
    if (secret.find(' ') != secret.npos) continue;
    CAPTURE(entry.first);
    anyone.get("/api/v1/surveys?key=" + secret);
    anyone.get("/api/v1/surveys", "Authorization: Bearer " + secret + "x\r\n");
    anyone.get("/api/v1/surveys", "Cookie: session=" + secret + "\r\n");
    anyone.post("/api/v1/auth/login", "{\"password\":\"" + secret);
    anyone.post("/api/v1/auth/refresh", body({{"refresh_token", secret}}));
    anyone.post("/api/v1/auth/login", body({{"email", "ana@example.org"}, {"password", secret}}));
    anyone.post("/s/none", "token=" + secret,
                "Content-Type: application/x-www-form-urlencoded\r\n");
  }
  anyone.get("/api/v1/surveys/" + key);
  anyone.get("/healthz", "X-Request-Id: " + key + "\r\n");

  const auto queued =
      owner.post("/api/v1/generation-jobs", R"({"goal":"Why do trial users leave after a week?"})");
  REQUIRE(queued.status == 202);
  for (int i = 0; i < 2'000 && asked == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(asked > 0);
  const std::string job = text_at(json_of(queued.body), "/job/id");
  owner.get("/api/v1/jobs/" + job);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  serving.signal(SIGTERM);
  CHECK(serving.wait() == 0);

  const std::string log = file_text(err) + file_text(out);
  CHECK(log.find("/api/v1/auth/login") != std::string::npos);
  CHECK(log.find("\"event\":\"job_") != std::string::npos);
  for (const auto& entry : secrets) {
    CAPTURE(entry.first);
    REQUIRE(entry.second.size() > 20);
    CHECK(log.find(entry.second) == std::string::npos);
  }
}
