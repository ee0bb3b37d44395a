#include "security/bytes.hpp"

#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>

#include <botan/hash.h>
#include <botan/hex.h>
#include <botan/mem_ops.h>
#include <botan/system_rng.h>

namespace insightflow::security {

struct Sha256::State {
  std::unique_ptr<Botan::HashFunction> hash = Botan::HashFunction::create_or_throw("SHA-256");
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  state_->hash->update(bytes_of(bytes), bytes.size());
}

std::string Sha256::hex() {
  return Botan::hex_encode(state_->hash->final(), false);
}

std::string sha256(std::string_view bytes) {
  thread_local Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && Botan::constant_time_compare(bytes_of(a), bytes_of(b), a.size());
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  Botan::system_rng().randomize(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  return out;
}

std::string random_token(std::string_view prefix, std::size_t characters) {
  static constexpr char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  static_assert(sizeof alphabet == 33);
  std::string out(prefix);
  for (const char byte : random_bytes(characters))
    out += alphabet[static_cast<unsigned char>(byte) & 31];
  return out;
}

}  // namespace insightflow::security
