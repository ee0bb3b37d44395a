#pragma once

#include <insightflow/analysis/figures.hpp>
#include <insightflow/analysis/text.hpp>

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

/// The model knows English only. Texts of other languages should be counted as "not rated" by the
/// caller; here they come out neutral with a low score because none of their words is known.
bool sentiment_supports(std::string_view language);

/// A text without words, emoji or emoticons is neutral with a score of 1/3. Linear in the length of
/// the text; deterministic; safe from several threads.
Mood sentiment(std::string_view text);

/// The same of tokens that are already there: of the whole text, or of one sentence.
MoodOdds sentiment_odds(const TokenizedText& text);
MoodOdds sentiment_odds(const TokenizedText& text, const Sentence& sentence);

/// One mood for every sentence, in order.
std::vector<Mood> sentence_sentiments(const TokenizedText& text);

/// Names the weights, for manifests: changes whenever a result may change.
std::string_view sentiment_model_version();

}  // namespace insightflow::analysis
