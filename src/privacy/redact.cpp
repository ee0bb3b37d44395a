#include "privacy/tokens.hpp"

#include <insightflow/privacy/redact.hpp>

#include <array>
#include <bit>

namespace insightflow::privacy {

namespace {

constexpr std::array<std::string_view, 3> mode_names{"mask", "pseudonym", "drop"};

/// SipHash-2-4.
std::uint64_t siphash(const std::uint64_t (&key)[2], std::string_view data) {
  std::array<std::uint64_t, 4> v{key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                                 key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
  const auto rounds = [&](int count) {
    while (count-- > 0) {
      v[0] += v[1];
      v[1] = std::rotl(v[1], 13) ^ v[0];
      v[0] = std::rotl(v[0], 32);
      v[2] += v[3];
      v[3] = std::rotl(v[3], 16) ^ v[2];
      v[0] += v[3];
      v[3] = std::rotl(v[3], 21) ^ v[0];
      v[2] += v[1];
      v[1] = std::rotl(v[1], 17) ^ v[2];
      v[2] = std::rotl(v[2], 32);
    }
  };
  const auto absorb = [&](std::uint64_t word) {
    v[3] ^= word;
    rounds(2);
    v[0] ^= word;
  };
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(data[i])) << (8 * (i % 8));
    if (i % 8 == 7) {
      absorb(word);
      word = 0;
    }
  }
  absorb(word | static_cast<std::uint64_t>(data.size()) << 56);
  v[2] ^= 0xff;
  rounds(4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/// What makes two spellings one value: letters in lower case, and of names the words, of
/// identifiers the letters and digits alone.
std::string same_value(EntityType type, std::string_view value) {
  const bool spaced = type <= EntityType::organization;
  const std::string lower = folded(value);
  std::string out;
  for (const char c : lower) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
    if (kept || (!spaced && (c == '@' || c == '.' || c == '/' || c == ':' || c == '_') &&
                 type != EntityType::phone_number && type != EntityType::national_id))
      out += c;
    else if (spaced && !out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::optional<Mode> mode_of_name(std::string_view name) noexcept {
  for (std::size_t i = 0; i < mode_names.size(); ++i)
    if (name == mode_names[i]) return static_cast<Mode>(i);
  return std::nullopt;
}

Pseudonyms::Pseudonyms(std::string_view key, std::string_view scope) noexcept {
  const std::uint64_t first[2]{0x696e736967687466u, 0x6c6f772d6e616d65u};
  const std::uint64_t root[2]{siphash(first, key), siphash({first[1], first[0]}, key)};
  key_[0] = siphash(root, scope);
  key_[1] = siphash({root[1], root[0]}, scope);
}

std::string Pseudonyms::name(EntityType type, std::string_view value) const {
  static constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::string data(type_name(type));
  data += ':';
  data += same_value(type, value);
  std::uint64_t hash = siphash(key_, data);
  std::string out(type_name(type));
  out += '_';
  for (int i = 0; i < 8; ++i, hash >>= 5) out += letters[hash & 31];
  return out;
}

std::string replace(std::string_view text, std::span<const Entity> entities, Mode mode,
                    const Pseudonyms* pseudonyms) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  for (const Entity& entity : entities) {
    if (entity.begin < at || entity.end <= entity.begin || entity.end > text.size()) continue;
    out.append(text, at, entity.begin - at);
    at = entity.end;
    if (mode == Mode::drop) {
      if ((out.empty() || out.back() == ' ' || out.back() == '\n') && at < text.size() &&
          text[at] == ' ')
        ++at;
      continue;
    }
    out += '[';
    if (mode == Mode::pseudonym && pseudonyms)
      out += pseudonyms->name(entity.type, text.substr(entity.begin, entity.end - entity.begin));
    else
      out += type_name(entity.type);
    out += ']';
  }
  out.append(text, at);
  return out;
}

std::string redact(std::string_view text, const DetectOptions& options, Mode mode,
                   const Pseudonyms* pseudonyms) {
  return replace(text, detect(text, options), mode, pseudonyms);
}

}  // namespace insightflow::privacy
