#include "analysis/clusters.hpp"
#include "support/shared_data.hpp"

#include <insightflow/analysis/themes.hpp>
#include <insightflow/core/rng.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

double pairs(double n) {
  return n * (n - 1) / 2;
}

/// Hubert & Arabie 1985.
double adjusted_rand(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  std::map<std::pair<std::int64_t, std::int64_t>, double> joint;
  std::map<std::int64_t, double> left, right;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ++joint[{a[i], b[i]}];
    ++left[a[i]];
    ++right[b[i]];
  }
  double both = 0, in_a = 0, in_b = 0;
  for (const auto& one : joint) both += pairs(one.second);
  for (const auto& one : left) in_a += pairs(one.second);
  for (const auto& one : right) in_b += pairs(one.second);
  const double expected = in_a * in_b / pairs(static_cast<double>(a.size()));
  return (both - expected) / ((in_a + in_b) / 2 - expected);
}

std::int64_t first_of(const std::vector<std::uint32_t>& held) {
  return held.empty() ? -1 : static_cast<std::int64_t>(held.front());
}

/// The questions in the first column; quotes hold no line breaks there.
std::vector<std::string> questions(const std::filesystem::path& file) {
  std::vector<std::string> out;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) out.push_back(line.substr(0, line.rfind(',')));
  return out;
}

}  // namespace

TEST_CASE("half of the answers hold the themes of all, and as many") {
  const auto folder = test::shared_data("banking77");
  if (!folder) return;
  const auto all = questions(*folder / "test.csv");
  const std::vector<std::string_view> texts(all.begin(), all.end());
  std::vector<std::size_t> order(texts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  Rng rng(1);
  rng.shuffle(std::span(order));
  order.resize(order.size() / 2);
  std::vector<std::string_view> half;
  for (const std::size_t i : order) half.push_back(texts[i]);
  const ThemeModel whole = find_themes(texts, {.threads = 2}).value();
  const ThemeModel part = find_themes(half, {.threads = 2}).value();
  CAPTURE(whole.themes.size());
  CAPTURE(part.themes.size());
  CHECK(part.themes.size() * 4 >= whole.themes.size() * 3);
  CHECK(part.themes.size() * 3 <= whole.themes.size() * 4);
  std::vector<std::int64_t> a, b;
  for (std::size_t i = 0; i < order.size(); ++i) {
    a.push_back(first_of(part.of_answer[i]));
    b.push_back(first_of(whole.of_answer[order[i]]));
  }
  CHECK(adjusted_rand(a, b) >= 0.6);
}

TEST_CASE("thin centres are the same as full ones, to the bit") {
  constexpr std::size_t features = 300, count = 37, most = 200;
  Rng rng(4);
  SparseRows rows;
  std::vector<std::uint32_t> weights;
  std::vector<Placement> placements;
  for (std::size_t i = 0; i < most; ++i) {
    for (std::uint32_t f = 0; f < features; ++f)
      if (rng.below(12) == 0) rows.weights.push_back({f, static_cast<float>(rng.uniform())});
    rows.ends.push_back(rows.weights.size());
    weights.push_back(static_cast<std::uint32_t>(rng.below(3)));
    // Some rows are in no cluster, and the last cluster stays empty.
    placements.push_back({static_cast<std::int32_t>(rng.below(count)) - 1, 1});
  }
  Centres full(features, count);
  ThinCentres thin(features, count);
  for (int round = 0; round < 3; ++round) {
    full.move(rows, weights, placements);
    thin.move(rows, weights, placements);
    std::vector<float> of_full, of_thin;
    for (std::size_t i = 0; i < most; ++i) {
      full.compare(rows[i], of_full);
      thin.compare(rows[i], of_thin);
      CHECK(std::equal(of_thin.begin(), of_thin.end(), of_full.begin()));
      const Placement a = full.place(rows[i], of_full), b = thin.place(rows[i], of_thin);
      CHECK(a.cluster == b.cluster);
      CHECK(a.similarity == b.similarity);
      placements[i] = a;
    }
  }
}
