#include "bias/language.hpp"

#include <algorithm>
#include <unordered_map>

namespace insightflow::bias {

namespace {

struct Phrase {
  std::vector<std::string_view> rest;
  Mark mark;
};
using Index = std::unordered_map<std::string_view, std::vector<Phrase>>;

template <class Visit>
void split(std::string_view text, char separator, Visit&& visit) {
  while (!text.empty()) {
    const std::size_t cut = text.find(separator);
    if (cut != 0) visit(text.substr(0, cut));
    if (cut == text.npos) return;
    text.remove_prefix(cut + 1);
  }
}

const Index& phrase_index() {
  static const Index index = [] {
    Index out;
    for (const Entry& entry : vocabulary)
      split(entry.phrases, '|', [&](std::string_view phrase) {
        std::vector<std::string_view> words;
        split(phrase, ' ', [&](std::string_view word) { words.push_back(word); });
        if (words.empty()) return;
        const std::string_view head = words.front();
        words.erase(words.begin());
        out[head].push_back({std::move(words), entry.mark});
      });
    return out;
  }();
  return index;
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Typographic marks as their plain character, with the bytes they take; 0 for anything else.
struct Plain {
  char c;
  std::size_t bytes;
};
Plain plain_mark(std::string_view rest) {
  if (rest.size() < 3 || static_cast<unsigned char>(rest[0]) != 0xE2 ||
      static_cast<unsigned char>(rest[1]) != 0x80)
    return {0, 0};
  switch (static_cast<unsigned char>(rest[2])) {
    case 0x98:
    case 0x99: return {'\'', 3};
    case 0x9C:
    case 0x9D:
    case 0x9E: return {'"', 3};
    case 0x93:
    case 0x94: return {'-', 3};
    case 0xA6: return {'.', 3};
    default: return {0, 0};
  }
}

/// "e.g.", "i.e.", "vs." and a lone letter or number do not end a sentence.
bool ends_sentence(const Text& text, char c, std::string_view rest) {
  if (!rest.empty() && rest[0] != ' ' && rest[0] != '\n' && rest[0] != '"' && rest[0] != ')' &&
      static_cast<unsigned char>(rest[0]) != 0xE2)
    return false;
  if (c != '.' || text.tokens.empty()) return true;
  const std::string& word = text.tokens.back().word;
  static constexpr std::string_view short_forms[] = {"mr", "mrs", "dr", "vs", "etc", "approx"};
  return (word.size() > 1 || is_digit(word[0])) &&
         std::find(std::begin(short_forms), std::end(short_forms), word) == std::end(short_forms);
}

bool quote_follows(std::string_view rest) {
  for (std::size_t at = 0; at < rest.size(); ++at)
    if (rest[at] == '"' || plain_mark(rest.substr(at)).c == '"') return true;
  return false;
}

void cut(Text& text) {
  const std::string_view s = text.source;
  std::uint32_t sentence_start = 0;
  bool quoted = false;
  int depth = 0;
  char before = 0;
  const auto close = [&](char end) {
    const auto count = static_cast<std::uint32_t>(text.tokens.size());
    if (count > sentence_start) text.sentences.push_back({sentence_start, count - 1, end});
    sentence_start = count;
  };
  for (std::size_t at = 0; at < s.size();) {
    const Plain mark = plain_mark(s.substr(at));
    const char c = mark.bytes ? mark.c : s[at];
    if (!mark.bytes && (is_letter(c) || is_digit(c))) {
      Token token;
      token.start = static_cast<std::uint32_t>(at);
      token.sentence = static_cast<std::uint32_t>(text.sentences.size());
      token.before = before;
      token.quoted = quoted;
      token.bracketed = depth > 0;
      token.capital = c >= 'A' && c <= 'Z';
      int capitals = 0, letters = 0;
      while (at < s.size()) {
        const Plain inner = plain_mark(s.substr(at));
        const char d = inner.bytes ? inner.c : s[at];
        const std::size_t width = inner.bytes ? inner.bytes : 1;
        const bool next_is_word = at + width < s.size() &&
                                  (is_letter(s[at + width]) || is_digit(s[at + width])) &&
                                  !plain_mark(s.substr(at + width)).bytes;
        const bool joins = (d == '\'' && next_is_word) ||
                           (d == '-' && !inner.bytes && next_is_word) ||
                           ((d == '.' || d == ',') && !token.word.empty() &&
                            is_digit(token.word.back()) && next_is_word && is_digit(s[at + 1]));
        if (!joins && (inner.bytes || (!is_letter(d) && !is_digit(d)))) break;
        capitals += d >= 'A' && d <= 'Z';
        letters += is_letter(d) && d != '\'';
        token.word += lower(d);
        at += width;
      }
      token.end = static_cast<std::uint32_t>(at);
      token.acronym = capitals >= 2 && (capitals == letters ||
                                        (letters == capitals + 1 && token.word.back() == 's'));
      text.tokens.push_back(std::move(token));
      before = 0;
      continue;
    }
    at += mark.bytes ? mark.bytes : 1;
    // A mark that nothing closes quotes nothing.
    if (c == '"') quoted = !quoted && quote_follows(s.substr(at));
    if (c == '(' || c == '[') ++depth;
    if ((c == ')' || c == ']') && depth > 0) --depth;
    if (c == ' ' || c == '\'') continue;
    before = c == '\n' ? '.' : c;
    if (c == '\n' || ((c == '.' || c == '?' || c == '!') && ends_sentence(text, c, s.substr(at))))
      close(c == '\n' ? '\0' : c);
  }
  close(0);
}

/// A phrase does not reach over a comma or a bracket.
bool joined(char before) {
  return before == 0 || before == '-' || before == '/' || before == '.';
}

void mark_phrases(Text& text) {
  const Index& index = phrase_index();
  const auto count = static_cast<std::uint32_t>(text.tokens.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto found = index.find(text.tokens[i].word);
    if (found == index.end()) continue;
    for (const Phrase& phrase : found->second) {
      const auto length = static_cast<std::uint32_t>(phrase.rest.size());
      if (i + length >= count) continue;
      bool same = true;
      for (std::uint32_t k = 0; k < length && same; ++k)
        same = text.tokens[i + 1 + k].word == phrase.rest[k] &&
               text.tokens[i + 1 + k].sentence == text.tokens[i].sentence &&
               joined(text.tokens[i + 1 + k].before);
      if (!same) continue;
      text.hits.push_back({phrase.mark, i, i + length});
      const auto mark = static_cast<std::size_t>(phrase.mark);
      text.marks.set(mark);
      for (std::uint32_t k = i; k <= i + length; ++k) text.tokens[k].marks.set(mark);
    }
  }
}

}  // namespace

const Hit* Text::first_in(Mark mark, std::uint32_t from, std::uint32_t to) const {
  if (!has(mark)) return nullptr;
  auto hit = std::lower_bound(hits.begin(), hits.end(), from,
                              [](const Hit& each, std::uint32_t at) { return each.first < at; });
  for (; hit != hits.end() && hit->first <= to; ++hit)
    if (hit->mark == mark && hit->last <= to) return &*hit;
  return nullptr;
}

const Hit* Text::first(Mark mark) const {
  return first_in(mark, 0, static_cast<std::uint32_t>(tokens.size()));
}

std::string_view Text::words(std::uint32_t from, std::uint32_t to) const {
  return source.substr(tokens[from].start, tokens[to].end - tokens[from].start);
}

bool Text::is_question() const {
  for (const Sentence& sentence : sentences)
    if (sentence.end == '?' || bears(sentence.first, Mark::instruction)) return true;
  return false;
}

bool Text::first_person() const {
  if (is_question()) return false;
  for (const Token& token : tokens)
    if (token.word == "i" || token.word == "my" || token.word == "i'm" || token.word == "me")
      return true;
  return false;
}

Text analyse(std::string_view source) {
  Text text;
  if (source.size() > longest_read) {
    std::size_t end = longest_read;
    while (end > 0 && (static_cast<unsigned char>(source[end]) & 0xC0) == 0x80) --end;
    source = source.substr(0, end);
    text.cut_off = true;
  }
  text.source = source;
  text.tokens.reserve(source.size() / 5 + 4);
  text.hits.reserve(source.size() / 8 + 8);
  cut(text);
  mark_phrases(text);
  tag_parts(text);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace insightflow::bias
