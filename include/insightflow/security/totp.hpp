#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Codes of an authenticator app (RFC 6238): six digits of HMAC-SHA-1, a new one every 30 seconds.
namespace insightflow::security {

inline constexpr std::int64_t totp_seconds = 30;

/// The number of the 30-second step that a second since 1970 falls into.
constexpr std::int64_t totp_step(std::int64_t unix_seconds) {
  return unix_seconds / totp_seconds;
}

/// A secret of 160 random bits, raw.
std::string totp_secret();

/// The code of a step; six digits, zeros in front.
std::string totp_code(std::string_view secret, std::int64_t step);

/// The step that a code belongs to: the current one or one of its neighbours, for clocks differ,
/// and only one behind `last_step`, so that a code is good once. Nothing where it is none of these.
std::optional<std::int64_t> totp_check(std::string_view secret, std::string_view code,
                                       std::int64_t unix_seconds, std::int64_t last_step);

/// What an authenticator app reads from a picture:
/// "otpauth://totp/Issuer:account?secret=…&issuer=Issuer".
std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account);

}  // namespace insightflow::security
