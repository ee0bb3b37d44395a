#include "llm/tokens.hpp"

#include <insightflow/llm/settings.hpp>

#include <algorithm>
#include <array>

namespace insightflow::llm {

namespace {

/// Sixteenths of a token: of an ASCII byte, of a letter of another alphabet, of an East Asian one.
struct Weights {
  Wire wire;
  std::int64_t ascii;
  std::int64_t letter;
  std::int64_t wide;
};
constexpr std::array weights{Weights{Wire::openai, 4, 8, 16}, Weights{Wire::anthropic, 5, 9, 20},
                             Weights{Wire::gemini, 4, 8, 14}, Weights{Wire::ollama, 5, 9, 18}};
constexpr std::int64_t whole = 16;
constexpr std::int64_t message_overhead = 4;
constexpr std::int64_t million = 1'000'000;

const Weights& weights_of(Wire wire) {
  return *std::ranges::find(weights, wire, &Weights::wire);
}

}  // namespace

std::int64_t estimate_tokens(std::string_view text, Wire wire) {
  const Weights& of = weights_of(wire);
  std::int64_t sum = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      sum += of.ascii;
    else if (byte >= 0xe0)  // from U+0800: three bytes and more
      sum += of.wide;
    else if (byte >= 0xc0)
      sum += of.letter;
  }
  return (sum + whole - 1) / whole;
}

std::int64_t estimate_tokens(const Request& request, Wire wire) {
  std::int64_t sum = estimate_tokens(request.schema, wire);
  for (const Message& message : request.messages)
    sum += estimate_tokens(message.text, wire) + message_overhead;
  return sum;
}

std::int64_t price(const Model& model, const Usage& usage) {
  const std::int64_t input = bounded_tokens(usage.input_tokens);
  const std::int64_t cached = std::clamp<std::int64_t>(usage.cached_input_tokens, 0, input);
  const std::int64_t output = bounded_tokens(usage.output_tokens);
  std::int64_t sum = 0, rest = 0;
  const auto add = [&](std::int64_t tokens, std::int64_t each) {
    const std::int64_t product = tokens * each;  // at most 10^18
    sum += product / million;
    rest += product % million;
  };
  add(input - cached, model.input_price);
  add(cached, model.cached_input_price.value_or(model.input_price));
  add(output, model.output_price);
  return sum + (rest + million - 1) / million;
}

}  // namespace insightflow::llm
