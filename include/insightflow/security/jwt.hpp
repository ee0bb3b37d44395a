#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/time.hpp>

#include <boost/json/fwd.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Signed tokens (RFC 7515, 7517, 7519) with asymmetric keys. The caller names the algorithms; what
/// a token says about itself never chooses one. "none" and the HMAC family do not exist here.
namespace insightflow::security {

enum class JwsAlgorithm { EdDSA, ES256, RS256 };
BOOST_DESCRIBE_ENUM(JwsAlgorithm, EdDSA, ES256, RS256)

/// A key that checks signatures. Copies share it; safe from several threads.
class PublicKey {
 public:
  /// From a JSON Web Key: OKP/Ed25519, EC/P-256 or RSA of 2,048 to 8,192 bits. `use`, `key_ops`,
  /// and `alg` must allow it to check signatures. Errors: `jwk_malformed`, `jwk_unsupported`,
  /// `jwk_weak` (too short, or from a generator known to be broken, CVE-2017-15361).
  static Result<PublicKey> from_jwk(const boost::json::value& jwk);

  /// From the 32 bytes of an Ed25519 key. Errors: `jwk_malformed`.
  static Result<PublicKey> ed25519(std::string_view id, std::string_view bytes);

  const std::string& id() const;
  JwsAlgorithm algorithm() const;
  /// Signatures are as JWS has them: 64 bytes for EdDSA and ES256.
  bool verify(std::string_view message, std::string_view signature) const;
  boost::json::object jwk() const;

 private:
  struct State;
  explicit PublicKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// The keys of one issuer.
struct KeySet {
  std::vector<PublicKey> keys;

  /// Reads {"keys":[…]}; keys of kinds that are not used here are passed over, those that are
  /// damaged or weak too. Errors: `jwk_malformed`, `jwk_duplicate`, those of `parse_json`.
  static Result<KeySet> parse(std::string_view jwks);
  boost::json::object jwks() const;
};

/// An Ed25519 key that signs.
class SigningKey {
 public:
  static SigningKey generate(std::string id);
  /// From the 32 bytes of `secret()`. Errors: `signing_key_malformed`.
  static Result<SigningKey> from_secret(std::string id, std::string_view secret);

  std::string secret() const;
  const PublicKey& public_key() const;
  std::string sign(std::string_view message) const;

  /// A compact JWS: header {"alg":"EdDSA","kid":…,"typ":type}.
  std::string sign_token(std::string_view type, std::string_view payload) const;

 private:
  struct State;
  explicit SigningKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// A compact JWS whose signature is right.
struct VerifiedJws {
  std::string payload;
  std::string type;    ///< The header's "typ"; empty where it has none.
  std::string key_id;  ///< Of the key that signed it.
};

inline constexpr std::size_t longest_jws = 16 * 1024;

/// Checks a compact JWS. The key is the one the header names, or without a name the only one of its
/// algorithm. Headers with `crit`, `jku`, `jwk`, `x5u` or `x5c` are refused. Errors, all
/// `Code::unauthenticated`: `token_malformed`, `token_algorithm`, `token_header`,
/// `token_key_unknown`, `token_signature`.
Result<VerifiedJws> verify_jws(std::string_view token, const KeySet& keys,
                               std::span<const JwsAlgorithm> allowed);

/// What a JWT must say besides being signed.
struct JwtRules {
  std::string_view issuer;
  std::string_view audience;
  std::string_view type{};  ///< The header's "typ", without regard to case; empty: "JWT" or none.
  Instant now;
  std::int64_t leeway_ms = 0;  ///< How far clocks may differ.
};

/// The claims of a JWT that is signed and says what it must; `exp` and `iat` are required. Gives
/// the key that signed it where that is asked for. Errors: those of `verify_jws`, and `token_type`,
/// `token_claims`, `token_issuer`, `token_audience`, `token_expired`, `token_not_yet`.
Result<boost::json::object> verify_jwt(std::string_view token, const KeySet& keys,
                                       std::span<const JwsAlgorithm> allowed, const JwtRules& rules,
                                       std::string* key_id = nullptr);

}  // namespace insightflow::security
