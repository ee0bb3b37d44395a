#include "llm/wire.hpp"

#include "llm/json_peek.hpp"
#include "llm/schema.hpp"

#include <cmath>

namespace insightflow::llm {

const WireFormat& format_of(Wire wire) {
  static constexpr std::array<const WireFormat*, 4> formats{&openai_format, &anthropic_format,
                                                            &gemini_format, &ollama_format};
  return *formats[static_cast<std::size_t>(wire)];
}

void note_end(Answer& answer, std::string_view word, std::span<const EndWord> words) {
  answer.ended = true;
  answer.finish = Finish::length;
  for (const EndWord& row : words) {
    if (row.word != word) continue;
    if (row.meaning == EndWord::refused) answer.refused = true;
    if (row.meaning == EndWord::complete) answer.finish = Finish::complete;
  }
}

bool read_vector(std::vector<float>& into, const json::array* from) {
  if (from == nullptr || from->empty()) return false;
  into.reserve(from->size());
  for (const json::value& item : *from) {
    if (!item.is_number()) return false;
    const double number = item.to_number<double>();
    if (!(std::abs(number) <= std::numeric_limits<float>::max())) return false;
    into.push_back(static_cast<float>(number));
  }
  return true;
}

std::string system_text(std::span<const Message> messages) {
  std::string out;
  for (const Message& message : messages) {
    if (message.role != Role::system) continue;
    if (!out.empty()) out += "\n\n";
    out += message.text;
  }
  return out;
}

std::vector<Message> with_schema_told(const Request& request) {
  std::vector<Message> messages = request.messages;
  if (messages.empty() || messages.front().role != Role::system)
    messages.insert(messages.begin(), Message{Role::system, {}});
  std::string& text = messages.front().text;
  if (!text.empty()) text += "\n\n";
  text += "Answer with one JSON value and nothing else. It follows this JSON Schema:\n";
  text += request.schema;
  return messages;
}

Result<json::object> schema_of(const Request& request) {
  Result<json::value> parsed = parse_json(request.schema, {64, 1u << 20});
  if (!parsed || !parsed.value().is_object())
    return fail(Code::invalid, "llm_request_refused",
                "The schema of the request is not a JSON object.", "/schema");
  return rooted(std::move(parsed.value().get_object()));
}

}  // namespace insightflow::llm
