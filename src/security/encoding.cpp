#include <insightflow/security/encoding.hpp>

#include <array>
#include <cstdint>

namespace insightflow::security {

namespace {

constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base32_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

constexpr std::array<std::int8_t, 256> base64url_values = [] {
  std::array<std::int8_t, 256> out{};
  out.fill(-1);
  for (std::size_t i = 0; i < base64url_alphabet.size(); ++i)
    out[static_cast<unsigned char>(base64url_alphabet[i])] = static_cast<std::int8_t>(i);
  return out;
}();

/// Cuts bytes into groups of `width` bits, the last one filled up with zeros.
std::string regroup(std::string_view bytes, int width, std::string_view alphabet) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (held += 8; held >= width; held -= width)
      out += alphabet[(bits >> (held - width)) & ((1u << width) - 1)];
  }
  if (held > 0) out += alphabet[(bits << (width - held)) & ((1u << width) - 1)];
  return out;
}

}  // namespace

std::string base64url_encode(std::string_view bytes) {
  return regroup(bytes, 6, base64url_alphabet);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = base64url_values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held);
    }
  }
  if ((bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return out;
}

std::string base32_encode(std::string_view bytes) {
  return regroup(bytes, 5, base32_alphabet);
}

std::string hex_encode(std::string_view bytes) {
  return regroup(bytes, 4, "0123456789abcdef");
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view unreserved = "-._~";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
        unreserved.find(c) != unreserved.npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

}  // namespace insightflow::security
