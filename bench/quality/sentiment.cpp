#include "quality/quality.hpp"

#include <insightflow/analysis/duplicates.hpp>
#include <insightflow/analysis/gibberish.hpp>
#include <insightflow/analysis/language.hpp>
#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/core/rng.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <sstream>

namespace bench {

namespace {

using namespace insightflow::analysis;
namespace json = boost::json;

struct Rated {
  std::string text;
  std::size_t truth;
};

double rounded(double value) {
  return std::round(value * 100) / 100;
}

/// Macro recall, macro F1, accuracy and expected calibration error in percent; beside them what
/// VADER 3.3.2 with its usual bounds (0.05) reaches on the same rows.
json::object rate(const std::vector<Rated>& texts, std::string_view main, double vader) {
  constexpr std::size_t bins = 10;
  std::array<std::array<double, 3>, 3> counts{};
  std::array<double, bins> confidence{}, right{};
  for (const Rated& row : texts) {
    const Mood mood = sentiment(row.text);
    const auto label = static_cast<std::size_t>(mood.label);
    ++counts[row.truth][label];
    const auto bin = std::min(static_cast<std::size_t>(mood.score * bins), bins - 1);
    confidence[bin] += mood.score;
    right[bin] += label == row.truth;
  }
  double recall = 0, f1 = 0, hits = 0, error = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const double truth = counts[c][0] + counts[c][1] + counts[c][2];
    const double found = counts[0][c] + counts[1][c] + counts[2][c];
    recall += counts[c][c] / truth / 3;
    f1 += 2 * counts[c][c] / (truth + found) / 3;
    hits += counts[c][c];
  }
  for (std::size_t bin = 0; bin < bins; ++bin) error += std::fabs(confidence[bin] - right[bin]);
  const auto size = static_cast<double>(texts.size());
  return {{"texts", texts.size()},
          {"macro_recall", rounded(100 * recall)},
          {"macro_f1", rounded(100 * f1)},
          {"accuracy", rounded(100 * hits / size)},
          {"calibration_error", rounded(100 * error / size)},
          {"vader_" + std::string(main), vader}};
}

std::vector<Rated> tweets() {
  std::istringstream texts(read_text(data_folder() / "tweeteval/sentiment/test_text.txt"));
  std::istringstream labels(read_text(data_folder() / "tweeteval/sentiment/test_labels.txt"));
  std::vector<Rated> out;
  for (std::string text, label; std::getline(texts, text) && std::getline(labels, label);)
    out.push_back({text, static_cast<std::size_t>(label[0] - '0')});
  return out;
}

std::vector<Rated> table(const char* file, std::string_view text, std::string_view label,
                         std::array<std::string_view, 3> labels) {
  const Table rows = read_table(data_folder() / file);
  const std::size_t text_at = rows.column(text), label_at = rows.column(label);
  std::vector<Rated> out;
  for (const auto& row : rows.rows) {
    const auto known = std::ranges::find(labels, row[label_at]);
    if (known == labels.end() || row[text_at].find_first_not_of(" \t\r\n") == std::string::npos)
      continue;
    out.push_back({row[text_at], static_cast<std::size_t>(known - labels.begin())});
  }
  return out;
}

/// Answers of 100 characters, made of the tweets laid end to end and cut between words.
std::vector<std::string> answers_of_100(const std::vector<Rated>& texts) {
  std::vector<std::string> out;
  std::string piece;
  for (const Rated& row : texts) {
    std::istringstream words(row.text);
    for (std::string word; words >> word;) {
      if (piece.size() + word.size() + 1 > 100) {
        piece.resize(100, '.');
        out.push_back(piece);
        piece.clear();
      }
      piece += (piece.empty() ? "" : " ") + word;
    }
  }
  return out;
}

/// Texts a second of processor time on one core, the best of several rounds over all of them.
template <class F>
double speed(const std::vector<std::string>& texts, F&& each) {
  double best = 0;
  for (int round = 0; round < 15; ++round) {
    const std::clock_t start = std::clock();
    for (const std::string& text : texts) each(text);
    const auto took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    best = std::max(best, static_cast<double>(texts.size()) / took);
  }
  return std::round(best);
}

}  // namespace

boost::json::object measure_sentiment() {
  json::object out;
  const std::vector<Rated> tweeteval = tweets();
  out["tweeteval"] = rate(tweeteval, "macro_recall", 56.91);
  out["airline_tweets"] = rate(table("airline_tweets/Tweets.csv", "text", "airline_sentiment",
                                     {"negative", "neutral", "positive"}),
                               "macro_f1", 45.75);
  out["class_survey_comments"] = rate(table("class_survey_comments/surveyData_2.csv", "comments",
                                            "raw_evaluation", {"-1", "0", "1"}),
                                      "macro_f1", 46.26);
  const std::vector<std::string> answers = answers_of_100(tweeteval);
  TokenizedText tokens;
  double sum = 0;  // so that nothing is left out
  out["answers_per_second"] =
      speed(answers, [&](const std::string& text) { sum += sentiment(text).score; });
  out["tokenized_per_second"] = speed(answers, [&](const std::string& text) {
    tokenize(text, tokens);
    sum += static_cast<double>(tokens.tokens.size());
  });
  out["with_language_per_second"] = speed(answers, [&](const std::string& text) {
    tokenize(text, tokens);
    sum += identify_language(tokens).confidence + sentiment_odds(tokens).neutral;
  });
  out["summed"] = sum > 0;
  return out;
}

namespace {

/// How many texts are read as the language they are in, as another one, and as unknown, in percent.
class Readings {
 public:
  explicit Readings(std::string_view language) : language_(language) {}

  void add(std::string_view text) {
    const auto guess = identify_language(tokenize(text));
    ++all_;
    right_ += guess.language == language_;
    unknown_ += guess.language.empty();
  }
  json::object figures() const {
    return {{"texts", all_},
            {"right", rounded(100 * right_ / all_)},
            {"unknown", rounded(100 * unknown_ / all_)},
            {"wrong", rounded(100 * (all_ - right_ - unknown_) / all_)}};
  }

 private:
  std::string_view language_;
  double all_ = 0, right_ = 0, unknown_ = 0;
};

/// A text as someone writes it who leans on the keyboard.
std::string mash(insightflow::Rng& rng) {
  constexpr std::string_view keys = "asdfghjklasdfghjklqwertyuiopzxcvbnm";
  std::string out;
  for (std::size_t words = 1 + rng.below(3); words > 0; --words) {
    for (std::size_t letters = 4 + rng.below(9); letters > 0; --letters)
      out += keys[rng.below(keys.size())];
    out += ' ';
  }
  return out;
}

/// The text with one word left out.
std::string shortened(std::string_view text, insightflow::Rng& rng) {
  const TokenizedText tokens = tokenize(text);
  const Token& token = tokens.tokens[rng.below(tokens.tokens.size())];
  return std::string(text.substr(0, token.start)) + std::string(text.substr(token.end));
}

}  // namespace

/// The questions of XQuAD (one sentence each), and English tweets, a few of which are in other
/// languages.
boost::json::object measure_language() {
  json::object out;
  for (const char* language : {"ar", "de", "en", "es", "zh"}) {
    const auto file = data_folder() / "xquad" / (std::string("xquad.") + language + ".json");
    Readings readings(language);
    const auto content = json::parse(read_text(file));
    for (const auto& article : content.at("data").as_array())
      for (const auto& paragraph : article.at("paragraphs").as_array())
        for (const auto& question : paragraph.at("qas").as_array())
          readings.add(std::string_view(question.at("question").as_string()));
    out[language] = readings.figures();
  }
  Readings readings("en");
  for (const Rated& tweet : tweets()) readings.add(tweet.text);
  out["tweets"] = readings.figures();
  return out;
}

/// Gibberish: how much of random typing is found, and how much of what people wrote is taken for
/// it. Near-duplicates: how many tweets of eight words and more are found again with one word left
/// out, and how many pairs of different tweets are taken for repeats.
boost::json::object measure_flags() {
  constexpr int mashes = 5000;
  insightflow::Rng rng(7);
  double found = 0, wrong = 0;
  for (int i = 0; i < mashes; ++i) found += find_gibberish(tokenize(mash(rng))).has_value();
  const std::vector<Rated> written = tweets();
  for (const Rated& tweet : written) wrong += find_gibberish(tokenize(tweet.text)).has_value();

  std::vector<std::string> texts;
  for (const Rated& tweet : written)
    if (tokenize(tweet.text).tokens.size() >= 8) texts.push_back(tweet.text);
  const std::size_t originals = texts.size();
  for (std::size_t i = 0; i < originals; ++i) texts.push_back(shortened(texts[i], rng));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const std::clock_t start = std::clock();
  const Duplicates repeats = find_duplicates(views).value();
  const auto took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  double again = 0, among = 0;
  for (const Duplicate& repeat : repeats.found) (repeat.text < originals ? among : again) += 1;

  const std::clock_t start_of_sketches = std::clock();
  std::vector<Sketch> sketches;
  for (const std::string_view text : views) sketches.push_back(sketch_of(tokenize(text)));
  const auto flagged = repeats_among(sketches);
  const auto took_sketches = static_cast<double>(std::clock() - start_of_sketches) / CLOCKS_PER_SEC;
  const auto middle = flagged.begin() + static_cast<std::ptrdiff_t>(originals);
  const auto part = static_cast<double>(std::count(middle, flagged.end(), 1));
  return {{"gibberish_found", rounded(100 * found / mashes)},
          {"shortened_found_by_sketch", rounded(100 * part / static_cast<double>(originals))},
          {"repeats_among_tweets_by_sketch", std::count(flagged.begin(), middle, 1)},
          {"sketched_per_second", std::round(static_cast<double>(texts.size()) / took_sketches)},
          {"gibberish_in_tweets", rounded(100 * wrong / static_cast<double>(written.size()))},
          {"shortened_found", rounded(100 * again / static_cast<double>(originals))},
          {"repeats_among_tweets", among},
          {"texts_per_second", std::round(static_cast<double>(texts.size()) / took)}};
}

}  // namespace bench
