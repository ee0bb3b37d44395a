#include "analysis/sentiment_features.hpp"

#include "analysis/lexicon.hpp"

#include <algorithm>

namespace insightflow::analysis {

namespace {

constexpr std::string_view negators[] = {
    "ain't",   "aint",    "barely",  "cannot", "cant",     "hardly", "lack",    "lacked",
    "lacking", "lacks",   "neither", "never",  "no",       "nobody", "none",    "nor",
    "not",     "nothing", "nowhere", "rarely", "scarcely", "seldom", "without", "zero"};
static_assert(std::is_sorted(std::begin(negators), std::end(negators)));

constexpr std::string_view turns[] = {"although", "but",    "except", "however",
                                      "still",    "though", "while",  "yet"};
static_assert(std::is_sorted(std::begin(turns), std::end(turns)));

constexpr std::string_view unapostrophised[] = {"arent", "couldnt", "didnt",  "doesnt", "dont",
                                                "hadnt", "hasnt",   "havent", "isnt",   "shouldnt",
                                                "wasnt", "werent",  "wont",   "wouldnt"};
static_assert(std::is_sorted(std::begin(unapostrophised), std::end(unapostrophised)));

constexpr std::size_t negation_reach = 4;
constexpr std::uint64_t balance_copies = 4;

enum Family : std::uint64_t {
  word_family = 1,
  negated_family,
  pair_family,
  prefix_family,
  suffix_family,
  mark_family,
  shape_family,
  lexicon_family,
  balance_family,
};

}  // namespace

Scope scope_of(std::string_view form) {
  if (form.ends_with("n't") || std::binary_search(std::begin(negators), std::end(negators), form) ||
      std::binary_search(std::begin(unapostrophised), std::end(unapostrophised), form))
    return Scope::negates;
  if (std::binary_search(std::begin(turns), std::end(turns), form)) return Scope::ends;
  return Scope::none;
}

void SentimentFeatures::collect(const TokenizedText& text, std::size_t first, std::size_t last) {
  buckets.clear();
  known = 0;
  const auto add = [&](std::uint64_t h) {
    buckets.push_back(static_cast<std::uint32_t>(h >> (64 - sentiment_bits)));
  };
  constexpr std::uint64_t edge = 0x5bd1e995;
  std::uint64_t before = edge;
  std::size_t negated = 0;
  bool shouted = false, elongated = false;
  int good = 0, bad = 0;
  for (std::size_t i = first; i < last; ++i) {
    const Token& token = text.tokens[i];
    const std::string_view form = text.form(token);
    switch (token.kind) {
      case TokenKind::punctuation:
        if (form[0] == '!' || form[0] == '?' || (form[0] == '.' && form.size() > 1))
          add(hash(form.substr(0, 3), mark_family));
        if (form[0] != '\'' && form[0] != '"' && form[0] != '-') negated = 0;
        if (form[0] == '.' || form[0] == '!' || form[0] == '?' || form[0] == ',') before = edge;
        continue;
      case TokenKind::address:
      case TokenKind::handle:
      case TokenKind::number:
        add(hash("kind", static_cast<std::uint64_t>(token.kind)));
        before = static_cast<std::uint64_t>(token.kind);
        continue;
      default: break;
    }
    ++known;
    const std::uint64_t h = hash(form, word_family);
    add(h);
    if (negated > 0) add(combine(h, negated_family));
    add(combine(combine(before, h), pair_family));
    if (form.size() > 5) {
      add(hash(form.substr(0, 5), prefix_family));
      add(hash(form.substr(form.size() - 4), suffix_family));
    }
    if (const int strength = strength_of(form)) {
      add(hash("word", lexicon_family + 64 * static_cast<std::uint64_t>(strength + 4) +
                           1024 * (negated > 0)));
      ((strength > 0) != (negated > 0) ? good : bad) += strength > 0 ? strength : -strength;
    }
    shouted = shouted || token.shouted;
    elongated = elongated || token.elongated;
    before = h;
    if (negated > 0) --negated;
    switch (scope_of(form)) {
      case Scope::negates: negated = negation_reach; break;
      case Scope::ends: negated = 0; break;
      case Scope::none: break;
    }
  }
  // How the good and the bad words weigh against each other, said more than once so that it is
  // heard among the single words.
  const auto balance = static_cast<std::uint64_t>(std::min(good, 6) * 7 + std::min(bad, 6));
  for (std::uint64_t i = 0; i < balance_copies; ++i)
    add(hash("balance", balance_family + 64 * balance + 4096 * i));
  if (shouted) add(hash("shouted", shape_family));
  if (elongated) add(hash("elongated", shape_family));
}

}  // namespace insightflow::analysis
