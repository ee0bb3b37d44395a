#pragma once

#include <string>
#include <string_view>

namespace insightflow::security {

/// HMAC-SHA-256 (RFC 2104): 32 raw bytes. Compare them with `equal_in_constant_time`.
std::string hmac_sha256(std::string_view key, std::string_view message);

}  // namespace insightflow::security
