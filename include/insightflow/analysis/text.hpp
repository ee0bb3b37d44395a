#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// One tokenizer pass that everything else in the analysis reads from.
namespace insightflow::analysis {

enum class TokenKind : std::uint8_t {
  word,
  number,
  address,  ///< A web or mail address.
  handle,   ///< "@name".
  hashtag,  ///< "#name"; the form is without "#".
  emoji,    ///< An emoji with its modifiers, or an ASCII emoticon such as ":-)".
  punctuation
};

/// A piece of a text. `start` and `end` are byte offsets into the text as it was given.
struct Token {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  std::uint32_t form_start = 0;  ///< Into `TokenizedText::forms`.
  std::uint32_t form_size = 0;
  TokenKind kind = TokenKind::word;
  bool spaced = false;     ///< White space stands before it.
  bool new_line = false;   ///< A line break stands before it.
  bool linked = false;     ///< Only spaces or a hyphen part it from the token before.
  bool capital = false;    ///< Begins with an ASCII capital.
  bool shouted = false;    ///< Two or more letters, all ASCII capitals.
  bool elongated = false;  ///< Three or more equal letters in a row were cut down to two.
};

/// A sentence: bytes [start, end) without surrounding white space, and tokens [first, last).
struct Sentence {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

/// Tokens and sentences of one text. `forms` holds the normalised spelling of every token one after
/// the other: NFKC with case folding, typographic apostrophes made plain, elongations shortened.
/// Does not refer to the text. Reuse one object for many texts to save allocations.
struct TokenizedText {
  std::vector<Token> tokens;
  std::vector<Sentence> sentences;
  std::string forms;
  std::uint64_t looked_at = 0;  ///< Bytes of the text, each as often as it was looked at.

  std::string_view form(const Token& token) const {
    return std::string_view(forms).substr(token.form_start, token.form_size);
  }
};

/// Cuts `text` into tokens and sentences. Words follow Unicode letter, mark and number categories;
/// contractions stay one word, hyphens part words, ideographs stand alone, a word ends after 128
/// bytes. Bytes that are not UTF-8, controls and anything beyond 4 GiB are passed over. Linear in
/// the length of the text; no I/O, no locale; safe from several threads.
void tokenize(std::string_view text, TokenizedText& out);

inline TokenizedText tokenize(std::string_view text) {
  TokenizedText out;
  tokenize(text, out);
  return out;
}

/// True for an English word (a `form`) that carries no subject of its own: articles, pronouns,
/// auxiliaries, fillers of survey answers such as "etc".
bool is_stop_word(std::string_view form);

/// The singular of a regular English plural form, else the form itself (S-stemmer, Harman 1991).
/// Meant to join "tax" and "taxes", not for display.
std::string_view singular(std::string_view form, std::string& scratch);

}  // namespace insightflow::analysis
