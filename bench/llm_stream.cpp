// What reading a streamed answer costs for each token, by wire: framing, JSON, and handing the text
// on. The socket is not part of it.
#include "llm/reader.hpp"

#include <chrono>
#include <cstdio>
#include <string>

using namespace insightflow;
using namespace insightflow::llm;

namespace {

constexpr int tokens = 20'000;
constexpr int rounds = 7;

struct Row {
  Wire wire;
  std::string_view piece;  // one token as its provider sends it
  std::string_view end;
};
constexpr std::array rows{
    Row{Wire::openai,
        "data: {\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"object\":"
        "\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-mini-2024-07-18\","
        "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\",\"choices\":[{"
        "\"index\":0,\"delta\":{\"content\":\" word\"},\"logprobs\":null,\"finish_reason\":null}],"
        "\"usage\":null}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: "
        "[DONE]\n\n"},
    Row{Wire::anthropic,
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
        "{\"type\":\"text_delta\",\"text\":\" word\"}}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
        "\"end_turn\"},\"usage\":{\"output_tokens\":20000}}\n\nevent: message_stop\ndata: {"
        "\"type\":\"message_stop\"}\n\n"},
    Row{Wire::gemini,
        "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \" word\"}],\"role\": "
        "\"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 8,"
        "\"candidatesTokenCount\": 12,\"totalTokenCount\": 20},\"modelVersion\": "
        "\"gemini-2.5-flash\"}\r\n\r\n",
        "data: {\"candidates\": [{\"finishReason\": \"STOP\"}]}\r\n\r\n"},
    Row{Wire::ollama,
        "{\"model\":\"llama3.2\",\"created_at\":\"2026-01-31T08:05:00.123456Z\",\"message\":{"
        "\"role\":\"assistant\",\"content\":\" word\"},\"done\":false}\n",
        "{\"model\":\"llama3.2\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},"
        "\"done_reason\":\"stop\",\"done\":true,\"prompt_eval_count\":8,\"eval_count\":20000}\n"}};

/// Nanoseconds for each token, the best of all rounds; below zero when it was not read.
double measure(const Row& row) {
  std::string body;
  for (int i = 0; i < tokens; ++i) body += row.piece;
  body += row.end;
  const WireFormat& format = format_of(row.wire);
  const std::string_view type =
      format.stream_framing == Framing::lines ? "application/x-ndjson" : "text/event-stream";
  double best = -1;
  for (int round = 0; round < rounds; ++round) {
    std::size_t heard = 0;
    const OnText on_text = [&](std::string_view text) { heard += text.size(); };
    const auto start = std::chrono::steady_clock::now();
    AnswerReader reader({"bench", format.stream_framing, true, {}, max_answer_bytes}, format,
                        on_text);
    if (!reader.head({200, {{"Content-Type", std::string(type)}}})) return -1;
    // As libcurl hands it on: sixteen kilobytes at a time.
    for (std::size_t at = 0; at < body.size(); at += 16'384)
      if (!reader.body(std::string_view(body).substr(at, 16'384))) return -1;
    if (!reader.end() || !reader.take() || heard != 5u * tokens) return -1;
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    if (best < 0 || spent.count() / tokens < best) best = spent.count() / tokens;
  }
  return best;
}

}  // namespace

int main() {
  std::string json;
  std::printf("%-10s %12s\n", "wire", "ns a token");
  for (const Row& row : rows) {
    const double ns = measure(row);
    const std::string name(slug(row.wire));
    std::printf("%-10s %12.0f\n", name.c_str(), ns);
    json += (json.empty() ? "\"" : ",\"") + name + "\":" + std::to_string(ns);
  }
  std::printf("{\"bench\":\"llm\",\"ns_per_token\":{%s}}\n", json.c_str());
}
