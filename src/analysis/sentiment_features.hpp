#pragma once

#include "analysis/hash.hpp"

#include <insightflow/analysis/text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

/// What the sentiment model looks at; shared by the model and the program that trains it.
namespace insightflow::analysis {

inline constexpr std::uint32_t sentiment_bits = 20;
inline constexpr std::uint32_t sentiment_buckets = 1u << sentiment_bits;

/// Begins or ends the stretch of words whose meaning a negation turns round.
enum class Scope : std::uint8_t { none, negates, ends };
Scope scope_of(std::string_view form);

/// How much a feature counts, in halves.
enum Worth : int { half = 1, plain = 2, twice = 4 };
inline constexpr double halves = plain;  ///< Of a whole.

constexpr std::uint32_t bucket_of(std::uint64_t h) {
  return static_cast<std::uint32_t>(h >> (64 - sentiment_bits));
}

struct WordTraits {
  std::int8_t strength = 0;  ///< Of the lexicon.
  Scope scope = Scope::none;
};

namespace features {

enum Family : std::uint64_t {
  word_family = 1,
  negated_family,
  emoji_family,
  pair_family,
  letters_family,
  mark_family,
  kind_family,
  shape_family,
  lexicon_family,
  balance_family,
  last_family,
};

WordTraits traits_of(std::string_view form);

constexpr std::uint64_t lexicon_key(int strength, bool negated) {
  return combine(static_cast<std::uint64_t>(strength + 4) + 16 * negated, lexicon_family);
}

/// Calls `add(hash, worth)` for what a word says by itself, negated or not: the word, and its runs
/// of three to five bytes.
template <class Add>
void of_word(std::string_view form, std::uint64_t h, bool letters, Add&& add) {
  add(h, plain);
  if (!letters || form.size() < 3) return;
  constexpr std::size_t longest = 128;
  std::array<char, longest + 2 + 8> marked{};  // zeros behind it
  form = form.substr(0, longest);
  marked[0] = '<';
  std::copy(form.begin(), form.end(), marked.begin() + 1);
  const std::size_t length = form.size() + 2;
  marked[length - 1] = '>';
  for (std::size_t at = 0; at + 3 <= length; ++at) {
    const std::uint64_t eight = little_endian(&marked[at], 8);
    const std::size_t most = std::min<std::size_t>({5, length - at, length - 1});
    for (std::size_t size = 3; size <= most; ++size)
      add(combine(eight & ((std::uint64_t{1} << (8 * size)) - 1), letters_family), half);
  }
}

/// The same for what depends on a negation before it: the negated word, the class in the lexicon.
template <class Add>
void of_negation(std::uint64_t h, int strength, bool negated, Add&& add) {
  if (negated) add(combine(h, negated_family), plain);
  if (strength != 0) add(lexicon_key(strength, negated), plain);
}

/// Goes through the tokens [first, last). `Sink` has `word(form, hash, negated, letters)`, which
/// answers a word's traits, and `add(hash, worth)` for everything else; `expect(hash)` tells it of
/// a word early, so that it may fetch what it knows of it. Returns the number of tokens that can
/// carry a mood at all.
template <class Sink>
std::size_t walk(const TokenizedText& text, std::size_t first, std::size_t last, Sink& sink) {
  constexpr std::size_t negation_reach = 4;
  constexpr std::uint64_t edge = 0x5bd1e995;
  constexpr auto stands_for_its_kind = [](TokenKind kind) {
    return kind == TokenKind::address || kind == TokenKind::handle || kind == TokenKind::number;
  };
  thread_local std::vector<std::uint64_t> hashes;
  hashes.clear();
  std::uint64_t before = edge;
  for (std::size_t i = first; i < last; ++i) {
    const Token& token = text.tokens[i];
    const std::string_view form = text.form(token);
    if (token.kind == TokenKind::punctuation) {
      if (form[0] == '!' || form[0] == '?' || (form[0] == '.' && form.size() > 1))
        sink.add(hash(form.substr(0, 3), mark_family), plain);
      if (form[0] == '.' || form[0] == '!' || form[0] == '?' || form[0] == ',') before = edge;
    } else if (stands_for_its_kind(token.kind)) {
      before = combine(static_cast<std::uint64_t>(token.kind), kind_family);
      sink.add(before, plain);
    } else {
      const std::uint64_t h =
          hash(form, token.kind == TokenKind::emoji ? emoji_family : word_family);
      sink.expect(h);
      sink.add(combine(combine(before, h), pair_family), plain);
      hashes.push_back(h);
      before = h;
    }
  }
  const std::uint64_t* next = hashes.data();
  std::size_t negated = 0;
  bool shouted = false, elongated = false;
  int good = 0, bad = 0, mood = 0;
  for (std::size_t i = first; i < last; ++i) {
    const Token& token = text.tokens[i];
    if (token.kind == TokenKind::punctuation) {
      const char mark = text.form(token)[0];
      if (mark != '\'' && mark != '"' && mark != '-') negated = 0;
      continue;
    }
    if (stands_for_its_kind(token.kind)) continue;
    const WordTraits traits =
        sink.word(text.form(token), *next++, negated > 0, token.kind != TokenKind::emoji);
    if (const int strength = traits.strength; strength != 0) {
      mood = (strength > 0) != (negated > 0) ? 1 : -1;
      (mood > 0 ? good : bad) += strength > 0 ? strength : -strength;
    }
    shouted = shouted || token.shouted;
    elongated = elongated || token.elongated;
    if (negated > 0) --negated;
    if (traits.scope == Scope::negates) negated = negation_reach;
    if (traits.scope == Scope::ends) negated = 0;
  }
  const auto balance = static_cast<std::uint64_t>(std::min(good, 6) * 7 + std::min(bad, 6));
  sink.add(combine(balance, balance_family), twice);
  sink.add(combine(static_cast<std::uint64_t>(mood + 1), last_family), twice);
  if (shouted) sink.add(combine(1, shape_family), plain);
  if (elongated) sink.add(combine(2, shape_family), plain);
  return hashes.size();
}

}  // namespace features

}  // namespace insightflow::analysis
