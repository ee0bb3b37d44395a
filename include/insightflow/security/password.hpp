#pragma once

#include <insightflow/core/result.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

namespace insightflow::security {

/// The cost of Argon2id. The default is the floor that OWASP's password storage cheat sheet names.
struct PasswordCost {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;

  friend bool operator==(const PasswordCost&, const PasswordCost&) = default;
};

struct PasswordHasherOptions {
  PasswordCost cost{};
  /// Hashes at a time; each takes `cost.memory_kib`. 0 takes one for each core, at most 8.
  std::size_t concurrent = 0;
  /// Callers that may wait for their turn; those beyond are refused at once.
  std::size_t waiting = 64;
  /// How long a caller waits for its turn.
  std::chrono::milliseconds patience{5'000};
};

/// Hashes and checks passwords with Argon2id (RFC 9106), a bounded number at a time, so that a
/// flood of logins can exhaust neither memory nor the machine. Thread-safe.
class PasswordHasher {
 public:
  explicit PasswordHasher(const PasswordHasherOptions& options = {});

  /// A PHC string with its own salt: "$argon2id$v=19$m=19456,t=2,p=1$…$…". Errors:
  /// `password_hashing_busy`.
  Result<std::string> hash(std::string_view password);

  /// Whether this is the password of a stored hash. An empty hash is one nobody knows: it costs as
  /// much as any other and is never right. Errors: `password_hashing_busy`,
  /// `password_hash_malformed` (also for costs beyond 1 GiB, 64 passes or 16 lanes).
  Result<bool> verify(std::string_view password, std::string_view stored);

  /// True where a stored hash is of another cost than new ones have; hash again at the next login.
  bool outdated(std::string_view stored) const;

 private:
  class Turn;
  Result<Turn> take_turn();

  PasswordHasherOptions options_;
  std::string nobody_;  ///< What an empty hash is checked against.
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t running_ = 0, waiting_ = 0;
};

}  // namespace insightflow::security
