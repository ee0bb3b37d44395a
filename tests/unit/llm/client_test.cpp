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
