#include <insightflow/analysis/crosstab.hpp>
#include <insightflow/analysis/weights.hpp>
#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>
#include <support/shared_data.hpp>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

bool near(double a, double b, double tolerance) {
  return std::fabs(a - b) <= tolerance;
}

std::string file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Rows by column name; the columns looked at hold no commas.
struct Table {
  std::map<std::string, std::size_t> columns;
  std::vector<std::vector<std::string>> rows;

  explicit Table(const std::filesystem::path& path) {
    std::istringstream in(file(path));
    for (std::string line; std::getline(in, line);) {
      std::vector<std::string> cells(1);
      bool quoted = false;
      for (const char c : line) {
        if (c == '"')
          quoted = !quoted;
        else if (c == ',' && !quoted)
          cells.emplace_back();
        else if (c != '\r')
          cells.back() += c;
      }
      if (!columns.empty()) {
        rows.push_back(std::move(cells));
        continue;
      }
      for (std::size_t i = 0; i < cells.size(); ++i) columns.emplace(cells[i], i);
    }
  }
  const std::string& text(std::size_t row, const std::string& column) const {
    return rows[row][columns.at(column)];
  }
  double number(std::size_t row, const std::string& column) const {
    const std::string& cell = text(row, column);
    return cell.empty() ? std::numeric_limits<double>::quiet_NaN() : std::stod(cell);
  }
};

double number_in(const json::value& value) {
  return value.is_double() ? value.get_double() : static_cast<double>(value.get_int64());
}

}  // namespace

TEST_CASE("raking meets the margins of a published example of iterative proportional fitting") {
  // The four by four table of the Wikipedia article "Iterative proportional fitting", which stops
  // after a few rounds: its figures hold to the second decimal.
  const int seed[4][4] = {{40, 30, 20, 10}, {35, 50, 100, 75}, {30, 80, 70, 120}, {20, 30, 40, 50}};
  const double fitted[4][4] = {{64.559, 46.235, 35.385, 3.821},
                               {49.968, 68.156, 156.494, 25.382},
                               {56.724, 144.428, 145.082, 53.766},
                               {28.749, 41.181, 63.039, 17.031}};
  Margin rows{"rows", {}, {150, 300, 400, 150}}, columns{"columns", {}, {200, 300, 400, 100}};
  for (std::uint32_t r = 0; r < 4; ++r)
    for (std::uint32_t c = 0; c < 4; ++c)
      for (int i = 0; i < seed[r][c]; ++i) {
        rows.codes.push_back(r);
        columns.codes.push_back(c);
      }
  const Margin margins[] = {rows, columns};
  const auto got = rake(margins, {.tolerance = 1e-10}).value();
  CHECK(got.converged);
  CHECK(got.largest_gap <= 1e-10);
  double sums[4][4] = {};
  for (std::size_t i = 0; i < rows.codes.size(); ++i)
    sums[rows.codes[i]][columns.codes[i]] += got.weights[i] * 1000 / 800;
  for (int r = 0; r < 4; ++r)
    for (int c = 0; c < 4; ++c) CHECK(near(sums[r][c], fitted[r][c], 0.01));
}

TEST_CASE("cell weights, design effect and effective base, worked by hand") {
  // Three quarters of the sample should be half: weights 2/3 and 2.
  const auto got = cell_weights({"sex", {0, 0, 0, 1, unknown_code}, {50, 50}}).value();
  CHECK(got.converged);
  CHECK(near(got.weights[0], 2.0 / 3, 1e-12));
  CHECK(near(got.weights[3], 2, 1e-12));
  CHECK(got.weights[4] == 1);
  CHECK(got.unweighted == 1);
  // Kish: (sum w)² / sum w² = 16 / (3 · 4/9 + 4) = 3; the design effect is 4/3.
  CHECK(near(got.effective, 3, 1e-5));
  CHECK(near(got.design_effect, 4.0 / 3, 1e-5));
  CHECK(near(got.least, 2.0 / 3, 1e-12));
  CHECK(near(got.most, 2, 1e-12));
}

TEST_CASE("margins that contradict each other end without convergence, bad ones with a reason") {
  const auto reason = [](std::vector<Margin> margins) {
    const auto got = rake(margins);
    return got ? std::string("ok") : std::string(got.error().reason);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(reason({{"a", {0, 1}, {1, -1}}}) == "weight_target_invalid");
  CHECK(reason({{"a", {0, 1}, {1, nan}}}) == "weight_target_invalid");
  CHECK(reason({{"a", {0, 1}, {0, 0}}}) == "weight_target_invalid");
  CHECK(reason({{"a", {0, 0}, {1, 1}}}) == "weight_target_empty");
  CHECK(reason({{"a", {0, 1}, {1, 1}}, {"b", {0}, {1}}}) == "weight_sample_mismatch");
  CHECK(reason({{"a", {7, unknown_code}, {1, 1}}}) == "weights_empty");
  CHECK(reason({}) == "weights_empty");
  // Two characteristics that are the same one, with different targets.
  const Margin same[] = {{"a", {0, 0, 1, 1}, {50, 50}}, {"b", {0, 0, 1, 1}, {80, 20}}};
  const auto torn = rake(same, {.most_rounds = 25}).value();
  CHECK(!torn.converged);
  CHECK(torn.rounds == 25);
  CHECK(near(torn.largest_gap, 0.3, 1e-9));
}

TEST_CASE("trimming holds weights within the factor and keeps their sum") {
  std::vector<double> weights{0.1, 0.5, 1, 1, 1, 1, 1, 6};
  double before = 0, after = 0;
  for (const double w : weights) before += w;
  CHECK(trim_weights(weights, 2) >= 2);
  for (const double w : weights) after += w;
  CHECK(near(before, after, 1e-6));
  const double mean = after / 8;
  for (const double w : weights) CHECK((w > mean / 2 - 1e-6 && w < mean * 2 + 1e-6));
  CHECK(trim_weights(weights, 1) == 0);
  CHECK(trim_weights({}, 3) == 0);
  Margin skewed{"a", std::vector<std::uint32_t>(100, 0), {50, 50}};
  skewed.codes[0] = 1;
  const auto raw = cell_weights(skewed).value();
  CHECK(near(raw.most, 50, 1e-9));
  const auto trimmed = rake(std::span(&skewed, 1), {.most_rounds = 20, .trim = 5}).value();
  CHECK(trimmed.most < 5.01);
  CHECK(trimmed.trimmed == 1);
  CHECK(!trimmed.converged);  // the price of trimming is told
  CHECK(trimmed.design_effect < raw.design_effect);
}

TEST_CASE("weighted figures: shares, mean, median and their intervals on the effective base") {
  Tally tally;
  CHECK(tally.add(1, 1, 3));
  CHECK(tally.add(2, 3, 1));
  CHECK(!tally.add(2, 1, -1));
  CHECK(!tally.add(2, 1, 1e9));
  CHECK(!tally.add(2, 1, std::numeric_limits<double>::quiet_NaN()));
  CHECK(tally.base() == 4);
  CHECK(tally.mass().sum() == 6);
  CHECK(tally.mass().effective() == 3);  // 36 / 12
  CHECK(mean(tally).value == 1.5);
  CHECK(median(tally).value == 1.5);
  const Share share = share_of("a", "A", tally.between(1, 1), tally.mass());
  CHECK(share.count == 1);
  CHECK(share.share == 0.5);
  CHECK(share.interval == wilson_of(0.5, 3));
  std::vector<double> weights{2, 4, 6};
  CHECK(near(normalise(weights).sum(), 3, 1e-9));
  CHECK(near(weights[2], 1.5, 1e-12));
}

TEST_CASE("weighted cross-tabs agree with the figures of a survey library") {
  const auto folder = test::shared_data("quantipy_weighting");
  if (!folder) return;
  const Table data(*folder / "Example Data (A).csv");
  const auto expected = parse_json(file(*folder / "crosstab_expected.json"), {}).value();
  const auto& stated = expected.at("crosstabs").at("stated").as_array();
  // Weighted column and row totals of q9, which holds several codes per case.
  {
    const auto& table = stated[0].as_object();
    std::vector<std::string> codes;
    for (const auto& code : table.at("codes").as_array())
      codes.push_back(std::to_string(code.get_int64()));
    Crosstab cross(codes.size(), codes.size());
    for (std::size_t row = 0; row < data.rows.size(); ++row) {
      std::vector<std::uint32_t> held;
      const std::string cell = ";" + data.text(row, "q9");
      for (std::uint32_t c = 0; c < codes.size(); ++c)
        if (cell.find(";" + codes[c] + ";") != cell.npos) held.push_back(c);
      if (held.empty()) continue;
      CHECK(cross.add(held, held, data.number(row, "weight_a")));
    }
    const auto& totals = table.at("x_all").as_array()[0].as_array();
    CHECK(near(cross.total().sum(), number_in(totals[0]), 1e-4));
    for (std::size_t c = 0; c < codes.size(); ++c) {
      CHECK(near(cross.column(c).sum(), number_in(totals[c + 1]), 1e-4));
      CHECK(near(cross.row(c).sum(), number_in(totals[c + 1]), 1e-4));
    }
  }
  // Weighted column bases by gender.
  const auto& bases = stated[1].as_object().at("values").as_array()[0].as_array();
  Crosstab gender(1, 2);
  for (std::size_t row = 0; row < data.rows.size(); ++row) {
    const std::uint32_t column[] = {static_cast<std::uint32_t>(data.number(row, "gender")) - 1};
    if (!data.text(row, "weight_b").empty())
      CHECK(gender.add({}, column, data.number(row, "weight_a")));
  }
  for (std::size_t c = 0; c < 2; ++c)
    CHECK(near(gender.column(c).sum(), number_in(bases[c]), 1e-4));
}

TEST_CASE("raking agrees with an independent computation on survey data") {
  const auto folder = test::shared_data("quantipy_weighting");
  if (!folder) return;
  const Table data(*folder / "Example Data (A).csv");
  const auto expected = parse_json(file(*folder / "weighting_expected.json"), {}).value();
  const auto& set = expected.at("two_margins").as_object();
  int groups = 0;
  for (const auto& group : set.at("groups").as_array()) {
    const double which = ++groups;
    Margin gender{"gender", {}, {45.6, 54.4}}, locality{"locality", {}, {10, 15, 20, 25, 30}};
    const auto code = [](double value) {
      return std::isfinite(value) ? static_cast<std::uint32_t>(value) - 1 : unknown_code;
    };
    for (std::size_t row = 0; row < data.rows.size(); ++row) {
      if (data.number(row, "Wave") != which || data.number(row, "religion") != which) continue;
      gender.codes.push_back(code(data.number(row, "gender")));
      locality.codes.push_back(code(data.number(row, "locality")));
    }
    const Margin margins[] = {gender, locality};
    const auto got = rake(margins, {.tolerance = 1e-12}).value();
    CHECK(got.converged);
    const auto& computed = group.at("computed_here").as_object();
    const auto& cells = computed.at("cell_weights_gender_locality").as_object();
    std::int64_t weighted = 0;
    for (std::size_t i = 0; i < got.weights.size(); ++i) {
      if (locality.codes[i] == unknown_code) continue;
      ++weighted;
      const std::string cell =
          std::to_string(gender.codes[i] + 1) + "," + std::to_string(locality.codes[i] + 1);
      CHECK(near(got.weights[i], number_in(cells.at(cell)), 1e-9));
    }
    CHECK(weighted == group.at("cases").get_int64());
    CHECK(near(100 * got.effective / static_cast<double>(weighted),
               number_in(computed.at("efficiency_percent")), 1e-3));
  }
  CHECK(groups == 2);
}
