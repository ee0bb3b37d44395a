#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace insightflow::llm {

/// About how many tokens a text has, where nobody counted: a quarter of its bytes. English has four
/// letters to a token; scripts with two or three bytes to a letter have fewer letters to one.
constexpr std::int64_t rough_tokens(std::string_view text) {
  return static_cast<std::int64_t>((text.size() + 3) / 4);
}

/// No sum of calls with so many tokens overflows, whatever a provider says.
constexpr std::int64_t bounded_tokens(std::int64_t tokens) {
  return std::clamp<std::int64_t>(tokens, 0, 1'000'000'000);
}

}  // namespace insightflow::llm
