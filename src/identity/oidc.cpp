#include "identity/account_state.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/identity/password_rules.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/tokens.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow::identity {

namespace {

constexpr std::int64_t login_ms = 10 * 60'000, metadata_ms = 10 * 60'000, fresh_keys_ms = 60'000;
constexpr std::int64_t clock_leeway_ms = 60'000;
constexpr std::size_t state_characters = 52, verifier_bytes = 32;
/// Asymmetric ones alone; a provider's shared secret never signs here.
constexpr security::JwsAlgorithm provider_algorithms[] = {
    security::JwsAlgorithm::RS256, security::JwsAlgorithm::ES256, security::JwsAlgorithm::EdDSA};

std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out += (out.empty() ? "" : "&") + std::string(name) + "=" + security::percent_encode(value);
  return out;
}

std::string sha256_bytes(std::string_view text) {
  std::string out;
  const std::string hex = security::sha256(text);
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

Error odd_answer(const OidcProvider& provider) {
  return fail(Code::unavailable, "provider_answer",
              "The login provider '" + provider.name +
                  "' gave an answer that makes no sense. Try again later.");
}

/// Endpoints lie behind TLS, unless the provider itself is one on this machine.
bool may_call(const OidcProvider& provider, std::string_view url) {
  const auto local = [](std::string_view address) {
    return address.starts_with("http://127.0.0.1:") || address.starts_with("http://[::1]:") ||
           address.starts_with("http://localhost:");
  };
  return url.starts_with("https://") || (local(provider.issuer) && local(url));
}

Result<json::object> fetch_json(const OidcProvider& provider, Fetcher& fetcher,
                                Fetcher::Request request) {
  if (!may_call(provider, request.url)) return odd_answer(provider);
  BOOST_OUTCOME_TRY(const auto answer, fetcher.fetch(request));
  auto parsed = parse_json(answer.body);
  if (answer.status != 200 || !parsed || !parsed.value().is_object()) return odd_answer(provider);
  return std::move(parsed.value().get_object());
}

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Error unknown_login() {
  return fail(Code::unauthenticated, "external_login_unknown",
              "This login was finished already, took too long, or was begun elsewhere. Begin "
              "again.");
}

}  // namespace

Result<ProviderCache::Metadata> ProviderCache::get(const OidcProvider& provider, Fetcher& fetcher,
                                                   Instant now, bool fresh_keys) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(provider.name);
    if (known != known_.end()) {
      const std::int64_t age = now - known->second.at;
      if (age >= 0 && age < (fresh_keys ? fresh_keys_ms : metadata_ms)) return known->second;
    }
  }
  std::string url = provider.issuer;
  while (url.ends_with('/')) url.pop_back();
  BOOST_OUTCOME_TRY(
      const auto document,
      fetch_json(provider, fetcher, {.url = url + "/.well-known/openid-configuration"}));
  Metadata out{text_in(document, "authorization_endpoint"),
               text_in(document, "token_endpoint"),
               text_in(document, "jwks_uri"),
               {},
               now};
  if (text_in(document, "issuer") != provider.issuer || !may_call(provider, out.token_endpoint) ||
      !may_call(provider, out.authorization_endpoint))
    return odd_answer(provider);
  BOOST_OUTCOME_TRY(const auto keys, fetch_json(provider, fetcher, {.url = out.jwks_uri}));
  BOOST_OUTCOME_TRY(out.keys, security::KeySet::parse(serialize(keys)));
  const std::lock_guard lock(mutex_);
  known_.insert_or_assign(provider.name, out);
  return out;
}

Result<OidcStart> Accounts::start_external(std::string_view name) {
  State& s = *state_;
  const OidcProvider* provider = nullptr;
  for (const OidcProvider& one : s.options.providers)
    if (one.name == name) provider = &one;
  if (provider == nullptr)
    return fail(Code::not_found, "provider_unknown", "There is no login provider of this name.");
  const Instant now = s.clock.now();
  BOOST_OUTCOME_TRY(const auto metadata, s.providers.get(*provider, *s.fetcher, now));
  const std::string state = security::random_token("", state_characters),
                    binding = security::random_token("", state_characters);
  const ExternalLoginRow row{security::sha256(state),
                             provider->name,
                             security::sha256(binding),
                             security::random_token("", state_characters),
                             security::base64url_encode(security::random_bytes(verifier_bytes)),
                             now + login_ms};
  BOOST_OUTCOME_TRY(s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM external_logins WHERE expires_at <= ?1", {now}));
    return tx.insert("external_logins", row);
  }));
  const std::string& endpoint = metadata.authorization_endpoint;
  return OidcStart{
      endpoint + (endpoint.find('?') == endpoint.npos ? "?" : "&") +
          form({{"response_type", "code"},
                {"client_id", provider->client_id},
                {"redirect_uri", provider->redirect_uri},
                {"scope", provider->scopes},
                {"state", state},
                {"nonce", row.nonce},
                {"code_challenge", security::base64url_encode(sha256_bytes(row.verifier))},
                {"code_challenge_method", "S256"}}),
      binding};
}

Result<Login> Accounts::finish_external(const OidcCallback& callback, const Visit& visit) {
  State& s = *state_;
  const Instant now = s.clock.now();
  // Taken out before anything else: a code that comes a second time finds nothing.
  static const std::string sql =
      "DELETE FROM external_logins WHERE state_digest = ?1 AND binding_digest = ?2 AND expires_at "
      "> ?3 RETURNING " +
      column_list(type_of<ExternalLoginRow>());
  BOOST_OUTCOME_TRY(const auto row, s.db.write([&](storage::Tx& tx) {
    return tx.find<ExternalLoginRow>(
        sql, {storage::Param::owned(security::sha256(callback.state)),
              storage::Param::owned(security::sha256(callback.binding)), now});
  }));
  const OidcProvider* provider = nullptr;
  for (const OidcProvider& one : s.options.providers)
    if (row && one.name == row->provider) provider = &one;
  if (provider == nullptr) return unknown_login();

  BOOST_OUTCOME_TRY(auto metadata, s.providers.get(*provider, *s.fetcher, now));
  Fetcher::Request request{.url = metadata.token_endpoint,
                           .form = form({{"grant_type", "authorization_code"},
                                         {"code", callback.code},
                                         {"redirect_uri", provider->redirect_uri},
                                         {"client_id", provider->client_id},
                                         {"code_verifier", row->verifier}})};
  if (!provider->client_secret.empty()) {
    // RFC 6749, 2.3.1: encoded as in a form before they become name and password.
    request.user = security::percent_encode(provider->client_id);
    request.password = security::percent_encode(provider->client_secret);
  }
  BOOST_OUTCOME_TRY(const auto answer, fetch_json(*provider, *s.fetcher, std::move(request)));
  const std::string token = text_in(answer, "id_token");
  const security::JwtRules rules{.issuer = provider->issuer,
                                 .audience = provider->client_id,
                                 .now = now,
                                 .leeway_ms = clock_leeway_ms};
  auto claims = security::verify_jwt(token, metadata.keys, provider_algorithms, rules);
  if (!claims && claims.error().reason == "token_key_unknown") {
    BOOST_OUTCOME_TRY(metadata, s.providers.get(*provider, *s.fetcher, now, true));
    claims = security::verify_jwt(token, metadata.keys, provider_algorithms, rules);
  }
  if (!claims) return claims.error();
  const json::object& said = claims.value();
  if (!security::equal_in_constant_time(text_in(said, "nonce"), row->nonce))
    return fail(Code::unauthenticated, "token_nonce", "The token belongs to another login.");
  // With several audiences the token says who may use it (OpenID Connect Core, 3.1.3.7).
  const bool several = said.at("aud").is_array() && said.at("aud").get_array().size() > 1;
  if ((several || said.contains("azp")) && text_in(said, "azp") != provider->client_id)
    return fail(Code::unauthenticated, "token_audience", "The token is meant for somebody else.");
  const std::string subject = text_in(said, "sub");
  if (subject.empty() || subject.size() > 255)
    return fail(Code::unauthenticated, "token_claims", "The token does not say who signed in.");
  const json::value* proved = said.if_contains("email_verified");
  const bool verified = proved != nullptr && proved->is_bool() && proved->get_bool();
  const auto address = normal_email(text_in(said, "email"));

  BOOST_OUTCOME_TRY(const User user, s.db.write([&](storage::Tx& tx) -> Result<User> {
    BOOST_OUTCOME_TRY(
        const auto linked,
        tx.find<UserId>(
            "SELECT user_id FROM external_identities WHERE provider = ?1 AND subject = ?2",
            {provider->name, subject}));
    if (linked) {
      BOOST_OUTCOME_TRY(auto known, State::find(tx, *linked));
      if (known && !known->disabled_at) return std::move(*known);
      return unknown_login();
    }
    if (!address || !verified)
      return fail(Code::forbidden, "external_email_missing",
                  "The provider does not vouch for your address. Confirm it there first.");
    BOOST_OUTCOME_TRY(auto user, State::find(tx, address.value()));
    if (user && user->disabled_at) return unknown_login();
    if (!user) {
      const std::string name = text_in(said, "name");
      BOOST_OUTCOME_TRY(user, s.insert_user(tx, address.value(),
                                            name.size() <= 200 ? name : std::string(), "", true));
    } else if (!user->email_verified_at) {
      // Whoever set that password never proved the address; it must not open what is now proved.
      BOOST_OUTCOME_TRY(s.replace_password(tx, user->id, "", std::nullopt));
      BOOST_OUTCOME_TRY(
          tx.execute("UPDATE users SET email_verified_at = ?2 WHERE id = ?1", {user->id, now}));
      BOOST_OUTCOME_TRY(user, State::find(tx, user->id));
    }
    BOOST_OUTCOME_TRY(tx.insert("external_identities",
                                ExternalIdentityRow{provider->name, subject, user->id, now}));
    return std::move(*user);
  }));
  return s.sign_in(user, visit, false);
}

}  // namespace insightflow::identity
