#include "analysis/phrases.hpp"

#include "analysis/hash.hpp"

#include <algorithm>

namespace insightflow::analysis {

namespace {

constexpr std::size_t longest_phrase = 3;  // content words
constexpr std::size_t kept_spellings = 12;

/// Words that may stand inside a phrase.
bool is_joint(std::string_view form) {
  return form == "of" || form == "for" || form == "and" || form == "in" || form == "to" ||
         form == "the";
}

/// Words that name a subject only together with others: "wait time", "life balance".
constexpr std::string_view vague[] = {
    "accurate", "change",  "changes", "current", "entire",  "free",  "future", "knowledgeable",
    "life",     "major",   "makes",   "middle",  "present", "short", "time",   "times",
    "timing",   "timings", "work",    "worked",  "working", "works"};
static_assert(std::is_sorted(std::begin(vague), std::end(vague)));

bool stands_alone(std::string_view form) {
  return !std::binary_search(std::begin(vague), std::end(vague), form);
}

bool letters(std::string_view form) {
  std::size_t count = 0;
  for (const char c : form) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count >= 2 || static_cast<unsigned char>(form[0]) >= 0xE0;  // an ideograph is a word
}

}  // namespace

bool is_content(const TokenizedText& text, const Token& token) {
  if (token.kind != TokenKind::word && token.kind != TokenKind::hashtag) return false;
  const std::string_view form = text.form(token);
  return !form.empty() && letters(form) && !is_stop_word(form);
}

std::uint64_t word_key(const TokenizedText& text, const Token& token) {
  std::string scratch;
  return hash(singular(text.form(token), scratch));
}

void collect_phrases(const TokenizedText& text, std::vector<Occurrence>& out) {
  out.clear();
  const auto& tokens = text.tokens;
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    if (!is_content(text, tokens[i])) continue;
    Occurrence phrase{word_key(text, tokens[i]), i, i + 1, 1};
    if (stands_alone(text.form(tokens[i]))) out.push_back(phrase);
    std::uint32_t joints = 0;
    for (std::uint32_t j = i + 1; j < tokens.size() && phrase.words < longest_phrase; ++j) {
      if (!tokens[j].linked) break;
      if (is_content(text, tokens[j])) {
        phrase.key = combine(phrase.key, word_key(text, tokens[j]));
        phrase.last = j + 1;
        ++phrase.words;
        joints = 0;
        out.push_back(phrase);
      } else if (tokens[j].kind == TokenKind::word && is_joint(text.form(tokens[j])) &&
                 ++joints <= 2 && phrase.words < longest_phrase - 1) {
        phrase.key = combine(phrase.key, 0);
      } else {
        break;
      }
    }
  }
}

std::string_view Phrase::spelling() const {
  const std::pair<const std::string, std::int64_t>* best = nullptr;
  for (const auto& entry : spellings)
    if (!best || entry.second >= best->second) best = &entry;
  return best ? std::string_view(best->first) : std::string_view();
}

void PhraseTable::add(std::uint32_t number, std::string_view text, const TokenizedText& tokens,
                      std::int64_t times) {
  texts_ = number + 1;
  collect_phrases(tokens, occurrences_);
  std::vector<bool> starts(tokens.tokens.size() + 1);
  for (const Sentence& sentence : tokens.sentences) starts[sentence.first] = true;
  for (const Occurrence& found : occurrences_) {
    const auto [at, fresh] =
        index_.try_emplace(found.key, static_cast<std::uint32_t>(phrases_.size()));
    if (fresh) {
      Phrase phrase{.key = found.key, .words = found.words};
      for (std::uint32_t i = found.first; i < found.last; ++i)
        if (is_content(tokens, tokens.tokens[i]))
          phrase.parts.push_back(word_key(tokens, tokens.tokens[i]));
      phrases_.push_back(std::move(phrase));
    }
    Phrase& phrase = phrases_[at->second];
    if (!phrase.in.empty() && phrase.in.back() == number) continue;
    phrase.in.push_back(number);
    ++phrase.texts;
    phrase.repeats += times;
    const std::uint32_t start = tokens.tokens[found.first].start;
    std::string_view spelling = text.substr(start, tokens.tokens[found.last - 1].end - start);
    if (spelling.starts_with('#')) spelling.remove_prefix(1);
    const auto known = phrase.spellings.find(spelling);
    const std::int64_t points = starts[found.first] || tokens.tokens[found.first].shouted ? 1 : 4;
    if (known != phrase.spellings.end())
      known->second += points;
    else if (phrase.spellings.size() < kept_spellings &&
             std::none_of(spelling.begin(), spelling.end(),
                          [](char c) { return c == '\n' || c == '\r' || c == '\t'; }))
      phrase.spellings.emplace(spelling, points);
  }
}

bool overlaps(const Phrase& a, const Phrase& b) {
  const Phrase& small = a.parts.size() <= b.parts.size() ? a : b;
  const Phrase& large = a.parts.size() <= b.parts.size() ? b : a;
  return std::all_of(small.parts.begin(), small.parts.end(), [&](std::uint64_t part) {
    return std::find(large.parts.begin(), large.parts.end(), part) != large.parts.end();
  });
}

}  // namespace insightflow::analysis
