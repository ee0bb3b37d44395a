#pragma once

#include <cstddef>

/// How the table of letter pairs is addressed; shared by `gibberish` and the program that makes it.
namespace insightflow::analysis {

inline constexpr std::size_t letter_places = 27;  ///< The edge of a word, then a to z.

constexpr bool is_plain_letter(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr std::size_t place_of(char c) {
  return static_cast<std::size_t>(c - 'a') + 1;
}

}  // namespace insightflow::analysis
