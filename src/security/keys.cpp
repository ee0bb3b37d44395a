#include "security/bytes.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/jwt.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <botan/bigint.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>
#include <botan/system_rng.h>

#include <algorithm>
#include <array>

namespace insightflow::security {

namespace {

constexpr std::size_t ed25519_bytes = 32, coordinate_bytes = 32, signature_bytes = 64;
constexpr std::size_t least_rsa_bits = 2048, most_rsa_bits = 8192;

Error malformed_key() {
  return fail(Code::invalid, "jwk_malformed", "This is no well-formed JSON Web Key.");
}
Error unsupported() {
  return fail(Code::unsupported, "jwk_unsupported",
              "Keys are OKP/Ed25519, EC/P-256 or RSA, and are for signatures.");
}

/// The order of the curve's base point, least byte first: signatures with a larger scalar are the
/// same signature in other words (RFC 8032, 5.1.7).
bool scalar_is_reduced(std::string_view signature) {
  static constexpr std::array<std::uint8_t, 32> order{
      0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
      0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  for (std::size_t i = 32; i-- > 0;) {
    const auto byte = static_cast<unsigned char>(signature[32 + i]);
    if (byte != order[i]) return byte < order[i];
  }
  return false;
}

/// Whether a modulus has the mark of the broken generator (Nemec et al. 2017): modulo each of many
/// small primes it is a power of 65,537, which befalls other keys once in 2^30 and less.
bool from_broken_generator(const Botan::BigInt& modulus) {
  static constexpr std::array<std::uint32_t, 38> primes{
      3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
      73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
  return std::all_of(primes.begin(), primes.end(), [&](std::uint32_t prime) {
    const auto rest = static_cast<std::uint32_t>(modulus % prime);
    std::uint32_t power = 1;
    do {
      if (power == rest) return true;
      power = power * (65'537 % prime) % prime;
    } while (power != 1);
    return false;
  });
}

std::optional<std::string> text(const json::object& jwk, std::string_view name) {
  const json::value* value = jwk.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<std::string> bytes(const json::object& jwk, std::string_view name) {
  const auto encoded = text(jwk, name);
  return encoded ? base64url_decode(*encoded) : std::nullopt;
}

bool may_verify(const json::object& jwk) {
  if (jwk.contains("use") && text(jwk, "use") != "sig") return false;
  const json::value* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  if (!operations->is_array()) return false;
  const json::array& all = operations->get_array();
  return std::any_of(all.begin(), all.end(), [](const json::value& one) {
    return one.is_string() && one.get_string() == "verify";
  });
}

}  // namespace

struct PublicKey::State {
  std::string id;
  JwsAlgorithm algorithm{};
  std::string scheme;  ///< Botan's name of how messages are hashed and padded.
  std::unique_ptr<Botan::Public_Key> key;
  json::object jwk;
};

Result<PublicKey> PublicKey::ed25519(std::string_view id, std::string_view raw) {
  if (raw.size() != ed25519_bytes) return malformed_key();
  auto state = std::make_shared<State>();
  state->id = id;
  state->algorithm = JwsAlgorithm::EdDSA;
  state->scheme = "Pure";
  state->key = std::make_unique<Botan::Ed25519_PublicKey>(bytes_of(raw), raw.size());
  state->jwk = {{"kty", "OKP"},     {"crv", "Ed25519"}, {"x", base64url_encode(raw)},
                {"kid", state->id}, {"use", "sig"},     {"alg", "EdDSA"}};
  return PublicKey(std::move(state));
}

Result<PublicKey> PublicKey::from_jwk(const json::value& value) {
  if (!value.is_object()) return malformed_key();
  const json::object& jwk = value.get_object();
  const auto type = text(jwk, "kty"), curve = text(jwk, "crv");
  const std::string id = text(jwk, "kid").value_or("");
  if (!type) return malformed_key();
  if (!may_verify(jwk)) return unsupported();
  const auto named = [&](std::string_view algorithm) {
    return !jwk.contains("alg") || text(jwk, "alg") == algorithm;
  };

  if (type == "OKP") {
    const auto x = bytes(jwk, "x");
    if (curve != "Ed25519" || !named("EdDSA")) return unsupported();
    return x ? ed25519(id, *x) : Result<PublicKey>(malformed_key());
  }
  auto state = std::make_shared<State>();
  state->id = id;
  try {
    if (type == "EC") {
      const auto x = bytes(jwk, "x"), y = bytes(jwk, "y");
      if (curve != "P-256" || !named("ES256")) return unsupported();
      if (!x || !y || x->size() != coordinate_bytes || y->size() != coordinate_bytes)
        return malformed_key();
      const Botan::EC_Group group("secp256r1");
      // Checks that the point is on the curve.
      auto key = std::make_unique<Botan::ECDSA_PublicKey>(
          group, group.point(Botan::BigInt(bytes_of(*x), x->size()),
                             Botan::BigInt(bytes_of(*y), y->size())));
      if (!key->check_key(Botan::system_rng(), false)) return malformed_key();
      state->algorithm = JwsAlgorithm::ES256;
      state->scheme = "EMSA1(SHA-256)";
      state->key = std::move(key);
    } else if (type == "RSA") {
      const auto n = bytes(jwk, "n"), e = bytes(jwk, "e");
      if (!named("RS256")) return unsupported();
      if (!n || !e || n->size() > most_rsa_bits / 8 || e->size() > 8) return malformed_key();
      const Botan::BigInt modulus(bytes_of(*n), n->size()), exponent(bytes_of(*e), e->size());
      if (modulus.bits() < least_rsa_bits || modulus.is_even() || exponent.is_even() ||
          exponent < 3 || from_broken_generator(modulus))
        return fail(Code::invalid, "jwk_weak",
                    "RSA keys have 2,048 bits or more and come from a sound generator.");
      state->algorithm = JwsAlgorithm::RS256;
      state->scheme = "EMSA3(SHA-256)";
      state->key = std::make_unique<Botan::RSA_PublicKey>(modulus, exponent);
    } else {
      return unsupported();
    }
  } catch (const Botan::Exception&) {
    return malformed_key();
  }
  // Nothing of a private key that somebody published by mistake.
  for (const std::string_view name : {"kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"})
    if (jwk.contains(name)) state->jwk[name] = jwk.at(name);
  return PublicKey(std::move(state));
}

const std::string& PublicKey::id() const {
  return state_->id;
}
JwsAlgorithm PublicKey::algorithm() const {
  return state_->algorithm;
}
json::object PublicKey::jwk() const {
  return state_->jwk;
}

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
  if (algorithm() != JwsAlgorithm::RS256 && signature.size() != signature_bytes) return false;
  if (algorithm() == JwsAlgorithm::EdDSA && !scalar_is_reduced(signature)) return false;
  try {
    Botan::PK_Verifier verifier(*state_->key, state_->scheme);
    return verifier.verify_message(bytes_of(message), message.size(), bytes_of(signature),
                                   signature.size());
  } catch (const Botan::Exception&) {
    return false;
  }
}

struct SigningKey::State {
  State(const Botan::secure_vector<std::uint8_t>& seed, const std::string& id)
      : key(seed),
        verifier(PublicKey::ed25519(id, {reinterpret_cast<const char*>(key.get_public_key().data()),
                                         key.get_public_key().size()})
                     .value()) {}

  Botan::Ed25519_PrivateKey key;
  PublicKey verifier;
};

SigningKey SigningKey::generate(std::string id) {
  return SigningKey(
      std::make_shared<const State>(Botan::system_rng().random_vec(ed25519_bytes), id));
}

Result<SigningKey> SigningKey::from_secret(std::string id, std::string_view secret) {
  if (secret.size() != ed25519_bytes)
    return fail(Code::corrupt, "signing_key_malformed", "A stored signing key is damaged.");
  return SigningKey(std::make_shared<const State>(
      Botan::secure_vector<std::uint8_t>(secret.begin(), secret.end()), id));
}

std::string SigningKey::secret() const {
  // Botan keeps the seed with the public key behind it.
  const auto& both = state_->key.get_private_key();
  return std::string(both.begin(), both.begin() + ed25519_bytes);
}

const PublicKey& SigningKey::public_key() const {
  return state_->verifier;
}

std::string SigningKey::sign(std::string_view message) const {
  Botan::PK_Signer signer(state_->key, Botan::system_rng(), "Pure");
  const auto out = signer.sign_message(bytes_of(message), message.size(), Botan::system_rng());
  return std::string(out.begin(), out.end());
}

}  // namespace insightflow::security
