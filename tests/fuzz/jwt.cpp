#include "target.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/jwt.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

using namespace insightflow;
using namespace insightflow::security;
using fuzz::require;

/// Any bytes as a token, as a set of keys, and as base64url: refused with a reason or read; a token
/// that nobody signed is never accepted; what is read strictly is written back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SigningKey key = SigningKey::from_secret("k", std::string(32, '\x07')).value();
  static const KeySet keys{{key.public_key()}};
  static constexpr JwsAlgorithm all[] = {JwsAlgorithm::EdDSA, JwsAlgorithm::ES256,
                                         JwsAlgorithm::RS256};
  const std::string_view text = fuzz::text_of(data, size);

  if (const auto bytes = base64url_decode(text))
    require(base64url_encode(*bytes) == text, "base64url has one way to write each text");
  if (const auto read = KeySet::parse(text)) {
    const auto again = KeySet::parse(serialize(read.value().jwks()));
    require(again && again.value().keys.size() == read.value().keys.size(),
            "a set of keys is written as it was read");
  }
  const JwtRules rules{.issuer = "i", .audience = "a", .now = Instant{1'000'000}};
  const auto plain = verify_jwt(text, keys, all, rules);
  if (!plain) require(!plain.error().reason.empty(), "a refusal has a reason");

  // The same bytes as a payload, signed: whatever they say, the rules hold.
  const std::string signed_token = key.sign_token("JWT", text);
  if (signed_token.size() <= longest_jws) {
    const auto verified = verify_jws(signed_token, keys, all);
    require(verified && verified.value().payload == text, "what is signed is given back");
  }
  if (const auto claims = verify_jwt(signed_token, keys, all, rules))
    require(claims.value().at("iss").as_string() == "i", "the issuer was checked");
  // And as a header.
  const std::string odd = base64url_encode(text) + ".e30.AAAA";
  require(!verify_jws(odd, keys, all), "a signature is never right by chance");
  return 0;
}
