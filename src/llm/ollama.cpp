#include "llm/json_peek.hpp"
#include "llm/tokens.hpp"
#include "llm/wire.hpp"

namespace insightflow::llm {

namespace {
namespace ollama {

// Source: Ollama, docs/api.md, "Generate a chat completion" and "Generate embeddings".
constexpr std::array end_words{EndWord{"stop", EndWord::complete},
                               EndWord{"length", EndWord::length}};

/// Ollama cuts what does not fit its context without a word, and the context is small unless it is
/// asked for. Powers of two, so that it does not load the model anew for each request; nothing
/// where the smallest of its own defaults is enough.
std::int64_t context_for(const Request& request) {
  constexpr std::int64_t smallest_default = 4096, largest = 1 << 20;
  std::int64_t need = request.max_output_tokens + rough_tokens(request.schema);
  for (const Message& message : request.messages) need += rough_tokens(message.text) + 8;
  need += need / 4;  // the estimate may be low
  if (need <= smallest_default) return 0;
  std::int64_t context = smallest_default;
  while (context < need && context < largest) context *= 2;
  return context;
}

Result<HttpRequest> encode(const Request& request, const EncodeOptions& options) {
  const bool told = !request.schema.empty() && options.schema == SchemaMode::fallback;
  json::object body{{"model", request.model}};
  json::array messages;
  for (const Message& message : told ? with_schema_told(request) : request.messages)
    messages.push_back(json::object{{"role", slug(message.role)}, {"content", message.text}});
  body["messages"] = std::move(messages);
  json::object settings{{"num_predict", request.max_output_tokens}};
  if (request.temperature) settings["temperature"] = *request.temperature;
  if (const std::int64_t context = context_for(request); context > 0) settings["num_ctx"] = context;
  body["options"] = std::move(settings);
  if (!request.schema.empty()) {
    BOOST_OUTCOME_TRY(json::object schema, schema_of(request));
    if (told)
      body["format"] = "json";
    else
      body["format"] = std::move(schema);
  }
  body["stream"] = options.stream;
  return HttpRequest{"/api/chat", {}, insightflow::serialize(body), options.stream};
}

void read(Answer& answer, const json::object& from) {
  if (const std::string_view model = text_in(from, "model"); !model.empty()) answer.model = model;
  if (const json::object* message = object_in(from, "message"))
    answer.text += text_in(*message, "content");
  const json::value* done = from.if_contains("done");
  if (done == nullptr || !done->is_bool() || !done->get_bool()) return;
  answer.closed = true;
  // What was in its cache is not counted.
  answer.counted = from.contains("eval_count") && from.contains("prompt_eval_count");
  answer.usage.input_tokens = count_in(from, "prompt_eval_count");
  answer.usage.output_tokens = count_in(from, "eval_count");
  // Older servers give no reason.
  const std::string_view word = text_in(from, "done_reason");
  note_end(answer, word.empty() ? "stop" : word, end_words);
}

HttpRequest encode_embed(const EmbedRequest& request) {
  json::object body{{"model", request.model},
                    {"input", json::array(request.texts.begin(), request.texts.end())},
                    {"truncate", false}};
  if (request.dimensions > 0) body["dimensions"] = request.dimensions;
  return {"/api/embed", {}, insightflow::serialize(body), false};
}

bool read_embeddings(Embeddings& embeddings, const json::object& from) {
  const json::array* items = array_in(from, "embeddings");
  if (items == nullptr) return false;
  for (const json::value& item : *items)
    if (!read_vector(embeddings.vectors.emplace_back(), item.if_array())) return false;
  embeddings.model = text_in(from, "model");
  embeddings.usage.input_tokens = count_in(from, "prompt_eval_count");
  return true;
}

}  // namespace ollama
}  // namespace

const WireFormat ollama_format{Wire::ollama, "http://localhost:11434", "Authorization",
                               "Bearer ",    Framing::lines,           ollama::encode,
                               ollama::read, ollama::encode_embed,     ollama::read_embeddings};

}  // namespace insightflow::llm
