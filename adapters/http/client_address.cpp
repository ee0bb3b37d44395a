#include "http/client_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace insightflow::http {

namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr Bytes mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};  // ::ffff:0:0/96
constexpr int mapped_bits = 96;

/// An address as IPv6; an IPv4 one as mapped into it. What follows a NUL would be read by nobody.
std::optional<Bytes> bytes_of(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof terminated || text.find('\0') != text.npos)
    return std::nullopt;
  std::copy(text.begin(), text.end(), terminated);
  Bytes out = mapped;
  if (inet_pton(AF_INET, terminated, out.data() + 12) == 1) return out;
  if (inet_pton(AF_INET6, terminated, out.data()) == 1) return out;
  return std::nullopt;
}

bool equal_bits(const Bytes& a, const Bytes& b, int bits) {
  const std::size_t whole = static_cast<std::size_t>(bits) / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool is_mapped(const Bytes& bytes) {
  return equal_bits(bytes, mapped, mapped_bits);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  const Error malformed =
      fail(Code::invalid, "network_malformed",
           "'" + std::string(text) + "' is no network; write e.g. 10.0.0.0/8, ::1 or fd00::/8.");
  const std::size_t slash = text.find('/');
  const auto bytes = bytes_of(text.substr(0, slash));
  if (!bytes) return malformed;
  Network out;
  out.bytes_ = *bytes;
  if (slash == text.npos) return out;
  const int width = text.find(':') == text.npos ? 32 : 128;
  const std::string_view digits = text.substr(slash + 1);
  int bits = -1;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (end.ec != std::errc() || end.ptr != digits.data() + digits.size() || bits < 0 || bits > width)
    return malformed;
  out.bits_ = bits + 128 - width;
  return out;
}

bool Network::contains(std::string_view address) const {
  const auto bytes = bytes_of(address);
  return bytes && equal_bits(*bytes, bytes_, bits_);
}

std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           const std::vector<Network>& trusted) {
  const auto is_trusted = [&](std::string_view address) {
    return std::any_of(trusted.begin(), trusted.end(),
                       [&](const Network& network) { return network.contains(address); });
  };
  std::string_view client = peer;
  while (is_trusted(client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::string_view before =
        trimmed(comma == forwarded_for.npos ? forwarded_for : forwarded_for.substr(comma + 1));
    if (!bytes_of(before)) break;
    client = before;
    forwarded_for =
        comma == forwarded_for.npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return std::string(client);
}

std::string sender_of(std::string_view address) {
  auto bytes = bytes_of(address);
  if (!bytes) return std::string(address);
  char text[INET6_ADDRSTRLEN] = {};
  if (is_mapped(*bytes)) {
    inet_ntop(AF_INET, bytes->data() + 12, text, sizeof text);
    return text;
  }
  std::fill(bytes->begin() + 8, bytes->end(), std::uint8_t{0});
  inet_ntop(AF_INET6, bytes->data(), text, sizeof text);
  return std::string(text) + "/64";
}

bool is_loopback(std::string_view address) {
  static const Network networks[] = {Network::parse("127.0.0.0/8").value(),
                                     Network::parse("::1").value()};
  return networks[0].contains(address) || networks[1].contains(address);
}

}  // namespace insightflow::http
