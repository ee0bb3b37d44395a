#include "insight/claims.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace insightflow::insight {

namespace {

constexpr std::size_t repeated_words = 6;
constexpr std::size_t stem = 4;

/// Quantities in words; one that the source does not use is a claim of its own.
constexpr std::array<std::string_view, 41> number_words{
    "two",      "three",     "four",     "five",     "six",      "seven",   "eight",
    "nine",     "ten",       "eleven",   "twelve",   "twenty",   "thirty",  "forty",
    "fifty",    "sixty",     "seventy",  "eighty",   "ninety",   "hundred", "hundreds",
    "thousand", "thousands", "million",  "millions", "dozen",    "dozens",  "half",
    "third",    "thirds",    "quarter",  "quarters", "twice",    "thrice",  "double",
    "doubled",  "triple",    "majority", "most",     "everyone", "nobody"};

/// Words that turn a sentence around.
struct Pair {
  std::array<std::string_view, 6> one, other;
};
constexpr Pair opposites[] = {
    {{"positive", "positively", "praise", "praised", "good"},
     {"negative", "negatively", "complain", "complaints", "bad"}},
    {{"higher", "more", "increase", "increased", "rose", "above"},
     {"lower", "less", "fewer", "decrease", "decreased", "fell"}},
    {{"satisfied", "satisfaction"}, {"dissatisfied", "unsatisfied", "dissatisfaction"}},
    {{"improved", "better", "best"}, {"worsened", "worse", "worst"}}};
constexpr std::array<std::string_view, 8> negations{"not",    "no",      "never",  "none",
                                                    "cannot", "without", "hardly", "nor"};

constexpr bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// Words in lower case; letters beyond ASCII stay as they are.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  const auto close = [&] {
    if (!word.empty()) out.push_back(std::move(word));
    word.clear();
  };
  for (const char c : text) {
    if (letter(c))
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else
      close();
  }
  close();
  return out;
}

/// Figures without thousands separators; a minus belongs to the figure behind it, a plus does not.
std::set<std::string> numbers_of(std::string_view text) {
  constexpr std::string_view minus = "\u2212";
  std::set<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    if (!digit(text[i])) {
      ++i;
      continue;
    }
    const bool hyphen =
        i > 0 && text[i - 1] == '-' && (i == 1 || !(letter(text[i - 2]) || digit(text[i - 2])));
    const bool sign = i >= minus.size() && text.substr(i - minus.size(), minus.size()) == minus;
    std::string number = hyphen || sign ? "-" : "";
    for (; i < text.size(); ++i) {
      const bool inside =
          (text[i] == '.' || text[i] == ',') && i + 1 < text.size() && digit(text[i + 1]);
      if (!digit(text[i]) && !inside) break;
      if (text[i] != ',') number += text[i];
    }
    out.insert(std::move(number));
  }
  return out;
}

/// What stands in double quotation marks, of whatever form.
std::vector<std::string_view> quotations(std::string_view text) {
  struct Marks {
    std::string_view open, close;
  };
  constexpr Marks forms[] = {
      {"\"", "\""}, {"\u201c", "\u201d"}, {"\u201e", "\u201c"}, {"\u00ab", "\u00bb"}};
  std::vector<std::string_view> out;
  for (const Marks& marks : forms)
    for (std::size_t at = text.find(marks.open); at != text.npos;) {
      const std::size_t from = at + marks.open.size();
      const std::size_t to = text.find(marks.close, from);
      if (to == text.npos) break;
      out.push_back(text.substr(from, to - from));
      at = text.find(marks.open, to + marks.close.size());
    }
  return out;
}

bool any(const std::set<std::string, std::less<>>& words, std::span<const std::string_view> list) {
  return std::ranges::any_of(
      list, [&](std::string_view word) { return !word.empty() && words.contains(word); });
}

bool unfit(std::string_view text, std::string_view source) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '<' || c == '>') return true;
  for (const std::string_view sign : {"http", "www.", "@", "://"})
    if (text.find(sign) != text.npos && source.find(sign) == source.npos) return true;
  return false;
}

}  // namespace

std::string_view fault_of(std::string_view text, std::string_view source,
                          std::span<const std::string_view> cited) {
  if (unfit(text, source)) return "text_unfit";
  for (const std::string_view words : quotations(text)) {
    const bool known =
        source.find(words) != source.npos || std::ranges::any_of(cited, [&](std::string_view one) {
          return one.find(words) != one.npos;
        });
    if (!known) return "quote_unknown";
  }
  auto known = numbers_of(source);
  for (const std::string_view one : cited) known.merge(numbers_of(one));
  for (const std::string& number : numbers_of(text))
    if (!known.contains(number)) return "number_unknown";
  const auto set_of = [](std::string_view from) {
    const auto words = words_of(from);
    return std::set<std::string, std::less<>>(words.begin(), words.end());
  };
  const auto said = set_of(text), given = set_of(source);
  for (const std::string_view word : number_words)
    if (said.contains(word) && !given.contains(word)) return "number_unknown";
  for (const auto& [one, other] : opposites) {
    if (any(said, one) && !any(given, one) && any(given, other)) return "direction_changed";
    if (any(said, other) && !any(given, other) && any(given, one)) return "direction_changed";
  }
  if (any(said, negations) && !any(given, negations)) return "direction_changed";
  return {};
}

bool shares_word(std::string_view text, std::string_view source) {
  std::set<std::string> stems;
  for (const std::string& word : words_of(source))
    if (word.size() >= stem) stems.insert(word.substr(0, stem));
  for (const std::string& word : words_of(text))
    if (word.size() >= stem && stems.contains(word.substr(0, stem))) return true;
  return false;
}

bool repeats(std::string_view text, std::string_view answer) {
  const auto joined = [](const std::vector<std::string>& words, std::size_t at) {
    std::string out;
    for (std::size_t i = at; i < at + repeated_words; ++i) (out += words[i]) += ' ';
    return out;
  };
  const auto said = words_of(text), given = words_of(answer);
  std::set<std::string> runs;
  for (std::size_t i = 0; i + repeated_words <= said.size(); ++i) runs.insert(joined(said, i));
  if (runs.empty()) return false;
  for (std::size_t i = 0; i + repeated_words <= given.size(); ++i)
    if (runs.contains(joined(given, i))) return true;
  return false;
}

}  // namespace insightflow::insight
