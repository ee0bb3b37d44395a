#include <insightflow/analysis/crosstab.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace insightflow::analysis;

namespace {

bool near(double a, double b, double tolerance) {
  return std::fabs(a - b) <= tolerance;
}

Mass answers(std::int64_t n) {
  Mass out;
  out.add(1, n);
  return out;
}

Tally tally_of(std::initializer_list<double> values) {
  Tally out;
  for (const double value : values) out.add(value);
  return out;
}

/// Probability of a table with the same margins that is no more probable, by plain enumeration of a
/// two by three table: an independent way to the same figure.
double two_by_three(const std::array<int, 6>& cells) {
  const auto factorial = [](int n) { return std::lgamma(n + 1.0); };
  const int rows[] = {cells[0] + cells[1] + cells[2], cells[3] + cells[4] + cells[5]};
  const int columns[] = {cells[0] + cells[3], cells[1] + cells[4], cells[2] + cells[5]};
  const auto probability = [&](int a, int b) {
    const int c = rows[0] - a - b;
    if (c < 0 || c > columns[2] || a > columns[0] || b > columns[1]) return 0.0;
    double log = -factorial(rows[0] + rows[1]);
    for (const int n : rows) log += factorial(n);
    for (const int n : columns) log += factorial(n);
    for (const int n : {a, b, c, columns[0] - a, columns[1] - b, columns[2] - c})
      log -= factorial(n);
    return std::exp(log);
  };
  const double observed = probability(cells[0], cells[1]) * (1 + 1e-7);
  double sum = 0;
  for (int a = 0; a <= rows[0]; ++a)
    for (int b = 0; a + b <= rows[0]; ++b)
      if (const double p = probability(a, b); p <= observed) sum += p;
  return sum;
}

}  // namespace

TEST_CASE("tails agree with printed tables and closed forms") {
  // NIST/SEMATECH e-Handbook, sections 1.3.6.7.2 and 1.3.6.7.4.
  struct Row {
    double x, degrees, p;
  };
  for (const Row& row : {Row{3.841, 1, 0.05}, Row{5.991, 2, 0.05}, Row{18.307, 10, 0.05},
                         Row{6.635, 1, 0.01}, Row{124.342, 100, 0.05}, Row{149.449, 100, 0.001}}) {
    CAPTURE(row.degrees);
    CHECK(near(chi_square_tail(row.x, row.degrees), row.p, 3e-5));
  }
  CHECK(near(chi_square_tail(7, 2), std::exp(-3.5), 1e-14));  // closed form for two degrees
  CHECK(near(chi_square_tail(2000, 2), 0, 1e-300));
  CHECK(chi_square_tail(0, 3) == 1);
  for (const Row& row : {Row{12.706, 1, 0.05}, Row{2.228, 10, 0.05}, Row{2.042, 30, 0.05},
                         Row{2.845, 20, 0.01}, Row{1.660, 100, 0.1}})
    CHECK(near(student_tail(row.x, row.degrees), row.p, 6e-5));
  CHECK(near(student_tail(-3, 1), 2 * (0.5 - std::atan(3.0) / 3.141592653589793), 1e-13));
  CHECK(near(normal_probability(1.959963984540054), 0.975, 1e-13));
  CHECK(near(normal_probability(-1), 0.15865525393145707, 1e-14));
  CHECK(near(log_gamma(0.5), std::log(std::sqrt(3.141592653589793)), 1e-13));
  CHECK(near(log_gamma(171), std::lgamma(171.0), 1e-9));
}

TEST_CASE("chi-square and Fisher's test agree with the examples of R's manual") {
  // chisq.test: party by gender (Agresti 2007, p. 39): X-squared = 30.07, df = 2, p = 2.954e-07.
  const Test party = chi_square({{762, 327, 468}, {484, 239, 477}});
  CHECK(near(party.statistic, 30.070, 1e-3));
  CHECK(party.degrees == 2);
  CHECK(near(party.p, 2.954e-7, 1e-10));
  // fisher.test: the lady tasting tea, p = 0.4857; convictions of twins, p = 0.0005367.
  CHECK(near(fisher({{3, 1}, {1, 3}}).p, 34.0 / 70, 1e-12));
  CHECK(near(fisher({{2, 15}, {10, 3}}).p, 0.0005367, 5e-8));
  for (const std::array<int, 6>& t : {std::array{0, 3, 2, 6, 5, 1}, std::array{4, 1, 0, 1, 3, 3},
                                      std::array{1, 0, 12, 0, 2, 30}}) {
    const Test got = fisher(
        {{double(t[0]), double(t[1]), double(t[2])}, {double(t[3]), double(t[4]), double(t[5])}});
    CHECK(got.method == Method::fisher);
    CHECK(near(got.p, two_by_three(t), 1e-10));
  }
}

TEST_CASE("which test is used follows Cochran's rule, and the way out is always bounded") {
  CHECK(independence({{30, 20}, {20, 30}}, true).method == Method::chi_square);
  CHECK(independence({{3, 1}, {1, 3}}, true).method == Method::fisher);
  CHECK(independence({{3, 1}, {1, 3}}, false).method == Method::none);
  CHECK(independence({}, true).method == Method::none);
  CHECK(independence({{1, 2, 3}}, true).method == Method::none);
  CHECK(independence({{1, 0}, {7, 0}}, true).method == Method::none);
  CHECK(independence({{0, 0}, {0, 0}}, true).p == 1);
  // Far too many tables to enumerate: sparse rows are put together instead.
  Counts wide(12, std::vector<double>(12, 1));
  wide[0].assign(12, 400);
  wide[1].assign(12, 300);
  const Test pooled = independence(wide, true);
  CHECK(pooled.method == Method::chi_square);
  CHECK(pooled.p > 0.9);
  CHECK(fisher({{50'000, 49'000, 3}, {48'000, 52'000, 2}, {7, 1, 9}}).method == Method::none);
}

TEST_CASE("differences of shares agree with Newcombe 1998 and with the pooled test by hand") {
  // Newcombe, table II, method 10.
  const Difference a = compare_shares(answers(56), answers(70), answers(48), answers(80));
  CHECK(near(a.interval.low, 0.0524, 5e-5));
  CHECK(near(a.interval.high, 0.3339, 5e-5));
  const Difference b = compare_shares(answers(9), answers(10), answers(3), answers(10));
  CHECK(near(b.interval.low, 0.1705, 5e-5));
  CHECK(near(b.interval.high, 0.8090, 5e-5));
  CHECK(b.test.method == Method::fisher);
  CHECK(near(b.test.p, fisher({{9, 1}, {3, 7}}).p, 1e-15));
  // 15 of 50 against 25 of 50: chi-square 25/6 without correction.
  const Difference c = compare_shares(answers(15), answers(50), answers(25), answers(50));
  CHECK(c.value == doctest::Approx(-0.2));
  CHECK(near(c.test.statistic * c.test.statistic, 25.0 / 6, 1e-12));
  CHECK(near(c.test.p, 0.0412268, 1e-7));
  CHECK(compare_shares(answers(0), answers(9), answers(0), answers(9)).test.p == 1);
  CHECK(compare_shares({}, {}, answers(1), answers(9)).test.method == Method::none);
}

TEST_CASE("Welch's test agrees with R's t.test on the sleep data") {
  // Student 1908: t = -1.8608, df = 17.776, p = 0.07939, interval -3.3654832 to 0.2054832.
  const Difference d =
      compare_means(tally_of({0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}),
                    tally_of({1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}));
  CHECK(near(d.value, -1.58, 1e-9));
  CHECK(near(d.test.statistic, -1.8608, 5e-5));
  CHECK(near(d.test.degrees, 17.776, 5e-4));
  CHECK(near(d.test.p, 0.07939, 5e-6));
  CHECK(near(d.interval.low, -3.3654832, 1e-6));
  CHECK(near(d.interval.high, 0.2054832, 1e-6));
  CHECK(compare_means(tally_of({1}), tally_of({2, 3})).test.method == Method::none);
  CHECK(compare_means(tally_of({1, 1}), tally_of({1, 1})).test.p == 1);
  CHECK(compare_means(tally_of({1, 1}), tally_of({2, 2})).test.p == 0);
}

TEST_CASE("a trend of shares agrees with R's prop.trend.test") {
  // Fleiss 1981, p. 139: smokers 83, 90, 129, 70 of 86, 93, 136, 82: chi-square 8.2249.
  const std::int64_t smokers[] = {83, 90, 129, 70}, patients[] = {86, 93, 136, 82};
  std::vector<Tally> groups(4);
  for (std::size_t i = 0; i < 4; ++i) {
    groups[i].add(1, smokers[i]);
    groups[i].add(0, patients[i] - smokers[i]);
  }
  const Difference d = linear_trend(groups);
  const double t2 = d.test.statistic * d.test.statistic, n = 397;
  CHECK(near(n * t2 / (t2 + n - 2), 8.2249, 5e-5));
  CHECK(d.value < 0);
  CHECK(near(d.test.p, 0.004132, 2e-4));
  CHECK(linear_trend({}).test.method == Method::none);
  CHECK(linear_trend(std::vector<Tally>(5)).test.method == Method::none);
}

TEST_CASE("Benjamini & Hochberg's own example: four of fifteen") {
  const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                              0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const auto adjusted = benjamini_hochberg(p);
  CHECK(std::count_if(adjusted.begin(), adjusted.end(), [](double q) { return q < 0.05; }) == 4);
  CHECK(near(adjusted[0], 0.0015, 1e-12));
  CHECK(near(adjusted[3], 0.035625, 1e-12));
  CHECK(adjusted[14] == 1);
  const std::vector<double> mixed{0.04, 0.01, 0.04};
  CHECK(near(benjamini_hochberg(mixed)[1], 0.03, 1e-12));
  CHECK(near(benjamini_hochberg(mixed)[0], 0.04, 1e-12));
  CHECK(benjamini_hochberg({}).empty());
}

TEST_CASE("a cross-tab adds up however it is cut, and tests each cell against the rest") {
  Crosstab whole(2, 3), left(2, 3), right(2, 3);
  for (std::uint32_t i = 0; i < 600; ++i) {
    const std::uint32_t row[] = {i % 5 < 2 + i % 3 ? 0u : 1u}, column[] = {i % 3};
    const double weight = 0.5 + i % 4 * 0.37;
    CHECK(whole.add(row, column, weight));
    (i % 7 ? left : right).add(row, column, weight);
  }
  CHECK(right.merge(left));
  CHECK(right == whole);
  CHECK(!whole.merge(Crosstab(3, 2)));
  CHECK(whole.independence().p < 0.001);
  const Difference d = whole.against_rest(0, 0);
  CHECK(d.value < 0);
  CHECK(d.test.p < 0.05);
  const std::uint32_t beyond[] = {2}, both[] = {0, 1}, none[] = {9};
  CHECK(!whole.add(beyond, {}));
  CHECK(!whole.add({}, none));
  CHECK(!whole.add({}, {}, -1));
  CHECK(right == whole);
  // Once someone stands in two rows, there is no test of the table as a whole.
  CHECK(whole.add(both, {}));
  CHECK(whole.independence().method == Method::none);
}
