#pragma once

#include <insightflow/analysis/figures.hpp>
#include <insightflow/analysis/text.hpp>

#include <optional>
#include <string_view>
#include <vector>

/// The mood of English texts, from a linear model that is part of the library. The figures it
/// reaches are in docs/quality.md; how it was trained is in tools/train.
namespace insightflow::analysis {

/// Probabilities of the three moods; they add up to 1.
struct MoodOdds {
  double negative = 1.0 / 3;
  double neutral = 1.0 / 3;
  double positive = 1.0 / 3;

  /// The most probable label; ties go to neutral.
  Mood mood() const;
};

/// The model knows English only.
bool sentiment_supports(std::string_view language);

/// A text without words, emoji or emoticons is neutral with a score of 1/3. Linear in the length of
/// the text; deterministic; safe from several threads.
Mood sentiment(std::string_view text);

/// The same of tokens that are already there: of the whole text, or of one sentence.
MoodOdds sentiment_odds(const TokenizedText& text);
MoodOdds sentiment_odds(const TokenizedText& text, const Sentence& sentence);

/// The mood of a text whose language nobody has told.
struct MoodReading {
  std::optional<Mood> mood;   ///< Absent where the text is not rated.
  std::string_view language;  ///< As `identify_language` read it; empty where that is unknown.
  std::string_view reason;    ///< Why it is not rated: `language_unsupported`; else empty.
};

/// Rates the text unless it is in a language the model does not know, or in a script other than
/// Latin. Where the language is unknown (a word or two, a name, emoji) it is taken for English.
MoodReading read_mood(const TokenizedText& text);

/// One mood for every sentence, in order.
std::vector<Mood> sentence_sentiments(const TokenizedText& text);

/// Names the weights, for manifests: changes whenever a result may change.
std::string_view sentiment_model_version();

}  // namespace insightflow::analysis
