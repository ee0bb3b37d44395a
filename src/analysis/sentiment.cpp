#include "analysis/numeric.hpp"
#include "analysis/sentiment_features.hpp"
#include "analysis/sentiment_model.hpp"

#include <insightflow/analysis/sentiment.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::analysis {

namespace {

MoodOdds odds_of(const TokenizedText& text, std::size_t first, std::size_t last) {
  thread_local SentimentFeatures features;
  features.collect(text, first, last);
  if (features.known == 0) return {};
  static const SentimentModel model = sentiment_model();
  std::int64_t negative = 0, positive = 0;
  bool seen = false;
  for (const std::uint32_t bucket : features.buckets) {
    const std::int8_t* pair = &model.weights[2 * static_cast<std::size_t>(bucket)];
    negative += pair[0];
    positive += pair[1];
    seen = seen || pair[0] != 0 || pair[1] != 0;
  }
  if (!seen) return {};
  const SentimentModelHeader& header = model.header;
  const double unit =
      header.unit / sentiment_fixed_point / std::sqrt(static_cast<double>(features.buckets.size()));
  const double a = numeric::exp(static_cast<double>(negative) * unit +
                                header.negative_bias / sentiment_fixed_point);
  const double b = numeric::exp(static_cast<double>(positive) * unit +
                                header.positive_bias / sentiment_fixed_point);
  const double sum = a + b + 1;
  return {a / sum, 1 / sum, b / sum};
}

}  // namespace

Mood MoodOdds::mood() const {
  if (neutral >= negative && neutral >= positive) return {Sentiment::neutral, neutral};
  if (negative == positive) return {Sentiment::neutral, neutral};
  if (negative > positive) return {Sentiment::negative, negative};
  return {Sentiment::positive, positive};
}

bool sentiment_supports(std::string_view language) {
  return language == "en" || language.starts_with("en-") || language.starts_with("en_");
}

MoodOdds sentiment_odds(const TokenizedText& text) {
  return odds_of(text, 0, text.tokens.size());
}

MoodOdds sentiment_odds(const TokenizedText& text, const Sentence& sentence) {
  return odds_of(text, sentence.first, sentence.last);
}

Mood sentiment(std::string_view text) {
  thread_local TokenizedText tokens;
  tokenize(text, tokens);
  return sentiment_odds(tokens).mood();
}

std::vector<Mood> sentence_sentiments(const TokenizedText& text) {
  std::vector<Mood> out;
  out.reserve(text.sentences.size());
  for (const Sentence& sentence : text.sentences)
    out.push_back(sentiment_odds(text, sentence).mood());
  return out;
}

std::string_view sentiment_model_version() {
  return "sentiment-1";
}

}  // namespace insightflow::analysis
