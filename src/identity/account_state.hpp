#pragma once

#include <insightflow/identity/accounts.hpp>
#include <insightflow/jobs/queue.hpp>
#include <insightflow/security/jwt.hpp>
#include <insightflow/security/seal.hpp>

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace insightflow::identity {

enum class TokenPurpose { verify_email, reset_password, second_factor };
BOOST_DESCRIBE_ENUM(TokenPurpose, verify_email, reset_password, second_factor)

/// Rows of the tables with the same names.
struct UserTokenRow {
  std::string digest;
  UserId user_id;
  TokenPurpose purpose{};
  std::int64_t attempts = 0;
  Instant created_at;
  Instant expires_at;
};
BOOST_DESCRIBE_STRUCT(UserTokenRow, (),
                      (digest, user_id, purpose, attempts, created_at, expires_at))

struct RefreshTokenRow {
  std::string digest;
  SessionId session_id;
  Instant created_at;
  std::optional<Instant> used_at;
};
BOOST_DESCRIBE_STRUCT(RefreshTokenRow, (), (digest, session_id, created_at, used_at))

struct SecondFactorRow {
  UserId user_id;
  std::string key_id;
  std::string sealed;
  std::int64_t last_step = 0;
  Instant created_at;
  std::optional<Instant> confirmed_at;
};
BOOST_DESCRIBE_STRUCT(SecondFactorRow, (),
                      (user_id, key_id, sealed, last_step, created_at, confirmed_at))

struct SigningKeyRow {
  std::string id;
  std::string public_key;
  std::string key_id;
  std::string sealed;
  Instant created_at;
  std::optional<Instant> retired_at;
};
BOOST_DESCRIBE_STRUCT(SigningKeyRow, (), (id, public_key, key_id, sealed, created_at, retired_at))

struct ExternalIdentityRow {
  std::string provider;
  std::string subject;
  UserId user_id;
  Instant created_at;
};
BOOST_DESCRIBE_STRUCT(ExternalIdentityRow, (), (provider, subject, user_id, created_at))

struct ExternalLoginRow {
  std::string state_digest;
  std::string provider;
  std::string binding_digest;
  std::string nonce;
  std::string verifier;
  Instant expires_at;
};
BOOST_DESCRIBE_STRUCT(ExternalLoginRow, (),
                      (state_digest, provider, binding_digest, nonce, verifier, expires_at))

/// The columns of a user, as statements name them.
const std::string& user_columns();

/// Access tokens whose signature was found right, so that it is not checked at every request. A
/// place for each hash: a new token takes the place of an old one, and memory has its bound. Safe
/// from several threads.
class VerifiedTokens {
 public:
  struct Entry {
    std::string token;
    std::string key_id;
    SignedIn who;
    Instant from, until;
  };
  std::optional<Entry> find(std::string_view token);
  void remember(Entry entry);

 private:
  static constexpr std::size_t places = 4096, locks = 64;
  std::size_t place(std::string_view token) const;
  std::array<std::mutex, locks> mutexes_;
  std::vector<Entry> entries_{places};
};

/// The master keys and the keys that sign access tokens, as the database has them; looked up again
/// once a minute, and when a token names a key that is not known. Safe from several threads.
class KeyRing {
 public:
  KeyRing(storage::Database& db, const Clock& clock, const AccountOptions& options)
      : db_(db), clock_(clock), options_(options) {}

  /// The key to sign with; made when there is none, replaced when it is old.
  Result<security::SigningKey> signing();
  /// The keys whose tokens may still be good.
  Result<security::KeySet> verifying();
  bool verifies(std::string_view key_id);
  void forget();  ///< Look into the database next time.
  /// The same when a token names an unknown key, at most once a second: anybody can send those.
  void forget_if_old();
  Result<std::string> rotate();
  /// A key of any age, as the master key opens it; nothing where there is none.
  Result<std::optional<security::SigningKey>> find(std::string_view key_id);

  Result<security::Sealed> seal(std::string_view what, std::string_view plain);
  /// Reads the master keys again where this one is not known: somebody may have rotated them.
  Result<std::string> open(std::string_view what, const security::Sealed& sealed);
  /// The same for what anybody may send: nothing is read again for it.
  Result<std::string> open_shown(std::string_view what, const security::Sealed& sealed);
  Result<std::string> master_key_id();
  Result<std::string> derive(std::string_view purpose);
  void forget_master_keys();

 private:
  struct Loaded {
    std::optional<security::SigningKey> signing;
    Instant signing_since;
    security::KeySet verifying;
    Instant at;
  };
  Result<std::shared_ptr<const Loaded>> loaded();
  Result<std::shared_ptr<const security::Sealer>> sealer();
  Result<std::string> replace(Instant older_than);

  storage::Database& db_;
  const Clock& clock_;
  const AccountOptions& options_;
  std::shared_mutex mutex_;
  std::shared_ptr<const Loaded> loaded_;
  std::shared_ptr<const security::Sealer> sealer_;
};

/// What a provider publishes about itself, kept for a while. Safe from several threads.
class ProviderCache {
 public:
  struct Metadata {
    std::string authorization_endpoint, token_endpoint, jwks_uri;
    security::KeySet keys;
    Instant at;
  };
  /// `fresh_keys`: a token named an unknown key; asks again at most once a minute.
  Result<Metadata> get(const OidcProvider& provider, Fetcher& fetcher, Instant now,
                       bool fresh_keys = false);

 private:
  std::mutex mutex_;
  std::map<std::string, Metadata, std::less<>> known_;
};

struct Accounts::State {
  State(storage::Database& database, const Clock& the_clock, IdSource& id_source,
        AccountOptions given)
      : db(database),
        clock(the_clock),
        ids(id_source),
        options(std::move(given)),
        queue(db, clock, ids),
        hasher(options.passwords),
        ring(db, clock, options),
        strangers(options.stranger_guesses),
        devices(options.device_guesses) {}

  /// The user of an address, or of an id.
  static Result<std::optional<User>> find(storage::Tx& tx, std::string_view email);
  static Result<std::optional<User>> find(storage::Tx& tx, UserId id);
  Result<User> user(const SignedIn& who);

  /// Whose password this is; checks as long for an address nobody has. Wrong ones are counted and
  /// written to the audit trail. Errors: `credentials_wrong`, `account_guessed`.
  Result<User> check_password(std::string_view email, std::string_view password,
                              const Visit& visit);
  Result<User> check_password(const SignedIn& who, std::string_view password);

  /// A text that shows at a login that this account was signed in to before.
  Result<std::string> new_device(UserId user);
  /// Which device this is; nothing where it is none of this user's.
  std::optional<std::string> device_of(UserId user, std::string_view device);

  /// Who does what is written down: the person himself, or one who is not known as the person: an
  /// operator on the machine, or whoever fails to sign in.
  enum class By { the_person, somebody };
  /// Tells every workspace that the person belongs to.
  Result<void> record(storage::Tx& tx, UserId user, audit::Action action, std::string_view detail,
                      std::string_view request_id, By by = By::the_person);

  /// A new password, checked against the rules and hashed.
  Result<std::string> hash_new(std::string_view wanted, const std::string& email,
                               const std::string& name);

  /// Makes a user with a workspace of its own.
  Result<User> insert_user(storage::Tx& tx, std::string email, std::string name,
                           std::string password_hash, bool verified);
  /// Queues a mail of the account; not again within a minute.
  Result<void> queue_mail(storage::Tx& tx, const User& user, std::string_view what);
  Result<void> replace_password(storage::Tx& tx, UserId user, std::string_view hash,
                                std::optional<SessionId> keep);

  /// A token that is good once; its digest is stored.
  Result<std::string> mint(storage::Tx& tx, UserId user, TokenPurpose purpose,
                           std::int64_t lifetime_ms);

  /// What a new session or a renewed one is made of.
  struct Opened {
    UserId user;
    SessionId session;
    std::string refresh_token;
  };
  Result<Opened> open_session(storage::Tx& tx, UserId user, const Visit& visit,
                              std::string_view how);
  Result<std::string> add_refresh_token(storage::Tx& tx, SessionId session);
  Result<Tokens> tokens(const Opened& opened);
  Result<Tokens> first_tokens(const Opened& opened, const Visit& visit);
  /// The second half of every login: a session, or the question for the second factor. After a
  /// password, the hash it was right for still must be in place.
  Result<Login> sign_in(const User& user, const Visit& visit, bool by_password);
  Result<void> revoke_sessions(storage::Tx& tx, UserId user, std::optional<SessionId> keep);

  Result<SignedIn> verify_access(std::string_view token);
  Result<void> require_live(storage::Tx& tx, const SignedIn& who);

  Result<void> send_mail(const jobs::Job& job);

  storage::Database& db;
  const Clock& clock;
  IdSource& ids;
  const AccountOptions options;
  jobs::Queue queue;
  security::PasswordHasher hasher;
  KeyRing ring;
  security::RateLimiter strangers, devices;  ///< Wrong passwords.
  VerifiedTokens verified;
  ProviderCache providers;
  std::shared_ptr<Mailer> mailer;
  std::shared_ptr<Fetcher> fetcher;
};

}  // namespace insightflow::identity
