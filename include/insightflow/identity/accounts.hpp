#pragma once

#include <insightflow/audit/log.hpp>
#include <insightflow/core/ctx.hpp>
#include <insightflow/core/fields.hpp>
#include <insightflow/core/id_source.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/identity/actor.hpp>
#include <insightflow/identity/mail.hpp>
#include <insightflow/identity/oidc.hpp>
#include <insightflow/jobs/worker.hpp>
#include <insightflow/security/password.hpp>
#include <insightflow/security/rate_limit.hpp>
#include <insightflow/storage/database.hpp>

#include <boost/json/fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace insightflow::identity {

/// A person who can sign in.
struct User {
  UserId id;
  std::string email;              ///< Lower case, NFC; unique.
  std::string name;               ///< As the person writes it; may be empty.
  std::string password_hash;      ///< PHC string; empty where only a provider signs the person in.
  WorkspaceId home_workspace_id;  ///< Made with the account; its queue carries the account's mail.
  std::optional<Instant> email_verified_at;
  std::optional<Instant> disabled_at;  ///< Refused from here on.
  Instant created_at;
  Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, email, name, password_hash, home_workspace_id, email_verified_at,
                       disabled_at, created_at, updated_at))
inline constexpr std::array user_notes{
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "email", .doc = "Lower case.", .read_only = true, .pii = true, .max = 254},
    Note{.field = "name", .doc = "As the person writes it.", .pii = true, .max = 200},
    Note{.field = "password_hash", .doc = "PHC string.", .internal = true},
    Note{.field = "home_workspace_id", .doc = "Made with the account.", .read_only = true},
    Note{.field = "email_verified_at", .doc = "When the address was proved.", .read_only = true},
    Note{.field = "disabled_at", .doc = "Refused from here on.", .read_only = true},
    Note{.field = "created_at", .doc = "When the account was made.", .read_only = true},
    Note{.field = "updated_at", .doc = "When it last changed.", .read_only = true}};
constexpr std::span<const Note> field_notes(const User*) {
  return user_notes;
}

/// What a client keeps after a login. The access token is sent with every request until it runs
/// out; the refresh token buys the next pair, once.
struct Tokens {
  std::string access_token;
  std::string refresh_token;
  std::int64_t expires_in = 0;  ///< Seconds that the access token is good for.
  SessionId session_id;
  UserId user_id;
  std::string device;  ///< After a login: what shows at the next one that it comes from here.
};
BOOST_DESCRIBE_STRUCT(Tokens, (),
                      (access_token, refresh_token, expires_in, session_id, user_id, device))
inline constexpr std::array tokens_notes{
    Note{.field = "access_token", .doc = "Send it as 'Authorization: Bearer …'."},
    Note{.field = "refresh_token", .doc = "Buys the next pair, once; keep it secret."},
    Note{.field = "expires_in", .doc = "Seconds that the access token is good for."},
    Note{.field = "session_id", .doc = "In the list of sessions."},
    Note{.field = "user_id", .doc = "Who signed in."},
    Note{.field = "device",
         .doc = "After a login: keep it, and send it with the next one; see 'device' there.",
         .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Tokens*) {
  return tokens_notes;
}

/// A login is done, or asks for the code of the second factor.
struct Login {
  std::optional<Tokens> tokens;
  std::optional<std::string> challenge;
};
BOOST_DESCRIBE_STRUCT(Login, (), (tokens, challenge))
inline constexpr std::array login_notes{
    Note{.field = "tokens", .doc = "When the login is done."},
    Note{.field = "challenge", .doc = "Send it back with a code of the authenticator app."}};
constexpr std::span<const Note> field_notes(const Login*) {
  return login_notes;
}

/// Where somebody is signed in: one family of refresh tokens.
struct UserSession {
  SessionId id;
  UserId user_id;
  std::string client;
  Instant created_at;
  Instant used_at;
  Instant expires_at;
  std::optional<Instant> revoked_at;
};
BOOST_DESCRIBE_STRUCT(UserSession, (),
                      (id, user_id, client, created_at, used_at, expires_at, revoked_at))
inline constexpr std::array user_session_notes{
    Note{.field = "user_id", .doc = "Whose it is.", .internal = true},
    Note{.field = "client", .doc = "What the client called itself.", .pii = true},
    Note{.field = "used_at", .doc = "When its tokens were last renewed."},
    Note{.field = "expires_at", .doc = "When it ends, however it is used."},
    Note{.field = "revoked_at", .doc = "When it was ended."}};
constexpr std::span<const Note> field_notes(const UserSession*) {
  return user_session_notes;
}
struct UserSessionList {
  std::vector<UserSession> items;
};
BOOST_DESCRIBE_STRUCT(UserSessionList, (), (items))

struct UserList {
  std::vector<User> items;
};
BOOST_DESCRIBE_STRUCT(UserList, (), (items))

/// A secret for an authenticator app; it counts once a code of it was confirmed.
struct TotpEnrolment {
  std::string secret;  ///< Base32.
  std::string uri;     ///< "otpauth://totp/…", for a picture to scan.
};
BOOST_DESCRIBE_STRUCT(TotpEnrolment, (), (secret, uri))

/// Each lets in once where the app is lost; shown this once.
struct RecoveryCodes {
  std::vector<std::string> codes;
};
BOOST_DESCRIBE_STRUCT(RecoveryCodes, (), (codes))

/// Who an access token is of.
struct SignedIn {
  UserId user;
  SessionId session;
  std::string request_id{};  ///< For the audit trail; may be empty.
};

/// Where somebody who signs in comes from; all may be empty.
struct Visit {
  std::string_view client{};  ///< What the client calls itself.
  std::string_view device{};  ///< `Tokens::device` of an earlier login, or what a reset gave.
  std::string_view request_id{};
};

struct AccountOptions {
  std::string issuer = "insightflow";        ///< "iss" of access tokens.
  std::string audience = "insightflow-api";  ///< "aud" of access tokens.
  std::string product = "InsightFlow";       ///< In mails and authenticator apps.
  /// What links in mails begin with; "/verify?token=…", "/reset?token=…" or "/reset" comes behind
  /// it. The server of the HTTP adapter has these pages.
  std::string link_base = "http://127.0.0.1:8080";
  /// False: only an operator makes accounts (`Accounts::add_user`), and providers that are named.
  bool open_registration = true;
  /// Where the master keys are; see `security::load_master_keys`. A file is made when missing.
  /// Empty, for an engine: the database's name with ".key" behind it.
  std::string master_keys{};
  security::PasswordHasherOptions passwords{};
  /// Null: mail is written into `mail_folder`.
  std::shared_ptr<Mailer> mailer;
  std::string mail_folder{};  ///< Empty, for an engine: the database's name and ".mail".
  std::vector<OidcProvider> providers{};
  /// Null: libcurl.
  std::shared_ptr<Fetcher> fetcher;

  std::int64_t access_ms = 10 * 60'000;
  std::int64_t session_ms = 30LL * 86'400'000;  ///< Absolute, however a session is used.
  std::int64_t idle_ms = 14LL * 86'400'000;     ///< A refresh token that is not used for so long.
  std::int64_t grace_ms = 30'000;               ///< A used refresh token still counts for so long.
  std::int64_t verify_ms = 24LL * 3'600'000;
  std::int64_t reset_ms = 30 * 60'000;
  std::int64_t challenge_ms = 5 * 60'000;
  /// Wrong passwords for one account: of everybody together who does not show a device that signed
  /// in to it before, and of each such device. Whoever guesses can therefore lock out only those
  /// who come from nowhere, and a new password by mail, which gives a device, lets even them in.
  security::Rate stranger_guesses{20, 1};
  security::Rate device_guesses{10, 1};
  std::int64_t signing_key_ms = 90LL * 86'400'000;  ///< A signing key older than this is replaced.
};

inline constexpr std::string_view account_mail_job = "account_mail";

/// People: how they come in, stay in and leave. One object for a database; safe from several
/// threads. `db`, `clock` and `ids` must outlive it. What it answers to somebody who is not signed
/// in never tells whether an address has an account.
class Accounts {
 public:
  Accounts(storage::Database& db, const Clock& clock, IdSource& ids, AccountOptions options);
  ~Accounts();
  Accounts(Accounts&&) noexcept;

  /// Makes an account with a workspace of its own, and mails a link that proves the address. For an
  /// address that has an account, that one's owner gets a mail and nothing else happens. Errors:
  /// `email_malformed`, `password_short`, `password_long`, `password_common`, `password_guessable`,
  /// `registration_closed`.
  Result<void> register_user(std::string_view email, std::string_view password,
                             std::string_view name);
  /// Errors: `token_unknown` (also used, or run out).
  Result<void> verify_email(std::string_view token);
  /// Mails the link again, where there is an account that waits for it.
  Result<void> resend_verification(std::string_view email);

  /// Errors: `credentials_wrong`, `email_unverified`, `account_guessed` (see
  /// `AccountOptions::stranger_guesses`), `password_hashing_busy`, `second_factor_blocked`.
  Result<Login> login(std::string_view email, std::string_view password, const Visit& visit = {});
  /// The second step; a code of the app or a recovery code. Errors: `challenge_unknown` (also after
  /// five wrong codes), `code_wrong`.
  Result<Tokens> second_step(std::string_view challenge, std::string_view code,
                             const Visit& visit = {});

  /// Errors: `refresh_unknown`, `session_ended`, `refresh_reused` (the session ends with it).
  Result<Tokens> refresh(std::string_view refresh_token);

  /// Who presents this access token. Its signature is checked once and then remembered; that its
  /// session lives is looked up each time. Errors: those of `security::verify_jwt`,
  /// `session_ended`.
  Result<SignedIn> identify(std::string_view access_token);
  /// The same, as a member of a workspace. Errors: also those of `actor_of`.
  Result<Actor> authenticate(std::string_view access_token, std::optional<WorkspaceId> workspace);

  Result<User> me(const SignedIn& who);
  Result<UserSessionList> sessions(const SignedIn& who);
  /// Errors: `session_unknown`.
  Result<UserSession> revoke_session(const SignedIn& who, SessionId id);
  Result<void> logout(const SignedIn& who);
  Result<void> logout_everywhere(const SignedIn& who);

  /// Ends all other sessions. Errors: `credentials_wrong`, and those of a new password.
  Result<void> change_password(const SignedIn& who, std::string_view current,
                               std::string_view wanted);
  /// Mails a link where there is an account.
  Result<void> request_reset(std::string_view email);
  /// Ends all sessions; gives a device for the next login (`Visit::device`). Errors:
  /// `token_unknown`, and those of a new password.
  Result<std::string> reset_password(std::string_view token, std::string_view wanted,
                                     std::string_view request_id = {});

  /// Errors: `credentials_wrong`, `totp_enabled`.
  Result<TotpEnrolment> enrol_totp(const SignedIn& who, std::string_view password);
  /// Errors: `totp_unknown`, `totp_enabled`, `code_wrong`.
  Result<RecoveryCodes> confirm_totp(const SignedIn& who, std::string_view code);
  /// Errors: `credentials_wrong`.
  Result<void> disable_totp(const SignedIn& who, std::string_view password);

  /// Errors: `provider_unknown`, and those of reading what the provider publishes.
  Result<OidcStart> start_external(std::string_view provider);
  /// Signs in whom the provider names. A person is found by the provider's name for him; one who
  /// comes for the first time gets the account with the same address if the provider says that it
  /// was verified, or a new account. Errors: `external_login_unknown`, `external_email_missing`,
  /// and those of the provider and of `security::verify_jwt`.
  Result<Login> finish_external(const OidcCallback& callback, const Visit& visit = {});

  /// Signs the end of an audit chain with the key of access tokens.
  Result<audit::Head> sign(audit::Head head);
  /// Whether this installation signed the head, with whatever key it had then: what counts is a
  /// key that the master key opens, not what the database says is public.
  Result<bool> signed_here(const audit::Head& head);

  /// The keys that check access tokens, for other programs.
  Result<boost::json::object> jwks();
  /// Signs with a new key from now on; tokens of the old ones are good until they run out.
  Result<std::string> rotate_signing_key();
  /// A secret of 32 bytes for one purpose, that all servers with the same master key share; changes
  /// when the master key does. Errors: those of `security::load_or_make_master_keys`.
  Result<std::string> derived_key(std::string_view purpose);
  /// Seals everything with the first master key that is not yet; can be stopped and begun again.
  /// Gives how many rows were sealed anew.
  Result<std::int64_t> reseal();
  /// For an operator: makes new master keys in their file, reseals, and with `forget` drops the old
  /// ones from the file. Servers that run read the file again by themselves.
  Result<std::int64_t> rotate_master_key(bool forget);

  /// For an operator: an account with a verified address. Errors: `email_taken`, and those of
  /// `register_user`.
  Result<User> add_user(std::string_view email, std::string_view password, std::string_view name);
  Result<UserList> list_users();
  /// For an operator; ends all sessions. Errors: `user_unknown`.
  Result<User> set_password(std::string_view email, std::string_view wanted);
  /// For an operator; ends all sessions of one who is disabled. Errors: `user_unknown`.
  Result<User> set_disabled(std::string_view email, bool disabled);
  /// For an operator, where app and codes are lost. Errors: `user_unknown`.
  Result<void> drop_second_factor(std::string_view email);

  /// Sends the mails that the calls above queue.
  jobs::Handler mail_handler();

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace insightflow::identity

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<identity::User>();
extern template const Type& type_of<identity::UserList>();
extern template const Type& type_of<identity::Tokens>();
extern template const Type& type_of<identity::Login>();
extern template const Type& type_of<identity::UserSession>();
extern template const Type& type_of<identity::UserSessionList>();
extern template const Type& type_of<identity::TotpEnrolment>();
extern template const Type& type_of<identity::RecoveryCodes>();
extern template const Type& type_of<identity::OidcStart>();
extern template const Type& type_of<identity::OidcCallback>();
}  // namespace insightflow
