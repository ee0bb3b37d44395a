#include "security/bytes.hpp"

#include <insightflow/security/digest.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/mac.hpp>
#include <insightflow/security/seal.hpp>
#include <insightflow/security/tokens.hpp>

#include <botan/aead.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

namespace insightflow::security {

namespace {

constexpr std::size_t most_key_text = 4096;
constexpr std::string_view file_scheme = "file:";

Error damaged() {
  return fail(Code::corrupt, "sealed_damaged",
              "A stored secret does not open: it was changed, or belongs elsewhere.");
}

/// Null where key and nonce are not of their size.
std::unique_ptr<Botan::AEAD_Mode> gcm(Botan::Cipher_Dir direction, std::string_view key,
                                      std::string_view nonce, std::string_view associated) {
  if (key.size() != gcm_key_bytes || nonce.size() != gcm_nonce_bytes) return nullptr;
  auto mode = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", direction);
  mode->set_key(bytes_of(key), key.size());
  mode->set_associated_data(bytes_of(associated), associated.size());
  mode->start(bytes_of(nonce), nonce.size());
  return mode;
}

Error wrong_size() {
  return fail(Code::invalid, "sealing_key_size",
              "AES-256-GCM takes a key of 32 bytes and a nonce of 12.");
}

Result<std::string> key_text(std::string_view source) {
  const auto behind = [&](std::string_view scheme) {
    return std::string(source.substr(scheme.size()));
  };
  std::string out;
  if (source.starts_with("file:")) {
    std::ifstream in(behind("file:"), std::ios::binary);
    if (!in)
      return fail(Code::not_found, "master_key_missing",
                  "The file of the master key, '" + behind("file:") + "', cannot be read.");
    out.resize(most_key_text);
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(in.gcount()));
  } else if (source.starts_with("env:")) {
    const char* value = std::getenv(behind("env:").c_str());
    if (value == nullptr)
      return fail(Code::not_found, "master_key_missing",
                  "The environment has no variable '" + behind("env:") +
                      "', which should hold the master key.");
    out = value;
  } else if (source.starts_with("command:")) {
    std::FILE* pipe = ::popen(behind("command:").c_str(), "r");
    if (pipe == nullptr)
      return fail(Code::unavailable, "master_key_missing",
                  "The command that prints the master key cannot be started.");
    out.resize(most_key_text);
    out.resize(std::fread(out.data(), 1, out.size(), pipe));
    if (::pclose(pipe) != 0)
      return fail(Code::not_found, "master_key_missing",
                  "The command that prints the master key failed.");
  } else {
    return fail(Code::invalid, "master_key_source",
                "A master key is named as file:PATH, env:NAME or command:COMMAND.");
  }
  return out;
}

/// Writes a file beside `source` and lets `place` put it there.
Result<void> write_keys(std::string_view source, const std::vector<MasterKey>& keys,
                        bool (*place)(const char* fresh, const char* path)) {
  if (!source.starts_with(file_scheme))
    return fail(Code::invalid, "master_key_source",
                "These master keys are not kept in a file of this program.");
  const std::string path(source.substr(file_scheme.size()));
  const std::string fresh = path + "." + random_token("", 12);
  std::string text;
  for (const MasterKey& key : keys) text += base64url_encode(key.bytes) + "\n";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  const bool placed = written && place(fresh.c_str(), path.c_str());
  ::unlink(fresh.c_str());
  if (placed) return success();
  return fail(Code::unavailable, "master_key_missing",
              "The file of the master keys, '" + path + "', cannot be written.");
}

}  // namespace

Result<std::string> gcm_seal(std::string_view key, std::string_view nonce,
                             std::string_view associated, std::string_view plain) {
  const auto mode = gcm(Botan::ENCRYPTION, key, nonce, associated);
  if (!mode) return wrong_size();
  Botan::secure_vector<std::uint8_t> buffer(plain.begin(), plain.end());
  mode->finish(buffer);
  return std::string(buffer.begin(), buffer.end());
}

Result<std::string> gcm_open(std::string_view key, std::string_view nonce,
                             std::string_view associated, std::string_view sealed) {
  const auto mode = gcm(Botan::DECRYPTION, key, nonce, associated);
  if (!mode) return wrong_size();
  if (sealed.size() < gcm_tag_bytes) return damaged();
  Botan::secure_vector<std::uint8_t> buffer(sealed.begin(), sealed.end());
  try {
    mode->finish(buffer);
  } catch (const Botan::Invalid_Authentication_Tag&) {
    return damaged();
  }
  return std::string(buffer.begin(), buffer.end());
}

std::string MasterKey::id() const {
  // Of a digest with a text of its own before it, so that it says nothing about the key.
  return "m" + sha256("insightflow master key id:" + bytes).substr(0, 15);
}

MasterKey new_master_key() {
  return {random_bytes(gcm_key_bytes)};
}

Result<std::vector<MasterKey>> load_master_keys(std::string_view source) {
  BOOST_OUTCOME_TRY(const std::string text, key_text(source));
  std::vector<MasterKey> out;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    auto bytes = base64url_decode(word);
    if (!bytes || bytes->size() != gcm_key_bytes) {
      out.clear();
      break;
    }
    out.emplace_back().bytes = std::move(*bytes);
  }
  if (out.empty())
    return fail(Code::invalid, "master_key_malformed",
                "A master key is 32 random bytes as 43 characters of base64url.");
  return out;
}

Result<void> store_master_keys(std::string_view source, const std::vector<MasterKey>& keys) {
  return write_keys(source, keys, [](const char* fresh, const char* path) {
    return std::rename(fresh, path) == 0;
  });
}

Result<std::vector<MasterKey>> load_or_make_master_keys(std::string_view source) {
  if (source.starts_with(file_scheme) &&
      ::access(std::string(source.substr(file_scheme.size())).c_str(), F_OK) != 0) {
    // Another process may make the same file at this moment: the first one wins.
    BOOST_OUTCOME_TRY(
        write_keys(source, {new_master_key()}, [](const char* fresh, const char* path) {
          return ::link(fresh, path) == 0 || errno == EEXIST;
        }));
  }
  return load_master_keys(source);
}

Sealer::Sealer(std::vector<MasterKey> keys) : current_(keys.front().id()) {
  for (MasterKey& key : keys) {
    std::string id = key.id();
    keys_.try_emplace(std::move(id), std::move(key));
  }
}

Sealed Sealer::seal(std::string_view what, std::string_view plain) const {
  const std::string nonce = random_bytes(gcm_nonce_bytes);
  return {current_,
          base64url_encode(nonce + gcm_seal(keys_.at(current_).bytes, nonce, what, plain).value())};
}

std::string Sealer::derive(std::string_view purpose) const {
  return hmac_sha256(keys_.at(current_).bytes, "insightflow derived key:" + std::string(purpose));
}

Result<std::string> Sealer::open(std::string_view what, const Sealed& sealed) const {
  const auto key = keys_.find(sealed.key_id);
  if (key == keys_.end())
    return fail(Code::unavailable, "master_key_unknown",
                "A stored secret is sealed with the master key " + sealed.key_id +
                    ", which this program was not given.");
  const auto bytes = base64url_decode(sealed.text);
  if (!bytes || bytes->size() < gcm_nonce_bytes) return damaged();
  const std::string_view all = *bytes;
  return gcm_open(key->second.bytes, all.substr(0, gcm_nonce_bytes), what,
                  all.substr(gcm_nonce_bytes));
}

}  // namespace insightflow::security
