#pragma once

#include <insightflow/core/result.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace insightflow::utf8 {

inline constexpr char32_t invalid_code_point = 0xFFFFFFFF;

/// Decodes the code point that starts at byte `at` and moves `at` behind it. On a malformed,
/// overlong, surrogate or out-of-range sequence it returns `invalid_code_point` and moves by one.
constexpr char32_t decode(std::string_view text, std::size_t& at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const int length = lead >= 0xF0 && lead < 0xF5   ? 4
                     : lead >= 0xE0 && lead < 0xF0 ? 3
                     : lead >= 0xC2 && lead < 0xE0 ? 2
                                                   : 0;
  if (length == 0 || at + length > text.size()) {
    ++at;
    return invalid_code_point;
  }
  char32_t point = length == 4 ? lead & 0x07u : length == 3 ? lead & 0x0Fu : lead & 0x1Fu;
  for (int i = 1; i < length; ++i) {
    const unsigned char next = byte(at + i);
    if ((next & 0xC0) != 0x80) {
      ++at;
      return invalid_code_point;
    }
    point = (point << 6) | (next & 0x3Fu);
  }
  const char32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
  if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
    ++at;
    return invalid_code_point;
  }
  at += length;
  return point;
}

/// The byte offset of the first sequence that is not UTF-8 (RFC 3629), or nothing when all is well.
constexpr std::optional<std::size_t> first_invalid(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    if (decode(text, at) == invalid_code_point) return start;
  }
  return std::nullopt;
}

/// Number of code points. `text` must be valid UTF-8.
constexpr std::size_t length(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

/// The first `count` code points of valid UTF-8.
constexpr std::string_view prefix(std::string_view text, std::size_t count) noexcept {
  std::size_t at = 0;
  while (at < text.size() && count-- > 0) decode(text, at);
  return text.substr(0, at);
}

/// Nothing is ever replaced silently: errors `utf8_invalid`, with the byte offset in the detail.
Result<void> check(std::string_view text, std::string_view pointer = {});

}  // namespace insightflow::utf8
