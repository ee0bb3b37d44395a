#include "llm/reader.hpp"

#include "support/scripted_llm.hpp"

#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::llm;
namespace wire_text = test::wire_text;

namespace {

constexpr std::array wires{Wire::openai, Wire::anthropic, Wire::gemini, Wire::ollama};
constexpr Usage usage{12, 7, 0, false};

struct Outcome {
  std::string reason;  // empty: an answer came
  std::string text;
  std::string heard;
  Finish finish = Finish::complete;
  Usage usage;
  bool closed = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct How {
  bool stream = true;
  std::string_view type = "text/event-stream";
  std::size_t max_bytes = max_answer_bytes;
};

/// What becomes of the pieces of a body.
Outcome read(Wire wire, const std::vector<std::string_view>& pieces, const How& how = {}) {
  Outcome out;
  const WireFormat& format = format_of(wire);
  const OnText on_text = [&](std::string_view text) { out.heard += text; };
  AnswerReader reader({"house", format.stream_framing, how.stream, {}, how.max_bytes}, format,
                      on_text);
  const auto run = [&]() -> Result<Answer> {
    BOOST_OUTCOME_TRY(reader.head({200, {{"Content-Type", std::string(how.type)}}}));
    for (const std::string_view piece : pieces) {
      BOOST_OUTCOME_TRY(reader.body(piece));
    }
    BOOST_OUTCOME_TRY(reader.end());
    return reader.take();
  };
  const Result<Answer> answer = run();
  out.closed = reader.complete();
  if (!answer) {
    out.reason = answer.error().reason;
    return out;
  }
  out.text = answer.value().text;
  out.finish = answer.value().finish;
  out.usage = answer.value().usage;
  return out;
}
Outcome read(Wire wire, std::string_view body, const How& how = {}) {
  return read(wire, std::vector<std::string_view>{body}, how);
}

How streamed(Wire wire) {
  return {true, wire_text::stream_type(wire), max_answer_bytes};
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& piece : pieces) out += piece;
  return out;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

TEST_CASE("an answer does not depend on how its bytes arrive") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    const std::string body =
        joined(wire_text::stream(wire, {"Pr\xC3\xA9is", " \xF0\x9F\x98\x80\n", "\"{}\\"}, usage));
    const Outcome whole = read(wire, body, streamed(wire));
    CHECK(whole.reason.empty());
    CHECK(whole.text == "Pr\xC3\xA9is \xF0\x9F\x98\x80\n\"{}\\");
    CHECK(whole.heard == whole.text);
    CHECK(whole.usage == usage);
    CHECK(whole.closed == (wire != Wire::gemini));
    for (std::size_t at = 0; at <= body.size(); ++at) {
      CAPTURE(at);
      const std::string_view bytes = body;
      CHECK(read(wire, {bytes.substr(0, at), bytes.substr(at)}, streamed(wire)) == whole);
    }
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < body.size(); ++at)
      bytes.push_back(std::string_view(body).substr(at, 1));
    CHECK(read(wire, bytes, streamed(wire)) == whole);
    // Cut short, it is never taken for whole before the end was told.
    for (std::size_t at = 0; at < body.size(); ++at) {
      CAPTURE(at);
      const Outcome part = read(wire, std::string_view(body).substr(0, at), streamed(wire));
      CHECK((!part.reason.empty() || part.text == whole.text));
    }
  }
}

TEST_CASE("line ends, comments, other fields and the last line without an end") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    const std::string body = joined(wire_text::stream(wire, {"One", " two"}, usage));
    const Outcome plain = read(wire, body, streamed(wire));
    for (const std::string_view end : {"\r\n", "\r"}) {
      const std::string other = replaced(body, "\n", end);
      CHECK(read(wire, other, streamed(wire)) == plain);
      const std::string_view bytes = other;
      for (std::size_t at = 0; at <= bytes.size(); ++at)
        CHECK(read(wire, {bytes.substr(0, at), bytes.substr(at)}, streamed(wire)) == plain);
    }
    if (wire == Wire::ollama) {
      CHECK(read(wire, replaced(body, "\n", "\n\n \n"), streamed(wire)) == plain);
      CHECK(read(wire, std::string_view(body).substr(0, body.size() - 1), streamed(wire)) == plain);
      continue;
    }
    CHECK(read(wire, "\xEF\xBB\xBF" + body, streamed(wire)) == plain);
    CHECK(read(wire, replaced(body, "\n\n", "\n\n\n: keep-alive\n\nid: 7\nretry: 10\n\n"),
               streamed(wire)) == plain);
    CHECK(read(wire, replaced(body, "data: ", "data:"), streamed(wire)) == plain);
    CHECK(read(wire, "data\n\ndata:\n\n" + body, streamed(wire)) == plain);
    CHECK(read(wire, std::string_view(body).substr(0, body.size() - 2), streamed(wire)) == plain);
  }
  // An event of several lines of data is one text with line feeds in it.
  CHECK(read(Wire::gemini,
             "data: {\"candidates\":[{\"content\":{\"parts\":[\ndata: {\"text\":\"a\"}]},\ndata: "
             "\"finishReason\":\"STOP\"}]}\n\n")
            .text == "a");
}

TEST_CASE("what is streamed to who did not ask for it, and the other way round") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    const std::string stream = joined(wire_text::stream(wire, {"One", " two"}, usage));
    const std::string whole = wire_text::answer(wire, "One two", usage);
    const Outcome wanted{"", "One two", "One two", Finish::complete, usage, false};
    const auto same = [&](Outcome got) {
      got.closed = false;
      return got == wanted;
    };
    CHECK(same(read(wire, whole, {false, "application/json", max_answer_bytes})));
    CHECK(same(read(wire, whole, {true, "application/json; charset=utf-8", max_answer_bytes})));
    if (wire != Wire::ollama)
      CHECK(same(read(wire, stream, {false, "text/event-stream", max_answer_bytes})));
    CHECK(same(read(wire, stream, {true, "", max_answer_bytes})));
  }
  const std::string list = "[" + wire_text::answer(Wire::gemini, "One", usage, "X") + "," +
                           wire_text::answer(Wire::gemini, " two", usage) + "]";
  CHECK(read(Wire::gemini, list, {true, "application/json", max_answer_bytes}).text == "One two");
}

TEST_CASE("why an answer ended") {
  struct Row {
    Wire wire;
    std::string_view word;
    std::string_view reason;
    Finish finish = Finish::complete;
  };
  const Row rows[] = {
      {Wire::openai, "stop", ""},
      {Wire::openai, "length", "", Finish::length},
      {Wire::openai, "content_filter", "llm_refused"},
      {Wire::openai, "sensitive", "llm_refused"},
      {Wire::openai, "a_new_word", "", Finish::length},
      {Wire::anthropic, "stop_sequence", ""},
      {Wire::anthropic, "max_tokens", "", Finish::length},
      {Wire::anthropic, "model_context_window_exceeded", "", Finish::length},
      {Wire::anthropic, "pause_turn", "", Finish::length},
      {Wire::anthropic, "refusal", "llm_refused"},
      {Wire::gemini, "MAX_TOKENS", "", Finish::length},
      {Wire::gemini, "SAFETY", "llm_refused"},
      {Wire::gemini, "RECITATION", "llm_refused"},
      {Wire::gemini, "PROHIBITED_CONTENT", "llm_refused"},
      {Wire::gemini, "MALFORMED_FUNCTION_CALL", "", Finish::length},
      {Wire::ollama, "stop", ""},
      {Wire::ollama, "length", "", Finish::length},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    const How whole{false, "application/json", max_answer_bytes};
    for (const Outcome& got :
         {read(row.wire, wire_text::answer(row.wire, "So.", usage, row.word), whole),
          read(row.wire, joined(wire_text::stream(row.wire, {"So."}, usage, row.word)),
               streamed(row.wire))}) {
      CHECK(got.reason == row.reason);
      CHECK(got.finish == row.finish);
    }
  }
}

TEST_CASE("answers as they come in the field") {
  struct Row {
    std::string_view name;
    Wire wire;
    bool stream;
    std::string_view body;
    std::string_view reason;
    std::string_view text;
    Finish finish = Finish::complete;
  };
  const Row rows[] = {
      {"refusal", Wire::openai, false,
       R"({"choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":"I'm sorry"},"finish_reason":"stop"}]})",
       "llm_refused", ""},
      {"refusal in a stream", Wire::openai, true,
       "data: {\"choices\":[{\"index\":0,\"delta\":{\"refusal\":\"I\"}}]}\n\n", "llm_refused", ""},
      {"no choices at all", Wire::openai, false, R"({"choices":[]})", "llm_reply_malformed", ""},
      {"no choices, and done", Wire::openai, true, "data: {\"choices\":[]}\n\ndata: [DONE]\n\n",
       "llm_reply_malformed", ""},
      {"first an empty list, as Azure does", Wire::openai, true,
       "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\ndata: "
       "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"
       "data: [DONE]\n\n",
       "", "a"},
      {"done without a reason", Wire::openai, true,
       "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n", "", "a",
       Finish::length},
      {"a reason without done", Wire::openai, true,
       "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n", "",
       "a"},
      {"something behind done", Wire::openai, true,
       "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: "
       "[DONE]\n\ndata: {broken\n\n",
       "", "a"},
      {"content in parts", Wire::openai, false,
       R"({"choices":[{"message":{"content":[{"type":"thinking","text":"x"},{"type":"text","text":"a"}]},"finish_reason":"stop"}]})",
       "", "a"},
      {"a second choice", Wire::openai, false,
       R"({"choices":[{"index":1,"message":{"content":"no"}},{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]})",
       "", "a"},
      {"reasoning beside the content", Wire::openai, false,
       R"({"choices":[{"index":0,"message":{"reasoning_content":"hm","content":"a"},"finish_reason":"stop"}]})",
       "", "a"},
      {"everything of another type", Wire::openai, false,
       R"({"choices":[{"index":"0","message":7,"finish_reason":4}],"usage":[],"model":1})",
       "llm_reply_malformed", ""},
      {"an error in a 200", Wire::openai, false,
       R"({"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}})",
       "llm_quota_exhausted", ""},
      {"a bare error in a 200", Wire::openai, false,
       R"({"object":"error","message":"m","type":"BadRequestError","code":400})",
       "llm_request_refused", ""},
      {"an error as llama.cpp sent it", Wire::openai, true,
       "error: {\"code\":503,\"message\":\"busy\",\"type\":\"unavailable_error\"}\n\n",
       "llm_overloaded", ""},
      {"an error that is null", Wire::openai, false,
       R"({"error":null,"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})", "", "a"},
      {"thinking and a tool", Wire::anthropic, false,
       R"({"type":"message","content":[{"type":"thinking","thinking":"hm"},{"type":"tool_use","id":"t","name":"answer","input":{"ok":true}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2}})",
       "", R"({"ok":true})"},
      {"a tool without input", Wire::anthropic, true,
       "data: "
       "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\","
       "\"input\":{}}}\n\n"
       "data: "
       "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\","
       "\"partial_json\":\"\"}}\n\n"
       "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
       "data: "
       "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_"
       "tokens\":3}}\n\n"
       "data: {\"type\":\"message_stop\"}\n\n",
       "", "{}"},
      {"deltas to pass over", Wire::anthropic, true,
       "data: "
       "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":"
       "\"hm\"}}\n\n"
       "data: "
       "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"signature_delta\",\"signature\":"
       "\"x\"}}\n\n"
       "data: {\"type\":\"a_new_event\",\"delta\":{\"text\":\"no\"}}\n\n"
       "data: "
       "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n"
       "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
       "", "a"},
      {"a blocked prompt", Wire::gemini, false, R"({"promptFeedback":{"blockReason":"SAFETY"}})",
       "llm_refused", ""},
      {"a candidate without content", Wire::gemini, false,
       R"({"candidates":[{"finishReason":"MAX_TOKENS","index":0}]})", "", "", Finish::length},
      {"a thought", Wire::gemini, false,
       R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"a"}]},"finishReason":"STOP"}]})",
       "", "a"},
      {"an error in the middle", Wire::ollama, true,
       "{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"error\":\"an error was encountered "
       "while running the model\"}\n",
       "llm_overloaded", ""},
      {"an older server", Wire::ollama, true,
       "{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"done\":true}\n", "", "a"},
      {"thinking", Wire::ollama, true,
       "{\"message\":{\"content\":\"\",\"thinking\":\"hm\"},\"done\":false}\n{\"message\":{"
       "\"content\":\"a\"},\"done\":true}\n",
       "", "a"},
      {"nothing", Wire::openai, false, "", "llm_reply_malformed", ""},
      {"nothing, streamed", Wire::openai, true, "", "llm_unreachable", ""},
      {"a page", Wire::openai, false, "<html>", "llm_reply_malformed", ""},
      {"a number", Wire::openai, false, "7", "llm_reply_malformed", ""},
      {"cut", Wire::openai, false, R"({"choices":[{"mess)", "llm_reply_malformed", ""},
      {"not UTF-8", Wire::openai, false, "{\"choices\":\"\xFF\"}", "llm_reply_malformed", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    How how = streamed(row.wire);
    if (!row.stream) how = {false, "application/json", max_answer_bytes};
    const Outcome got = read(row.wire, row.body, how);
    CHECK(got.reason == row.reason);
    CHECK(got.text == row.text);
    CHECK(got.finish == row.finish);
  }
}

TEST_CASE("too much and too deep") {
  for (const Wire wire : wires) {
    CAPTURE(slug(wire));
    for (const bool stream : {false, true}) {
      How how = streamed(wire);
      if (!stream) how = {false, "application/json", 0};
      how.max_bytes = 10'000;
      const std::string depth(8'000, '[');
      CHECK(read(wire, stream ? "data: " + depth + "\n\n" + depth + "\n" : depth, how).reason ==
            "llm_reply_malformed");
      CHECK(read(wire, "data: " + std::string(20'000, 'x'), how).reason == "llm_reply_malformed");
      std::vector<std::string_view> endless(2'000, ": a comment\n\n");
      CHECK(read(wire, endless, how).reason == "llm_reply_malformed");
    }
  }
}

TEST_CASE("vectors") {
  struct Row {
    std::string_view name;
    Wire wire;
    std::string_view body;
    std::string_view reason;
  };
  const Row rows[] = {
      {"out of order", Wire::openai,
       R"({"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":3}})",
       ""},
      {"twice the same", Wire::openai,
       R"({"data":[{"index":0,"embedding":[3,4]},{"index":0,"embedding":[1,2]}]})",
       "llm_reply_malformed"},
      {"an index beyond", Wire::openai,
       R"({"data":[{"index":0,"embedding":[3,4]},{"index":2,"embedding":[1,2]}]})",
       "llm_reply_malformed"},
      {"too few", Wire::openai, R"({"data":[{"index":0,"embedding":[1,2]}]})",
       "llm_reply_malformed"},
      {"not equally long", Wire::openai, R"({"data":[{"embedding":[1,2]},{"embedding":[3]}]})",
       "llm_reply_malformed"},
      {"base64", Wire::openai, R"({"data":[{"embedding":"AAAA"},{"embedding":"AAAA"}]})",
       "llm_reply_malformed"},
      {"Gemini", Wire::gemini, R"({"embeddings":[{"values":[1,2]},{"values":[3,4.0]}]})", ""},
      {"Ollama", Wire::ollama, R"({"model":"e","embeddings":[[1,2],[3,4]],"prompt_eval_count":3})",
       ""},
      {"something else", Wire::ollama, R"({"embeddings":[[1,"2"],[3,4]]})", "llm_reply_malformed"},
      {"nothing", Wire::ollama, R"({"embeddings":[[],[]]})", "llm_reply_malformed"},
      {"too large for a float", Wire::ollama, R"({"embeddings":[[1e300,2],[3,4]]})",
       "llm_reply_malformed"},
      {"an error", Wire::ollama, R"({"error":"model not found"})", "llm_overloaded"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    EmbeddingsReader reader({"house", Framing::whole, false, {}, max_answer_bytes},
                            format_of(row.wire), 2);
    const auto run = [&]() -> Result<Embeddings> {
      BOOST_OUTCOME_TRY(reader.head({200, {{"Content-Type", "application/json"}}}));
      BOOST_OUTCOME_TRY(reader.body(row.body));
      BOOST_OUTCOME_TRY(reader.end());
      return reader.take();
    };
    const auto got = run();
    if (row.reason.empty()) {
      REQUIRE(got);
      CHECK(got.value().vectors == std::vector<std::vector<float>>{{1, 2}, {3, 4}});
    } else {
      REQUIRE(!got);
      CHECK(got.error().reason == row.reason);
    }
  }
}
