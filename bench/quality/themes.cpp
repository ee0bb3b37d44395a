#include "quality/quality.hpp"

#include <insightflow/analysis/text.hpp>
#include <insightflow/analysis/themes.hpp>
#include <insightflow/core/rng.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <sstream>
#include <thread>
#include <unordered_map>

/// Themes against the labels of public sets of short texts. NMI is the mutual information divided
/// by the mean of both entropies; accuracy is that of the best one-to-one match of themes to
/// labels; both in per cent. A text without a theme is in a cluster of its own kind: "none".
namespace bench {

namespace {

using Clusters = std::vector<int>;

struct Set {
  std::vector<std::string> texts;
  Clusters labels;
  int classes = 0;
};

class Labels {
 public:
  int number(const std::string& name) {
    return known_.try_emplace(name, static_cast<int>(known_.size())).first->second;
  }
  int count() const { return static_cast<int>(known_.size()); }

 private:
  std::map<std::string, int> known_;
};

Set read_csv(const std::filesystem::path& file) {
  const Table table = read_table(file);
  const auto text = table.column("text"), category = table.column("category");
  Set out;
  Labels labels;
  for (const auto& row : table.rows) {
    out.texts.push_back(row[text]);
    out.labels.push_back(labels.number(row[category]));
  }
  out.classes = labels.count();
  return out;
}

Set read_clinc(const std::filesystem::path& file) {
  const auto all = boost::json::parse(read_text(file));
  Set out;
  Labels labels;
  for (const auto& pair : all.as_object().at("test").as_array()) {
    out.texts.emplace_back(pair.as_array()[0].as_string());
    out.labels.push_back(labels.number(std::string(pair.as_array()[1].as_string())));
  }
  out.classes = labels.count();
  return out;
}

Set read_titles(const std::filesystem::path& folder) {
  Set out;
  Labels labels;
  std::istringstream titles(read_text(folder / "title_StackOverflow.txt"));
  std::istringstream tags(read_text(folder / "label_StackOverflow.txt"));
  std::string tag;
  for (std::string title; std::getline(titles, title) && std::getline(tags, tag);) {
    out.texts.push_back(title);
    out.labels.push_back(labels.number(tag));
  }
  out.classes = labels.count();
  return out;
}

using Joint = std::map<std::pair<int, int>, double>;

double entropy(const std::map<int, double>& counts, double total) {
  double out = 0;
  for (const auto& [key, n] : counts) out -= n / total * std::log(n / total);
  return out;
}

double mutual(const Clusters& a, const Clusters& b, double& h_a, double& h_b) {
  Joint joint;
  std::map<int, double> left, right;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ++joint[{a[i], b[i]}];
    ++left[a[i]];
    ++right[b[i]];
  }
  const auto total = static_cast<double>(a.size());
  double out = 0;
  for (const auto& [key, n] : joint)
    out += n / total * std::log(n * total / (left[key.first] * right[key.second]));
  h_a = entropy(left, total);
  h_b = entropy(right, total);
  return out;
}

double nmi(const Clusters& a, const Clusters& b) {
  double h_a = 0, h_b = 0;
  const double shared = mutual(a, b, h_a, h_b);
  return h_a + h_b > 0 ? 200 * shared / (h_a + h_b) : 100;
}

double adjusted_rand(const Clusters& a, const Clusters& b) {
  Joint joint;
  std::map<int, double> left, right;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ++joint[{a[i], b[i]}];
    ++left[a[i]];
    ++right[b[i]];
  }
  const auto pairs = [](double n) { return n * (n - 1) / 2; };
  double both = 0, in_a = 0, in_b = 0;
  for (const auto& [key, n] : joint) both += pairs(n);
  for (const auto& [key, n] : left) in_a += pairs(n);
  for (const auto& [key, n] : right) in_b += pairs(n);
  const double expected = in_a * in_b / pairs(static_cast<double>(a.size()));
  const double most = (in_a + in_b) / 2;
  return most > expected ? (both - expected) / (most - expected) : 1;
}

/// Share of texts in the right place under the best match (Kuhn–Munkres on counts).
double accuracy(const Clusters& found, const Clusters& labels) {
  const int size = 1 + std::max(*std::max_element(found.begin(), found.end()),
                                *std::max_element(labels.begin(), labels.end()));
  const auto n = static_cast<std::size_t>(size);
  std::vector<std::vector<double>> cost(n + 1, std::vector<double>(n + 1));
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i] >= 0)
      --cost[static_cast<std::size_t>(found[i]) + 1][static_cast<std::size_t>(labels[i]) + 1];
  std::vector<double> u(n + 1), v(n + 1);
  std::vector<std::size_t> match(n + 1), way(n + 1);
  for (std::size_t i = 1; i <= n; ++i) {
    match[0] = i;
    std::size_t j0 = 0;
    std::vector<double> least(n + 1, 1e18);
    std::vector<bool> used(n + 1);
    do {
      used[j0] = true;
      const std::size_t i0 = match[j0];
      double delta = 1e18;
      std::size_t j1 = 0;
      for (std::size_t j = 1; j <= n; ++j) {
        if (used[j]) continue;
        const double reduced = cost[i0][j] - u[i0] - v[j];
        if (reduced < least[j]) {
          least[j] = reduced;
          way[j] = j0;
        }
        if (least[j] < delta) {
          delta = least[j];
          j1 = j;
        }
      }
      for (std::size_t j = 0; j <= n; ++j)
        if (used[j]) {
          u[match[j]] += delta;
          v[j] -= delta;
        } else {
          least[j] -= delta;
        }
      j0 = j1;
    } while (match[j0] != 0);
    do {
      const std::size_t j1 = way[j0];
      match[j0] = match[j1];
      j0 = j1;
    } while (j0 != 0);
  }
  double right = 0;
  for (std::size_t j = 1; j <= n; ++j) right -= cost[match[j]][j];
  return 100 * right / static_cast<double>(found.size());
}

/// The yardstick: TF-IDF of words and of character 3–5-grams inside words, side by side, spherical
/// k-means from k-means++ centres.
class Baseline {
 public:
  explicit Baseline(const std::vector<std::string>& texts) {
    std::vector<std::map<std::uint32_t, double>> counts(texts.size());
    std::unordered_map<std::string, std::uint32_t> index;
    std::vector<double> frequency;
    const auto add = [&](std::size_t row, const std::string& key) {
      const auto [at, fresh] = index.try_emplace(key, static_cast<std::uint32_t>(index.size()));
      if (fresh) frequency.push_back(0);
      if (counts[row][at->second]++ == 0) ++frequency[at->second];
    };
    insightflow::analysis::TokenizedText tokens;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      insightflow::analysis::tokenize(texts[i], tokens);
      for (const auto& token : tokens.tokens) {
        if (token.kind == insightflow::analysis::TokenKind::punctuation) continue;
        const std::string word(tokens.form(token)), padded = " " + word + " ";
        add(i, "w" + word);
        for (std::size_t at = 0; at < padded.size(); ++at)
          for (std::size_t n = 3; n <= 5 && at + n <= padded.size(); ++n)
            add(i, "c" + padded.substr(at, n));
      }
    }
    std::vector<bool> word(index.size());
    for (const auto& [key, number] : index) word[number] = key[0] == 'w';
    const auto total = static_cast<double>(texts.size());
    for (const auto& row : counts) {
      double squares[2] = {0, 0};
      Row out;
      for (const auto& [feature, n] : row) {
        if (frequency[feature] < 2 || frequency[feature] > total / 2) continue;
        const double value =
            (1 + std::log(n)) * (std::log((1 + total) / (1 + frequency[feature])) + 1);
        squares[word[feature]] += value * value;
        out.emplace_back(feature, value);
      }
      for (auto& [feature, value] : out) value /= std::sqrt(2 * squares[word[feature]]);
      rows_.push_back(std::move(out));
    }
    features_ = index.size();
  }

  Clusters cluster(std::size_t count, std::uint64_t seed) const {
    insightflow::Rng rng(seed);
    std::vector<std::vector<double>> centres;
    std::vector<double> nearest(rows_.size(), 0);
    while (centres.size() < count) {
      double total = 0;
      for (const double near : nearest) total += std::max(0.0, 1 - near);
      double left = rng.uniform() * total;
      std::size_t chosen = 0;
      while (chosen + 1 < rows_.size() && (left -= std::max(0.0, 1 - nearest[chosen])) > 0)
        ++chosen;
      auto& centre = centres.emplace_back(features_);
      for (const auto& [feature, value] : rows_[chosen]) centre[feature] = value;
      for (std::size_t i = 0; i < rows_.size(); ++i)
        nearest[i] = std::max(nearest[i], dot(rows_[i], centre));
    }
    Clusters out(rows_.size(), -1);
    std::vector<double> flat(features_ * count);
    for (int round = 0; round < 20; ++round) {
      for (std::size_t c = 0; c < count; ++c)
        for (std::size_t f = 0; f < features_; ++f) flat[f * count + c] = centres[c][f];
      bool moved = false;
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        std::vector<double> sums(count);
        for (const auto& [feature, value] : rows_[i])
          for (std::size_t c = 0; c < count; ++c) sums[c] += value * flat[feature * count + c];
        const int best =
            static_cast<int>(std::max_element(sums.begin(), sums.end()) - sums.begin());
        moved |= best != out[i];
        out[i] = best;
      }
      if (!moved) break;
      for (auto& centre : centres) std::fill(centre.begin(), centre.end(), 0.0);
      for (std::size_t i = 0; i < rows_.size(); ++i)
        for (const auto& [feature, value] : rows_[i])
          centres[static_cast<std::size_t>(out[i])][feature] += value;
      for (auto& centre : centres) {
        const double length =
            std::sqrt(std::inner_product(centre.begin(), centre.end(), centre.begin(), 0.0));
        if (length > 0)
          for (double& value : centre) value /= length;
      }
    }
    return out;
  }

 private:
  using Row = std::vector<std::pair<std::uint32_t, double>>;
  static double dot(const Row& row, const std::vector<double>& centre) {
    double out = 0;
    for (const auto& [feature, value] : row) out += value * centre[feature];
    return out;
  }
  std::vector<Row> rows_;
  std::size_t features_ = 0;
};

struct Found {
  Clusters first;
  std::size_t themes = 0;
  double without = 0;
  double seconds = 0;
};

Found find(const std::vector<std::string>& texts, insightflow::analysis::ThemeOptions options) {
  options.threads = std::max(1u, std::thread::hardware_concurrency());
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto start = std::chrono::steady_clock::now();
  const auto model = insightflow::analysis::find_themes(views, options);
  if (!model) std::abort();
  Found out;
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (const auto& held : model.value().of_answer) {
    out.first.push_back(held.empty() ? -1 : static_cast<int>(held.front()));
    out.without += held.empty();
  }
  out.without *= 100 / static_cast<double>(texts.size());
  out.themes = model.value().themes.size();
  return out;
}

double rounded(double value) {
  return std::round(value * 10) / 10;
}

/// Mean adjusted Rand index between the first themes of the whole and those of ten random halves,
/// over the texts of the half that have a theme in either.
double stability(const Set& set, const Found& whole,
                 const insightflow::analysis::ThemeOptions& options) {
  double sum = 0;
  constexpr int halves = 10;
  for (std::uint64_t seed = 1; seed <= halves; ++seed) {
    insightflow::Rng rng(seed);
    std::vector<std::size_t> order(set.texts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    rng.shuffle(std::span(order));
    order.resize(order.size() / 2);
    std::vector<std::string> texts;
    for (const std::size_t i : order) texts.push_back(set.texts[i]);
    const Found half = find(texts, options);
    Clusters a, b;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (half.first[i] < 0 && whole.first[order[i]] < 0) continue;
      a.push_back(half.first[i]);
      b.push_back(whole.first[order[i]]);
    }
    sum += adjusted_rand(a, b);
  }
  return std::round(sum / halves * 1000) / 1000;
}

boost::json::object measure(const Set& set) {
  boost::json::object out;
  out["texts"] = set.texts.size();
  out["classes"] = set.classes;
  const Baseline baseline(set.texts);
  double base_nmi = 0, base_accuracy = 0;
  constexpr int seeds = 5;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clusters found = baseline.cluster(static_cast<std::size_t>(set.classes), seed);
    base_nmi += nmi(found, set.labels) / seeds;
    base_accuracy += accuracy(found, set.labels) / seeds;
  }
  out["baseline"] = {{"nmi", rounded(base_nmi)}, {"accuracy", rounded(base_accuracy)}};
  const Found known = find(set.texts, {.count = set.classes});
  out["count_known"] = {{"nmi", rounded(nmi(known.first, set.labels))},
                        {"accuracy", rounded(accuracy(known.first, set.labels))},
                        {"without_theme", rounded(known.without)},
                        {"seconds", rounded(known.seconds)},
                        {"stability", stability(set, known, {.count = set.classes})}};
  const Found chosen = find(set.texts, {});
  out["count_chosen"] = {{"themes", chosen.themes},
                         {"nmi", rounded(nmi(chosen.first, set.labels))},
                         {"accuracy", rounded(accuracy(chosen.first, set.labels))},
                         {"without_theme", rounded(chosen.without)},
                         {"seconds", rounded(chosen.seconds)},
                         {"stability", stability(set, chosen, {})}};
  return out;
}

}  // namespace

boost::json::object measure_themes_banking77() {
  return measure(read_csv(data_folder() / "banking77" / "test.csv"));
}

boost::json::object measure_themes_clinc150() {
  return measure(read_clinc(data_folder() / "clinc150" / "data_full.json"));
}

boost::json::object measure_themes_stackoverflow() {
  return measure(read_titles(data_folder() / "stackoverflow_short"));
}

}  // namespace bench
