#include "support/scripted_llm.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace insightflow;
using namespace insightflow::llm;
using test::Hang;
using test::Reset;
using test::ScriptedLlm;
using test::Send;
using test::Steps;
using test::Wait;
namespace http_bytes = test::http_bytes;
namespace wire_text = test::wire_text;
using std::chrono::milliseconds;

namespace {

constexpr std::array wires{Wire::openai, Wire::anthropic, Wire::gemini, Wire::ollama};
constexpr Usage usage{12, 7, 3, false};

Request question() {
  Request request;
  request.messages = {{Role::system, "Be brief."}, {Role::user, "Why do people leave?"}};
  request.model = "scripted-1";
  request.task = "summarize";
  return request;
}

/// A client of the server whose patience is short, but long beside what the tests take.
std::unique_ptr<Client> client_of(const ScriptedLlm& server) {
  Provider provider = server.provider();
  provider.first_byte_timeout_ms = 5'000;
  provider.idle_timeout_ms = 5'000;
  return open_client(provider).value();
}

}  // namespace

TEST_CASE("a text comes back whole, from each wire, streamed or not") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    ScriptedLlm server(wire);
    const auto client = client_of(server);
    server.answer("Price, and \"support\" \xC3\xBC.", usage);
    const Reply whole = client->complete(question()).value();
    CHECK(whole.text == "Price, and \"support\" \xC3\xBC.");
    CHECK(whole.finish == Finish::complete);
    CHECK(whole.usage.input_tokens == 12);
    CHECK(whole.usage.output_tokens == 7);
    CHECK(whole.usage.cached_input_tokens == (wire == Wire::ollama ? 0 : 3));
    CHECK(!whole.usage.estimated);
    CHECK(whole.provider == "scripted");
    CHECK(whole.model == "scripted-1");

    server.stream({"Pr", "ice", "", ", \xE2\x82\xAC"}, usage);
    std::vector<std::string> pieces;
    const Reply streamed =
        client->complete(question(), {}, [&](std::string_view text) { pieces.emplace_back(text); })
            .value();
    CHECK(streamed.text == "Price, \xE2\x82\xAC");
    CHECK(pieces == std::vector<std::string>{"Pr", "ice", ", \xE2\x82\xAC"});
    CHECK(streamed.usage == whole.usage);
    CHECK(streamed.finish == Finish::complete);
    CHECK(server.connections() == 1);
    CHECK(wire_text::asked(wire, server.requests().front()).find("Why do people leave?") !=
          std::string::npos);
  }
}

TEST_CASE("each fault is one of the documented errors, on each wire") {
  struct Row {
    std::string_view name;
    int status;
    std::array<std::string_view, 4> type;  // of each wire
    std::string_view reason;
    Code code;
    std::string_view message = "Scripted.";
  };
  const Row rows[] = {
      {"key",
       401,
       {"invalid_api_key", "authentication_error", "UNAUTHENTICATED", ""},
       "llm_key_refused",
       Code::forbidden},
      {"quota",
       429,
       {"insufficient_quota", "billing_error", "QuotaPerDay", ""},
       "llm_quota_exhausted",
       Code::forbidden,
       "your credit balance is too low"},
      {"rate",
       429,
       {"rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED", ""},
       "llm_rate_limited",
       Code::rate_limited},
      {"model",
       404,
       {"model_not_found", "not_found_error", "NOT_FOUND", ""},
       "llm_model_unknown",
       Code::not_found},
      {"malformed",
       400,
       {"invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT", ""},
       "llm_request_refused",
       Code::invalid},
      {"context",
       400,
       {"context_length_exceeded", "invalid_request_error", "INVALID_ARGUMENT", ""},
       "llm_context_exceeded",
       Code::too_large,
       "prompt is too long: 9 tokens exceeds the maximum number of tokens"},
      {"overloaded",
       529,
       {"server_error", "overloaded_error", "UNAVAILABLE", ""},
       "llm_overloaded",
       Code::unavailable},
      {"server",
       500,
       {"server_error", "api_error", "INTERNAL", ""},
       "llm_overloaded",
       Code::unavailable},
      {"slow",
       408,
       {"timeout", "timeout_error", "DEADLINE_EXCEEDED", ""},
       "llm_timed_out",
       Code::timed_out},
      {"elsewhere", 307, {"", "", "", ""}, "llm_request_refused", Code::invalid},
  };
  for (const Wire wire : wires) {
    ScriptedLlm server(wire);
    const auto client = client_of(server);
    for (const Row& row : rows) {
      CAPTURE(slug(wire));
      CAPTURE(row.name);
      for (const bool stream : {false, true}) {
        server.error(row.status, std::string(row.type[static_cast<std::size_t>(wire)]),
                     {{"Retry-After", "7"}, {"Location", "http://127.0.0.1:1/"}},
                     std::string(row.message));
        const auto reply =
            client->complete(question(), {}, stream ? OnText([](std::string_view) {}) : OnText());
        REQUIRE(!reply);
        CHECK(reply.error().reason == row.reason);
        CHECK(reply.error().code == row.code);
        CHECK(reply.error().retry_after == milliseconds(7000));
        CHECK(reply.error().detail.find(row.message) == std::string::npos);
      }
    }
  }
}

TEST_CASE("an error inside a stream that began well ends it") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    ScriptedLlm server(wire);
    const auto client = client_of(server);
    const std::string_view type = wire == Wire::gemini ? "UNAVAILABLE" : "overloaded_error";
    const std::string error = wire_text::error(wire, 503, type, "Too busy.");
    for (const std::size_t before : {0, 2}) {
      Steps steps{Send{http_bytes::chunked_head(200, wire_text::stream_type(wire))}};
      const auto events = wire_text::stream(wire, {"One", "two", "three"}, usage);
      for (std::size_t i = 0; i < before; ++i) steps.push_back(Send{http_bytes::chunk(events[i])});
      steps.push_back(Send{http_bytes::chunk(
          wire == Wire::ollama ? error + "\n" : "event: error\ndata: " + error + "\n\n")});
      steps.push_back(Send{http_bytes::last_chunk()});
      server.play(steps);
      const auto reply = client->complete(question(), {}, [](std::string_view) {});
      REQUIRE(!reply);
      CHECK(reply.error().reason == "llm_overloaded");
    }
  }
}

TEST_CASE("a stream that breaks off is no answer") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    ScriptedLlm server(wire);
    const auto client = client_of(server);
    const auto events = wire_text::stream(wire, {"One", "two", "three"}, usage);
    const Steps begun{Send{http_bytes::chunked_head(200, wire_text::stream_type(wire))},
                      Send{http_bytes::chunk(events[0])}, Send{http_bytes::chunk(events[1])}};
    struct Row {
      std::string_view name;
      Steps rest;
      std::string_view reason;
    };
    const Row rows[] = {
        {"reset", {Reset{}}, "llm_unreachable"},
        {"closed", {test::Close{}}, "llm_unreachable"},
        {"ended early", {Send{http_bytes::last_chunk()}}, "llm_unreachable"},
        {"cut JSON",
         {Send{http_bytes::chunk(events[1].substr(0, events[1].size() / 2))},
          Send{http_bytes::last_chunk()}},
         "llm_reply_malformed"},
        {"not JSON",
         {Send{http_bytes::chunk("data: <html>\n\n<html>\n")}, Hang{}},
         "llm_reply_malformed"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.name);
      Steps steps = begun;
      steps.insert(steps.end(), row.rest.begin(), row.rest.end());
      server.play(steps);
      std::string heard;
      const auto reply =
          client->complete(question(), {}, [&](std::string_view text) { heard += text; });
      REQUIRE(!reply);
      CHECK(reply.error().reason == row.reason);
    }
  }
}

TEST_CASE("a server that is silent costs what its timeouts allow") {
  ScriptedLlm server(Wire::openai);
  const auto events = wire_text::stream(Wire::openai, {"One"}, usage);
  struct Row {
    std::string_view name;
    std::int64_t Provider::*timeout;
    Steps steps;
  };
  const Row rows[] = {
      {"first byte", &Provider::first_byte_timeout_ms, {Hang{}}},
      {"idle",
       &Provider::idle_timeout_ms,
       {Send{http_bytes::chunked_head(200, "text/event-stream") + http_bytes::chunk(events[0])},
        Hang{}}},
      {"total",
       &Provider::total_timeout_ms,
       {Send{http_bytes::chunked_head(200, "text/event-stream")}, Wait{milliseconds(100)},
        Send{http_bytes::chunk(": still here\n\n")}, Wait{milliseconds(100)},
        Send{http_bytes::chunk(": still here\n\n")}, Hang{}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Provider provider = server.provider();
    provider.*row.timeout = 150;
    const auto client = open_client(provider).value();
    server.play(row.steps);
    const auto reply = client->complete(question(), {}, [](std::string_view) {});
    REQUIRE(!reply);
    CHECK(reply.error().reason == "llm_timed_out");
    CHECK(reply.error().code == Code::timed_out);
  }
}

TEST_CASE("a call is cancelled while the server hangs") {
  ScriptedLlm server(Wire::openai);
  const auto client = client_of(server);
  server.play({Send{http_bytes::chunked_head(200, "text/event-stream")}, Hang{}});
  std::stop_source source;
  std::thread stopper([&] {
    while (server.requests().empty()) std::this_thread::sleep_for(milliseconds(1));
    source.request_stop();
  });
  Ctx ctx;
  ctx.stop = source.get_token();
  const auto reply = client->complete(question(), ctx, [](std::string_view) {});
  stopper.join();
  REQUIRE(!reply);
  CHECK(reply.error().reason == "cancelled");
  CHECK(client->complete(question(), ctx, {}).error().reason == "cancelled");
  CHECK(server.requests().size() == 1);

  Ctx late;
  late.deadline = system_clock().now() + 100;
  server.play({Hang{}});
  CHECK(client->complete(question(), late, {}).error().reason == "deadline_passed");
}

TEST_CASE("nobody there") {
  Provider provider;
  {
    const ScriptedLlm server(Wire::openai);
    provider = server.provider();
  }
  const auto reply = open_client(provider).value()->complete(question());
  REQUIRE(!reply);
  CHECK(reply.error().reason == "llm_unreachable");
}

TEST_CASE("a server that takes no schema is told it another way, once") {
  struct Row {
    Wire wire;
    std::string_view message;
    std::string_view native;
    std::string_view fallback;
  };
  const Row rows[] = {
      {Wire::openai, "This response_format type is unavailable now", "\"json_schema\"",
       "\"json_object\""},
      {Wire::anthropic, "output_config: Extra inputs are not permitted", "\"output_config\"",
       "\"tool_choice\""},
      {Wire::gemini, "Unknown name \"responseJsonSchema\"", "\"responseJsonSchema\"",
       "JSON Schema"},
      {Wire::ollama, "invalid JSON schema in format", "\"format\":{", "\"format\":\"json\""},
  };
  Request request = question();
  request.schema = R"({"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]})";
  for (const Row& row : rows) {
    CAPTURE(slug(row.wire));
    ScriptedLlm server(row.wire);
    const auto client = client_of(server);
    server.error(400, "invalid_request_error", {}, std::string(row.message));
    const std::string finish = row.wire == Wire::anthropic ? "tool_use" : "";
    for (int i = 0; i < 2; ++i) {
      server.answer(R"({"ok":true})", usage, finish);
      CHECK(client->complete(request).value().text == R"({"ok":true})");
    }
    const auto seen = server.requests();
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].body.find(row.native) != std::string::npos);
    for (const std::size_t i : {1, 2}) {
      CHECK(seen[i].body.find(row.native) == std::string::npos);
      CHECK(seen[i].body.find(row.fallback) != std::string::npos);
    }
    // Refused in both ways it is an error; another model is asked the usual way again.
    server.error(400, "invalid_request_error", {}, std::string(row.message));
    CHECK(client->complete(request).error().reason == "llm_request_refused");
    Request other = request;
    other.model = "scripted-2";
    server.answer(R"({"ok":true})", usage, finish);
    CHECK(client->complete(other));
    CHECK(server.requests().back().body.find(row.native) != std::string::npos);
  }
}

TEST_CASE("an answer is whole although the connection does not end well") {
  const auto events = wire_text::stream(Wire::openai, {"One"}, usage);
  std::string whole;
  for (const std::string& event : events) whole += event;
  const std::string begun =
      http_bytes::chunked_head(200, "text/event-stream") + http_bytes::chunk(whole);
  const std::string without_done = http_bytes::chunked_head(200, "text/event-stream") +
                                   http_bytes::chunk(whole.substr(0, whole.find("data: [DONE]")));
  for (const Steps& steps : {Steps{Send{begun}, Hang{}}, Steps{Send{begun}, test::Close{}},
                             Steps{Send{without_done}, test::Close{}}}) {
    ScriptedLlm server(Wire::openai);
    const auto client = client_of(server);
    server.play(steps);
    const auto reply = client->complete(question(), {}, [](std::string_view) {});
    REQUIRE(reply);
    CHECK(reply.value().text == "One");
    CHECK(reply.value().usage.output_tokens == 7);
  }
}

TEST_CASE("usage that is not told is estimated, and marked so") {
  ScriptedLlm server(Wire::openai);
  const auto client = client_of(server);
  server.play({Send{http_bytes::whole(
      200, "application/json",
      R"({"choices":[{"message":{"content":"12345678"},"finish_reason":"stop"}]})")}});
  const Reply reply = client->complete(question()).value();
  CHECK(reply.usage.estimated);
  CHECK(reply.usage.output_tokens == 2);
  CHECK(reply.usage.input_tokens == 3 + 5);
  CHECK(reply.model == "scripted-1");
}

TEST_CASE("bytes in any pieces, with pauses between them") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    ScriptedLlm server(wire);
    const auto client = client_of(server);
    std::string body;
    for (const std::string& event :
         wire_text::stream(wire, {"Pr\xC3\xA9is", " \xE2\x82\xAC"}, usage))
      body += event;
    Steps steps{Send{http_bytes::chunked_head(200, wire_text::stream_type(wire))}};
    for (std::size_t at = 0; at < body.size(); at += 7) {
      steps.push_back(Send{http_bytes::chunk(body.substr(at, 7))});
      if (at % 70 == 0) steps.push_back(Wait{milliseconds(1)});
    }
    steps.push_back(Send{http_bytes::last_chunk()});
    server.play(steps);
    std::string heard;
    const auto reply =
        client->complete(question(), {}, [&](std::string_view text) { heard += text; });
    REQUIRE(reply);
    CHECK(reply.value().text == "Pr\xC3\xA9is \xE2\x82\xAC");
    CHECK(heard == reply.value().text);
  }
}

TEST_CASE("an answer without end is refused, and so is an endless head") {
  ScriptedLlm server(Wire::openai);
  const auto client = client_of(server);
  const std::string megabyte = http_bytes::chunk(std::string(1 << 20, 'x'));
  Steps steps{Send{http_bytes::chunked_head(200, "application/json")}};
  for (int i = 0; i < 100; ++i) steps.push_back(Send{megabyte});
  server.play(steps);
  auto reply = client->complete(question());
  REQUIRE(!reply);
  CHECK(reply.error().reason == "llm_reply_malformed");
  steps = {Send{"HTTP/1.1 200 OK\r\n"}};
  for (int i = 0; i < 100; ++i)
    steps.push_back(Send{"X-More: " + std::string(10'000, 'y') + "\r\n"});
  server.play(steps);
  reply = client->complete(question());
  REQUIRE(!reply);
  CHECK(reply.error().reason == "llm_unreachable");
}

TEST_CASE("what the listener throws arrives, and the client works on") {
  ScriptedLlm server(Wire::openai);
  const auto client = client_of(server);
  server.stream({"One", "two"});
  const OnText thrower = [](std::string_view) { throw std::runtime_error("enough"); };
  CHECK_THROWS_WITH((void)client->complete(question(), {}, thrower), "enough");
  server.answer("Fine.");
  CHECK(client->complete(question()).value().text == "Fine.");
}

TEST_CASE("several threads use one client") {
  ScriptedLlm server(Wire::ollama);
  server.answer_with(
      [](const test::SeenRequest& request) { return wire_text::asked(Wire::ollama, request); });
  const auto client = client_of(server);
  std::vector<std::thread> threads;
  std::array<int, 8> right{};
  for (std::size_t t = 0; t < right.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        Request request = question();
        const std::string name = std::to_string(t) + "/" + std::to_string(i);
        request.messages = {{Role::user, name}};
        const auto reply =
            client->complete(request, {}, i % 2 == 0 ? OnText([](std::string_view) {}) : OnText());
        right[t] += reply && reply.value().text == name + "\n";
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const int count : right) CHECK(count == 20);
  CHECK(server.connections() <= right.size());
}

TEST_CASE("text that is not UTF-8 is not sent") {
  ScriptedLlm server(Wire::openai);
  const auto client = client_of(server);
  Request request = question();
  request.messages.back().text = "\xFF";
  CHECK(client->complete(request).error().reason == "utf8_invalid");
  CHECK(server.requests().empty());
}

TEST_CASE("embeddings") {
  for (const Wire wire : {Wire::openai, Wire::gemini, Wire::ollama}) {
    CAPTURE(slug(wire));
    ScriptedLlm server(wire);
    const auto embedder = open_embedder(server.provider()).value();
    server.embeddings({{0.5, -0.25}, {1.0, 0.0}}, 9);
    const Embeddings got = embedder->embed({"e-1", {"one", "two"}, 0}, {}).value();
    CHECK(got.vectors == std::vector<std::vector<float>>{{0.5F, -0.25F}, {1.0F, 0.0F}});
    CHECK(got.usage.estimated == (wire == Wire::gemini));
    CHECK(got.usage.input_tokens == (wire == Wire::gemini ? 2 : 9));
    CHECK(embedder->embed({"e-1", {}, 0}, {}).value().vectors.empty());
    CHECK(server.requests().size() == 1);
    server.error(429, "RESOURCE_EXHAUSTED", {{"Retry-After", "3"}});
    const auto refused = embedder->embed({"e-1", {"one"}, 0}, {});
    REQUIRE(!refused);
    CHECK(refused.error().reason == "llm_rate_limited");
    CHECK(refused.error().retry_after == milliseconds(3000));
  }
  Provider provider;
  provider.wire = Wire::anthropic;
  CHECK(open_embedder(provider).error().reason == "llm_no_embeddings");
}
