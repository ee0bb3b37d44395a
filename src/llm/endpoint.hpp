#pragma once

#include <insightflow/llm/provider.hpp>

#include <string>
#include <string_view>

namespace insightflow::llm {

/// Where requests go and the key that goes with them. The key is read once and leaves this object
/// in one header; nothing prints it.
struct Endpoint {
  std::string base;  ///< The base URL without a slash at its end.
  std::string host;  ///< In lower case.
  bool encrypted = true;
  std::string key;  ///< Empty: none is sent.

  /// A key over plain HTTP must not leave the machine or its own network.
  bool guarded() const { return !encrypted && !key.empty(); }
};

/// Reads the URL, the variable and the file. Errors: those of `open_client`.
Result<Endpoint> endpoint_of(const Provider& provider, std::string_view default_base);

/// True for addresses of the machine itself and of private networks (RFC 1918, 4193, 6598, 3927).
/// `bytes` has 4 or 16 bytes, in the order of the network.
bool is_private_address(std::string_view bytes);

/// True for such an address as text, and for names that are given inside such networks alone:
/// localhost, names without a dot, and those below .localhost, .local and .internal.
bool is_private_host(std::string_view host);

}  // namespace insightflow::llm
