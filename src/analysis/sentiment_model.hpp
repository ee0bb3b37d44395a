#pragma once

#include <array>
#include <cstdint>
#include <span>

/// The trained weights as they lie in `sentiment.model`: this header, then for every bucket two
/// signed bytes, how much it speaks for negative and for positive against neutral. Little-endian.
namespace insightflow::analysis {

struct SentimentModelHeader {
  std::array<char, 8> magic{'I', 'F', 'S', 'E', 'N', 'T', '0', '1'};
  std::uint32_t bits = 0;          ///< Buckets: 2^bits.
  std::int32_t unit = 0;           ///< What one step of a weight is worth, times 2^20.
  std::int32_t negative_bias = 0;  ///< Times 2^20.
  std::int32_t positive_bias = 0;
};
static_assert(sizeof(SentimentModelHeader) == 24);
inline constexpr double sentiment_fixed_point = 1 << 20;

struct SentimentModel {
  const SentimentModelHeader& header;
  std::span<const std::int8_t> weights;
};

/// The weights that are part of the library.
SentimentModel sentiment_model();

}  // namespace insightflow::analysis
