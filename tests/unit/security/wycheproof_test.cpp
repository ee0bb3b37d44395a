// Every vector of the sets that applies to a primitive used here. What does not apply is counted,
// with the reason, so that a set that grows does not pass unseen.
#include "support/shared_data.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/jwt.hpp>
#include <insightflow/security/mac.hpp>
#include <insightflow/security/seal.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace insightflow;
using namespace insightflow::security;

namespace {

constexpr JwsAlgorithm all_algorithms[] = {JwsAlgorithm::EdDSA, JwsAlgorithm::ES256,
                                           JwsAlgorithm::RS256};

json::value load(const std::filesystem::path& folder, const char* name) {
  std::ifstream in(folder / name, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return parse_json(text.str()).value();
}

std::string unhex(const json::value& value) {
  const std::string_view text = value.as_string();
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return out;
}

/// How many vectors were tried, and how many were left out.
struct Tally {
  std::size_t tried = 0, left_out = 0;
};

/// Calls `test(group, vector)` for all of a set; it gives what was accepted, or nothing where the
/// vector does not apply.
template <class F>
Tally walk(const char* file, F test) {
  Tally tally;
  const auto folder = test::shared_data("wycheproof");
  if (!folder) return tally;
  const json::value document = load(*folder, file);
  for (const json::value& group : document.at("testGroups").as_array())
    for (const json::value& vector : group.at("tests").as_array()) {
      const std::optional<bool> accepted = test(group, vector);
      if (!accepted) {
        ++tally.left_out;
        continue;
      }
      ++tally.tried;
      CAPTURE(file);
      CAPTURE(vector.at("tcId").as_int64());
      CAPTURE(vector.at("comment").as_string().c_str());
      CHECK(*accepted == (vector.at("result").as_string() == "valid"));
    }
  MESSAGE(file << ": " << tally.tried << " tried, " << tally.left_out << " do not apply");
  return tally;
}

/// The keys of a group as a set: one public key, a set of them, or symmetric keys alone.
KeySet keys_of(const json::value& group) {
  const json::object& object = group.as_object();
  const json::value& given = object.contains("public") ? object.at("public") : object.at("private");
  const json::value set = given.as_object().contains("keys")
                              ? given
                              : json::value(json::object{{"keys", json::array{given}}});
  const auto read = KeySet::parse(serialize(set));
  return read ? read.value() : KeySet{};
}

/// The algorithm that a token's own header names, as far as that can be read.
std::string algorithm_of(std::string_view token) {
  const auto header = base64url_decode(token.substr(0, token.find('.')));
  const auto parsed =
      header ? parse_json(*header) : Result<json::value>(fail(Code::invalid, "x", ""));
  if (!parsed || !parsed.value().is_object()) return {};
  const json::value* name = parsed.value().get_object().if_contains("alg");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string();
}

/// Valid tokens of algorithms that are not used here must be refused, like all others.
std::optional<bool> signature_vector(const json::value& group, const json::value& vector) {
  const std::string token(vector.at("jws").as_string());
  const bool accepted = verify_jws(token, keys_of(group), all_algorithms).has_value();
  const std::string algorithm = algorithm_of(token);
  const bool used = algorithm == "EdDSA" || algorithm == "ES256" || algorithm == "RS256";
  if (!used && vector.at("result").as_string() == "valid") {
    CHECK(!accepted);
    return std::nullopt;
  }
  return accepted;
}

/// The number in a DER integer as 32 bytes, where it is written as DER wants it.
std::optional<std::string> der_integer(std::string_view& der) {
  if (der.size() < 2 || der[0] != 2) return std::nullopt;
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(der[1]));
  if (length == 0 || length > 33 || der.size() < 2 + length) return std::nullopt;
  std::string out(der.substr(2, length));
  der.remove_prefix(2 + length);
  if (out[0] < 0) return std::nullopt;
  if (out[0] == 0 && length > 1) {
    if (out[1] >= 0) return std::nullopt;
    out.erase(0, 1);
  }
  if (out.size() > 32) return std::nullopt;
  return std::string(32 - out.size(), '\0') + out;
}

std::optional<std::string> raw_signature(std::string_view der) {
  if (der.size() < 2 || der[0] != 0x30 ||
      static_cast<std::size_t>(static_cast<unsigned char>(der[1])) + 2 != der.size())
    return std::nullopt;
  der.remove_prefix(2);
  const auto r = der_integer(der);
  if (!r) return std::nullopt;
  const auto s = der_integer(der);
  if (!s || !der.empty()) return std::nullopt;
  return *r + *s;
}

}  // namespace

TEST_CASE("signed tokens: the vectors of JWS and JWK") {
  const Tally signatures = walk("json_web_signature_test.json", signature_vector);
  const Tally keys = walk("json_web_key_test.json", signature_vector);
  if (signatures.tried == 0) return;
  // Left out: valid tokens of HS256, RS384, RS512, PS256, PS384, PS512 and ES512, which no code
  // here uses. They are refused.
  CHECK(signatures.tried + signatures.left_out == 281);
  CHECK(signatures.left_out == 25);
  CHECK(keys.tried + keys.left_out == 18);
  CHECK(keys.left_out == 3);
}

TEST_CASE("Ed25519: all vectors") {
  const Tally tally =
      walk("ed25519_test.json",
           [](const json::value& group, const json::value& vector) -> std::optional<bool> {
             const auto key = PublicKey::ed25519("k", unhex(group.at("publicKey").at("pk")));
             return key && key.value().verify(unhex(vector.at("msg")), unhex(vector.at("sig")));
           });
  CHECK((tally.tried == 106 || tally.tried == 0));
}

TEST_CASE("HMAC-SHA-256: all vectors") {
  const Tally tally =
      walk("hmac_sha256_test.json",
           [](const json::value& group, const json::value& vector) -> std::optional<bool> {
             const std::string tag = hmac_sha256(unhex(vector.at("key")), unhex(vector.at("msg")));
             const auto size = static_cast<std::size_t>(group.at("tagSize").as_int64()) / 8;
             return equal_in_constant_time(tag.substr(0, size), unhex(vector.at("tag")));
           });
  CHECK((tally.tried == 122 || tally.tried == 0));
}

TEST_CASE("AES-256-GCM: the vectors of the sizes that are used") {
  const Tally tally = walk(
      "aes_gcm_test.json",
      [](const json::value& group, const json::value& vector) -> std::optional<bool> {
        const std::string key = unhex(vector.at("key")), nonce = unhex(vector.at("iv")),
                          associated = unhex(vector.at("aad")), plain = unhex(vector.at("msg")),
                          sealed = unhex(vector.at("ct")) + unhex(vector.at("tag"));
        const auto opened = gcm_open(key, nonce, associated, sealed);
        const bool sizes = group.at("keySize").as_int64() == 256 &&
                           group.at("ivSize").as_int64() == 96 &&
                           group.at("tagSize").as_int64() == 128;
        if (!sizes) {
          CHECK(!opened);
          return std::nullopt;
        }
        if (opened) {
          CHECK(opened.value() == plain);
          CHECK(gcm_seal(key, nonce, associated, plain).value() == sealed);
        }
        return opened.has_value();
      });
  // Left out: keys of 128 and 192 bits, and nonces of other sizes than 96 bits.
  CHECK((tally.tried + tally.left_out == 221 || tally.tried == 0));
  CHECK((tally.tried == 48 || tally.tried == 0));
}

TEST_CASE("ECDSA P-256: the vectors that can be written as JWS writes signatures") {
  const Tally tally =
      walk("ecdsa_secp256r1_sha256_test.json",
           [](const json::value& group, const json::value& vector) -> std::optional<bool> {
             // JWS has r and s as 32 bytes each; what is wrong with the DER alone cannot be said
             // so.
             const auto signature = raw_signature(unhex(vector.at("sig")));
             if (!signature) {
               CHECK(vector.at("result").as_string() == "invalid");
               return std::nullopt;
             }
             const std::string point = unhex(group.at("publicKey").at("uncompressed"));
             const auto key = PublicKey::from_jwk(
                 json::object{{"kty", "EC"},
                              {"crv", "P-256"},
                              {"x", base64url_encode(std::string_view(point).substr(1, 32))},
                              {"y", base64url_encode(std::string_view(point).substr(33))}});
             return key && key.value().verify(unhex(vector.at("msg")), *signature);
           });
  CHECK((tally.tried + tally.left_out == 339 || tally.tried == 0));
}
