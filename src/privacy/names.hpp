#pragma once

#include "privacy/identifiers.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <span>

/// The model that tells names, organisations, places and addresses from ordinary words. A tag is
/// chosen for each token from left to right, as the sum of weights of hashed features of the token,
/// its neighbours and the tags before it. tools/train/names.cpp learns the weights with these very
/// functions.
namespace insightflow::privacy {

enum class Tag : std::uint8_t {
  none,
  person,
  address,
  place,
  organization,
  title,
  nationality,
  time
};
inline constexpr std::size_t tags = 8;
inline constexpr std::size_t buckets = std::size_t{1} << 16;
inline constexpr std::size_t lexicon_slots = std::size_t{1} << 16;
inline constexpr std::size_t features = 24;

/// What the lexicon says of a word. The two lowest bits are how common it is in lower case.
enum Word : std::uint16_t {
  word_common = 3,  ///< Mask: 0 unknown, 1 seen, 2 common, 3 very common.
  word_first_name = 4,
  word_surname = 8,
  word_city = 16,
  word_country = 32,
  word_company = 64,
  word_street = 128,
  word_title = 256,
  word_nationality = 512,
};

struct NamesHeader {
  std::array<char, 8> format;
  std::int32_t scale;  ///< A weight of 1 is this much.
  std::int32_t bias;   ///< Is taken from the sum of `none`, in the same unit.
};

/// As it lies in names.model. A lexicon entry is 22 bits of the hash and the ten of `Word`; an
/// entry of 0 is empty.
struct NamesModel {
  NamesHeader header;
  std::span<const std::uint32_t> lexicon;
  std::span<const std::int8_t> weights;  ///< `tags` for each bucket.
};
NamesModel names_model();

constexpr std::uint64_t mix(std::uint64_t x) {
  x *= 0x9E3779B97F4A7C15u;
  return x ^ (x >> 29);
}

constexpr std::size_t lexicon_slot(std::uint32_t hash) {
  return mix(hash) >> 48;
}
constexpr std::uint32_t lexicon_key(std::uint32_t hash) {
  return static_cast<std::uint32_t>(mix(hash) & 0x3FFFFF) << 10;
}

inline std::uint16_t look_up(std::span<const std::uint32_t> lexicon, std::uint32_t hash) {
  const std::uint32_t key = lexicon_key(hash);
  for (std::size_t at = lexicon_slot(hash);; at = (at + 1) % lexicon_slots) {
    if (lexicon[at] == 0) return 0;
    if ((lexicon[at] & ~0x3FFu) == key) return lexicon[at] & 0x3FF;
  }
}

/// A token as the features see it.
struct Seen {
  std::uint32_t key = 0;   ///< The word where it is common, else its kind.
  std::uint16_t word = 0;  ///< Lexicon.
  std::uint8_t shape = 0;
  Tag tag = Tag::none;
};

/// Three tokens of nothing at either end of a text.
inline constexpr std::size_t margin = 3;

/// Letters of the text: whether capitals tell anything.
enum class Letters : std::uint8_t { usual, all_lower, all_upper };

/// `out` gets one entry for each token, and the margins. Tokens inside `taken` get its type.
Letters see(const Page& page, std::span<const Found> taken, std::span<const std::uint32_t> lexicon,
            std::vector<Seen>& out);

/// Sets the key from shape and lexicon; `see` calls it, and the trainer where it hides a word.
void set_key(const Token& token, Seen& seen);

/// Ordinary words in lower case are nothing wherever no entity is open: they are not even looked
/// at.
inline bool plain(const Seen& seen, Tag before) {
  const auto shape = static_cast<Shape>(seen.shape);
  if (before != Tag::none) return shape == Shape::taken;
  if (shape == Shape::lower)
    return (seen.word & word_common) >= 2 &&
           (seen.word & ~(word_common | word_first_name | word_surname | word_company)) == 0;
  return shape == Shape::mark || shape == Shape::line || shape == Shape::blank_line ||
         shape == Shape::taken;
}

/// The buckets of the features of the token at `at` (margins counted) of `seen`.
void feature_buckets(const Page& page, const std::vector<Seen>& seen, std::size_t at,
                     Letters letters, std::array<std::uint32_t, features>& out);

/// Entities of a text by the model. `least`: of the probability that it is one.
void find_names(const Page& page, std::span<const Found> taken, double least,
                std::vector<Seen>& scratch, std::vector<Found>& out);

}  // namespace insightflow::privacy
