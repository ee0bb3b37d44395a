#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace insightflow::security {

/// Base64 with the alphabet for URLs and without padding (RFC 4648, 5).
std::string base64url_encode(std::string_view bytes);

/// Strict: nothing but the alphabet, no padding, and the bits behind the last byte are zero, so
/// that two different texts never mean the same bytes. Nothing where the text is not that.
std::optional<std::string> base64url_decode(std::string_view text);

/// Base32 without padding (RFC 4648, 6), as authenticator apps read secrets.
std::string base32_encode(std::string_view bytes);

/// Lower-case hexadecimal.
std::string hex_encode(std::string_view bytes);

/// %XX for everything but unreserved characters (RFC 3986, 2.3).
std::string percent_encode(std::string_view text);

}  // namespace insightflow::security
