#pragma once

#include <insightflow/core/result.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::http {

/// A network in CIDR notation: "10.0.0.0/8", "2001:db8::/32", or one address.
class Network {
 public:
  /// Errors: `network_malformed`.
  static Result<Network> parse(std::string_view text);

  /// False for what is no address.
  bool contains(std::string_view address) const;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  int bits_ = 128;
};

/// Who really sent a request that came from `peer`. The last entries of X-Forwarded-For are
/// believed as far back as each was written by a proxy of `trusted`; the first that was not, or
/// that is no address, ends the search. What a client writes into the header itself is never
/// believed.
std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           const std::vector<Network>& trusted);

/// What counts as one sender: an IPv4 address, or the /64 network of an IPv6 address, which one
/// customer has to himself. Anything else is returned as it is.
std::string sender_of(std::string_view address);

/// 127.0.0.0/8, ::1.
bool is_loopback(std::string_view address);

}  // namespace insightflow::http
