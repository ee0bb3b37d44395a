#include "analysis/hash.hpp"
#include "analysis/language_words.hpp"

#include <insightflow/analysis/language.hpp>
#include <insightflow/core/utf8.hpp>

#include <algorithm>
#include <bit>
#include <vector>

namespace insightflow::analysis {

namespace {

constexpr std::size_t languages = language_profiles.size();
using Mask = std::uint64_t;
static_assert(languages <= 64);

constexpr auto codes = [] {
  std::array<std::string_view, languages> out;
  for (std::size_t i = 0; i < languages; ++i) out[i] = language_profiles[i].code;
  return out;
}();
static_assert(std::is_sorted(codes.begin(), codes.end()));

struct ScriptRange {
  char32_t first, last;
  Script script;
};
constexpr ScriptRange script_ranges[] = {
    {0xAA, 0x24F, Script::latin},       {0x370, 0x3FF, Script::greek},
    {0x400, 0x52F, Script::cyrillic},   {0x531, 0x58F, Script::armenian},
    {0x590, 0x5FF, Script::hebrew},     {0x600, 0x77F, Script::arabic},
    {0x900, 0x97F, Script::devanagari}, {0x980, 0x9FF, Script::bengali},
    {0xB80, 0xBFF, Script::tamil},      {0xC00, 0xC7F, Script::telugu},
    {0xE00, 0xE7F, Script::thai},       {0x10A0, 0x10FF, Script::georgian},
    {0x1100, 0x11FF, Script::hangul},   {0x1E00, 0x1EFF, Script::latin},
    {0x1F00, 0x1FFF, Script::greek},    {0x3041, 0x30FF, Script::kana},
    {0x3400, 0x4DBF, Script::han},      {0x4E00, 0x9FFF, Script::han},
    {0xAC00, 0xD7AF, Script::hangul},   {0xF900, 0xFAFF, Script::han},
    {0xFB50, 0xFEFF, Script::arabic},   {0x20000, 0x3FFFF, Script::han}};

Script script_of(char32_t point) {
  if (point < 0x80) return point >= 'a' && point <= 'z' ? Script::latin : Script::none;
  const auto* after =
      std::upper_bound(std::begin(script_ranges), std::end(script_ranges), point,
                       [](char32_t p, const ScriptRange& r) { return p < r.first; });
  if (after == std::begin(script_ranges)) return Script::none;
  return point <= (after - 1)->last ? (after - 1)->script : Script::other;
}

/// What one piece of evidence is worth, before those share it who have it in common; divisible.
constexpr std::int64_t whole = 5040;

enum Evidence : std::uint64_t { word_evidence = 11, ending_evidence, letter_evidence };

/// Which languages a word, an ending or a letter speaks for.
class Evidences {
 public:
  Evidences() : cells_(1 << 13) {
    for (std::size_t i = 0; i < languages; ++i) {
      const LanguageProfile& profile = language_profiles[i];
      add_all(profile.words, word_evidence, i);
      add_all(profile.endings, ending_evidence, i);
      for (std::size_t at = 0; at < profile.letters.size();) {
        const std::size_t start = at;
        utf8::decode(profile.letters, at);
        add(profile.letters.substr(start, at - start), letter_evidence, i);
      }
    }
    for (Cell& cell : cells_) cell.each = whole / (1 + std::popcount(cell.mask));
  }

  struct Cell {
    std::uint64_t key = 0;
    Mask mask = 0;
    std::int64_t each = 0;  ///< What it is worth for each of them.
  };

  const Cell& find(std::string_view text, Evidence kind) const {
    return cells_[slot(hash(text, kind))];
  }

  /// False where no ending in any list ends in this byte.
  bool may_end_in(char last) const { return last_bytes_[static_cast<unsigned char>(last)]; }

 private:
  std::size_t slot(std::uint64_t key) const {
    std::size_t at = key % cells_.size();
    while (cells_[at].mask != 0 && cells_[at].key != key) at = (at + 1) % cells_.size();
    return at;
  }
  void add(std::string_view text, Evidence kind, std::size_t language) {
    const std::uint64_t key = hash(text, kind);
    Cell& cell = cells_[slot(key)];
    cell.key = key;
    cell.mask |= Mask{1} << language;
    if (kind == ending_evidence) last_bytes_[static_cast<unsigned char>(text.back())] = true;
  }
  void add_all(std::string_view list, Evidence kind, std::size_t language) {
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(' '), list.size());
      add(list.substr(0, end), kind, language);
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }

  std::vector<Cell> cells_;
  std::array<bool, 256> last_bytes_{};
};

constexpr std::int64_t word_worth = 6, letter_worth = 3, ending_worth = 2;
/// A letter that stands alone is an initial or an abbreviation as often as a word.
constexpr std::int64_t single_worth = 1;
/// In a short text one frequent word that no other language has is enough; a longer one has more
/// of them in it.
constexpr std::int64_t least_evidence = 2 * whole, least_of_word = whole * 2 / 5;
constexpr double least_confidence = 0.55;
constexpr std::size_t shortest_with_ending = 5, longest_ending = 6;

class EvidenceTally {
 public:
  void read(const TokenizedText& text) {
    for (const Token& token : text.tokens) {
      if (token.kind != TokenKind::word) continue;
      const std::string_view form = text.form(token);
      bool plain = true;
      for (const char c : form) plain = plain && static_cast<unsigned char>(c) < 0x80;
      if (plain)
        scripts_[static_cast<std::size_t>(Script::latin)] += static_cast<std::int64_t>(form.size());
      else
        letters(form);
      ++words_;
      add(known().find(form, word_evidence), form.size() == 1 ? single_worth : word_worth);
      if (form.size() < shortest_with_ending || !known().may_end_in(form.back())) continue;
      for (std::size_t size = 2; size <= longest_ending && size + 2 <= form.size(); ++size)
        add(known().find(form.substr(form.size() - size), ending_evidence), ending_worth);
    }
  }

  LanguageGuess guess() const {
    std::int64_t all = 0;
    for (std::size_t i = 1; i < script_count; ++i) all += scripts_[i];
    if (all == 0) return {};
    auto top = static_cast<Script>(std::max_element(scripts_.begin() + 1, scripts_.end()) -
                                   scripts_.begin());
    const auto of = [&](Script script) { return scripts_[static_cast<std::size_t>(script)]; };
    // Japanese is written in both; Chinese never needs kana.
    if ((top == Script::han || top == Script::kana) && of(Script::kana) * 12 > of(Script::han))
      top = Script::kana;
    const bool latin = top == Script::latin;
    const double share =
        static_cast<double>(top == Script::kana ? of(Script::kana) + of(Script::han) : of(top)) /
        static_cast<double>(all);
    std::size_t best = languages, only = languages, count = 0;
    std::int64_t best_score = 0, second = 0;
    for (std::size_t i = 0; i < languages; ++i) {
      if (language_profiles[i].script != top) continue;
      only = i;
      ++count;
      if (scores_[i] > best_score) {
        second = best_score;
        best_score = scores_[i];
        best = i;
      } else {
        second = std::max(second, scores_[i]);
      }
    }
    if (count == 1) return {share > 0.5 ? codes[only] : "", share, latin};
    if (best == languages) return {{}, 0, latin};
    const double confidence =
        share * static_cast<double>(best_score) / static_cast<double>(best_score + second);
    if (best_score < std::max(least_evidence, latin ? words_ * least_of_word : 0) ||
        confidence < least_confidence)
      return {{}, confidence, latin};
    return {codes[best], confidence, latin};
  }

 private:
  static const Evidences& known() {
    static const Evidences evidences;
    return evidences;
  }

  void letters(std::string_view form) {
    for (std::size_t at = 0; at < form.size();) {
      const std::size_t start = at;
      const char32_t point = utf8::decode(form, at);
      ++scripts_[static_cast<std::size_t>(script_of(point))];
      if (point >= 0x80)
        add(known().find(form.substr(start, at - start), letter_evidence), letter_worth);
    }
  }

  void add(const Evidences::Cell& cell, std::int64_t worth) {
    const std::int64_t each = worth * cell.each;
    for (Mask mask = cell.mask; mask != 0; mask &= mask - 1)
      scores_[std::countr_zero(mask)] += each;
  }

  std::array<std::int64_t, script_count> scripts_{};
  std::array<std::int64_t, languages> scores_{};
  std::int64_t words_ = 0;
};

}  // namespace

LanguageGuess identify_language(const TokenizedText& text) {
  EvidenceTally tally;
  tally.read(text);
  return tally.guess();
}

std::span<const std::string_view> known_languages() {
  return codes;
}

}  // namespace insightflow::analysis
