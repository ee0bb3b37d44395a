#include "llm/json_peek.hpp"
#include "llm/schema.hpp"
#include "llm/wire.hpp"

namespace insightflow::llm {

namespace {
namespace openai {

// Sources: OpenAI's API reference, "Chat completions"; vLLM, "OpenAI-compatible server"; llama.cpp,
// "HTTP server"; Ollama, "OpenAI compatibility"; Z.AI, "Chat completion" (sensitive,
// network_error).
constexpr std::array end_words{
    EndWord{"stop", EndWord::complete},    EndWord{"tool_calls", EndWord::complete},
    EndWord{"eos", EndWord::complete},     EndWord{"end_turn", EndWord::complete},
    EndWord{"length", EndWord::length},    EndWord{"content_filter", EndWord::refused},
    EndWord{"sensitive", EndWord::refused}};

/// A name that the format allows: up to 64 letters, digits, "_" and "-".
std::string schema_name(std::string_view task) {
  std::string name;
  for (const char c : task.substr(0, 64)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += plain || c == '-' ? c : '_';
  }
  return name.empty() ? "answer" : name;
}

Result<HttpRequest> encode(const Request& request, const EncodeOptions& options) {
  const bool told = !request.schema.empty() && options.schema == SchemaMode::fallback;
  json::object body{{"model", request.model}};
  json::array messages;
  for (const Message& message : told ? with_schema_told(request) : request.messages)
    messages.push_back(json::object{{"role", slug(message.role)}, {"content", message.text}});
  body["messages"] = std::move(messages);
  body[options.completion_tokens ? "max_completion_tokens" : "max_tokens"] =
      request.max_output_tokens;
  if (request.temperature) body["temperature"] = *request.temperature;
  if (!request.schema.empty()) {
    BOOST_OUTCOME_TRY(json::object schema, schema_of(request));
    if (told) {
      body["response_format"] = json::object{{"type", "json_object"}};
    } else {
      std::optional<json::object> strict = strict_schema(schema);
      const bool is_strict = strict.has_value();
      json::object format{{"name", schema_name(request.task)}, {"strict", is_strict}};
      format["schema"] = is_strict ? std::move(*strict) : std::move(schema);
      body["response_format"] =
          json::object{{"type", "json_schema"}, {"json_schema", std::move(format)}};
    }
  }
  if (options.stream) {
    body["stream"] = true;
    body["stream_options"] = json::object{{"include_usage", true}};
  }
  return HttpRequest{"/chat/completions", {}, insightflow::serialize(body), options.stream};
}

/// A text, or a list of parts that hold texts.
void add_content(Answer& answer, const json::value* content) {
  answer.text += text_of(content);
  if (content == nullptr || !content->is_array()) return;
  for (const json::value& part : content->get_array())
    if (const json::object* object = part.if_object(); object != nullptr)
      if (text_in(*object, "type") == "text") answer.text += text_in(*object, "text");
}

void read_usage(Answer& answer, const json::object& usage) {
  answer.counted = true;
  answer.usage.input_tokens = count_in(usage, "prompt_tokens");
  answer.usage.output_tokens = count_in(usage, "completion_tokens");
  if (const json::object* details = object_in(usage, "prompt_tokens_details"))
    answer.usage.cached_input_tokens = count_in(*details, "cached_tokens");
}

void read(Answer& answer, const json::object& from) {
  if (const std::string_view model = text_in(from, "model"); !model.empty()) answer.model = model;
  if (const json::object* usage = object_in(from, "usage")) read_usage(answer, *usage);
  const json::array* choices = array_in(from, "choices");
  if (choices == nullptr) return;
  for (const json::value& item : *choices) {
    const json::object* choice = item.if_object();
    if (choice == nullptr || count_in(*choice, "index") != 0) continue;
    for (const std::string_view key : {"message", "delta"}) {
      const json::object* message = object_in(*choice, key);
      if (message == nullptr) continue;
      add_content(answer, message->if_contains("content"));
      if (!text_in(*message, "refusal").empty()) answer.refused = true;
    }
    if (const std::string_view word = text_in(*choice, "finish_reason"); !word.empty())
      note_end(answer, word, end_words);
  }
}

HttpRequest encode_embed(const EmbedRequest& request) {
  json::object body{{"model", request.model},
                    {"input", json::array(request.texts.begin(), request.texts.end())},
                    {"encoding_format", "float"}};
  if (request.dimensions > 0) body["dimensions"] = request.dimensions;
  return {"/embeddings", {}, insightflow::serialize(body), false};
}

bool read_embeddings(Embeddings& embeddings, const json::object& from) {
  const json::array* data = array_in(from, "data");
  if (data == nullptr) return false;
  embeddings.vectors.resize(data->size());
  for (std::size_t i = 0; i < data->size(); ++i) {
    const json::object* item = (*data)[i].if_object();
    if (item == nullptr) return false;
    const auto at =
        item->contains("index") ? static_cast<std::size_t>(count_in(*item, "index")) : i;
    if (at >= data->size() || !embeddings.vectors[at].empty() ||
        !read_vector(embeddings.vectors[at], array_in(*item, "embedding")))
      return false;
  }
  embeddings.model = text_in(from, "model");
  if (const json::object* usage = object_in(from, "usage"))
    embeddings.usage.input_tokens = count_in(*usage, "prompt_tokens");
  return true;
}

}  // namespace openai
}  // namespace

const WireFormat openai_format{Wire::openai,           "https://api.openai.com/v1",
                               "Authorization",        "Bearer ",
                               Framing::events,        openai::encode,
                               openai::read,           openai::encode_embed,
                               openai::read_embeddings};

}  // namespace insightflow::llm
