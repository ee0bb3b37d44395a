#pragma once

#include "analysis/hash.hpp"

#include <insightflow/analysis/text.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

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
  int strength = 0;  ///< Of the lexicon.
  Scope scope = Scope::none;
};

namespace features {

enum Family : std::uint64_t {
  word_family = 1,
  negated_family,
  pair_family,
  triple_family,
  letters_family,
  mark_family,
  kind_family,
  shape_family,
  lexicon_family,
  balance_family,
  last_family,
};

WordTraits traits_of(std::string_view form);

/// Calls `add(hash, worth)` for all that a word says by itself: the word, the word behind a
/// negation, its class in the lexicon, and its runs of three to five bytes.
template <class Add>
WordTraits of_word(std::string_view form, std::uint64_t h, bool negated, bool letters, Add&& add) {
  const WordTraits traits = traits_of(form);
  add(h, plain);
  if (negated) add(combine(h, negated_family), plain);
  if (traits.strength != 0)
    add(combine(static_cast<std::uint64_t>(traits.strength + 4) + 16 * negated, lexicon_family),
        plain);
  if (!letters || form.size() < 3) return traits;
  char marked[130];
  form = form.substr(0, sizeof marked - 2);
  marked[0] = '<';
  std::copy(form.begin(), form.end(), marked + 1);
  marked[form.size() + 1] = '>';
  const std::string_view all(marked, form.size() + 2);
  for (std::size_t size = 3; size <= 5 && size < all.size(); ++size)
    for (std::size_t at = 0; at + size <= all.size(); ++at)
      add(hash(all.substr(at, size), letters_family), half);
  return traits;
}

/// Goes through the tokens [first, last). `Sink` has `word(form, hash, negated, letters)`, which
/// answers a word's traits, and `add(hash, worth)` for everything else. Returns the number of
/// tokens that can carry a mood at all.
template <class Sink>
std::size_t walk(const TokenizedText& text, std::size_t first, std::size_t last, Sink& sink) {
  constexpr std::size_t negation_reach = 4;
  constexpr std::uint64_t edge = 0x5bd1e995;
  std::uint64_t before = edge, before_that = edge;
  std::size_t negated = 0, known = 0;
  bool shouted = false, elongated = false;
  int good = 0, bad = 0, mood = 0;
  for (std::size_t i = first; i < last; ++i) {
    const Token& token = text.tokens[i];
    const std::string_view form = text.form(token);
    if (token.kind == TokenKind::punctuation) {
      if (form[0] == '!' || form[0] == '?' || (form[0] == '.' && form.size() > 1))
        sink.add(hash(form.substr(0, 3), mark_family), plain);
      if (form[0] != '\'' && form[0] != '"' && form[0] != '-') negated = 0;
      if (form[0] == '.' || form[0] == '!' || form[0] == '?' || form[0] == ',')
        before = before_that = edge;
      continue;
    }
    if (token.kind == TokenKind::address || token.kind == TokenKind::handle ||
        token.kind == TokenKind::number) {
      sink.add(combine(static_cast<std::uint64_t>(token.kind), kind_family), plain);
      before_that = before;
      before = static_cast<std::uint64_t>(token.kind);
      continue;
    }
    ++known;
    const std::uint64_t h = hash(form, word_family);
    const WordTraits traits = sink.word(form, h, negated > 0, token.kind != TokenKind::emoji);
    const std::uint64_t pair = combine(before, h);
    sink.add(combine(pair, pair_family), plain);
    if (before != edge) sink.add(combine(combine(before_that, pair), triple_family), half);
    if (const int strength = traits.strength; strength != 0) {
      mood = (strength > 0) != (negated > 0) ? 1 : -1;
      (mood > 0 ? good : bad) += strength > 0 ? strength : -strength;
    }
    shouted = shouted || token.shouted;
    elongated = elongated || token.elongated;
    before_that = before;
    before = h;
    if (negated > 0) --negated;
    if (traits.scope == Scope::negates) negated = negation_reach;
    if (traits.scope == Scope::ends) negated = 0;
  }
  const auto balance = static_cast<std::uint64_t>(std::min(good, 6) * 7 + std::min(bad, 6));
  sink.add(combine(balance, balance_family), twice);
  sink.add(combine(static_cast<std::uint64_t>(mood + 1), last_family), twice);
  if (shouted) sink.add(combine(1, shape_family), plain);
  if (elongated) sink.add(combine(2, shape_family), plain);
  return known;
}

}  // namespace features

}  // namespace insightflow::analysis
