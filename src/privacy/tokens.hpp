#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Words, numbers and marks of a text, which is what all of the detector looks at.
namespace insightflow::privacy {

enum class Kind : std::uint8_t {
  word,    ///< Letters, with apostrophes inside; "'s" is a word of its own.
  number,  ///< Digits.
  mixed,   ///< Letters and digits together.
  mark,    ///< One punctuation mark or symbol.
  line     ///< One or more line ends and the blanks between them.
};

enum class Shape : std::uint8_t {
  lower,
  capitalised,
  upper,
  single_upper,
  camel,
  caseless,
  mixed,
  digits2,  ///< One or two digits, and so on.
  digits4,
  digits5,
  digits6,
  mark,
  line,
  blank_line,
  taken,   ///< Part of an identifier that was found by its form.
  outside  ///< Before the first or behind the last token.
};

struct Token {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t hash = 0;  ///< Of the lower-case form.
  Kind kind = Kind::mark;
  Shape shape = Shape::outside;
  bool space_before = false;
  std::uint8_t byte = 0;  ///< Of a mark (0x80 above ASCII); 0 for words.
};

inline constexpr std::uint32_t hash_start = 2166136261u;

constexpr std::uint32_t hash_step(std::uint32_t hash, unsigned char byte) {
  return (hash ^ byte) * 16777619u;
}

/// The hash a token has whose lower-case form is `word`.
constexpr std::uint32_t word_hash(std::string_view word) {
  std::uint32_t hash = hash_start;
  for (const char c : word) hash = hash_step(hash, static_cast<unsigned char>(c));
  return hash;
}

/// The tokens of `text` (shorter than 4 GiB), in order; `out` is overwritten. One pass.
void tokenize(std::string_view text, std::vector<Token>& out);

/// The lower-case form of a code point of the Latin, Greek and Cyrillic scripts; others unchanged.
char32_t fold(char32_t point) noexcept;

/// The text in lower case, as the hashes see it.
std::string folded(std::string_view text);

}  // namespace insightflow::privacy
