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

/// The first `count` bytes, 0 to 8, as a little-endian number. Reads that overlap instead of a loop
/// over the bytes.
constexpr std::uint64_t little_endian(const char* bytes, std::size_t count) noexcept {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
  };
  const auto four = [&](std::size_t i) {
    return at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24;
  };
  if (count >= 8) return four(0) | four(4) << 32;
  if (count >= 4) return four(0) | four(count - 4) << (8 * (count - 4));
  if (count == 0) return 0;
  return at(0) | at(count / 2) << (8 * (count / 2)) | at(count - 1) << (8 * (count - 1));
}

/// The same 64 bits on every machine; not for secrets.
constexpr std::uint64_t hash(std::string_view bytes, std::uint64_t seed = 0) noexcept {
  std::uint64_t h = seed ^ (bytes.size() * 0x9e3779b97f4a7c15u);
  while (!bytes.empty()) {
    const std::size_t count = bytes.size() < 8 ? bytes.size() : 8;
    const std::uint64_t word = little_endian(bytes.data(), count);
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
