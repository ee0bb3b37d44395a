#pragma once

#include <insightflow/core/result.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Secrets at rest: AES-256-GCM (NIST SP 800-38D) under a master key that is not in the database.
namespace insightflow::security {

inline constexpr std::size_t gcm_key_bytes = 32, gcm_nonce_bytes = 12, gcm_tag_bytes = 16;

/// Cipher text with the tag behind it. Key and nonce must have their sizes; a nonce must never be
/// used twice with one key. Errors: `sealing_key_size`.
Result<std::string> gcm_seal(std::string_view key, std::string_view nonce,
                             std::string_view associated, std::string_view plain);
/// Errors: `sealing_key_size`, `sealed_damaged`.
Result<std::string> gcm_open(std::string_view key, std::string_view nonce,
                             std::string_view associated, std::string_view sealed);

/// A key of 256 bits; `id` says which it is without telling it.
struct MasterKey {
  std::string bytes;
  std::string id() const;
};

MasterKey new_master_key();

/// Reads master keys from where they are kept: "file:PATH", "env:NAME", or "command:SHELL COMMAND",
/// which prints them. The first one seals, all of them open; white space stands between them.
/// Errors: `master_key_missing`, `master_key_malformed`, `master_key_source`.
Result<std::vector<MasterKey>> load_master_keys(std::string_view source);

/// As above, but a file that is missing is made with a new key, readable by its owner alone.
Result<std::vector<MasterKey>> load_or_make_master_keys(std::string_view source);

/// Replaces the file of the master keys, whole or not at all. Errors: `master_key_source` where
/// they are not kept in a file, `master_key_missing` where it cannot be written.
Result<void> store_master_keys(std::string_view source, const std::vector<MasterKey>& keys);

struct Sealed {
  std::string key_id;
  std::string text;  ///< base64url of nonce, cipher text and tag.
};

/// Seals with its first key, opens with any. `what` names the place ("second_factors/ID"): a sealed
/// text that is moved elsewhere does not open. Thread-safe once built.
class Sealer {
 public:
  /// `keys` is not empty.
  explicit Sealer(std::vector<MasterKey> keys);

  const std::string& key_id() const { return current_; }
  Sealed seal(std::string_view what, std::string_view plain) const;
  /// Errors: `master_key_unknown`, `sealed_damaged`.
  Result<std::string> open(std::string_view what, const Sealed& sealed) const;
  /// 32 bytes that follow from the first key and `purpose`, and tell nothing of either:
  /// HMAC-SHA-256.
  std::string derive(std::string_view purpose) const;

 private:
  std::string current_;
  std::map<std::string, MasterKey, std::less<>> keys_;
};

}  // namespace insightflow::security
