#include <insightflow/security/password.hpp>

#include <botan/argon2.h>
#include <botan/system_rng.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <thread>

namespace insightflow::security {

namespace {

constexpr std::string_view scheme = "$argon2id$v=19$";

/// The cost in a PHC string, where it is one that this program would ever have written.
std::optional<PasswordCost> cost_of(std::string_view stored) {
  if (!stored.starts_with(scheme)) return std::nullopt;
  stored.remove_prefix(scheme.size());
  PasswordCost cost;
  struct Part {
    std::string_view name;
    std::uint32_t& value;
    std::uint32_t least, most;
    char behind;
  };
  for (const Part& part :
       {Part{"m=", cost.memory_kib, 8, 1u << 20, ','}, Part{"t=", cost.passes, 1, 64, ','},
        Part{"p=", cost.lanes, 1, 16, '$'}}) {
    if (!stored.starts_with(part.name)) return std::nullopt;
    stored.remove_prefix(part.name.size());
    const auto end = std::from_chars(stored.data(), stored.data() + stored.size(), part.value);
    if (end.ec != std::errc() || part.value < part.least || part.value > part.most)
      return std::nullopt;
    stored.remove_prefix(static_cast<std::size_t>(end.ptr - stored.data()));
    if (stored.empty() || stored.front() != part.behind) return std::nullopt;
    stored.remove_prefix(1);
  }
  return cost;
}

std::string make_hash(std::string_view password, const PasswordCost& cost) {
  return Botan::argon2_generate_pwhash(password.data(), password.size(), Botan::system_rng(),
                                       cost.lanes, cost.memory_kib, cost.passes);
}

}  // namespace

class PasswordHasher::Turn {
 public:
  explicit Turn(PasswordHasher& of) : of_(&of) {}
  Turn(Turn&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (of_ == nullptr) return;
    {
      const std::lock_guard lock(of_->mutex_);
      --of_->running_;
    }
    of_->freed_.notify_one();
  }

 private:
  PasswordHasher* of_;
};

PasswordHasher::PasswordHasher(const PasswordHasherOptions& options) : options_(options) {
  if (options_.concurrent == 0)
    options_.concurrent = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
  // Any salt and digest will do: nobody has a password that this is the hash of.
  nobody_ = std::string(scheme) + "m=" + std::to_string(options_.cost.memory_kib) +
            ",t=" + std::to_string(options_.cost.passes) +
            ",p=" + std::to_string(options_.cost.lanes) + "$" + std::string(22, 'A') + "$" +
            std::string(43, 'A');
}

Result<PasswordHasher::Turn> PasswordHasher::take_turn() {
  const Error busy = fail(Code::unavailable, "password_hashing_busy",
                          "Too many people sign in at this moment. Try again in a few seconds.");
  std::unique_lock lock(mutex_);
  if (running_ >= options_.concurrent) {
    if (waiting_ >= options_.waiting) return busy;
    ++waiting_;
    const bool free =
        freed_.wait_for(lock, options_.patience, [&] { return running_ < options_.concurrent; });
    --waiting_;
    if (!free) return busy;
  }
  ++running_;
  return Turn(*this);
}

Result<std::string> PasswordHasher::hash(std::string_view password) {
  BOOST_OUTCOME_TRY(const Turn turn, take_turn());
  return make_hash(password, options_.cost);
}

Result<bool> PasswordHasher::verify(std::string_view password, std::string_view stored) {
  if (!stored.empty() && !cost_of(stored))
    return fail(Code::corrupt, "password_hash_malformed",
                "A stored password hash cannot be read. Reset the password of this account.");
  BOOST_OUTCOME_TRY(const Turn turn, take_turn());
  const bool same = Botan::argon2_check_pwhash(password.data(), password.size(),
                                               stored.empty() ? nobody_ : std::string(stored));
  return same && !stored.empty();
}

bool PasswordHasher::outdated(std::string_view stored) const {
  return cost_of(stored) != options_.cost;
}

}  // namespace insightflow::security
