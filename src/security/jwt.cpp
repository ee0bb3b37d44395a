#include <insightflow/core/json.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/jwt.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::security {

namespace {

constexpr std::size_t longest_key_set = 256 * 1024;
constexpr JsonLimits header_limits{.max_depth = 8, .max_bytes = longest_jws};
constexpr std::string_view refused_headers[] = {"crit", "jku", "jwk", "x5u", "x5c"};

Error refused(std::string_view reason, std::string detail) {
  return fail(Code::unauthenticated, reason, std::move(detail));
}

Error malformed_token() {
  return refused("token_malformed", "The token is not three parts of base64url, or holds no JSON.");
}

/// A token cut at its two dots, decoded.
struct Parts {
  std::string_view signed_text;
  std::string header, payload, signature;
};

Result<Parts> cut(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (token.size() > longest_jws || second == token.npos) return malformed_token();
  auto header = base64url_decode(token.substr(0, first));
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature) return malformed_token();
  return Parts{token.substr(0, second), std::move(*header), std::move(*payload),
               std::move(*signature)};
}

/// A text member; empty where there is none, an error where it is something else.
Result<std::string> text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return malformed_token();
  return std::string(value->get_string());
}

const PublicKey* find_key(const KeySet& keys, std::string_view id, JwsAlgorithm algorithm) {
  const PublicKey* found = nullptr;
  for (const PublicKey& key : keys.keys) {
    if (key.algorithm() != algorithm || (!id.empty() && key.id() != id)) continue;
    if (found != nullptr) return nullptr;  // Which one is not for the token to leave open.
    found = &key;
  }
  return found;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

/// A NumericDate (RFC 7519, 2) in milliseconds; nothing where it is none of this era.
std::optional<std::int64_t> numeric_date(const json::object& claims, std::string_view name) {
  constexpr double latest = 253'402'300'800;  // the year 10000
  const json::value* value = claims.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds < latest)) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(seconds * 1000));
}

bool names_audience(const json::value* audience, std::string_view wanted) {
  if (audience == nullptr) return false;
  if (audience->is_string()) return audience->get_string() == wanted;
  if (!audience->is_array()) return false;
  const json::array& all = audience->get_array();
  return std::any_of(all.begin(), all.end(), [&](const json::value& one) {
    return one.is_string() && one.get_string() == wanted;
  });
}

}  // namespace

Result<KeySet> KeySet::parse(std::string_view jwks) {
  BOOST_OUTCOME_TRY(const auto document,
                    parse_json(jwks, {.max_depth = 8, .max_bytes = longest_key_set}));
  const json::value* list =
      document.is_object() ? document.get_object().if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array())
    return fail(Code::invalid, "jwk_malformed", "A set of keys is {\"keys\":[…]}.");
  KeySet out;
  for (const json::value& jwk : list->get_array())
    if (auto key = PublicKey::from_jwk(jwk)) {
      for (const PublicKey& known : out.keys)
        if (known.id() == key.value().id())
          return fail(Code::invalid, "jwk_duplicate", "Two keys of the set have the same kid.");
      out.keys.push_back(std::move(key).value());
    }
  return out;
}

json::object KeySet::jwks() const {
  json::array list;
  for (const PublicKey& key : keys) list.push_back(key.jwk());
  return {{"keys", std::move(list)}};
}

std::string SigningKey::sign_token(std::string_view type, std::string_view payload) const {
  const std::string header =
      serialize(json::object{{"alg", "EdDSA"}, {"kid", public_key().id()}, {"typ", type}});
  std::string out = base64url_encode(header) + '.' + base64url_encode(payload);
  const std::string signature = base64url_encode(sign(out));
  return out + '.' + signature;
}

Result<VerifiedJws> verify_jws(std::string_view token, const KeySet& keys,
                               std::span<const JwsAlgorithm> allowed) {
  BOOST_OUTCOME_TRY(auto parts, cut(token));
  const auto parsed = parse_json(parts.header, header_limits);
  if (!parsed || !parsed.value().is_object()) return malformed_token();
  const json::object& header = parsed.value().get_object();
  BOOST_OUTCOME_TRY(const std::string name, text_member(header, "alg"));
  BOOST_OUTCOME_TRY(const std::string key_id, text_member(header, "kid"));
  BOOST_OUTCOME_TRY(std::string type, text_member(header, "typ"));
  const auto algorithm = from_slug<JwsAlgorithm>(name);
  if (!algorithm || std::find(allowed.begin(), allowed.end(), algorithm.value()) == allowed.end())
    return refused("token_algorithm", "The token is signed in a way that is not accepted here.");
  for (const std::string_view one : refused_headers)
    if (header.contains(one))
      return refused("token_header",
                     "The token's header holds '" + std::string(one) + "', which is not accepted.");
  const PublicKey* key = find_key(keys, key_id, algorithm.value());
  if (key == nullptr)
    return refused("token_key_unknown", "The token is signed with a key that is not known.");
  if (!key->verify(parts.signed_text, parts.signature))
    return refused("token_signature", "The token's signature is wrong.");
  return VerifiedJws{std::move(parts.payload), std::move(type), key->id()};
}

Result<json::object> verify_jwt(std::string_view token, const KeySet& keys,
                                std::span<const JwsAlgorithm> allowed, const JwtRules& rules,
                                std::string* key_id) {
  BOOST_OUTCOME_TRY(const auto verified, verify_jws(token, keys, allowed));
  const bool type_right = rules.type.empty()
                              ? verified.type.empty() || equal_ignoring_case(verified.type, "JWT")
                              : equal_ignoring_case(verified.type, rules.type);
  if (!type_right) return refused("token_type", "This is a token for another purpose.");
  auto parsed = parse_json(verified.payload, header_limits);
  if (!parsed || !parsed.value().is_object()) return malformed_token();
  json::object& claims = parsed.value().get_object();

  const json::value* issuer = claims.if_contains("iss");
  if (issuer == nullptr || !issuer->is_string() || issuer->get_string() != rules.issuer)
    return refused("token_issuer", "The token comes from somebody else.");
  if (!names_audience(claims.if_contains("aud"), rules.audience))
    return refused("token_audience", "The token is meant for somebody else.");
  const auto expires = numeric_date(claims, "exp"), issued = numeric_date(claims, "iat");
  const auto begins = claims.contains("nbf") ? numeric_date(claims, "nbf") : issued;
  if (!expires || !issued || !begins)
    return refused("token_claims", "The token does not say from when until when it is good.");
  if (rules.now.ms >= *expires + rules.leeway_ms)
    return refused("token_expired", "The token has expired. Ask for a new one.");
  if (rules.now.ms < std::max(*issued, *begins) - rules.leeway_ms)
    return refused("token_not_yet", "The token is not good yet. Is the clock right?");
  if (key_id != nullptr) *key_id = verified.key_id;
  return std::move(claims);
}

}  // namespace insightflow::security
