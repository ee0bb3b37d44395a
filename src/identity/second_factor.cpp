#include "identity/account_state.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/tokens.hpp>
#include <insightflow/security/totp.hpp>

#include <algorithm>

namespace insightflow::identity {

namespace {

constexpr std::size_t recovery_codes = 10, recovery_characters = 12;  // 60 bits
constexpr std::int64_t most_attempts = 5;
constexpr std::int64_t reseal_batch = 100;

std::string place_of(UserId user) {
  return "second_factors/" + user.str();
}

Result<std::optional<SecondFactorRow>> find_factor(storage::Tx& tx, UserId user) {
  static const std::string sql = "SELECT " + column_list(type_of<SecondFactorRow>()) +
                                 " FROM second_factors WHERE user_id = ?1";
  return tx.find<SecondFactorRow>(sql, {user});
}

Error wrong_code() {
  return fail(Code::unauthenticated, "code_wrong",
              "The code is wrong or was used already. Wait for the next one and try again.");
}

/// As people type codes: spaces and hyphens between groups, capital letters.
std::string plain_code(std::string_view code) {
  std::string out;
  for (const char c : code)
    if (c != ' ' && c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

}  // namespace

Result<Tokens> Accounts::second_step(std::string_view challenge, std::string_view code,
                                     const Visit& visit) {
  State& s = *state_;
  const Instant now = s.clock.now();
  const std::string digest = security::sha256(challenge), typed = plain_code(code);
  // A wrong code is counted, so the transaction succeeds with it.
  struct Outcome {
    std::optional<State::Opened> opened;
  };
  BOOST_OUTCOME_TRY(const auto outcome, s.db.write([&](storage::Tx& tx) -> Result<Outcome> {
    BOOST_OUTCOME_TRY(
        const auto user,
        tx.find<UserId>("UPDATE user_tokens SET attempts = attempts + 1 WHERE digest = ?1 AND "
                        "purpose = ?2 AND expires_at > ?3 AND attempts < ?4 RETURNING user_id",
                        {digest, TokenPurpose::second_factor, now, most_attempts}));
    if (!user)
      return fail(Code::unauthenticated, "challenge_unknown",
                  "This login took too long or had too many wrong codes. Sign in again.");
    BOOST_OUTCOME_TRY(const auto factor, find_factor(tx, *user));
    BOOST_OUTCOME_TRY(const auto person, State::find(tx, *user));
    bool right = false;
    if (factor && factor->confirmed_at && person && !person->disabled_at) {
      BOOST_OUTCOME_TRY(const std::string secret,
                        s.ring.open(place_of(*user), {factor->key_id, factor->sealed}));
      if (const auto step = security::totp_check(secret, typed, now.ms / 1000, factor->last_step)) {
        BOOST_OUTCOME_TRY(const std::int64_t first,
                          tx.execute("UPDATE second_factors SET last_step = ?2 WHERE user_id = ?1 "
                                     "AND last_step < ?2",
                                     {*user, *step}));
        right = first == 1;
      } else {
        BOOST_OUTCOME_TRY(
            const std::int64_t spent,
            tx.execute("DELETE FROM recovery_codes WHERE user_id = ?1 AND digest = ?2",
                       {*user, security::sha256(typed)}));
        right = spent == 1;
      }
    }
    if (!right) {
      BOOST_OUTCOME_TRY(s.record(tx, *user, audit::Action::login_failed, "wrong code",
                                 visit.request_id, State::By::somebody));
      return Outcome{};
    }
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM user_tokens WHERE digest = ?1", {digest}));
    BOOST_OUTCOME_TRY(auto opened, s.open_session(tx, *user, visit, "with a second factor"));
    return Outcome{std::move(opened)};
  }));
  if (!outcome.opened) return wrong_code();
  return s.first_tokens(*outcome.opened, visit);
}

Result<TotpEnrolment> Accounts::enrol_totp(const SignedIn& who, std::string_view password) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const User user, s.check_password(who, password));
  const std::string secret = security::totp_secret();
  BOOST_OUTCOME_TRY(const auto sealed, s.ring.seal(place_of(user.id), secret));
  BOOST_OUTCOME_TRY(s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto known, find_factor(tx, user.id));
    if (known && known->confirmed_at)
      return fail(Code::conflict, "totp_enabled",
                  "A second factor is on already. Switch it off first.");
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM second_factors WHERE user_id = ?1", {user.id}));
    return tx.insert("second_factors", SecondFactorRow{user.id, sealed.key_id, sealed.text, 0,
                                                       s.clock.now(), std::nullopt});
  }));
  return TotpEnrolment{security::base32_encode(secret),
                       security::totp_uri(secret, s.options.product, user.email)};
}

Result<RecoveryCodes> Accounts::confirm_totp(const SignedIn& who, std::string_view code) {
  State& s = *state_;
  const Instant now = s.clock.now();
  RecoveryCodes out;
  for (std::size_t i = 0; i < recovery_codes; ++i)
    out.codes.push_back(security::random_token("", recovery_characters));
  BOOST_OUTCOME_TRY(s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto factor, find_factor(tx, who.user));
    if (!factor)
      return fail(Code::not_found, "totp_unknown",
                  "There is no second factor to confirm. Ask for a secret first.");
    if (factor->confirmed_at)
      return fail(Code::conflict, "totp_enabled", "The second factor is on already.");
    BOOST_OUTCOME_TRY(const std::string secret,
                      s.ring.open(place_of(who.user), {factor->key_id, factor->sealed}));
    const auto step = security::totp_check(secret, plain_code(code), now.ms / 1000, 0);
    if (!step) return wrong_code();
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE second_factors SET confirmed_at = ?2, last_step = ?3 WHERE user_id = ?1",
                   {who.user, now, *step}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM recovery_codes WHERE user_id = ?1", {who.user}));
    for (const std::string& one : out.codes) {
      BOOST_OUTCOME_TRY(tx.execute("INSERT INTO recovery_codes (user_id, digest) VALUES (?1, ?2)",
                                   {who.user, storage::Param::owned(security::sha256(one))}));
    }
    BOOST_OUTCOME_TRY(
        s.record(tx, who.user, audit::Action::second_factor_changed, "on", who.request_id));
    // Whoever signed in before with the password alone signs in again.
    return s.revoke_sessions(tx, who.user, who.session);
  }));
  return out;
}

Result<void> Accounts::disable_totp(const SignedIn& who, std::string_view password) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const User user, s.check_password(who, password));
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM second_factors WHERE user_id = ?1", {user.id}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM recovery_codes WHERE user_id = ?1", {user.id}));
    return s.record(tx, user.id, audit::Action::second_factor_changed, "off", who.request_id);
  });
}

namespace {

/// A sealed column, wherever it is.
struct SealedRow {
  std::string id;
  std::string key_id;
  std::string sealed;
};
BOOST_DESCRIBE_STRUCT(SealedRow, (), (id, key_id, sealed))

/// Every table with a sealed column, and the column that names the row.
constexpr std::pair<std::string_view, std::string_view> sealed_tables[] = {
    {"second_factors", "user_id"}, {"signing_keys", "id"}};

}  // namespace

Result<std::int64_t> Accounts::reseal() {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const std::string current, s.ring.master_key_id());
  std::int64_t done = 0;
  for (const auto& [table, id] : sealed_tables) {
    const std::string name(table), column(id);
    const std::string rest = "SELECT " + column + ", key_id, sealed FROM " + name +
                             " WHERE key_id <> ?1 AND " + column + " > ?2 ORDER BY " + column +
                             " LIMIT ?3";
    const std::string change = "UPDATE " + name + " SET key_id = ?3, sealed = ?4 WHERE " + column +
                               " = ?1 AND sealed = ?2";
    for (std::string after;;) {
      BOOST_OUTCOME_TRY(const auto rows, s.db.read([&](storage::Tx& tx) {
        return tx.list<SealedRow>(rest, {current, after, reseal_batch});
      }));
      if (rows.empty()) break;
      after = rows.back().id;
      struct Fresh {
        const SealedRow& row;
        security::Sealed sealed;
      };
      std::vector<Fresh> fresh;
      for (const SealedRow& row : rows) {
        const std::string place = name + "/" + row.id;
        BOOST_OUTCOME_TRY(const std::string plain, s.ring.open(place, {row.key_id, row.sealed}));
        BOOST_OUTCOME_TRY(auto sealed, s.ring.seal(place, plain));
        fresh.push_back({row, std::move(sealed)});
      }
      BOOST_OUTCOME_TRY(done, s.db.write([&](storage::Tx& tx) -> Result<std::int64_t> {
        std::int64_t changed = done;
        for (const Fresh& one : fresh) {
          BOOST_OUTCOME_TRY(
              const std::int64_t hit,
              tx.execute(change, {one.row.id, one.row.sealed, one.sealed.key_id, one.sealed.text}));
          changed += hit;
        }
        return changed;
      }));
    }
  }
  return done;
}

Result<std::int64_t> Accounts::rotate_master_key(bool forget) {
  State& s = *state_;
  const std::string& source = s.options.master_keys;
  BOOST_OUTCOME_TRY(auto keys, security::load_or_make_master_keys(source));
  keys.insert(keys.begin(), security::new_master_key());
  BOOST_OUTCOME_TRY(security::store_master_keys(source, keys));
  s.ring.forget_master_keys();
  BOOST_OUTCOME_TRY(const std::int64_t done, reseal());
  if (forget) {
    BOOST_OUTCOME_TRY(security::store_master_keys(source, {keys.front()}));
    s.ring.forget_master_keys();
  }
  return done;
}

}  // namespace insightflow::identity
