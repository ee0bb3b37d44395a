#pragma once

#include "analysis/hash.hpp"

#include <insightflow/analysis/text.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

/// What the sentiment model looks at; shared by the model and the program that trains it.
namespace insightflow::analysis {

inline constexpr std::uint32_t sentiment_bits = 18;
inline constexpr std::uint32_t sentiment_buckets = 1u << sentiment_bits;

/// Begins or ends the stretch of words whose meaning a negation turns round.
enum class Scope : std::uint8_t { none, negates, ends };
Scope scope_of(std::string_view form);

/// Buckets of the tokens [first, last); a bucket may occur several times. `known` is the number of
/// tokens that can carry a mood at all.
struct SentimentFeatures {
  std::vector<std::uint32_t> buckets;
  std::size_t known = 0;

  void collect(const TokenizedText& text, std::size_t first, std::size_t last);
};

}  // namespace insightflow::analysis
