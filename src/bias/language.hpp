#pragma once

#include <bitset>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Just enough English to judge a question: words with their places and parts of speech, sentences,
/// and known words and phrases marked by class. One pass over the text, no backtracking.
namespace insightflow::bias {

/// Classes of known words and phrases. A word may bear several marks.
enum class Mark : std::uint8_t {
  // parts of speech
  determiner,
  preposition,
  subordinator,
  pronoun,
  auxiliary,
  question_word,
  verb,
  // meaning
  people,
  time_unit,
  period,
  fixed_pair,
  example_opener,
  instruction,
  judgement,
  antonym,
  tag,
  negative_opener,
  agree_pressure,
  assertive,
  praise_verb,
  crowd,
  claim,
  norm,
  loaded_negative,
  loaded_positive,
  presumes,
  gate,
  vague,
  absolute,
  absolute_exempt,
  negator,
  negative_word,
  hypothetical_opener,
  habitual_count,
  agree_request,
  sensitive,
  demographic,
  open_request,
  overall,
  rare_event,
  small_act,
  count_stem,
  idiom,
  vague_noun,
  condition,
  habit,
  share,
  mental,
  virtue,
  subjective,
  threatening,
  two_sided,
  gives_away,
  // labels of options
  opt_out,
  other,
  none_of,
  uncertain,
  midpoint,
};
inline constexpr std::size_t mark_count = static_cast<std::size_t>(Mark::midpoint) + 1;
using Marks = std::bitset<mark_count>;

/// Parts of speech, by lexicon, ending and the word before.
enum class Part : std::uint8_t {
  noun,
  verb,
  adjective,
  adverb,
  determiner,
  preposition,
  pronoun,
  auxiliary,
  conjunction,
  question_word,
  number,
};

struct Token {
  std::string word;  ///< Lower case, straight apostrophe.
  std::uint32_t start = 0, end = 0;
  std::uint32_t sentence = 0;
  Marks marks;  ///< Of the phrases that cover the token.
  Part part = Part::noun;
  char before = 0;  ///< The mark before it: , ; : . ? ! ( / - " or 0.
  bool capital = false;
  bool acronym = false;  ///< Two or more letters, all capitals.
  bool quoted = false;
  bool bracketed = false;
};

struct Hit {
  Mark mark;
  std::uint32_t first, last;  ///< Tokens, both included.
};

struct Sentence {
  std::uint32_t first = 0, last = 0;  ///< Tokens, both included.
  char end = 0;                       ///< '?', '.', '!' or 0.
};

struct Text {
  std::string_view source;
  std::vector<Token> tokens;
  std::vector<Sentence> sentences;
  std::vector<Hit> hits;  ///< By first token.
  Marks marks;            ///< Of all hits.
  bool cut_off = false;   ///< Longer than any valid question; only the beginning was read.

  bool has(Mark mark) const { return marks[static_cast<std::size_t>(mark)]; }
  const Hit* first(Mark mark) const;
  const Hit* first_in(Mark mark, std::uint32_t from, std::uint32_t to) const;
  /// A hit of the mark covers the token.
  bool bears(std::uint32_t token, Mark mark) const {
    return token < tokens.size() && tokens[token].marks[static_cast<std::size_t>(mark)];
  }
  /// The word at a place, lower case; empty past the end.
  std::string_view word(std::size_t token) const {
    return token < tokens.size() ? std::string_view(tokens[token].word) : std::string_view();
  }
  const Sentence& sentence_of(std::uint32_t token) const {
    return sentences[tokens[token].sentence];
  }
  std::string_view words(std::uint32_t from, std::uint32_t to) const;
  std::string_view words(const Hit& hit) const { return words(hit.first, hit.last); }
  bool is_question() const;   ///< Ends in a question mark or asks for a rating.
  bool first_person() const;  ///< A statement about oneself ("I feel …").
};

/// Texts beyond this are read to here: twice what a valid question may have, and what keeps every
/// rule linear.
inline constexpr std::size_t longest_read = 4000;

/// ASCII letters in lower case.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
std::string lower(std::string_view text);

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words);

/// Cuts a text into words and sentences and marks what it knows.
Text analyse(std::string_view source);

/// Gives every token its part of speech (parts.cpp).
void tag_parts(Text& text);

/// Names people: a known word, or one in "-er", "-ist", "-mate" and the like.
bool names_people(const Text& text, std::uint32_t token);

/// An adjective that praises (+1) or condemns (-1) by itself, by lexicon or form ("careless",
/// "misguided", "overpriced", "unreliable"); else 0.
int judgement_of(const Text& text, std::uint32_t token);

/// The dictionary form of a word that may bear -s, -es, -ed, -ing or -ly, if `known` accepts it.
template <class Known>
std::string_view stem_of(std::string_view word, std::string& room, const Known& known) {
  if (known(word)) return word;
  for (const std::string_view ending : {"s", "es", "d", "ed", "ing", "ly"}) {
    if (word.size() < ending.size() + 3 || !word.ends_with(ending)) continue;
    room = word.substr(0, word.size() - ending.size());
    if (known(room)) return room;
    if (room.size() > 2 && room.back() == room[room.size() - 2]) {  // planned, plan
      room.pop_back();
      if (known(room)) return room;
      continue;
    }
    room += 'e';  // using, use
    if (known(room)) return room;
    room.pop_back();
    if (room.back() == 'i') {  // tries, try
      room.back() = 'y';
      if (known(room)) return room;
    }
  }
  return {};
}

/// The vocabulary behind the marks.
struct Entry {
  Mark mark;
  std::string_view phrases;  ///< Separated by '|'.
};
extern const std::vector<Entry> vocabulary;

}  // namespace insightflow::bias
