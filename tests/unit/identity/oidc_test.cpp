#include "account_world.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/jwt.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <map>

using namespace insightflow;
using namespace insightflow::identity;
using namespace insightflow::test;

namespace {

constexpr const char* issuer = "https://login.example";

std::string parameter(std::string_view url, std::string_view name) {
  const std::string key = std::string(name) + "=";
  const std::size_t at = url.find(key);
  if (at == url.npos) return {};
  const std::size_t begin = at + key.size();
  return std::string(url.substr(begin, std::min(url.find('&', begin), url.size()) - begin));
}

std::string raw_sha256(std::string_view text) {
  const std::string hex = security::sha256(text);
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

/// A provider that plays by a script: it checks the code and the verifier, and signs what the test
/// tells it to.
struct ScriptedProvider final : Fetcher {
  Result<Answer> fetch(const Request& request) override {
    ++calls;
    const auto answer = [](const json::object& body) { return Answer{200, serialize(body)}; };
    if (request.url == std::string(issuer) + "/.well-known/openid-configuration")
      return answer({{"issuer", says_issuer},
                     {"authorization_endpoint", std::string(issuer) + "/authorize"},
                     {"token_endpoint", token_endpoint},
                     {"jwks_uri", std::string(issuer) + "/keys"}});
    if (request.url == std::string(issuer) + "/keys")
      return answer(security::KeySet{{key.public_key()}}.jwks());
    const std::string code = parameter(request.form, "code");
    const auto known = challenges.find(code);
    if (known == challenges.end() || request.user != "client" || request.password != "secret" ||
        security::base64url_encode(raw_sha256(parameter(request.form, "code_verifier"))) !=
            known->second)
      return Answer{400, R"({"error":"invalid_grant"})"};
    challenges.erase(known);
    return answer({{"id_token", token}});
  }

  security::SigningKey key = security::SigningKey::generate("p1");
  std::map<std::string, std::string> challenges;  ///< By code.
  std::string token;
  std::string says_issuer = issuer;
  std::string token_endpoint = std::string(issuer) + "/token";
  int calls = 0;
};

struct Fixture : AccountWorld {
  std::shared_ptr<ScriptedProvider> provider = std::make_shared<ScriptedProvider>();
  AccountOptions with_provider() {
    AccountOptions out = options();
    out.fetcher = provider;
    out.providers = {{.name = "example",
                      .issuer = issuer,
                      .client_id = "client",
                      .client_secret = "secret",
                      .redirect_uri = "https://app.example/back"}};
    return out;
  }
  Accounts people{*db, clock, ids, with_provider()};

  json::object claims(const std::string& nonce) const {
    return {{"iss", issuer},
            {"aud", "client"},
            {"sub", "s-1"},
            {"nonce", nonce},
            {"iat", clock.at.ms / 1000},
            {"exp", clock.at.ms / 1000 + 300},
            {"email", "ana@example.org"},
            {"email_verified", true},
            {"name", "Ana"}};
  }
  using Change = std::function<void(json::object&)>;
  /// One login from beginning to end, with what the provider says changed.
  Result<Login> sign_in(const Change& change = {}) {
    const OidcStart start = people.start_external("example").value();
    const std::string& url = start.authorization_url;
    provider->challenges["code-1"] = parameter(url, "code_challenge");
    json::object said = claims(parameter(url, "nonce"));
    if (change) change(said);
    provider->token = provider->key.sign_token("JWT", serialize(said));
    last = {parameter(url, "state"), "code-1", start.binding};
    return people.finish_external(last, {.client = "browser"});
  }
  OidcCallback last;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "somebody comes by a provider, and comes again") {
  const OidcStart start = people.start_external("example").value();
  CHECK(start.authorization_url.starts_with("https://login.example/authorize?response_type=code&"));
  CHECK(parameter(start.authorization_url, "code_challenge_method") == "S256");
  CHECK(parameter(start.authorization_url, "redirect_uri") == "https%3A%2F%2Fapp.example%2Fback");
  CHECK(reason(people.start_external("other")) == "provider_unknown");
  const Login first = sign_in().value();
  REQUIRE(first.tokens);
  CHECK(people.me(who(*first.tokens)).value().email == "ana@example.org");
  CHECK(people.me(who(*first.tokens)).value().name == "Ana");
  // The name that the provider has for somebody counts, not the address.
  const Login second =
      sign_in([](json::object& said) { said["email"] = "moved@example.org"; }).value();
  CHECK(second.tokens->user_id == first.tokens->user_id);
  CHECK(reason(people.login("ana@example.org", "")) == "credentials_wrong");
}

TEST_CASE_FIXTURE(Fixture, "what a provider must not say") {
  struct Row {
    const char* name;
    Change change;
    std::string reason;
  };
  const Row rows[] = {
      {"wrong nonce", [](json::object& s) { s["nonce"] = "another"; }, "token_nonce"},
      {"no nonce", [](json::object& s) { s.erase("nonce"); }, "token_nonce"},
      {"wrong audience", [](json::object& s) { s["aud"] = "somebody"; }, "token_audience"},
      {"audience of others",
       [](json::object& s) {
         s["aud"] = json::array{"a", "b"};
       },
       "token_audience"},
      {"several audiences",
       [](json::object& s) {
         s["aud"] = json::array{"client", "b"};
       },
       "token_audience"},
      {"another's token", [](json::object& s) { s["azp"] = "b"; }, "token_audience"},
      {"wrong issuer", [](json::object& s) { s["iss"] = "https://evil.example"; }, "token_issuer"},
      {"expired", [](json::object& s) { s["exp"] = s["iat"].as_int64() - 60; }, "token_expired"},
      {"no end", [](json::object& s) { s.erase("exp"); }, "token_claims"},
      {"from the future", [](json::object& s) { s["iat"] = s["iat"].as_int64() + 120; },
       "token_not_yet"},
      {"nobody", [](json::object& s) { s.erase("sub"); }, "token_claims"},
      {"address not proved", [](json::object& s) { s["email_verified"] = false; },
       "external_email_missing"},
      {"address said to be proved in words", [](json::object& s) { s["email_verified"] = "true"; },
       "external_email_missing"},
      {"no address", [](json::object& s) { s.erase("email"); }, "external_email_missing"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(reason(sign_in(row.change)) == row.reason);
  }
  CHECK(number("SELECT count(*) FROM users") == 0);
}

TEST_CASE_FIXTURE(Fixture, "tokens that are signed wrongly, codes and states that come twice") {
  REQUIRE(sign_in());
  CHECK(reason(people.finish_external(last)) == "external_login_unknown");
  const OidcStart start = people.start_external("example").value();
  const std::string& url = start.authorization_url;
  const std::string state = parameter(url, "state"), nonce = parameter(url, "nonce");
  CHECK(reason(people.finish_external({state, "code-2", "another browser"})) ==
        "external_login_unknown");
  // A code that is not this login's is the provider's to refuse.
  CHECK(reason(people.finish_external({state, "code-2", start.binding})) == "provider_answer");
  CHECK(reason(people.finish_external({state, "code-2", start.binding})) ==
        "external_login_unknown");
  const auto with_token = [&](const std::function<std::string(const std::string&)>& make) {
    const OidcStart begun = people.start_external("example").value();
    provider->challenges["c"] = parameter(begun.authorization_url, "code_challenge");
    provider->token = make(serialize(claims(parameter(begun.authorization_url, "nonce"))));
    return reason(
        people.finish_external({parameter(begun.authorization_url, "state"), "c", begun.binding}));
  };
  CHECK(with_token([](const std::string& said) {
          return security::base64url_encode(R"({"alg":"none"})") + "." +
                 security::base64url_encode(said) + ".";
        }) == "token_algorithm");
  CHECK(with_token([](const std::string& said) {
          return security::base64url_encode(R"({"alg":"HS256","kid":"p1"})") + "." +
                 security::base64url_encode(said) + ".AAAA";
        }) == "token_algorithm");
  CHECK(with_token([](const std::string& said) {
          return security::SigningKey::generate("p1").sign_token("JWT", said);
        }) == "token_signature");
  CHECK(with_token([](const std::string& said) {
          return security::SigningKey::generate("p9").sign_token("JWT", said);
        }) == "token_key_unknown");
  CHECK(with_token([](const std::string&) { return std::string(); }) == "token_malformed");
  // A key that is new is asked for, at most once a minute.
  clock.at.ms += 61'000;
  provider->key = security::SigningKey::generate("p2");
  CHECK(reason(sign_in()) == "ok");
  // Late.
  const OidcStart late = people.start_external("example").value();
  clock.at.ms += 10 * 60'000;
  CHECK(reason(people.finish_external({parameter(late.authorization_url, "state"), "c",
                                       late.binding})) == "external_login_unknown");
}

TEST_CASE_FIXTURE(Fixture, "accounts are joined by an address that both have proved") {
  person("ana@example.org");
  const UserId ana = signed_in("ana@example.org").user_id;
  CHECK(sign_in().value().tokens->user_id == ana);
  CHECK(reason(accounts.login("ana@example.org", good_password)) == "ok");
  // A password that somebody set before the address was proved opens nothing afterwards.
  REQUIRE(accounts.register_user("bob@example.org", "the password of a thief", ""));
  CHECK(reason(sign_in([](json::object& said) {
          said["sub"] = "s-2";
          said["email"] = "bob@example.org";
        })) == "ok");
  CHECK(reason(accounts.login("bob@example.org", "the password of a thief")) ==
        "credentials_wrong");
  REQUIRE(accounts.set_disabled("ana@example.org", true));
  CHECK(reason(sign_in()) == "external_login_unknown");
}

TEST_CASE_FIXTURE(Fixture, "a provider that is not what it should be") {
  provider->says_issuer = "https://evil.example";
  CHECK(reason(people.start_external("example")) == "provider_answer");
  provider->says_issuer = issuer;
  provider->token_endpoint = "http://169.254.169.254/token";
  CHECK(reason(people.start_external("example")) == "provider_answer");
  provider->token_endpoint = std::string(issuer) + "/token";
  CHECK(reason(people.start_external("example")) == "ok");
  const int calls = provider->calls;
  CHECK(reason(people.start_external("example")) == "ok");
  CHECK(provider->calls == calls);
}
