#include "llm/reader.hpp"
#include "target.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace insightflow;
using namespace insightflow::llm;
using fuzz::require;

namespace {

struct Setting {
  Wire wire;
  bool stream;
  std::string_view type;
  int status;
};

/// The first byte chooses what is spoken.
Setting setting_of(std::uint8_t byte) {
  constexpr std::array<std::string_view, 4> types{"text/event-stream", "application/json",
                                                  "application/x-ndjson", ""};
  return {static_cast<Wire>(byte & 3), (byte & 4) != 0, types[(byte >> 3) & 3],
          (byte & 32) != 0 ? 400 : 200};
}

struct Outcome {
  std::string_view reason;  // empty: an answer
  std::string detail;
  std::string text;
  std::string heard;
  Usage usage;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(const Setting& setting, std::string_view bytes, std::size_t step) {
  Outcome out;
  const WireFormat& format = format_of(setting.wire);
  const OnText on_text = [&](std::string_view text) {
    require(!text.empty(), "a piece holds something");
    out.heard += text;
  };
  AnswerReader reader({"house", format.stream_framing, setting.stream, {}, 1u << 24}, format,
                      on_text);
  const auto run = [&]() -> Result<Answer> {
    BOOST_OUTCOME_TRY(reader.head({setting.status, {{"Content-Type", std::string(setting.type)}}}));
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      BOOST_OUTCOME_TRY(reader.body(bytes.substr(at, step)));
    }
    BOOST_OUTCOME_TRY(reader.end());
    return reader.take();
  };
  const Result<Answer> answer = run();
  if (!answer) {
    out.reason = answer.error().reason;
    out.detail = answer.error().detail;
    require(out.reason.starts_with("llm_"), "an error is one of the documented ones");
    return out;
  }
  require(setting.status == 200, "only a success holds an answer");
  out.text = answer.value().text;
  out.usage = answer.value().usage;
  require(out.heard == out.text, "the pieces make the text");
  require(out.usage.input_tokens >= 0 && out.usage.output_tokens >= 0, "counts are counts");
  return out;
}

void read_vectors(Wire wire, std::string_view bytes) {
  const WireFormat& format = format_of(wire);
  if (format.read_embeddings == nullptr) return;
  EmbeddingsReader reader({"house", Framing::whole, false, {}, 1u << 24}, format, 2);
  if (!reader.head({200, {}}) || !reader.body(bytes) || !reader.end()) return;
  if (const Result<Embeddings> got = reader.take())
    require(got.value().vectors.size() == 2 &&
                got.value().vectors[0].size() == got.value().vectors[1].size(),
            "vectors are equally long");
}

}  // namespace

/// Answers do not depend on how the bytes arrive.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Setting setting = setting_of(data[0]);
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  const Outcome whole = read(setting, bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t step : {1, 2, 7, 64})
    require(read(setting, bytes, step) == whole, "pieces give the same answer");
  read_vectors(setting.wire, bytes);
  return 0;
}
