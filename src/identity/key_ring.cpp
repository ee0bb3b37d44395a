#include "identity/account_state.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/tokens.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace insightflow::identity {

namespace {

constexpr std::int64_t look_again_ms = 60'000, unknown_key_pause_ms = 1'000;
constexpr std::size_t key_id_characters = 16;

std::string place_of(std::string_view id) {
  return "signing_keys/" + std::string(id);
}

}  // namespace

std::size_t VerifiedTokens::place(std::string_view token) const {
  return std::hash<std::string_view>()(token) % places;
}

std::optional<VerifiedTokens::Entry> VerifiedTokens::find(std::string_view token) {
  const std::size_t at = place(token);
  const std::lock_guard lock(mutexes_[at % locks]);
  if (entries_[at].token != token) return std::nullopt;
  return entries_[at];
}

void VerifiedTokens::remember(Entry entry) {
  const std::size_t at = place(entry.token);
  const std::lock_guard lock(mutexes_[at % locks]);
  entries_[at] = std::move(entry);
}

Result<std::shared_ptr<const security::Sealer>> KeyRing::sealer() {
  {
    const std::shared_lock lock(mutex_);
    if (sealer_) return sealer_;
  }
  auto keys = security::load_master_keys(options_.master_keys);
  if (!keys && keys.error().reason == "master_key_missing") {
    // A new key would open nothing of what the missing one sealed.
    BOOST_OUTCOME_TRY(const auto sealed, db_.read([](storage::Tx& tx) {
      return tx.find<std::int64_t>("SELECT 1 FROM signing_keys LIMIT 1");
    }));
    if (sealed) {
      Error error = keys.error();
      error.detail += " It sealed secrets of this database: put it back from where it was kept.";
      return error;
    }
    keys = security::load_or_make_master_keys(options_.master_keys);
  }
  BOOST_OUTCOME_TRY(keys);
  auto made = std::make_shared<const security::Sealer>(std::move(keys).value());
  const std::unique_lock lock(mutex_);
  sealer_ = made;
  return made;
}

void KeyRing::forget_master_keys() {
  const std::unique_lock lock(mutex_);
  sealer_.reset();
}

void KeyRing::forget() {
  const std::unique_lock lock(mutex_);
  loaded_.reset();
}

void KeyRing::forget_if_old() {
  const std::unique_lock lock(mutex_);
  if (loaded_ && clock_.now() - loaded_->at >= unknown_key_pause_ms) loaded_.reset();
}

Result<security::Sealed> KeyRing::seal(std::string_view what, std::string_view plain) {
  BOOST_OUTCOME_TRY(const auto with, sealer());
  return with->seal(what, plain);
}

Result<std::string> KeyRing::open(std::string_view what, const security::Sealed& sealed) {
  BOOST_OUTCOME_TRY(auto with, sealer());
  auto opened = with->open(what, sealed);
  if (opened || opened.error().reason != "master_key_unknown") return opened;
  forget_master_keys();
  BOOST_OUTCOME_TRY(with, sealer());
  return with->open(what, sealed);
}

Result<std::string> KeyRing::open_shown(std::string_view what, const security::Sealed& sealed) {
  BOOST_OUTCOME_TRY(const auto with, sealer());
  return with->open(what, sealed);
}

Result<std::string> KeyRing::derive(std::string_view purpose) {
  BOOST_OUTCOME_TRY(const auto with, sealer());
  return with->derive(purpose);
}

Result<std::string> KeyRing::master_key_id() {
  BOOST_OUTCOME_TRY(const auto with, sealer());
  return with->key_id();
}

Result<std::shared_ptr<const KeyRing::Loaded>> KeyRing::loaded() {
  const Instant now = clock_.now();
  {
    const std::shared_lock lock(mutex_);
    if (loaded_ && now - loaded_->at < look_again_ms && now >= loaded_->at) return loaded_;
  }
  // A token signed just before its key was retired is good for the life of a token; programs that
  // had not looked again may have signed for another minute.
  const Instant still_good = now + -(options_.access_ms + 2 * look_again_ms);
  static const std::string sql = "SELECT " + column_list(type_of<SigningKeyRow>()) +
                                 " FROM signing_keys WHERE retired_at IS NULL OR retired_at > ?1 "
                                 "ORDER BY created_at DESC, id";
  BOOST_OUTCOME_TRY(const auto rows, db_.read([&](storage::Tx& tx) {
    return tx.list<SigningKeyRow>(sql, {still_good});
  }));
  auto out = std::make_shared<Loaded>();
  out->at = now;
  for (const SigningKeyRow& row : rows) {
    const auto bytes = security::base64url_decode(row.public_key);
    BOOST_OUTCOME_TRY(auto key, security::PublicKey::ed25519(row.id, bytes.value_or("")));
    out->verifying.keys.push_back(std::move(key));
    if (row.retired_at || out->signing) continue;
    BOOST_OUTCOME_TRY(const std::string secret,
                      open(place_of(row.id), security::Sealed{row.key_id, row.sealed}));
    BOOST_OUTCOME_TRY(out->signing, security::SigningKey::from_secret(row.id, secret));
    out->signing_since = row.created_at;
  }
  const std::unique_lock lock(mutex_);
  loaded_ = out;
  return std::shared_ptr<const Loaded>(std::move(out));
}

Result<security::SigningKey> KeyRing::signing() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    BOOST_OUTCOME_TRY(const auto keys, loaded());
    const Instant oldest = clock_.now() + -options_.signing_key_ms;
    if (keys->signing && keys->signing_since > oldest) return *keys->signing;
    BOOST_OUTCOME_TRY(replace(oldest));
  }
  return fail(Code::unavailable, "signing_key_missing",
              "There is no key to sign tokens with. Try again.");
}

Result<security::KeySet> KeyRing::verifying() {
  BOOST_OUTCOME_TRY(const auto keys, loaded());
  return keys->verifying;
}

bool KeyRing::verifies(std::string_view key_id) {
  const auto keys = loaded();
  if (!keys) return false;
  const auto& all = keys.value()->verifying.keys;
  return std::any_of(all.begin(), all.end(),
                     [&](const security::PublicKey& key) { return key.id() == key_id; });
}

/// Makes a new key unless another program just did.
Result<std::string> KeyRing::replace(Instant older_than) {
  const std::string id = security::random_token("", key_id_characters);
  const auto key = security::SigningKey::generate(id);
  BOOST_OUTCOME_TRY(const auto sealed, seal(place_of(id), key.secret()));
  const Instant now = clock_.now();
  BOOST_OUTCOME_TRY(std::string out, db_.write([&](storage::Tx& tx) -> Result<std::string> {
    BOOST_OUTCOME_TRY(const auto other,
                      tx.find<std::string>("SELECT id FROM signing_keys WHERE retired_at IS NULL "
                                           "AND created_at > ?1 ORDER BY created_at DESC, id",
                                           {older_than}));
    if (other) return *other;
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE signing_keys SET retired_at = ?1 WHERE retired_at IS NULL", {now}));
    const json::object jwk = key.public_key().jwk();
    BOOST_OUTCOME_TRY(
        tx.insert("signing_keys", SigningKeyRow{id, std::string(jwk.at("x").as_string()),
                                                sealed.key_id, sealed.text, now, std::nullopt}));
    return id;
  }));
  forget();
  return out;
}

Result<std::optional<security::SigningKey>> KeyRing::find(std::string_view key_id) {
  static const std::string sql =
      "SELECT " + column_list(type_of<SigningKeyRow>()) + " FROM signing_keys WHERE id = ?1";
  BOOST_OUTCOME_TRY(const auto row, db_.read([&](storage::Tx& tx) {
    return tx.find<SigningKeyRow>(sql, {key_id});
  }));
  if (!row) return std::nullopt;
  BOOST_OUTCOME_TRY(const std::string secret,
                    open(place_of(row->id), security::Sealed{row->key_id, row->sealed}));
  BOOST_OUTCOME_TRY(auto key, security::SigningKey::from_secret(row->id, secret));
  return std::optional(std::move(key));
}

Result<std::string> KeyRing::rotate() {
  return replace(clock_.now() + 1);
}

}  // namespace insightflow::identity
