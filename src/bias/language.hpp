#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Just enough English to judge a question: words with their places, sentences, and known words and
/// phrases marked by class. One pass over the text, no backtracking.
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
  // labels of options
  opt_out,
  other,
  none_of,
  uncertain,
  midpoint,
};

struct Token {
  std::string word;  ///< Lower case, straight apostrophe.
  std::uint32_t start = 0, end = 0;
  std::uint32_t sentence = 0;
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
  std::vector<Hit> hits;  ///< By first token; longer phrases first.

  bool has(Mark mark) const;
  const Hit* first(Mark mark) const;
  const Hit* first_in(Mark mark, std::uint32_t from, std::uint32_t to) const;
  bool bears(std::uint32_t token, Mark mark) const;  ///< A hit of the mark covers the token.
  std::string_view words(std::uint32_t from, std::uint32_t to) const;
  std::string_view words(const Hit& hit) const { return words(hit.first, hit.last); }
  bool is_question() const;   ///< Ends in a question mark or asks for a rating.
  bool first_person() const;  ///< A statement about oneself ("I feel …").
};

/// Cuts a text into words and sentences and marks what it knows.
Text analyse(std::string_view source);

/// The vocabulary behind the marks.
struct Entry {
  Mark mark;
  std::string_view phrases;  ///< Separated by '|'.
};
extern const std::vector<Entry> vocabulary;

}  // namespace insightflow::bias
