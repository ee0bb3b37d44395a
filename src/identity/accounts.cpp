#include "identity/account_state.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/identity/membership.hpp>
#include <insightflow/identity/password_rules.hpp>
#include <insightflow/identity/workspaces.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>

namespace insightflow::identity {

namespace {

constexpr std::size_t token_characters = 52;  // 260 bits
constexpr std::size_t longest_name = 200;     // code points
constexpr std::size_t device_characters = 16, longest_device = 300;
constexpr std::int64_t mail_pause_ms = 60'000;

Error token_unknown() {
  return fail(Code::invalid, "token_unknown",
              "This link was used already, has run out, or never was. Ask for a new one.");
}

Error wrong_credentials() {
  return fail(Code::unauthenticated, "credentials_wrong", "The address or the password is wrong.");
}

Error guessed(const security::Verdict& verdict) {
  Error out = fail(Code::rate_limited, "account_guessed",
                   "Too many wrong passwords for this account. Sign in from a device that did so "
                   "before, set a new password by mail, or try again later.");
  out.retry_after = verdict.retry_after;
  return out;
}

std::string device_place(UserId user) {
  return "devices/" + user.str();
}

/// The least id that can have been made at that time or later (RFC 9562, 5.7).
std::string first_id_of(Instant at) {
  Uuid out;
  for (std::size_t i = 0; i < 6; ++i)
    out.bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(at.ms) >> (40 - 8 * i));
  return out.str();
}

/// A mail: its subject, what stands before the link, the link's path, what stands behind it.
struct Letter {
  std::string_view what, subject, before, path, after;
};
constexpr Letter letters[] = {
    {"verify_email", "Confirm your address",
     "Somebody, probably you, made an account with this address. To confirm that it is yours, open "
     "this link within 24 hours:",
     "/verify?token=",
     "If it was not you, do nothing: nobody can sign in before the address is confirmed."},
    {"reset_password", "Set a new password",
     "Somebody, probably you, asked for a new password. To choose one, open this link within 30 "
     "minutes:",
     "/reset?token=", "If it was not you, do nothing: your password stays as it is."},
    {"account_exists", "You have an account already",
     "Somebody, probably you, tried to make an account with this address. There is one already, "
     "so nothing was changed. Sign in as you always do, or ask for a new password here:",
     "/reset", "If it was not you, you need not do anything."}};

/// A write that changes nothing and costs what queueing a mail costs, for an address that has no
/// account or was written to just now.
Result<void> write_nothing(storage::Tx& tx, Instant now) {
  const std::string digest = security::sha256(security::random_token("", token_characters));
  BOOST_OUTCOME_TRY(tx.execute(
      "INSERT INTO external_logins (state_digest, provider, binding_digest, nonce, verifier, "
      "expires_at) VALUES (?1, '', '', '', '', ?2)",
      {digest, now}));
  BOOST_OUTCOME_TRY(tx.execute("DELETE FROM external_logins WHERE state_digest = ?1", {digest}));
  return success();
}

}  // namespace

const std::string& user_columns() {
  static const std::string columns = column_list(type_of<User>());
  return columns;
}

Accounts::Accounts(storage::Database& db, const Clock& clock, IdSource& ids, AccountOptions options)
    : state_(std::make_unique<State>(db, clock, ids, std::move(options))) {
  State& s = *state_;
  s.mailer = s.options.mailer;
  if (!s.mailer) s.mailer = folder_mailer(s.options.mail_folder, "insightflow@localhost", s.clock);
  s.fetcher = s.options.fetcher;
  if (!s.fetcher) s.fetcher = curl_fetcher();
}
Accounts::~Accounts() = default;
Accounts::Accounts(Accounts&&) noexcept = default;

Result<std::optional<User>> Accounts::State::find(storage::Tx& tx, std::string_view email) {
  static const std::string sql = "SELECT " + user_columns() + " FROM users WHERE email = ?1";
  return tx.find<User>(sql, {email});
}
Result<std::optional<User>> Accounts::State::find(storage::Tx& tx, UserId id) {
  static const std::string sql = "SELECT " + user_columns() + " FROM users WHERE id = ?1";
  return tx.find<User>(sql, {id});
}

Result<User> Accounts::State::user(const SignedIn& who) {
  BOOST_OUTCOME_TRY(auto found, db.read([&](storage::Tx& tx) { return find(tx, who.user); }));
  if (found && !found->disabled_at) return std::move(*found);
  return fail(Code::unauthenticated, "session_ended", "This session has ended. Sign in again.");
}

Result<std::string> Accounts::State::new_device(UserId user) {
  BOOST_OUTCOME_TRY(const auto sealed,
                    ring.seal(device_place(user), security::random_token("", device_characters)));
  return sealed.key_id + "." + sealed.text;
}

std::optional<std::string> Accounts::State::device_of(UserId user, std::string_view device) {
  const std::size_t dot = device.find('.');
  if (dot == device.npos || device.size() > longest_device) return std::nullopt;
  auto opened = ring.open_shown(device_place(user), {std::string(device.substr(0, dot)),
                                                     std::string(device.substr(dot + 1))});
  if (!opened) return std::nullopt;
  return std::move(opened).value();
}

Result<void> Accounts::State::record(storage::Tx& tx, UserId user, audit::Action action,
                                     std::string_view detail, std::string_view request_id, By by) {
  const std::string name = "user:" + user.str();
  BOOST_OUTCOME_TRY(
      const auto workspaces,
      tx.list<WorkspaceId>(
          "SELECT workspace_id FROM memberships WHERE user_id = ?1 ORDER BY workspace_id", {user}));
  for (const WorkspaceId workspace : workspaces) {
    BOOST_OUTCOME_TRY(audit::append(tx, clock,
                                    {.workspace_id = workspace,
                                     .actor = by == By::somebody ? std::string() : name,
                                     .action = action,
                                     .subject = name,
                                     .detail = std::string(detail),
                                     .request_id = std::string(request_id)}));
  }
  return success();
}

Result<User> Accounts::State::check_password(std::string_view email, std::string_view password,
                                             const Visit& visit) {
  // What no account can have is told apart neither by the answer nor by the time it takes.
  const auto address = normal_email(email);
  const auto normal = normal_password(password);
  std::optional<User> found;
  if (address) {
    BOOST_OUTCOME_TRY(found, db.read([&](storage::Tx& tx) { return find(tx, address.value()); }));
  }
  const auto device = device_of(found ? found->id : UserId{}, visit.device);
  security::RateLimiter& guesses = device ? devices : strangers;
  const std::string counted =
      (address ? address.value() : std::string(email)) + " " + device.value_or("");
  if (const auto verdict = guesses.look(counted, clock.now()); !verdict.allowed)
    return guessed(verdict);
  BOOST_OUTCOME_TRY(const bool right, hasher.verify(normal ? normal.value() : std::string(),
                                                    found ? found->password_hash : ""));
  if (right && normal && !found->disabled_at) return std::move(*found);
  // As many as are counted are written down, so the trail cannot be flooded either.
  if (!guesses.take(counted, clock.now()).allowed) return wrong_credentials();
  BOOST_OUTCOME_TRY(db.write([&](storage::Tx& tx) -> Result<void> {
    if (!found) return write_nothing(tx, clock.now());
    return record(tx, found->id, audit::Action::login_failed,
                  device ? "wrong password, from a known device" : "wrong password",
                  visit.request_id, By::somebody);
  }));
  return wrong_credentials();
}

Result<User> Accounts::State::check_password(const SignedIn& who, std::string_view password) {
  BOOST_OUTCOME_TRY(const User mine, user(who));
  // A session that was taken over may guess no more often than a device.
  const std::string session = who.session.str();
  const auto verdict = devices.look(session, clock.now());
  if (!verdict.allowed) return guessed(verdict);
  BOOST_OUTCOME_TRY(const auto normal, normal_password(password));
  BOOST_OUTCOME_TRY(const bool right, hasher.verify(normal, mine.password_hash));
  if (right) return mine;
  if (devices.take(session, clock.now()).allowed) {
    BOOST_OUTCOME_TRY(db.write([&](storage::Tx& tx) {
      return record(tx, mine.id, audit::Action::login_failed, "wrong password, in a session",
                    who.request_id);
    }));
  }
  return wrong_credentials();
}

Result<std::string> Accounts::State::hash_new(std::string_view wanted, const std::string& email,
                                              const std::string& name) {
  BOOST_OUTCOME_TRY(const std::string password,
                    new_password(wanted, {email, name, options.product}));
  return hasher.hash(password);
}

Result<User> Accounts::State::insert_user(storage::Tx& tx, std::string email, std::string name,
                                          std::string password_hash, bool verified) {
  const Instant now = clock.now();
  const Workspace home{ids.next<WorkspaceId>(), name.empty() ? email : name, now};
  BOOST_OUTCOME_TRY(tx.insert("workspaces", home));
  User out{.id = ids.next<UserId>(),
           .email = std::move(email),
           .name = std::move(name),
           .password_hash = std::move(password_hash),
           .home_workspace_id = home.id,
           .email_verified_at = verified ? std::optional(now) : std::nullopt,
           .disabled_at = std::nullopt,
           .created_at = now,
           .updated_at = now};
  BOOST_OUTCOME_TRY(tx.insert("users", out));
  BOOST_OUTCOME_TRY(add_owner(tx, home.id, out.id, now));
  return out;
}

Result<void> Accounts::State::queue_mail(storage::Tx& tx, const User& user, std::string_view what) {
  const std::string subject = std::string(what) + ":" + user.id.str();
  BOOST_OUTCOME_TRY(
      const auto recent,
      tx.find<std::int64_t>("SELECT 1 FROM jobs WHERE workspace_id = ?1 AND id >= ?2 AND kind = ?3 "
                            "AND subject = ?4 LIMIT 1",
                            {user.home_workspace_id, first_id_of(clock.now() + -mail_pause_ms),
                             account_mail_job, subject}));
  if (recent) return write_nothing(tx, clock.now());
  BOOST_OUTCOME_TRY(queue.enqueue(tx, {.workspace_id = user.home_workspace_id,
                                       .kind = std::string(account_mail_job),
                                       .subject = subject,
                                       .priority = jobs::Priority::high,
                                       .unique_key = subject,
                                       .max_attempts = 8,
                                       .run_at = clock.now()}));
  return success();
}

Result<std::string> Accounts::State::mint(storage::Tx& tx, UserId user, TokenPurpose purpose,
                                          std::int64_t lifetime_ms) {
  const Instant now = clock.now();
  std::string token = security::random_token("ift_", token_characters);
  BOOST_OUTCOME_TRY(tx.execute("DELETE FROM user_tokens WHERE expires_at <= ?1", {now}));
  BOOST_OUTCOME_TRY(tx.insert("user_tokens", UserTokenRow{security::sha256(token), user, purpose, 0,
                                                          now, now + lifetime_ms}));
  return token;
}

Result<void> Accounts::State::replace_password(storage::Tx& tx, UserId user, std::string_view hash,
                                               std::optional<SessionId> keep) {
  BOOST_OUTCOME_TRY(tx.execute("UPDATE users SET password_hash = ?2, updated_at = ?3 WHERE id = ?1",
                               {user, hash, clock.now()}));
  // Links and half-done logins from before are worth nothing any more.
  BOOST_OUTCOME_TRY(tx.execute("DELETE FROM user_tokens WHERE user_id = ?1", {user}));
  return revoke_sessions(tx, user, keep);
}

Result<void> Accounts::register_user(std::string_view email, std::string_view password,
                                     std::string_view name) {
  State& s = *state_;
  if (!s.options.open_registration)
    return fail(Code::forbidden, "registration_closed",
                "Nobody can register here; ask whoever runs this server for an account.");
  BOOST_OUTCOME_TRY(const std::string address, normal_email(email));
  const std::string shown(utf8::prefix(name, longest_name));
  // The dear part comes first and for every address alike.
  BOOST_OUTCOME_TRY(const std::string hash, s.hash_new(password, address, shown));
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(auto known, State::find(tx, address));
    if (known && (known->email_verified_at || known->disabled_at))
      return s.queue_mail(tx, *known, "account_exists");
    if (known) {
      // Whoever registered it first could not prove the address; the last one to try counts.
      BOOST_OUTCOME_TRY(s.replace_password(tx, known->id, hash, std::nullopt));
    } else {
      BOOST_OUTCOME_TRY(known, s.insert_user(tx, address, shown, hash, false));
    }
    return s.queue_mail(tx, *known, "verify_email");
  });
}

Result<void> Accounts::verify_email(std::string_view token) {
  State& s = *state_;
  const Instant now = s.clock.now();
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(
        const auto user,
        tx.find<UserId>("DELETE FROM user_tokens WHERE digest = ?1 AND purpose = ?2 AND "
                        "expires_at > ?3 RETURNING user_id",
                        {security::sha256(token), TokenPurpose::verify_email, now}));
    if (!user) return token_unknown();
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM user_tokens WHERE user_id = ?1 AND purpose = ?2",
                                 {*user, TokenPurpose::verify_email}));
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE users SET email_verified_at = coalesce(email_verified_at, ?2), "
                   "updated_at = ?2 WHERE id = ?1",
                   {*user, now}));
    return success();
  });
}

Result<void> Accounts::resend_verification(std::string_view email) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const std::string address, normal_email(email));
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto known, State::find(tx, address));
    if (!known || known->email_verified_at || known->disabled_at)
      return write_nothing(tx, s.clock.now());
    return s.queue_mail(tx, *known, "verify_email");
  });
}

Result<void> Accounts::request_reset(std::string_view email) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const std::string address, normal_email(email));
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto known, State::find(tx, address));
    if (!known || known->disabled_at) return write_nothing(tx, s.clock.now());
    return s.queue_mail(tx, *known, "reset_password");
  });
}

Result<std::string> Accounts::reset_password(std::string_view token, std::string_view wanted,
                                             std::string_view request_id) {
  State& s = *state_;
  const std::string digest = security::sha256(token);
  const Instant now = s.clock.now();
  BOOST_OUTCOME_TRY(const auto user, s.db.read([&](storage::Tx& tx) -> Result<std::optional<User>> {
    BOOST_OUTCOME_TRY(const auto id, tx.find<UserId>("SELECT user_id FROM user_tokens WHERE digest "
                                                     "= ?1 AND purpose = ?2 AND expires_at > ?3",
                                                     {digest, TokenPurpose::reset_password, now}));
    if (!id) return std::nullopt;
    return State::find(tx, *id);
  }));
  if (!user || user->disabled_at) return token_unknown();
  // A password that is refused leaves the link good for another try.
  BOOST_OUTCOME_TRY(const std::string hash, s.hash_new(wanted, user->email, user->name));
  BOOST_OUTCOME_TRY(s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const std::int64_t taken,
                      tx.execute("DELETE FROM user_tokens WHERE digest = ?1", {digest}));
    if (taken == 0) return token_unknown();
    BOOST_OUTCOME_TRY(s.replace_password(tx, user->id, hash, std::nullopt));
    BOOST_OUTCOME_TRY(
        s.record(tx, user->id, audit::Action::password_changed, "by mail", request_id));
    // Who reads the mail has shown that the address is his.
    BOOST_OUTCOME_TRY(tx.execute(
        "UPDATE users SET email_verified_at = coalesce(email_verified_at, ?2) WHERE id = ?1",
        {user->id, now}));
    return success();
  }));
  return s.new_device(user->id);
}

Result<void> Accounts::change_password(const SignedIn& who, std::string_view current,
                                       std::string_view wanted) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const User user, s.check_password(who, current));
  BOOST_OUTCOME_TRY(const std::string hash, s.hash_new(wanted, user.email, user.name));
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto now, State::find(tx, user.id));
    // Somebody else was faster, with another password than the one that was checked.
    if (!now || now->password_hash != user.password_hash) return wrong_credentials();
    BOOST_OUTCOME_TRY(s.record(tx, user.id, audit::Action::password_changed, "", who.request_id));
    return s.replace_password(tx, user.id, hash, who.session);
  });
}

Result<User> Accounts::me(const SignedIn& who) {
  return state_->user(who);
}

Result<void> Accounts::State::send_mail(const jobs::Job& job) {
  const std::string_view subject = job.subject;
  const std::size_t colon = std::min(subject.find(':'), subject.size());
  const Letter* letter = nullptr;
  for (const Letter& one : letters)
    if (one.what == subject.substr(0, colon)) letter = &one;
  const auto id = UserId::parse(subject.substr(std::min(colon + 1, subject.size())));
  if (letter == nullptr || !id)
    return fail(Code::invalid, "mail_unknown", "There is no such mail to send.");
  BOOST_OUTCOME_TRY(const auto user,
                    db.read([&](storage::Tx& tx) { return find(tx, id.value()); }));
  if (user && !user->disabled_at) {
    std::string link = options.link_base + std::string(letter->path);
    // The token is made when it is sent: until then nobody holds it, and nothing keeps it.
    if (const auto purpose = from_slug<TokenPurpose>(letter->what)) {
      const bool reset = purpose.value() == TokenPurpose::reset_password;
      BOOST_OUTCOME_TRY(const std::string token, db.write([&](storage::Tx& tx) {
        return mint(tx, user->id, purpose.value(), reset ? options.reset_ms : options.verify_ms);
      }));
      link += token;
    }
    BOOST_OUTCOME_TRY(
        mailer->send({.to = user->email,
                      .subject = options.product + ": " + std::string(letter->subject),
                      .text = std::string(letter->before) + "\n\n" + link + "\n\n" +
                              std::string(letter->after) + "\n"}));
  }
  return db.write([&](storage::Tx& tx) { return queue.complete(tx, job); });
}

jobs::Handler Accounts::mail_handler() {
  return [state = state_.get()](const jobs::Job& job, const Ctx&) { return state->send_mail(job); };
}

Result<User> Accounts::add_user(std::string_view email, std::string_view password,
                                std::string_view name) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const std::string address, normal_email(email));
  const std::string shown(utf8::prefix(name, longest_name));
  BOOST_OUTCOME_TRY(const std::string hash, s.hash_new(password, address, shown));
  return s.db.write([&](storage::Tx& tx) -> Result<User> {
    BOOST_OUTCOME_TRY(const auto known, State::find(tx, address));
    if (known)
      return fail(Code::conflict, "email_taken",
                  "This address has an account already. 'insightflow users reset-password' sets "
                  "another password.");
    return s.insert_user(tx, address, shown, hash, true);
  });
}

Result<UserList> Accounts::list_users() {
  static const std::string sql = "SELECT " + user_columns() + " FROM users ORDER BY id";
  BOOST_OUTCOME_TRY(auto users,
                    state_->db.read([](storage::Tx& tx) { return tx.list<User>(sql); }));
  return UserList{std::move(users)};
}

namespace {

Result<User> known_user(storage::Database& db, std::string_view email) {
  BOOST_OUTCOME_TRY(const std::string address, normal_email(email));
  BOOST_OUTCOME_TRY(auto found, db.read([&](storage::Tx& tx) {
    return tx.find<User>("SELECT " + user_columns() + " FROM users WHERE email = ?1", {address});
  }));
  if (found) return std::move(*found);
  return fail(Code::not_found, "user_unknown", "Nobody has an account with this address.");
}

}  // namespace

Result<User> Accounts::set_password(std::string_view email, std::string_view wanted) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const User user, known_user(s.db, email));
  BOOST_OUTCOME_TRY(const std::string hash, s.hash_new(wanted, user.email, user.name));
  BOOST_OUTCOME_TRY(s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(
        s.record(tx, user.id, audit::Action::password_changed, "", "", State::By::somebody));
    return s.replace_password(tx, user.id, hash, std::nullopt);
  }));
  return known_user(s.db, email);
}

Result<User> Accounts::set_disabled(std::string_view email, bool disabled) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const User user, known_user(s.db, email));
  const Instant now = s.clock.now();
  BOOST_OUTCOME_TRY(s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("UPDATE users SET disabled_at = ?2, updated_at = ?3 WHERE id = ?1",
                                 {user.id, disabled ? std::optional(now) : std::nullopt, now}));
    BOOST_OUTCOME_TRY(s.record(
        tx, user.id, disabled ? audit::Action::account_disabled : audit::Action::account_enabled,
        "", "", State::By::somebody));
    if (!disabled) return success();
    return s.revoke_sessions(tx, user.id, std::nullopt);
  }));
  return known_user(s.db, email);
}

Result<void> Accounts::drop_second_factor(std::string_view email) {
  State& s = *state_;
  BOOST_OUTCOME_TRY(const User user, known_user(s.db, email));
  return s.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM second_factors WHERE user_id = ?1", {user.id}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM recovery_codes WHERE user_id = ?1", {user.id}));
    return s.record(tx, user.id, audit::Action::second_factor_changed, "off", "",
                    State::By::somebody);
  });
}

}  // namespace insightflow::identity

namespace insightflow {
template const Type& type_of<identity::User>();
template const Type& type_of<identity::UserList>();
template const Type& type_of<identity::Tokens>();
template const Type& type_of<identity::Login>();
template const Type& type_of<identity::UserSession>();
template const Type& type_of<identity::UserSessionList>();
template const Type& type_of<identity::TotpEnrolment>();
template const Type& type_of<identity::RecoveryCodes>();
template const Type& type_of<identity::OidcStart>();
template const Type& type_of<identity::OidcCallback>();
}  // namespace insightflow
