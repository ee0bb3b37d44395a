#pragma once

#include <insightflow/analysis/text.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Candidate phrases: one to three words that a person could use as a heading.
namespace insightflow::analysis {

/// An occurrence in one text: tokens [first, last) and the key that joins its spellings.
struct Occurrence {
  std::uint64_t key = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint8_t words = 0;  ///< Content words.
};

/// True for a word that names a subject: no stop word, no bare number, at least two letters.
bool is_content(const TokenizedText& text, const Token& token);

/// Key of one content word: its singular.
std::uint64_t word_key(const TokenizedText& text, const Token& token);

/// All candidates of a text: content words side by side, or joined by "of", "for", "and" … inside.
void collect_phrases(const TokenizedText& text, std::vector<Occurrence>& out);

/// Everything that is known of one phrase over many texts.
struct Phrase {
  std::uint64_t key = 0;
  std::uint8_t words = 0;
  std::int64_t texts = 0;              ///< Different texts that hold it.
  std::int64_t repeats = 0;            ///< The same, with repeated wordings counted.
  std::vector<std::uint64_t> parts{};  ///< Keys of its content words.
  std::vector<std::uint32_t> in{};     ///< The texts, ascending.

  /// The most common spelling; one at the start of a sentence or in capitals throughout counts
  /// less, as its capitals say nothing. Ties go to the last in byte order: lower case.
  std::string_view spelling() const;
  std::map<std::string, std::int64_t, std::less<>> spellings{};
};

/// Collects phrases of texts that are given one after the other. Parts of one text are given with
/// the same ascending `number`, each with how often its wording occurs.
class PhraseTable {
 public:
  void add(std::uint32_t number, std::string_view text, const TokenizedText& tokens,
           std::int64_t times);
  /// In order of first appearance.
  std::vector<Phrase>& phrases() { return phrases_; }
  const std::vector<Phrase>& phrases() const { return phrases_; }
  std::uint32_t texts() const { return texts_; }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
  std::vector<Phrase> phrases_;
  std::vector<Occurrence> occurrences_;
  std::uint32_t texts_ = 0;
};

/// True when all words of one are among the words of the other.
bool overlaps(const Phrase& a, const Phrase& b);

}  // namespace insightflow::analysis
