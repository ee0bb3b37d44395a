#include "llm/json_peek.hpp"
#include "llm/schema.hpp"
#include "llm/wire.hpp"

namespace insightflow::llm {

namespace {
namespace anthropic {

// Source: Anthropic's API reference, "Messages", "Streaming messages" and "Handling stop reasons".
constexpr std::array end_words{EndWord{"end_turn", EndWord::complete},
                               EndWord{"stop_sequence", EndWord::complete},
                               EndWord{"tool_use", EndWord::complete},
                               EndWord{"max_tokens", EndWord::length},
                               EndWord{"model_context_window_exceeded", EndWord::length},
                               EndWord{"pause_turn", EndWord::length},
                               EndWord{"refusal", EndWord::refused}};
constexpr std::string_view tool_name = "answer";

Result<HttpRequest> encode(const Request& request, const EncodeOptions& options) {
  json::object body{{"model", request.model}, {"max_tokens", request.max_output_tokens}};
  if (std::string system = system_text(request.messages); !system.empty())
    body["system"] = std::move(system);
  json::array messages;
  for (const Message& message : request.messages)
    if (message.role != Role::system)
      messages.push_back(json::object{{"role", slug(message.role)}, {"content", message.text}});
  body["messages"] = std::move(messages);
  // Its scale ends at 1.
  if (request.temperature) body["temperature"] = std::min(*request.temperature, 1.0);
  if (!request.schema.empty()) {
    BOOST_OUTCOME_TRY(json::object schema, schema_of(request));
    std::optional<json::object> strict = strict_schema(schema);
    if (strict && options.schema == SchemaMode::native) {
      json::object format{{"type", "json_schema"}, {"schema", std::move(*strict)}};
      body["output_config"] = json::object{{"format", std::move(format)}};
    } else {
      json::object tool{{"name", tool_name}, {"description", "Takes the answer."}};
      tool["input_schema"] = std::move(schema);
      body["tools"].emplace_array().push_back(std::move(tool));
      body["tool_choice"] = json::object{{"type", "tool"}, {"name", tool_name}};
    }
  }
  if (options.stream) body["stream"] = true;
  return HttpRequest{"/v1/messages",
                     {{"anthropic-version", "2023-06-01"}},
                     insightflow::serialize(body),
                     options.stream};
}

/// Input tokens are told without those that went to or came from the cache.
void read_usage(Answer& answer, const json::object& usage) {
  answer.counted = true;
  const std::int64_t cached = count_in(usage, "cache_read_input_tokens");
  const std::int64_t input =
      count_in(usage, "input_tokens") + count_in(usage, "cache_creation_input_tokens") + cached;
  // The last event may repeat the output alone.
  if (input > 0) {
    answer.usage.input_tokens = input;
    answer.usage.cached_input_tokens = cached;
  }
  answer.usage.output_tokens = count_in(usage, "output_tokens");
}

/// What a whole message and the first and last events of a streamed one have in common.
void read_message(Answer& answer, const json::object& message) {
  if (const std::string_view model = text_in(message, "model"); !model.empty())
    answer.model = model;
  if (const json::object* usage = object_in(message, "usage")) read_usage(answer, *usage);
  if (const std::string_view word = text_in(message, "stop_reason"); !word.empty())
    note_end(answer, word, end_words);
}

void read_whole(Answer& answer, const json::object& from) {
  if (const json::array* content = array_in(from, "content")) {
    for (const json::value& item : *content) {
      const json::object* block = item.if_object();
      if (block == nullptr) continue;
      const std::string_view type = text_in(*block, "type");
      if (type == "text") answer.text += text_in(*block, "text");
      if (type == "tool_use" && block->contains("input"))
        answer.text += insightflow::serialize(block->at("input"));
    }
  }
  read_message(answer, from);
}

void read_start(Answer& answer, const json::object& from) {
  if (const json::object* message = object_in(from, "message")) read_message(answer, *message);
}

void read_block_start(Answer& answer, const json::object& from) {
  const json::object* block = object_in(from, "content_block");
  answer.in_tool = block != nullptr && text_in(*block, "type") == "tool_use";
}

void read_block_delta(Answer& answer, const json::object& from) {
  const json::object* delta = object_in(from, "delta");
  if (delta == nullptr) return;
  const std::string_view type = text_in(*delta, "type");
  if (type == "text_delta") answer.text += text_in(*delta, "text");
  if (type == "input_json_delta") answer.text += text_in(*delta, "partial_json");
}

void read_block_stop(Answer& answer, const json::object&) {
  // A tool without input sends no piece of it.
  if (std::exchange(answer.in_tool, false) && answer.text.empty()) answer.text = "{}";
}

void read_message_delta(Answer& answer, const json::object& from) {
  if (const json::object* usage = object_in(from, "usage")) read_usage(answer, *usage);
  if (const json::object* delta = object_in(from, "delta")) read_message(answer, *delta);
}

void read_stop(Answer& answer, const json::object&) {
  answer.closed = true;
}

struct Event {
  std::string_view type;
  void (*read)(Answer&, const json::object&);
};
// `ping` and types to come say nothing; `error` is read for all wires in one place.
constexpr std::array events{Event{"content_block_delta", read_block_delta},
                            Event{"message", read_whole},
                            Event{"message_start", read_start},
                            Event{"content_block_start", read_block_start},
                            Event{"content_block_stop", read_block_stop},
                            Event{"message_delta", read_message_delta},
                            Event{"message_stop", read_stop}};

void read(Answer& answer, const json::object& from) {
  const std::string_view type = text_in(from, "type");
  for (const Event& event : events)
    if (event.type == type) event.read(answer, from);
}

}  // namespace anthropic
}  // namespace

const WireFormat anthropic_format{
    Wire::anthropic, "https://api.anthropic.com", "x-api-key",     "",
    Framing::events, anthropic::encode,           anthropic::read, nullptr,
    nullptr};

}  // namespace insightflow::llm
