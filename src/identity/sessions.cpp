#include "identity/account_state.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/identity/membership.hpp>
#include <insightflow/identity/password_rules.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/tokens.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow::identity {

namespace {

constexpr std::size_t refresh_characters = 52;      // 260 bits
constexpr std::size_t longest_client = 200;         // code points
constexpr std::string_view access_type = "at+jwt";  // RFC 9068
constexpr security::JwsAlgorithm access_algorithms[] = {security::JwsAlgorithm::EdDSA};
constexpr std::int64_t kept_after_end_ms = 86'400'000;
constexpr std::int64_t most_wrong_codes = 10;  // of all challenges that are open

const std::string& session_columns() {
  static const std::string columns = column_list(type_of<UserSession>());
  return columns;
}

Error ended() {
  return fail(Code::unauthenticated, "session_ended", "This session has ended. Sign in again.");
}

}  // namespace

Result<std::string> Accounts::State::add_refresh_token(storage::Tx& tx, SessionId session) {
  std::string token = security::random_token("ifr_", refresh_characters);
  BOOST_OUTCOME_TRY(tx.insert("refresh_tokens", RefreshTokenRow{security::sha256(token), session,
                                                                clock.now(), std::nullopt}));
  return token;
}

Result<Accounts::State::Opened> Accounts::State::open_session(storage::Tx& tx, UserId user,
                                                              const Visit& visit,
                                                              std::string_view how) {
  const Instant now = clock.now();
  BOOST_OUTCOME_TRY(
      tx.execute("DELETE FROM sessions WHERE expires_at < ?1", {now + -kept_after_end_ms}));
  const UserSession session{.id = ids.next<SessionId>(),
                            .user_id = user,
                            .client = std::string(utf8::prefix(visit.client, longest_client)),
                            .created_at = now,
                            .used_at = now,
                            .expires_at = now + options.session_ms,
                            .revoked_at = std::nullopt};
  BOOST_OUTCOME_TRY(tx.insert("sessions", session));
  BOOST_OUTCOME_TRY(record(tx, user, audit::Action::login_succeeded, how, visit.request_id));
  BOOST_OUTCOME_TRY(std::string token, add_refresh_token(tx, session.id));
  return Opened{user, session.id, std::move(token)};
}

Result<Tokens> Accounts::State::tokens(const Opened& opened) {
  BOOST_OUTCOME_TRY(const auto key, ring.signing());
  const std::int64_t now = clock.now().ms / 1000;
  const json::object claims{{"iss", options.issuer},
                            {"aud", options.audience},
                            {"sub", opened.user.str()},
                            {"sid", opened.session.str()},
                            {"iat", now},
                            {"nbf", now},
                            {"exp", now + options.access_ms / 1000}};
  return Tokens{key.sign_token(access_type, serialize(claims)),
                opened.refresh_token,
                options.access_ms / 1000,
                opened.session,
                opened.user,
                {}};
}

Result<Tokens> Accounts::State::first_tokens(const Opened& opened, const Visit& visit) {
  BOOST_OUTCOME_TRY(Tokens out, tokens(opened));
  if (device_of(opened.user, visit.device)) {
    out.device = visit.device;
  } else {
    BOOST_OUTCOME_TRY(out.device, new_device(opened.user));
  }
  return out;
}

Result<void> Accounts::State::revoke_sessions(storage::Tx& tx, UserId user,
                                              std::optional<SessionId> keep) {
  BOOST_OUTCOME_TRY(
      tx.execute("UPDATE sessions SET revoked_at = ?2 WHERE user_id = ?1 AND revoked_at IS NULL "
                 "AND id <> ?3",
                 {user, clock.now(), keep.value_or(SessionId{})}));
  return success();
}

Result<Login> Accounts::State::sign_in(const User& user, const Visit& visit, bool by_password) {
  struct Outcome {
    std::optional<Opened> opened;
    std::string challenge;
  };
  BOOST_OUTCOME_TRY(auto outcome, db.write([&](storage::Tx& tx) -> Result<Outcome> {
    BOOST_OUTCOME_TRY(const auto now, find(tx, user.id));
    // Between the check and this moment the password may have been changed.
    if (!now || now->disabled_at || (by_password && now->password_hash != user.password_hash))
      return fail(Code::unauthenticated, "credentials_wrong",
                  "The address or the password is wrong.");
    BOOST_OUTCOME_TRY(const auto second,
                      tx.find<std::int64_t>("SELECT 1 FROM second_factors WHERE user_id = ?1 AND "
                                            "confirmed_at IS NOT NULL",
                                            {user.id}));
    Outcome out;
    if (!second) {
      BOOST_OUTCOME_TRY(out.opened, open_session(tx, user.id, visit,
                                                 by_password ? "by password" : "at a provider"));
      return out;
    }
    BOOST_OUTCOME_TRY(
        const auto wrong,
        tx.find<std::int64_t>("SELECT coalesce(sum(attempts), 0) FROM user_tokens WHERE user_id = "
                              "?1 AND purpose = ?2 AND expires_at > ?3",
                              {user.id, TokenPurpose::second_factor, clock.now()}));
    if (wrong.value_or(0) >= most_wrong_codes)
      return fail(Code::rate_limited, "second_factor_blocked",
                  "Too many wrong codes. Try again in five minutes.");
    BOOST_OUTCOME_TRY(out.challenge,
                      mint(tx, user.id, TokenPurpose::second_factor, options.challenge_ms));
    return out;
  }));
  Login out;
  if (outcome.opened) {
    BOOST_OUTCOME_TRY(out.tokens, first_tokens(*outcome.opened, visit));
  } else {
    out.challenge = std::move(outcome.challenge);
  }
  return out;
}

Result<Login> Accounts::login(std::string_view email, std::string_view password,
                              const Visit& visit) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(User user, s.check_password(email, password, visit));
  if (!user.email_verified_at)
    return fail(Code::forbidden, "email_unverified",
                "The address is not confirmed yet: open the link that was mailed to it.");
  if (s.hasher.outdated(user.password_hash)) {
    BOOST_OUTCOME_TRY(const std::string normal, normal_password(password));
    BOOST_OUTCOME_TRY(const std::string hash, s.hasher.hash(normal));
    BOOST_OUTCOME_TRY(const std::int64_t changed, s.db.write([&](storage::Tx& tx) {
      return tx.execute("UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2",
                        {user.id, user.password_hash, hash});
    }));
    if (changed == 1) user.password_hash = hash;
  }
  return s.sign_in(user, visit, true);
}

Result<Tokens> Accounts::refresh(std::string_view refresh_token) {
  State& s = *state_;
  const std::string digest = security::sha256(refresh_token);
  const Instant now = s.clock.now();
  // What is decided here is stored even where the answer is no: a reused token ends its session.
  struct Outcome {
    std::optional<State::Opened> opened;
    std::optional<Error> refused;
  };
  BOOST_OUTCOME_TRY(auto outcome, s.db.write([&](storage::Tx& tx) -> Result<Outcome> {
    BOOST_OUTCOME_TRY(
        const std::int64_t taken,
        tx.execute(
            "UPDATE refresh_tokens SET used_at = ?2 WHERE digest = ?1 AND used_at IS NULL "
            "AND created_at > ?3 AND session_id IN (SELECT s.id FROM sessions s JOIN users u "
            "ON u.id = s.user_id WHERE s.revoked_at IS NULL AND s.expires_at > ?2 AND "
            "u.disabled_at IS NULL)",
            {digest, now, now + -s.options.idle_ms}));
    BOOST_OUTCOME_TRY(
        const auto row,
        tx.find<RefreshTokenRow>(
            "SELECT digest, session_id, created_at, used_at FROM refresh_tokens WHERE digest = ?1",
            {digest}));
    if (!row)
      return Outcome{{},
                     fail(Code::unauthenticated, "refresh_unknown",
                          "This refresh token is not known. Sign in again.")};
    static const std::string sql = "SELECT " + session_columns() + " FROM sessions WHERE id = ?1";
    BOOST_OUTCOME_TRY(const auto session, tx.find<UserSession>(sql, {row->session_id}));
    if (!session || session->revoked_at || session->expires_at <= now) return Outcome{{}, ended()};
    if (taken == 0) {
      if (!row->used_at) return Outcome{{}, ended()};  // idle for too long, or disabled
      if (now - *row->used_at > s.options.grace_ms) {
        BOOST_OUTCOME_TRY(
            tx.execute("UPDATE sessions SET revoked_at = ?2 WHERE id = ?1", {session->id, now}));
        BOOST_OUTCOME_TRY(s.record(tx, session->user_id, audit::Action::session_revoked,
                                   "a refresh token was used twice", ""));
        return Outcome{{},
                       fail(Code::unauthenticated, "refresh_reused",
                            "This refresh token was used before; to be safe the session has "
                            "ended. Sign in again.")};
      }
    }
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE sessions SET used_at = ?2 WHERE id = ?1", {session->id, now}));
    BOOST_OUTCOME_TRY(std::string next, s.add_refresh_token(tx, session->id));
    return Outcome{State::Opened{session->user_id, session->id, std::move(next)}, {}};
  }));
  if (outcome.refused) return std::move(*outcome.refused);
  return s.tokens(*outcome.opened);
}

Result<SignedIn> Accounts::State::verify_access(std::string_view token) {
  const Instant now = clock.now();
  if (auto known = verified.find(token)) {
    if (now >= known->from && now < known->until && ring.verifies(known->key_id)) return known->who;
  }
  BOOST_OUTCOME_TRY(auto keys, ring.verifying());
  const security::JwtRules rules{.issuer = options.issuer,
                                 .audience = options.audience,
                                 .type = access_type,
                                 .now = now,
                                 .leeway_ms = 0};
  std::string key_id;
  auto claims = security::verify_jwt(token, keys, access_algorithms, rules, &key_id);
  if (!claims && claims.error().reason == "token_key_unknown") {
    ring.forget_if_old();
    BOOST_OUTCOME_TRY(keys, ring.verifying());
    claims = security::verify_jwt(token, keys, access_algorithms, rules, &key_id);
  }
  if (!claims) return claims.error();
  const auto id_in = [&](std::string_view name) -> Result<Uuid> {
    const json::value* value = claims.value().if_contains(name);
    if (value != nullptr && value->is_string()) return Uuid::parse(value->get_string());
    return fail(Code::unauthenticated, "token_claims", "The token does not say whose it is.");
  };
  BOOST_OUTCOME_TRY(const Uuid user, id_in("sub"));
  BOOST_OUTCOME_TRY(const Uuid session, id_in("sid"));
  const SignedIn who{UserId{user}, SessionId{session}};
  verified.remember({std::string(token), key_id, who,
                     Instant{claims.value().at("nbf").to_number<std::int64_t>() * 1000},
                     Instant{claims.value().at("exp").to_number<std::int64_t>() * 1000}});
  return who;
}

Result<void> Accounts::State::require_live(storage::Tx& tx, const SignedIn& who) {
  BOOST_OUTCOME_TRY(
      const auto live,
      tx.find<std::int64_t>("SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id "
                            "= ?1 AND u.id = ?2 AND s.revoked_at IS NULL AND s.expires_at > ?3 AND "
                            "u.disabled_at IS NULL",
                            {who.session, who.user, clock.now()}));
  if (!live) return ended();
  return success();
}

Result<SignedIn> Accounts::identify(std::string_view access_token) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const SignedIn who, s.verify_access(access_token));
  BOOST_OUTCOME_TRY(s.db.read([&](storage::Tx& tx) { return s.require_live(tx, who); }));
  return who;
}

Result<Actor> Accounts::authenticate(std::string_view access_token,
                                     std::optional<WorkspaceId> workspace) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const SignedIn who, s.verify_access(access_token));
  return s.db.read([&](storage::Tx& tx) -> Result<Actor> {
    BOOST_OUTCOME_TRY(s.require_live(tx, who));
    BOOST_OUTCOME_TRY(Actor actor, actor_of(tx, who.user, workspace));
    actor.session = who.session;
    return actor;
  });
}

Result<UserSessionList> Accounts::sessions(const SignedIn& who) {
  State& s = *state_;
  static const std::string sql =
      "SELECT " + session_columns() +
      " FROM sessions WHERE user_id = ?1 AND expires_at > ?2 ORDER BY id DESC LIMIT 200";
  BOOST_OUTCOME_TRY(auto list, s.db.read([&](storage::Tx& tx) {
    return tx.list<UserSession>(sql, {who.user, s.clock.now()});
  }));
  return UserSessionList{std::move(list)};
}

Result<UserSession> Accounts::revoke_session(const SignedIn& who, SessionId id) {
  State& s = *state_;
  static const std::string sql =
      "UPDATE sessions SET revoked_at = coalesce(revoked_at, ?3) WHERE user_id = ?1 AND id = ?2 "
      "RETURNING " +
      session_columns();
  return s.db.write([&](storage::Tx& tx) -> Result<UserSession> {
    BOOST_OUTCOME_TRY(auto session, tx.find<UserSession>(sql, {who.user, id, s.clock.now()}));
    if (!session)
      return fail(Code::not_found, "session_unknown", "You have no session with this id.");
    BOOST_OUTCOME_TRY(
        s.record(tx, who.user, audit::Action::session_revoked, "one session", who.request_id));
    return std::move(*session);
  });
}

Result<void> Accounts::logout(const SignedIn& who) {
  BOOST_OUTCOME_TRY(revoke_session(who, who.session));
  return success();
}

Result<void> Accounts::logout_everywhere(const SignedIn& who) {
  State& s = *state_;
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(
        s.record(tx, who.user, audit::Action::session_revoked, "all sessions", who.request_id));
    return s.revoke_sessions(tx, who.user, std::nullopt);
  });
}

Result<audit::Head> Accounts::sign(audit::Head head) {
  BOOST_OUTCOME_TRY(const auto key, state_->ring.signing());
  head.key_id = key.public_key().id();
  head.signature = security::base64url_encode(key.sign(audit::head_text(head)));
  return head;
}

Result<bool> Accounts::signed_here(const audit::Head& head) {
  BOOST_OUTCOME_TRY(const auto key, state_->ring.find(head.key_id));
  const auto signature = security::base64url_decode(head.signature);
  return key && signature && key->public_key().verify(audit::head_text(head), *signature);
}

Result<json::object> Accounts::jwks() {
  // A key that nobody has signed with yet is published before it is needed.
  BOOST_OUTCOME_TRY(state_->ring.signing());
  BOOST_OUTCOME_TRY(const auto keys, state_->ring.verifying());
  return keys.jwks();
}

Result<std::string> Accounts::derived_key(std::string_view purpose) {
  return state_->ring.derive(purpose);
}

Result<std::string> Accounts::rotate_signing_key() {
  return state_->ring.rotate();
}

}  // namespace insightflow::identity
