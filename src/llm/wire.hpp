#pragma once

#include "llm/frames.hpp"
#include "llm/http.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/llm/provider.hpp>

namespace insightflow::llm {

/// How a provider is asked for structure. Some servers refuse their format's own way; then the
/// schema is told in another one, which is less sure to be followed.
enum class SchemaMode { native, fallback };

struct EncodeOptions {
  bool stream = false;
  SchemaMode schema = SchemaMode::native;
  /// OpenAI's own servers call the limit `max_completion_tokens` and refuse the older name for some
  /// models; most others know the older name alone.
  bool completion_tokens = false;
};

/// What has been read of an answer so far.
struct Answer {
  std::string text;
  std::string model;
  Usage usage;
  bool counted = false;  ///< The provider told the usage.
  bool ended = false;    ///< The provider told why the answer ended; `finish` holds it.
  bool closed = false;   ///< The provider said that nothing more comes.
  bool refused = false;
  bool in_tool = false;  ///< The text is the input of a tool, as one of the wires sends structure.
  Finish finish = Finish::complete;
};

/// One wire format: how a question is written and how each JSON text of an answer is read. Pure.
struct WireFormat {
  Wire wire;
  std::string_view default_base;
  std::string_view key_header;
  std::string_view key_prefix;
  Framing stream_framing;
  /// Errors: `llm_request_refused` where the schema is no JSON object.
  Result<HttpRequest> (*encode)(const Request&, const EncodeOptions&);
  /// Reads a whole answer or one piece of a streamed one; both are told apart by their content.
  void (*read)(Answer&, const json::object&);
  /// Null where the provider has no embeddings.
  HttpRequest (*encode_embed)(const EmbedRequest&);
  /// False where it is not what the documentation says.
  bool (*read_embeddings)(Embeddings&, const json::object&);
};

const WireFormat& format_of(Wire wire);

/// The rows, one in each file.
extern const WireFormat openai_format;
extern const WireFormat anthropic_format;
extern const WireFormat gemini_format;
extern const WireFormat ollama_format;

/// The last event of some streams is this and not JSON.
inline constexpr std::string_view done_mark = "[DONE]";

/// Notes why an answer ended, by a table of the wire's own words. A word that is not in it means
/// that the answer may not be whole.
struct EndWord {
  std::string_view word;
  enum Meaning { complete, length, refused } meaning;
};
void note_end(Answer& answer, std::string_view word, std::span<const EndWord> words);

/// Reads numbers of a vector; false where something else is among them or there is none.
bool read_vector(std::vector<float>& into, const json::array* from);

/// The system messages as one text.
std::string system_text(std::span<const Message> messages);

/// The messages with the schema told in the first one, which is the system's: many models take no
/// such message later.
std::vector<Message> with_schema_told(const Request& request);

/// The schema of the request. Errors: as `encode`.
Result<json::object> schema_of(const Request& request);

}  // namespace insightflow::llm
