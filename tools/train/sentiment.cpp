// Trains the sentiment model: train_sentiment DIRECTORY PHRASES OUTPUT
//
// DIRECTORY holds the files named in `parts`, each "label<TAB>text" with a header line; PHRASES is
// tools/train/sentiment/phrases.txt. The same files give the same bytes on every machine: one
// thread, our own Rng, our own exp, no contraction.

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

constexpr int passes =
    4;  // over all examples; the weights are the mean of those after each but the first
constexpr int classes = 3;  // negative, neutral, positive
using Scores = std::array<float, classes>;

struct Part {
  const char* file;
  double weight;    // of each example, so that a large noisy file does not drown the others
  bool calibrates;  // large enough, and with all three classes
};
constexpr Part parts[] = {
    {"goemotions.tsv", 1.0, true},     {"tweet_sentiment_extraction.tsv", 1.0, true},
    {"xed_subtitles.tsv", 0.3, true},  {"vader_movie.tsv", 0.3, false},
    {"vader_tweets.tsv", 2.0, true},   {"vader_amazon.tsv", 2.0, true},
    {"uci_sentences.tsv", 2.0, false}, {"", 3.0, false}};  // the last: our own phrases
constexpr std::size_t domains = std::size(parts), phrases = domains - 1;
/// Of one line of phrases, evenly from all that it stands for.
constexpr std::size_t most_of_a_phrase = 40;

struct Feature {
  std::uint32_t bucket;
  std::int32_t worth;
};

struct Example {
  std::vector<Feature> features;
  std::size_t label = 0;
  std::size_t domain = 0;
  double weight = 1;

  float norm() const { return 1 / std::sqrt(static_cast<float>(features.size())) / float{halves}; }
};

/// Takes down the features of a text one by one.
struct List {
  std::vector<Feature> features;

  void add(std::uint64_t h, Worth worth) { features.push_back({bucket_of(h), worth}); }
  void expect(std::uint64_t) {}
  WordTraits word(std::string_view form, std::uint64_t h, bool negated, bool letters) {
    const auto to_list = [&](std::uint64_t key, Worth worth) { add(key, worth); };
    const WordTraits traits = features::traits_of(form);
    features::of_word(form, h, letters, to_list);
    features::of_negation(h, traits.strength, negated, to_list);
    return traits;
  }
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

struct Labelled {
  std::string label, text;
};

std::ifstream open(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (in) return in;
  std::fprintf(stderr, "cannot read %s\n", path.c_str());
  std::exit(2);
}

Labelled split(const std::string& line) {
  const std::size_t tab = line.find('\t');
  return {line.substr(0, tab), line.substr(tab + 1)};
}

std::vector<Labelled> read_file(const std::string& path) {
  std::ifstream in = open(path);
  std::vector<Labelled> out;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) out.push_back(split(line));
  for (Labelled& one : out) one.text = unmask(one.text);
  return out;
}

/// What "{a|b} c" stands for: "a c" and "b c".
std::vector<std::string> spelt_out(std::string_view phrase) {
  std::vector<std::string> out{""};
  while (!phrase.empty()) {
    const std::size_t open = std::min(phrase.find('{'), phrase.size());
    for (std::string& one : out) one += phrase.substr(0, open);
    if (open == phrase.size()) break;
    const std::size_t close = phrase.find('}', open);
    std::vector<std::string> longer;
    std::string_view choices = phrase.substr(open + 1, close - open - 1);
    for (std::size_t end = 0; end != choices.npos; choices.remove_prefix(end + 1)) {
      end = choices.find('|');
      for (const std::string& one : out)
        longer.push_back(one + std::string(choices.substr(0, end)));
      if (end == choices.npos) break;
    }
    out = std::move(longer);
    phrase.remove_prefix(close + 1);
  }
  return out;
}

std::vector<Labelled> read_phrases(const std::string& path) {
  std::ifstream in = open(path);
  std::vector<Labelled> out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    const Labelled phrase = split(line);
    const auto all = spelt_out(phrase.text);
    const std::size_t kept = std::min(all.size(), most_of_a_phrase);
    for (std::size_t i = 0; i < kept; ++i)
      out.push_back({phrase.label, all[i * all.size() / kept]});
  }
  return out;
}

std::size_t class_of(std::string_view label) {
  return label == "negative" ? 0 : label == "neutral" ? 1 : 2;
}

std::vector<Example> read(const std::string& directory, const std::string& phrase_file) {
  std::vector<Example> out;
  for (std::size_t domain = 0; domain < domains; ++domain) {
    const std::string file = parts[domain].file;
    const std::size_t begin = out.size();
    std::array<std::size_t, classes> counts{};
    for (const auto& [label, text] :
         domain == phrases ? read_phrases(phrase_file) : read_file(directory + "/" + file)) {
      const TokenizedText tokens = tokenize(text);
      List list;
      if (features::walk(tokens, 0, tokens.tokens.size(), list) == 0) continue;
      out.push_back({std::move(list.features), class_of(label), domain, 1});
      ++counts[out.back().label];
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
  const float top = *std::max_element(scores.begin(), scores.end());
  float sum = 0;
  for (float& s : scores) sum += s = static_cast<float>(numeric::exp(s - top));
  for (float& s : scores) s /= sum;
  return scores;
}

/// A weight table with the running square sums of AdaGrad (Duchi et al. 2011).
class Table {
 public:
  explicit Table(std::size_t buckets) : cells_(buckets) {}
  void add_to(Scores& scores, std::size_t bucket, float value) const {
    for (int c = 0; c < classes; ++c) scores[c] += value * cells_[bucket].weight[c];
  }
  void learn(std::size_t bucket, const Scores& gradient, float value, float rate, float decay) {
    Cell& cell = cells_[bucket];
    for (int c = 0; c < classes; ++c) {
      const float g = gradient[c] * value + decay * cell.weight[c];
      cell.squares[c] += g * g;
      cell.weight[c] -= rate * g / std::sqrt(cell.squares[c] + 1e-3f);
    }
  }
  double weight(std::size_t bucket, int c) const { return cells_[bucket].weight[c]; }
  void set(std::size_t bucket, const Scores& weight) { cells_[bucket].weight = weight; }

  /// Takes the weights down as they are now, for `settle`.
  void keep() {
    kept_.resize(cells_.size());
    for (std::size_t i = 0; i < cells_.size(); ++i)
      for (int c = 0; c < classes; ++c) kept_[i][c] += cells_[i].weight[c];
    ++times_kept_;
  }

  /// The mean of what was taken down becomes the weights.
  void settle() {
    for (std::size_t i = 0; i < cells_.size(); ++i)
      for (int c = 0; c < classes; ++c)
        cells_[i].weight[c] = kept_[i][c] / static_cast<float>(times_kept_);
    kept_ = {};
  }

 private:
  struct Cell {
    Scores weight{};
    Scores squares{};
  };
  std::vector<Cell> cells_;
  std::vector<Scores> kept_;
  int times_kept_ = 0;
};

/// Shared weights and, for every file, weights of its own that take up its peculiarities and are
/// thrown away afterwards (Daumé 2007).
class Trainer {
 public:
  Table shared{sentiment_buckets + 1};
  std::vector<Table> own{domains, Table(sentiment_buckets + 1)};

  /// Learns from the files for which `learns_from(domain)` holds.
  template <class Choice>
  Trainer(const std::vector<Example>& examples, Choice&& learns_from) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < examples.size(); ++i)
      if (learns_from(examples[i].domain)) order.push_back(i);
    begin(examples, order);
    Rng rng(20240917);
    for (int i = 0; i < passes; ++i) {
      rng.shuffle(std::span<std::uint32_t>(order));
      constexpr float first_rate = 0.05f, slowing = 0.7f;
      pass(examples, order, rng, first_rate * (1 - slowing * static_cast<float>(i) / passes));
      if (i > 0) shared.keep();
    }
    shared.settle();
  }

 private:
  /// Each weight begins with a share of how much more frequent the feature is in one class than on
  /// average (Wang & Manning 2012), so that rare features need not be learned from a few steps.
  void begin(const std::vector<Example>& examples, const std::vector<std::uint32_t>& order) {
    constexpr float smoothing = 10, share = 0.5f;
    std::vector<Scores> counts(sentiment_buckets);
    for (const std::uint32_t index : order)
      for (const Feature f : examples[index].features)
        counts[f.bucket][examples[index].label] += static_cast<float>(examples[index].weight);
    for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
      const Scores& count = counts[bucket];
      const float mean = (count[0] + count[1] + count[2]) / classes;
      if (mean <= 0) continue;
      Scores weight{};
      for (int c = 0; c < classes; ++c)
        weight[c] =
            share * static_cast<float>(numeric::log((count[c] + smoothing) / (mean + smoothing)));
      shared.set(bucket, weight);
    }
  }

  /// The example with each feature left out one time in five, so that none relies on the others.
  static Example thinned(const Example& example, Rng& rng) {
    Example out{{}, example.label, example.domain, example.weight};
    for (const Feature f : example.features)
      if (rng.below(5) != 0) out.features.push_back(f);
    return out.features.empty() ? example : out;
  }

  void pass(const std::vector<Example>& examples, const std::vector<std::uint32_t>& order, Rng& rng,
            float rate) {
    constexpr float decay = 1e-5f;
    for (const std::uint32_t index : order) {
      const Example example = thinned(examples[index], rng);
      const float norm = example.norm();
      Table& local = own[example.domain];
      // Our own phrases are what answers are like; there is nothing in them to be thrown away.
      const float own_share = example.domain == phrases ? 0 : 1;
      Scores scores{};
      for (const Feature f : example.features) {
        const float value = norm * static_cast<float>(f.worth);
        shared.add_to(scores, f.bucket, value);
        local.add_to(scores, f.bucket, value * own_share);
      }
      shared.add_to(scores, sentiment_buckets, 1);
      local.add_to(scores, sentiment_buckets, 1);
      Scores gradient = softmax(scores);
      gradient[example.label] -= 1;
      for (float& g : gradient) g *= static_cast<float>(example.weight);
      for (const Feature f : example.features) {
        const float value = norm * static_cast<float>(f.worth);
        shared.learn(f.bucket, gradient, value, rate, decay);
        local.learn(f.bucket, gradient, value * own_share, rate, decay);
      }
      shared.learn(sentiment_buckets, gradient, 1, rate, 0);
      local.learn(sentiment_buckets, gradient, 1, rate, 0);
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
    for (const Feature f : example.features)
      for (std::size_t side = 0; side < 2; ++side)
        sums[side] += f.worth * weights[2 * std::size_t{f.bucket} + side];
    const double norm = unit / std::sqrt(static_cast<double>(example.features.size())) / halves;
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
    sizes_.push_back(rows_.size() - std::accumulate(sizes_.begin(), sizes_.end(), std::size_t{0}));
  }

  /// Macro recall of each held-out file, and the expected calibration error of all (ten bins of the
  /// probability of the label; Guo et al. 2017).
  void report() const {
    constexpr int bins = 10;
    std::array<double, bins> mass{}, confidence{}, right{};
    std::size_t at = 0;
    for (const std::size_t size : sizes_) {
      std::array<double, classes> hits{}, all{};
      for (std::size_t i = at; i < at + size; ++i) {
        const auto p = odds(rows_[i]);
        const auto best =
            static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
        ++all[rows_[i].label];
        hits[rows_[i].label] += best == rows_[i].label;
        const auto bin = std::min(static_cast<std::size_t>(p[best] * bins), std::size_t{bins - 1});
        mass[bin] += rows_[i].weight;
        confidence[bin] += rows_[i].weight * p[best];
        right[bin] += rows_[i].weight * (best == rows_[i].label);
      }
      double recall = 0;
      for (int c = 0; c < classes; ++c) recall += hits[c] / all[c] / classes;
      std::fprintf(stderr, "held out: %zu texts, macro recall %.2f\n", size, 100 * recall);
      at += size;
    }
    double error = 0, total = 0;
    for (int bin = 0; bin < bins; ++bin) {
      error += std::fabs(confidence[bin] - right[bin]);
      total += mass[bin];
    }
    std::fprintf(stderr, "expected calibration error %.2f %%\n", 100 * error / total);
  }

  void fit() {
    const double total = static_cast<double>(sizes_.size());
    for (int step = 0; step < 400; ++step) {
      double d_slope = 0, d_negative = 0, d_positive = 0, loss = 0;
      for (const Row& row : rows_) {
        const auto p = odds(row);
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
  std::array<double, classes> odds(const Row& row) const {
    const double a = numeric::exp(slope * row.raw[0] + negative),
                 b = numeric::exp(slope * row.raw[1] + positive), sum = a + 1 + b;
    return {a / sum, 1 / sum, b / sum};
  }
  std::vector<Row> rows_;
  std::vector<std::size_t> sizes_;
};

std::int32_t fixed(double value) {
  return static_cast<std::int32_t>(std::floor(value * sentiment_fixed_point + 0.5));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: train_sentiment DIRECTORY PHRASES OUTPUT\n");
    return 2;
  }
  const std::vector<Example> examples = read(arguments[1], arguments[2]);
  Calibration calibration;
  for (std::size_t domain = 0; domain < domains; ++domain)
    if (parts[domain].calibrates)
      calibration.add(Quantised(Trainer(examples,
                                        [&](std::size_t learnt) {
                                          return learnt != domain && learnt != phrases;
                                        })
                                    .shared),
                      examples, domain);
  calibration.fit();
  calibration.report();
  const Quantised model(Trainer(examples, [](std::size_t) { return true; }).shared);
  std::ofstream out(arguments[3], std::ios::binary);
  const SentimentModelHeader header{.bits = sentiment_bits,
                                    .unit = fixed(model.unit * calibration.slope),
                                    .negative_bias = fixed(calibration.negative),
                                    .positive_bias = fixed(calibration.positive)};
  out.write(reinterpret_cast<const char*>(&header), sizeof header);
  out.write(reinterpret_cast<const char*>(model.weights.data()),
            static_cast<std::streamsize>(model.weights.size()));
  return out.flush() ? 0 : 2;
}
