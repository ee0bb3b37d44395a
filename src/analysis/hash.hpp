#pragma once

#include <cstdint>
#include <string_view>

namespace insightflow::analysis {

/// Finaliser of a 64-bit hash: every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  return x;
}

/// The same 64 bits on every machine; not for secrets.
constexpr std::uint64_t hash(std::string_view bytes, std::uint64_t seed = 0) noexcept {
  std::uint64_t h = seed ^ (bytes.size() * 0x9e3779b97f4a7c15u);
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = bytes.size() < 8 ? bytes.size() : 8;
    for (std::size_t i = 0; i < count; ++i)
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    h = (h ^ word) * 0x9fb21c651e98df25u;
    h ^= h >> 29;
    bytes.remove_prefix(count);
  }
  return mix(h);
}

/// Hash of a sequence, one item after the other.
constexpr std::uint64_t combine(std::uint64_t a, std::uint64_t b) noexcept {
  return mix(a * 0x9e3779b97f4a7c15u + b);
}

}  // namespace insightflow::analysis
