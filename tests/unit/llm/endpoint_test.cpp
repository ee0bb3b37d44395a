#include "llm/endpoint.hpp"

#include "support/child.hpp"
#include "support/scripted_llm.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace insightflow;
using namespace insightflow::llm;
using test::ScriptedLlm;

namespace {

constexpr const char* variable = "INSIGHTFLOW_TEST_LLM_KEY";
constexpr std::string_view secret = "sk-very-secret-0123456789";

/// A variable of the environment for as long as the object lives.
class Variable {
 public:
  Variable(const char* name, std::string_view value) : name_(name) {
    ::setenv(name, std::string(value).c_str(), 1);
  }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

Provider provider_at(std::string base_url, bool with_key = true) {
  Provider provider;
  provider.name = "house";
  provider.base_url = std::move(base_url);
  if (with_key) provider.key_environment = variable;
  return provider;
}

std::string reason_of(const Provider& provider) {
  const auto client = open_client(provider);
  return client ? std::string() : std::string(client.error().reason);
}

}  // namespace

TEST_CASE("where a key may go") {
  const Variable key(variable, secret);
  struct Row {
    std::string_view url;
    std::string_view reason;         // with a key
    std::string_view without_key{};  // and without one
  };
  const Row rows[] = {
      {"https://api.openai.com/v1", ""},
      {"HTTPS://API.openai.com/v1/", ""},
      {"", ""},
      {"http://localhost:8000/v1", ""},
      {"http://127.0.0.1:8000/v1", ""},
      {"http://127.8.9.10/v1", ""},
      {"http://[::1]:8000/v1", ""},
      {"http://10.1.2.3/v1", ""},
      {"http://172.16.0.1/v1", ""},
      {"http://172.32.0.1/v1", "llm_insecure"},
      {"http://192.168.1.5/v1", ""},
      {"http://192.169.1.5/v1", "llm_insecure"},
      {"http://100.64.0.1/v1", ""},
      {"http://100.128.0.1/v1", "llm_insecure"},
      {"http://[fd00::1]/v1", ""},
      {"http://[fe80::1]/v1", ""},
      {"http://[2001:db8::1]/v1", "llm_insecure"},
      {"http://[::ffff:8.8.8.8]/v1", "llm_insecure"},
      {"http://[::ffff:10.0.0.1]/v1", ""},
      {"http://vllm:8000/v1", ""},
      {"http://llm.svc.cluster.local/v1", ""},
      {"http://llm.internal/v1", ""},
      {"http://api.openai.com/v1", "llm_insecure"},
      {"http://localhost.example.com/v1", "llm_insecure"},
      {"http://8.8.8.8/v1", "llm_insecure"},
      {"http://134744072/v1", "llm_insecure"},
      {"ftp://localhost/v1", "llm_url_malformed", "llm_url_malformed"},
      {"file:///etc/passwd", "llm_url_malformed", "llm_url_malformed"},
      {"localhost:8000/v1", "llm_url_malformed", "llm_url_malformed"},
      {"api.openai.com", "llm_url_malformed", "llm_url_malformed"},
      {"http://", "llm_url_malformed", "llm_url_malformed"},
      {"https://me:pass@api.openai.com/v1", "llm_url_malformed", "llm_url_malformed"},
      {"https://api.openai.com/v1?key=1", "llm_url_malformed", "llm_url_malformed"},
      {"https://api.openai.com/v1#x", "llm_url_malformed", "llm_url_malformed"},
      {"https://api.openai.com/ v1", "llm_url_malformed", "llm_url_malformed"},
      {"https://api.openai.com/v1\r\nX: y", "llm_url_malformed", "llm_url_malformed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    CHECK(reason_of(provider_at(std::string(row.url))) == row.reason);
    CHECK(reason_of(provider_at(std::string(row.url), false)) == row.without_key);
  }
  Provider proxied = provider_at("http://localhost/v1");
  proxied.proxy = "http://proxy.example.com:3128";
  CHECK(reason_of(proxied) == "llm_insecure");
  proxied.proxy = "127.0.0.1:3128";
  CHECK(reason_of(proxied).empty());
  proxied.base_url = "https://api.openai.com/v1";
  proxied.proxy = "http://proxy.example.com:3128";
  CHECK(reason_of(proxied).empty());
  proxied.proxy = "http:// /";
  CHECK(reason_of(proxied) == "llm_url_malformed");
}

TEST_CASE("where a key comes from") {
  const test::TemporaryFolder folder;
  const std::string key_text(secret);
  struct Row {
    std::string_view name;
    std::string content;
    std::string_view key;  // empty: missing
  };
  const Row rows[] = {
      {"plain", std::string(secret), secret},
      {"with an end of line", key_text + "\r\n", secret},
      {"with blanks around it", " \t" + (key_text + " \n"), secret},
      {"empty", "", ""},
      {"blank", " \n", ""},
      {"two lines", "sk-1\nsk-2\n", ""},
      {"a header hidden in it", "sk-1\r\nX-Other: 1", ""},
      {"not ASCII", "sk-\xC3\xBC", ""},
      {"another file", std::string(100'000, 'x'), ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Provider provider = provider_at("https://api.openai.com/v1", false);
    provider.key_file = folder / "key";
    test::put_file(provider.key_file, row.content);
    for (const bool from_variable : {false, true}) {
      const Variable key(variable, row.content);
      if (from_variable) provider.key_environment = variable;
      const auto endpoint = endpoint_of(provider, "");
      if (!row.key.empty()) {
        CHECK(endpoint.value().key == row.key);
      } else {
        REQUIRE(!endpoint);
        CHECK(endpoint.error().reason == "llm_key_missing");
        CHECK(endpoint.error().detail.find("sk-") == std::string::npos);
        CHECK(endpoint.error().pointer == (from_variable ? "/key_environment" : "/key_file"));
      }
    }
  }
  Provider provider = provider_at("https://api.openai.com/v1");
  CHECK(reason_of(provider) == "llm_key_missing");
  provider = provider_at("https://api.openai.com/v1", false);
  provider.key_file = folder / "absent";
  CHECK(reason_of(provider) == "llm_key_missing");
}

TEST_CASE("the key travels in its header and nowhere else") {
  const Variable key(variable, secret);
  struct Row {
    Wire wire;
    std::string_view header;
    std::string value;
  };
  const Row rows[] = {{Wire::openai, "Authorization", "Bearer " + std::string(secret)},
                      {Wire::anthropic, "x-api-key", std::string(secret)},
                      {Wire::gemini, "x-goog-api-key", std::string(secret)},
                      {Wire::ollama, "Authorization", "Bearer " + std::string(secret)}};
  for (const Row& row : rows) {
    CAPTURE(slug(row.wire));
    ScriptedLlm server(row.wire);
    Provider provider = server.provider();
    provider.key_environment = variable;
    const auto client = open_client(provider).value();
    Request request;
    request.messages = {{Role::user, "Hello"}};
    request.model = "m";
    const auto ask = [&] { return client->complete(request); };
    server.answer("Hi.");
    CHECK(ask());
    // A provider that repeats the key in what it says.
    const std::string echo = "Incorrect API key provided: " + std::string(secret);
    for (const int status : {400, 401, 429, 500})
      server.error(status, std::string(secret), {}, echo);
    server.play({test::Send{test::http_bytes::whole(200, "application/json", echo)}});
    server.play({test::Reset{}});
    for (int i = 0; i < 6; ++i) {
      const auto reply = ask();
      REQUIRE(!reply);
      CHECK(reply.error().detail.find(secret) == std::string::npos);
      CHECK(reply.error().detail.find(secret.substr(0, 8)) == std::string::npos);
    }
    for (const test::SeenRequest& seen : server.requests()) {
      CHECK(seen.header(row.header) == row.value);
      CHECK(seen.target.find(secret) == std::string::npos);
      CHECK(seen.body.find(secret) == std::string::npos);
      const std::size_t at = seen.head.find(secret);
      CHECK(seen.head.find(secret, at + 1) == std::string::npos);
    }
  }
}
