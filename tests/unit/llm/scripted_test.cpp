#include "support/child.hpp"
#include "support/scripted_llm.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::llm;
using test::ScriptedLlm;

namespace {

Result<Reply> ask(Client& client, std::string text, const OnText& on_text = {}) {
  Request request;
  request.messages = {{Role::user, std::move(text)}};
  request.model = "m";
  return client.complete(request, {}, on_text);
}

constexpr std::string_view some_rules = R"([
  {"when": "limit", "times": 1, "status": 429, "type": "rate_limit_error",
   "headers": {"Retry-After": "2"}},
  {"when": "reset", "reset": true},
  {"when": "long", "stream": ["a", "b"], "wait_ms": 1, "finish": "length"},
  {"when": "vectors", "embeddings": [[1, 2]]},
  {"answer": {"ok": true}}])";

}  // namespace

TEST_CASE("a scripted server follows rules") {
  ScriptedLlm server(Wire::openai);
  server.rules(some_rules);
  const auto client = open_client(server.provider()).value();
  CHECK(ask(*client, "limit").error().reason == "llm_rate_limited");
  CHECK(ask(*client, "limit").value().text == R"({"ok":true})");
  CHECK(ask(*client, "reset").error().reason == "llm_unreachable");
  std::string heard;
  CHECK(ask(*client, "long", [&](std::string_view text) { heard += text; }).value().finish ==
        Finish::length);
  CHECK(heard == "ab");
  server.answer("first");
  CHECK(ask(*client, "anything").value().text == "first");
  CHECK(ask(*client, "anything").value().text == R"({"ok":true})");
  for (const std::string_view wrong : {"", "{}", "[1]", R"([{"anser":"x"}])", R"([{"times":"x"}])"})
    CHECK_THROWS((void)server.rules(wrong));
}

TEST_CASE("a scripted server in a process of its own") {
  const test::TemporaryFolder folder;
  test::put_file(folder / "rules.json", some_rules);
  for (const std::string wire : {"openai", "anthropic", "gemini", "ollama"}) {
    CAPTURE(wire);
    const std::string out = folder / (wire + ".out");
    test::Child child({INSIGHTFLOW_SCRIPTED_LLM, "--wire", wire, "--rules", folder / "rules.json"},
                      "/dev/null", out, folder / "err");
    Provider provider;
    provider.name = "child";
    provider.wire = from_slug<Wire>(wire).value();
    provider.base_url = test::await_line(out);
    const auto client = open_client(provider).value();
    CHECK(ask(*client, "anything").value().text == R"({"ok":true})");
    child.signal(SIGTERM);
    CHECK(child.wait() == 0);
  }
  test::Child wrong({INSIGHTFLOW_SCRIPTED_LLM, "--wire", "smoke"}, "/dev/null", folder / "o",
                    folder / "e");
  CHECK(wrong.wait() == 2);
}
