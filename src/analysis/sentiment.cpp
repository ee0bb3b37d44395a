#include "analysis/numeric.hpp"
#include "analysis/sentiment_features.hpp"
#include "analysis/sentiment_model.hpp"

#include <insightflow/analysis/sentiment.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::analysis {

namespace {

/// Whole numbers, so that no order of adding matters.
struct Sums {
  std::int32_t negative = 0;
  std::int32_t positive = 0;
  std::uint32_t count = 0;
  bool seen = false;  ///< Some feature has a weight.
};

/// What the words said that were met last, so that the letters of a common word are not hashed
/// again and again. A lookup never changes a result.
class WordCache {
 public:
  struct Entry {
    std::uint64_t key = 0;
    Sums sums;
    WordTraits traits;
  };
  Entry& at(std::uint64_t key) { return entries_[key >> (64 - bits)]; }

 private:
  static constexpr int bits = 12;
  std::vector<Entry> entries_ = std::vector<Entry>(std::size_t{1} << bits);
};

class Scorer {
 public:
  std::int64_t negative = 0, positive = 0;
  std::size_t count = 0;
  bool seen = false;

  Scorer(const SentimentModel& model, WordCache& cache) : model_(model), cache_(cache) {}

  void add(std::uint64_t h, Worth worth) {
    Sums sums;
    weigh(sums, h, worth);
    join(sums);
  }

  WordTraits word(std::string_view form, std::uint64_t h, bool negated, bool letters) {
    const std::uint64_t key = combine(h, 2 * negated + letters);
    WordCache::Entry& entry = cache_.at(key);
    if (entry.key != key) {
      entry = {key, {}, {}};
      entry.traits =
          features::of_word(form, h, negated, letters,
                            [&](std::uint64_t f, Worth worth) { weigh(entry.sums, f, worth); });
    }
    join(entry.sums);
    return entry.traits;
  }

 private:
  void weigh(Sums& sums, std::uint64_t h, Worth worth) const {
    const std::int8_t* pair = &model_.weights[2 * static_cast<std::size_t>(bucket_of(h))];
    sums.negative += worth * pair[0];
    sums.positive += worth * pair[1];
    ++sums.count;
    sums.seen = sums.seen || pair[0] != 0 || pair[1] != 0;
  }
  void join(const Sums& sums) {
    negative += sums.negative;
    positive += sums.positive;
    count += sums.count;
    seen = seen || sums.seen;
  }

  const SentimentModel& model_;
  WordCache& cache_;
};

MoodOdds odds_of(const TokenizedText& text, std::size_t first, std::size_t last) {
  thread_local WordCache cache;
  static const SentimentModel model = sentiment_model();
  Scorer sums(model, cache);
  if (features::walk(text, first, last, sums) == 0 || !sums.seen) return {};
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
