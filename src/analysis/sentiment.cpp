#include "analysis/numeric.hpp"
#include "analysis/sentiment_features.hpp"
#include "analysis/sentiment_model.hpp"

#include <insightflow/analysis/language.hpp>
#include <insightflow/analysis/sentiment.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace insightflow::analysis {

namespace {

/// What a word says, in whole numbers, so that no order of adding matters.
struct WordSums {
  std::uint64_t key = 0;
  std::int32_t negative = 0, positive = 0;
  std::int16_t turned_negative = 0, turned_positive = 0;  ///< More, behind a negation.
  std::uint16_t count = 0;
  WordTraits traits;
};
static_assert(sizeof(WordSums) == 24);

/// The words that were met last, so that the letters of a common word are not hashed again and
/// again. Whether a word is found here never changes a result.
class WordCache {
 public:
  WordSums& at(std::uint64_t key) { return entries_[key >> (64 - bits)]; }

  /// Room to work in: what is to be added up once it has been fetched.
  struct Due {
    const std::int8_t* pair;
    std::int64_t worth;
  };
  std::vector<Due> due;

 private:
  static constexpr int bits = 16;
  std::vector<WordSums> entries_ = std::vector<WordSums>(std::size_t{1} << bits);
};

class Scorer {
 public:
  std::int64_t negative = 0, positive = 0;
  std::size_t count = 0;

  Scorer(const SentimentModel& model, WordCache& cache)
      : weights_(model.weights.data()), cache_(cache) {
    cache_.due.clear();
  }

  void add(std::uint64_t h, Worth worth) {
    const std::int8_t* pair = pair_of(h);
    __builtin_prefetch(pair);
    cache_.due.push_back({pair, worth});
  }

  void finish() {
    for (const auto& [pair, worth] : cache_.due) {
      negative += worth * pair[0];
      positive += worth * pair[1];
    }
    count += cache_.due.size();
  }

  void expect(std::uint64_t h) { __builtin_prefetch(&cache_.at(h)); }

  WordTraits word(std::string_view form, std::uint64_t h, bool negated, bool letters) {
    WordSums& word = cache_.at(h);
    if (word.key != h) learn(word, form, h, letters);
    negative += word.negative;
    positive += word.positive;
    count += word.count;
    if (negated) {
      negative += word.turned_negative;
      positive += word.turned_positive;
      ++count;
    }
    if (word.traits.strength != 0) add(features::lexicon_key(word.traits.strength, negated), plain);
    return word.traits;
  }

 private:
  const std::int8_t* pair_of(std::uint64_t h) const {
    return weights_ + 2 * static_cast<std::size_t>(bucket_of(h));
  }

  void learn(WordSums& word, std::string_view form, std::uint64_t h, bool letters) const {
    word = {.key = h, .traits = features::traits_of(form)};
    features::of_word(form, h, letters, [&](std::uint64_t f, Worth worth) {
      const std::int8_t* pair = pair_of(f);
      word.negative += worth * pair[0];
      word.positive += worth * pair[1];
      ++word.count;
    });
    features::of_negation(h, 0, true, [&](std::uint64_t f, Worth worth) {
      const std::int8_t* pair = pair_of(f);
      word.turned_negative = static_cast<std::int16_t>(worth * pair[0]);
      word.turned_positive = static_cast<std::int16_t>(worth * pair[1]);
    });
  }

  const std::int8_t* weights_;
  WordCache& cache_;
};

MoodOdds odds_of(const TokenizedText& text, std::size_t first, std::size_t last) {
  thread_local WordCache cache;
  static const SentimentModel model = sentiment_model();
  Scorer sums(model, cache);
  if (features::walk(text, first, last, sums) == 0) return {};
  sums.finish();
  const SentimentModelHeader& header = model.header;
  const double unit =
      header.unit / sentiment_fixed_point / halves / std::sqrt(static_cast<double>(sums.count));
  const double a = numeric::exp(static_cast<double>(sums.negative) * unit +
                                header.negative_bias / sentiment_fixed_point);
  const double b = numeric::exp(static_cast<double>(sums.positive) * unit +
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

MoodReading read_mood(const TokenizedText& text) {
  const LanguageGuess guess = identify_language(text);
  if (guess.language.empty() ? guess.latin : sentiment_supports(guess.language))
    return {sentiment_odds(text).mood(), guess.language, {}};
  return {{}, guess.language, "language_unsupported"};
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
  return "sentiment-2";
}

}  // namespace insightflow::analysis
