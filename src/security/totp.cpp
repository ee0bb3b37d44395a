#include "security/bytes.hpp"

#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/mac.hpp>
#include <insightflow/security/tokens.hpp>
#include <insightflow/security/totp.hpp>

#include <botan/mac.h>

namespace insightflow::security {

namespace {

constexpr std::size_t secret_bytes = 20;
constexpr int digits = 6;
constexpr std::uint32_t modulus = 1'000'000;

std::string mac(const char* algorithm, std::string_view key, std::string_view message) {
  const auto code = Botan::MessageAuthenticationCode::create_or_throw(algorithm);
  code->set_key(bytes_of(key), key.size());
  code->update(bytes_of(message), message.size());
  std::string out(code->output_length(), '\0');
  code->final(reinterpret_cast<std::uint8_t*>(out.data()));
  return out;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return mac("HMAC(SHA-256)", key, message);
}

std::string totp_secret() {
  return random_bytes(secret_bytes);
}

std::string totp_code(std::string_view secret, std::int64_t step) {
  std::string counter(8, '\0');
  for (int i = 0; i < 8; ++i)
    counter[7 - i] = static_cast<char>(static_cast<std::uint64_t>(step) >> (8 * i));
  const std::string hash = mac("HMAC(SHA-1)", secret, counter);
  // RFC 4226, 5.3: the last four bits say where the 31 bits begin.
  const std::size_t at = static_cast<unsigned char>(hash.back()) & 15;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    number = (number << 8) | static_cast<unsigned char>(hash[at + i]);
  std::string out = std::to_string((number & 0x7FFFFFFF) % modulus);
  return std::string(digits - out.size(), '0') + out;
}

std::optional<std::int64_t> totp_check(std::string_view secret, std::string_view code,
                                       std::int64_t unix_seconds, std::int64_t last_step) {
  const std::int64_t now = totp_step(unix_seconds);
  std::optional<std::int64_t> found;
  for (std::int64_t step = now - 1; step <= now + 1; ++step)
    if (equal_in_constant_time(totp_code(secret, step), code) && step > last_step) found = step;
  return found;
}

std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  const std::string name = percent_encode(issuer);
  return "otpauth://totp/" + name + ":" + percent_encode(account) +
         "?secret=" + base32_encode(secret) + "&issuer=" + name;
}

}  // namespace insightflow::security
