#include "llm/json_peek.hpp"
#include "llm/wire.hpp"

namespace insightflow::llm {

namespace {
namespace gemini {

// Source: Gemini's API reference, "Generating content" (FinishReason, BlockReason), "Embeddings".
constexpr std::array end_words{EndWord{"STOP", EndWord::complete},
                               EndWord{"MAX_TOKENS", EndWord::length},
                               EndWord{"SAFETY", EndWord::refused},
                               EndWord{"RECITATION", EndWord::refused},
                               EndWord{"LANGUAGE", EndWord::refused},
                               EndWord{"BLOCKLIST", EndWord::refused},
                               EndWord{"PROHIBITED_CONTENT", EndWord::refused},
                               EndWord{"SPII", EndWord::refused}};

/// Where a model lives, with its name escaped as one segment of a path.
std::string place_of(std::string_view model) {
  std::string out = "/models/";
  for (const std::string_view collection : {"models/", "tunedModels/"}) {
    if (!model.starts_with(collection)) continue;
    out = "/" + std::string(collection);
    model.remove_prefix(collection.size());
    break;
  }
  static constexpr char hex[] = "0123456789ABCDEF";
  for (const char c : model) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (plain)
      out += c;
    else
      ((out += '%') += hex[byte >> 4]) += hex[byte & 15];
  }
  return out;
}

json::object content_of(std::string_view text, std::string_view role = {}) {
  json::object content;
  if (!role.empty()) content["role"] = role;
  content["parts"].emplace_array().push_back(json::object{{"text", text}});
  return content;
}

Result<HttpRequest> encode(const Request& request, const EncodeOptions& options) {
  json::object body;
  const bool told = !request.schema.empty() && options.schema == SchemaMode::fallback;
  const std::string system = system_text(told ? with_schema_told(request) : request.messages);
  if (!system.empty()) body["systemInstruction"] = content_of(system);
  json::array contents;
  for (const Message& message : request.messages)
    if (message.role != Role::system)
      contents.push_back(content_of(message.text, message.role == Role::user ? "user" : "model"));
  body["contents"] = std::move(contents);
  json::object settings{{"maxOutputTokens", request.max_output_tokens}};
  if (request.temperature) settings["temperature"] = *request.temperature;
  if (!request.schema.empty()) {
    settings["responseMimeType"] = "application/json";
    BOOST_OUTCOME_TRY(json::object schema, schema_of(request));
    if (!told) settings["responseJsonSchema"] = std::move(schema);
  }
  body["generationConfig"] = std::move(settings);
  const std::string_view verb =
      options.stream ? ":streamGenerateContent?alt=sse" : ":generateContent";
  return HttpRequest{
      place_of(request.model).append(verb), {}, insightflow::serialize(body), options.stream};
}

void read_usage(Answer& answer, const json::object& usage) {
  answer.counted = true;
  answer.usage.input_tokens = count_in(usage, "promptTokenCount");
  answer.usage.output_tokens =
      count_in(usage, "candidatesTokenCount") + count_in(usage, "thoughtsTokenCount");
  answer.usage.cached_input_tokens = count_in(usage, "cachedContentTokenCount");
}

void read_parts(Answer& answer, const json::array& parts) {
  for (const json::value& item : parts) {
    const json::object* part = item.if_object();
    if (part == nullptr) continue;
    const json::value* thought = part->if_contains("thought");
    if (thought != nullptr && thought->is_bool() && thought->get_bool()) continue;
    answer.text += text_in(*part, "text");
  }
}

void read(Answer& answer, const json::object& from) {
  if (const std::string_view model = text_in(from, "modelVersion"); !model.empty())
    answer.model = model;
  if (const json::object* usage = object_in(from, "usageMetadata")) read_usage(answer, *usage);
  if (const json::object* feedback = object_in(from, "promptFeedback"))
    if (!text_in(*feedback, "blockReason").empty()) answer.refused = true;
  const json::array* candidates = array_in(from, "candidates");
  if (candidates == nullptr) return;
  for (const json::value& item : *candidates) {
    const json::object* candidate = item.if_object();
    if (candidate == nullptr || count_in(*candidate, "index") != 0) continue;
    if (const json::object* content = object_in(*candidate, "content"))
      if (const json::array* parts = array_in(*content, "parts")) read_parts(answer, *parts);
    if (const std::string_view word = text_in(*candidate, "finishReason"); !word.empty())
      note_end(answer, word, end_words);
  }
}

HttpRequest encode_embed(const EmbedRequest& request) {
  const std::string place = place_of(request.model);
  json::array items;
  for (const std::string& text : request.texts) {
    json::object item{{"model", place.substr(1)}, {"content", content_of(text)}};
    if (request.dimensions > 0) item["outputDimensionality"] = request.dimensions;
    items.push_back(std::move(item));
  }
  return {place + ":batchEmbedContents",
          {},
          insightflow::serialize(json::object{{"requests", std::move(items)}}),
          false};
}

bool read_embeddings(Embeddings& embeddings, const json::object& from) {
  const json::array* items = array_in(from, "embeddings");
  if (items == nullptr) return false;
  for (const json::value& item : *items) {
    const json::object* embedding = item.if_object();
    if (embedding == nullptr ||
        !read_vector(embeddings.vectors.emplace_back(), array_in(*embedding, "values")))
      return false;
  }
  return true;
}

}  // namespace gemini
}  // namespace

const WireFormat gemini_format{
    Wire::gemini,           "https://generativelanguage.googleapis.com/v1beta",
    "x-goog-api-key",       "",
    Framing::events,        gemini::encode,
    gemini::read,           gemini::encode_embed,
    gemini::read_embeddings};

}  // namespace insightflow::llm
