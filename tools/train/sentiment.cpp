// Trains the sentiment model: train_sentiment DIRECTORY OUTPUT
//
// DIRECTORY holds the files named in `parts`, each "label<TAB>text" with a header line. The same
// files give the same bytes on every machine: one thread, our own Rng, our own exp, no contraction.

#include "analysis/numeric.hpp"
#include "analysis/sentiment_features.hpp"
#include "analysis/sentiment_model.hpp"

#include <insightflow/core/rng.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

constexpr int passes = 2;   // over all examples
constexpr int classes = 3;  // negative, neutral, positive
using Scores = std::array<double, classes>;

struct Part {
  const char* file;
  double weight;    // of each example, so that a large noisy file does not drown the others
  bool calibrates;  // large enough, and with all three classes
};
constexpr Part parts[] = {
    {"goemotions.tsv", 1.0, true},    {"tweet_sentiment_extraction.tsv", 1.0, true},
    {"xed_subtitles.tsv", 0.3, true}, {"vader_movie.tsv", 0.3, false},
    {"vader_tweets.tsv", 0.5, true},  {"vader_amazon.tsv", 0.5, true},
    {"uci_sentences.tsv", 0.5, false}};
constexpr std::size_t domains = std::size(parts);

struct Example {
  std::vector<std::uint32_t> buckets;
  std::size_t label = 0;
  std::size_t domain = 0;
  double weight = 1;
};

/// The forum comments come with names masked as "[NAME]"; a handle is what stands there in life.
std::string unmask(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t end = text[at] == '[' ? text.find(']', at) : text.npos;
    const auto inner = end == text.npos ? text.npos : end - at - 1;
    if (inner >= 4 && inner <= 8 &&
        std::all_of(text.begin() + at + 1, text.begin() + end,
                    [](char c) { return c >= 'A' && c <= 'Z'; })) {
      out += "@someone";
      at = end;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::vector<Example> read(const std::string& directory) {
  std::vector<Example> out;
  SentimentFeatures features;
  for (std::size_t domain = 0; domain < domains; ++domain) {
    std::ifstream in(directory + "/" + parts[domain].file, std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "cannot read %s\n", parts[domain].file);
      std::exit(2);
    }
    const std::size_t begin = out.size();
    std::array<std::size_t, classes> counts{};
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      const std::size_t tab = line.find('\t');
      const std::string_view label = std::string_view(line).substr(0, tab);
      const std::string text = unmask(std::string_view(line).substr(tab + 1));
      const TokenizedText tokens = tokenize(text);
      features.collect(tokens, 0, tokens.tokens.size());
      if (features.known == 0) continue;
      Example example{features.buckets,
                      label == "negative"  ? 0u
                      : label == "neutral" ? 1u
                                           : 2u,
                      domain, 1};
      ++counts[example.label];
      out.push_back(std::move(example));
    }
    // Within a file all classes weigh the same; a class that is missing is not made up for.
    const double size = static_cast<double>(out.size() - begin);
    for (std::size_t i = begin; i < out.size(); ++i)
      out[i].weight =
          parts[domain].weight * size / classes / static_cast<double>(counts[out[i].label]);
  }
  return out;
}

Scores softmax(Scores scores) {
  const double top = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& s : scores) sum += s = numeric::exp(s - top);
  for (double& s : scores) s /= sum;
  return scores;
}

/// A weight table with the running square sums of AdaGrad (Duchi et al. 2011).
class Table {
 public:
  explicit Table(std::size_t buckets) : cells_(buckets) {}
  void add_to(Scores& scores, std::size_t bucket, double value) const {
    for (int c = 0; c < classes; ++c) scores[c] += value * cells_[bucket].weight[c];
  }
  void learn(std::size_t bucket, const Scores& gradient, double value, double decay) {
    constexpr double rate = 0.15;
    Cell& cell = cells_[bucket];
    for (int c = 0; c < classes; ++c) {
      const double g = gradient[c] * value + decay * cell.weight[c];
      cell.squares[c] += g * g;
      cell.weight[c] -= rate * g / std::sqrt(cell.squares[c] + 1e-3);
    }
  }
  double weight(std::size_t bucket, int c) const { return cells_[bucket].weight[c]; }

 private:
  struct Cell {
    Scores weight{};
    Scores squares{};
  };
  std::vector<Cell> cells_;
};

/// Shared weights and, for every file, weights of its own that take up its peculiarities and are
/// thrown away afterwards (Daumé 2007).
class Trainer {
 public:
  Table shared{sentiment_buckets + 1};
  std::vector<Table> own{domains, Table(sentiment_buckets + 1)};

  /// Learns from all files but one; pass `domains` to leave out none.
  Trainer(const std::vector<Example>& examples, std::size_t left_out) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < examples.size(); ++i)
      if (examples[i].domain != left_out) order.push_back(i);
    Rng rng(20240917);
    for (int i = 0; i < passes; ++i) {
      rng.shuffle(std::span<std::uint32_t>(order));
      pass(examples, order);
    }
  }

 private:
  void pass(const std::vector<Example>& examples, const std::vector<std::uint32_t>& order) {
    constexpr double decay = 1e-5, own_share = 0.5;
    for (const std::uint32_t index : order) {
      const Example& example = examples[index];
      const double norm = 1 / std::sqrt(static_cast<double>(example.buckets.size()));
      Table& local = own[example.domain];
      Scores scores{};
      for (const std::uint32_t b : example.buckets) {
        shared.add_to(scores, b, norm);
        local.add_to(scores, b, norm * own_share);
      }
      shared.add_to(scores, sentiment_buckets, 1);
      local.add_to(scores, sentiment_buckets, 1);
      Scores gradient = softmax(scores);
      gradient[example.label] -= 1;
      for (double& g : gradient) g *= example.weight;
      for (const std::uint32_t b : example.buckets) {
        shared.learn(b, gradient, norm, decay);
        local.learn(b, gradient, norm * own_share, decay);
      }
      shared.learn(sentiment_buckets, gradient, 1, 0);
      local.learn(sentiment_buckets, gradient, 1, 0);
    }
  }
};

/// What is shipped: weights against neutral in whole steps.
struct Quantised {
  double unit = 0;
  std::vector<std::int8_t> weights;

  explicit Quantised(const Table& table) : weights(2 * std::size_t{sentiment_buckets}) {
    std::vector<double> values(weights.size());
    for (std::size_t b = 0; b < sentiment_buckets; ++b)
      for (int side = 0; side < 2; ++side)
        values[2 * b + side] = table.weight(b, 2 * side) - table.weight(b, 1);
    std::vector<double> sizes;
    for (const double v : values)
      if (v != 0) sizes.push_back(std::fabs(v));
    std::sort(sizes.begin(), sizes.end());
    unit = sizes[static_cast<std::size_t>(static_cast<double>(sizes.size()) * 0.9995)] / 127;
    for (std::size_t i = 0; i < values.size(); ++i)
      weights[i] =
          static_cast<std::int8_t>(std::clamp(std::floor(values[i] / unit + 0.5), -127.0, 127.0));
  }

  std::array<double, 2> raw(const Example& example) const {
    std::array<std::int64_t, 2> sums{};
    for (const std::uint32_t b : example.buckets)
      for (std::size_t side = 0; side < 2; ++side) sums[side] += weights[2 * std::size_t{b} + side];
    const double norm = unit / std::sqrt(static_cast<double>(example.buckets.size()));
    return {static_cast<double>(sums[0]) * norm, static_cast<double>(sums[1]) * norm};
  }
};

/// Slope and two biases that make texts of a kind the weights have never seen most likely (Platt
/// 1999, for three classes): each file is scored by a model of the others, as answers to a survey
/// will be. Within a file all classes weigh the same, and so do all files.
class Calibration {
 public:
  double slope = 1, negative = 0, positive = 0;

  void add(const Quantised& model, const std::vector<Example>& examples, std::size_t domain) {
    double total = 0;
    for (const Example& example : examples)
      if (example.domain == domain) total += example.weight;
    for (const Example& example : examples)
      if (example.domain == domain)
        rows_.push_back({model.raw(example), example.label, example.weight / total});
    ++files_;
  }

  void fit() {
    const double total = static_cast<double>(files_);
    for (int step = 0; step < 400; ++step) {
      double d_slope = 0, d_negative = 0, d_positive = 0, loss = 0;
      for (const Row& row : rows_) {
        const Scores p = softmax({slope * row.raw[0] + negative, 0, slope * row.raw[1] + positive});
        loss -= row.weight * numeric::log(std::max(p[row.label], 1e-300));
        const double a = row.weight * (p[0] - (row.label == 0)),
                     b = row.weight * (p[2] - (row.label == 2));
        d_slope += a * row.raw[0] + b * row.raw[1];
        d_negative += a;
        d_positive += b;
      }
      slope -= 0.5 * d_slope / total;
      negative -= 0.5 * d_negative / total;
      positive -= 0.5 * d_positive / total;
      if (step == 399)
        std::fprintf(stderr, "unseen files: loss %.4f, slope %.3f, biases %.3f %.3f\n",
                     loss / total, slope, negative, positive);
    }
  }

 private:
  struct Row {
    std::array<double, 2> raw;
    std::size_t label;
    double weight;
  };
  std::vector<Row> rows_;
  std::size_t files_ = 0;
};

std::int32_t fixed(double value) {
  return static_cast<std::int32_t>(std::floor(value * sentiment_fixed_point + 0.5));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: train_sentiment DIRECTORY OUTPUT\n");
    return 2;
  }
  const std::vector<Example> examples = read(arguments[1]);
  Calibration calibration;
  for (std::size_t domain = 0; domain < domains; ++domain)
    if (parts[domain].calibrates)
      calibration.add(Quantised(Trainer(examples, domain).shared), examples, domain);
  calibration.fit();
  const Quantised model(Trainer(examples, domains).shared);
  std::ofstream out(arguments[2], std::ios::binary);
  const SentimentModelHeader header{.bits = sentiment_bits,
                                    .unit = fixed(model.unit * calibration.slope),
                                    .negative_bias = fixed(calibration.negative),
                                    .positive_bias = fixed(calibration.positive)};
  out.write(reinterpret_cast<const char*>(&header), sizeof header);
  out.write(reinterpret_cast<const char*>(model.weights.data()),
            static_cast<std::streamsize>(model.weights.size()));
  return out.flush() ? 0 : 2;
}
