#include "analysis/letter_pairs.hpp"

#include <insightflow/analysis/gibberish.hpp>
#include <insightflow/analysis/language.hpp>

#include <algorithm>
#include <array>

namespace insightflow::analysis {

namespace {

enum Fault : std::size_t { none, repeated, run, unlikely, faults };
constexpr std::array<std::string_view, faults> reasons{"", "repeated_letters", "keyboard_run",
                                                       "unlikely_letters"};

constexpr std::size_t shortest = 4;
/// Half bits a pair. Of the words of five letters and more in the training files 0.2 % lie above
/// it, of random runs of eight keys nine in ten.
constexpr int most_surprise = 21, surprise_pairs = 2;  // 21 half bits in two pairs: 5.25 bits each

/// Where a letter is on the keyboard: row and place in it. Rows of QWERTY.
constexpr auto keys = [] {
  constexpr std::array<std::string_view, 3> rows{"qwertyuiop", "asdfghjkl", "zxcvbnm"};
  std::array<int, letter_places> out{};
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t i = 0; i < rows[row].size(); ++i)
      out[place_of(rows[row][i])] = static_cast<int>(16 * (row + 1) + i);
  return out;
}();

/// "sdsdsd", "lkjlkjlkj" and "asdfasdf": one to four letters over and over.
bool repeats(std::string_view word) {
  const auto laughs = [](char c) {
    return std::string_view("aehijo").find(c) != std::string_view::npos;
  };
  if (std::all_of(word.begin(), word.end(), laughs)) return false;  // "hahaha", "jejeje"
  for (std::size_t period = 1; period <= 4; ++period) {
    const std::size_t rounds = period == 4 ? 2 : 3;
    if (word.size() < std::max<std::size_t>(period * rounds, 5)) continue;
    std::size_t i = period;
    while (i < word.size() && word[i] == word[i - period]) ++i;
    if (i == word.size()) return true;
  }
  return false;
}

/// Most steps go to the key next to it: "asdf", "qwertz", "lkjh". "were" and "power" turn back.
bool runs(std::string_view word) {
  std::size_t longest = 0, steps = 0;
  int direction = 0;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const int step = keys[place_of(word[i])] - keys[place_of(word[i - 1])];
    const bool beside = step == 1 || step == -1;
    steps = !beside ? 0 : step == direction ? steps + 1 : 1;
    direction = step;
    longest = std::max(longest, steps);
  }
  return longest >= 3 && (longest + 1) * 2 > word.size() && (longest > 3 || direction >= 0);
}

bool surprises(std::string_view word) {
  std::size_t before = 0;
  int cost = 0;
  for (const char c : word) {
    cost += letter_costs[before][place_of(c)] - 'A';
    before = place_of(c);
  }
  cost += letter_costs[before][0] - 'A';
  return cost * surprise_pairs > most_surprise * static_cast<int>(word.size() + 1);
}

Fault fault_of(std::string_view word, bool elongated) {
  if (elongated) {
    // "soooo" is a word that was drawn out; "aaaa" has nothing else in it.
    return std::all_of(word.begin(), word.end(), [&](char c) { return c == word[0]; }) ? repeated
                                                                                       : none;
  }
  if (word.size() < shortest) return none;
  if (repeats(word)) return repeated;
  if (runs(word)) return run;
  return surprises(word) ? unlikely : none;
}

}  // namespace

std::optional<Gibberish> find_gibberish(const TokenizedText& text) {
  std::array<std::size_t, faults> letters{};
  for (const Token& token : text.tokens) {
    if (token.kind == TokenKind::punctuation) continue;
    const std::string_view form = text.form(token);
    const bool plain =
        token.kind == TokenKind::word && std::all_of(form.begin(), form.end(), is_plain_letter);
    // The form of "aaaaaaaa" is "aa"; what counts is what was typed.
    letters[plain ? fault_of(form, token.elongated) : none] += token.end - token.start;
  }
  const auto all = letters[none] + letters[repeated] + letters[run] + letters[unlikely];
  const auto bad = all - letters[none];
  if (bad * 2 <= all) return std::nullopt;
  const std::string_view language = identify_language(text).language;
  if (!language.empty() && language != "en" && letters[unlikely] * 2 > bad) return std::nullopt;
  const auto* worst = std::max_element(letters.begin() + 1, letters.end());
  return Gibberish{reasons[static_cast<std::size_t>(worst - letters.begin())],
                   static_cast<double>(bad) / static_cast<double>(all)};
}

}  // namespace insightflow::analysis
