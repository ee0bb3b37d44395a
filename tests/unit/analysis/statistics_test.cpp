#include <insightflow/analysis/statistics.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace insightflow::analysis;

namespace {
Tally tally_of(std::initializer_list<std::pair<double, std::int64_t>> values) {
  Tally out;
  for (const auto& [value, times] : values) CHECK(out.add(value, times));
  return out;
}
bool near(double a, double b, double tolerance) {
  return std::fabs(a - b) <= tolerance;
}
}  // namespace

TEST_CASE("Wilson intervals agree with Newcombe 1998, table I, method 3") {
  struct Row {
    std::int64_t count, base;
    double low, high;
  };
  const Row rows[] = {{81, 263, 0.2553, 0.3662},
                      {15, 148, 0.0624, 0.1605},
                      {0, 20, 0.0000, 0.1611},
                      {1, 29, 0.0061, 0.1718},
                      {20, 20, 0.8389, 1.0000}};
  for (const Row& row : rows) {
    CAPTURE(row.count);
    const Interval got = wilson(row.count, row.base);
    CHECK(near(got.low, row.low, 5e-5));
    CHECK(near(got.high, row.high, 5e-5));
  }
  CHECK(wilson(0, 0) == Interval{0, 1});
  CHECK(wilson(0, 5).low == 0);
  CHECK(wilson(5, 5).high == 1);
}

TEST_CASE("quantiles agree with the tables of Student's t and the normal distribution") {
  struct Row {
    double p;
    std::int64_t degrees;
    double value;
  };
  // Printed tables (three or four decimals), e.g. NIST/SEMATECH e-Handbook, section 1.3.6.7.2;
  // one degree is tan(pi (p - 1/2)), two are (2p - 1) / sqrt(2 p (1 - p)).
  const Row rows[] = {{0.975, 1, 12.706}, {0.975, 2, 4.303},  {0.975, 5, 2.571},
                      {0.975, 10, 2.228}, {0.975, 30, 2.042}, {0.975, 100, 1.984},
                      {0.95, 7, 1.895},   {0.995, 20, 2.845}, {0.9, 3, 1.638}};
  for (const Row& row : rows) {
    CAPTURE(row.degrees);
    CHECK(near(student_t_quantile(row.p, row.degrees), row.value, 6e-4));
    CHECK(near(student_t_quantile(1 - row.p, row.degrees), -row.value, 6e-4));
  }
  const double p = 0.975;
  CHECK(near(student_t_quantile(p, 2), (2 * p - 1) / std::sqrt(2 * p * (1 - p)), 1e-9));
  CHECK(near(student_t_quantile(p, 1), std::tan(3.141592653589793 * (p - 0.5)), 1e-8));
  CHECK(near(student_t_quantile(p, 400), student_t_quantile(p, 401), 2e-5));
  CHECK(near(student_t_quantile(p, 100'000'000), z_95, 1e-7));
  CHECK(near(normal_quantile(p), z_95, 1e-12));
  CHECK(near(normal_quantile(0.5), 0, 1e-12));
  CHECK(near(normal_quantile(0.995), 2.5758293035489, 1e-10));
  CHECK(std::isinf(normal_quantile(1)));
}

TEST_CASE("mean, deviation and median of a small sample, worked by hand") {
  // 2 4 4 4 5 5 7 9: mean 5, sum of squares 32, deviation sqrt(32/7), t(0.975, 7) = 2.364624.
  const Tally tally = tally_of({{2, 1}, {4, 3}, {5, 2}, {7, 1}, {9, 1}});
  const Metric m = mean(tally);
  CHECK(m.value == 5);
  CHECK(m.base == 8);
  CHECK(near(standard_deviation(tally).value, std::sqrt(32.0 / 7), 1e-12));
  REQUIRE(m.interval);
  CHECK(near(m.interval->high - 5, 2.364624 * std::sqrt(32.0 / 7 / 8), 1e-5));
  CHECK(near(m.interval->low + m.interval->high, 10, 1e-12));
  CHECK(median(tally).value == 4.5);
  CHECK(median(tally_of({{1, 1}, {2, 1}, {40, 1}})).value == 2);
  // Conover: ranks ceil(n/2 -+ 1.96 sqrt(n)/2) = 2 and 7.
  REQUIRE(median(tally).interval);
  CHECK(*median(tally).interval == Interval{4, 7});
}

TEST_CASE("nps, csat and ces") {
  // 50 promoters, 30 passives, 20 detractors.
  const Tally score = tally_of({{10, 30}, {9, 20}, {8, 20}, {7, 10}, {6, 5}, {0, 15}});
  const Metric n = nps(score);
  CHECK(n.value == 30);
  CHECK(n.base == 100);
  REQUIRE(n.interval);
  // Adjusted Wald by hand: p = 50.75/103, d = 20.75/103.
  const double p = 50.75 / 103, d = 20.75 / 103;
  const double half = 1.959963984540054 * std::sqrt((p + d - (p - d) * (p - d)) / 103);
  CHECK(near(n.interval->low, 100 * (p - d - half), 1e-9));
  CHECK(near(n.interval->high, 100 * (p - d + half), 1e-9));
  CHECK(nps(tally_of({{10, 1}})).interval->high <= 100);
  CHECK(nps(tally_of({{10, 1}})).interval->high >= 100);  // holds the score
  CHECK(nps(tally_of({{10, 1}})).interval->low < 100);

  const Metric c = csat(tally_of({{1, 5}, {3, 15}, {4, 40}, {5, 20}}));
  CHECK(c.value == 0.75);
  CHECK(near(c.interval->low, wilson(60, 80).low, 1e-12));
  CHECK(csat(tally_of({{6, 1}, {7, 1}, {5, 2}}), 7).value == 0.5);
  CHECK(ces(tally_of({{5, 2}, {7, 2}})).value == 6);
  CHECK(ces(tally_of({{5, 2}})).name == "ces");
}

TEST_CASE("an empty base gives zeros without intervals, one answer no interval of a mean") {
  const Tally none;
  for (const Metric& m : {mean(none), median(none), nps(none), csat(none), ces(none)}) {
    CHECK(m.value == 0);
    CHECK(m.base == 0);
    CHECK(!m.interval);
  }
  CHECK(!mean(tally_of({{3, 1}})).interval);
  CHECK(mean(tally_of({{3, 1}})).value == 3);
}

TEST_CASE("neither order nor partition changes a tally; what is no number is refused") {
  Tally forward, backward, left, right;
  for (int i = 0; i < 1000; ++i) {
    forward.add(i * 0.1);
    backward.add((999 - i) * 0.1);
    (i % 3 ? left : right).add(i * 0.1);
  }
  left.merge(right);
  CHECK(forward == backward);
  CHECK(forward == left);
  CHECK(mean(forward) == mean(left));
  left.merge(left);
  CHECK(left.base() == 2000);
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1e300})
    CHECK(!forward.add(value));
  CHECK(!forward.add(1, -1));
  CHECK(forward.base() == 1000);
  CHECK(near(mean(tally_of({{1e12, 500}, {-1e12, 500}})).value, 0, 1e-9));
}

TEST_CASE("a share has its interval") {
  const Share share = share_of("a", "Yes", 15, 148);
  CHECK(share.count == 15);
  CHECK(near(share.share, 15.0 / 148, 1e-15));
  CHECK(share.interval == wilson(15, 148));
  CHECK(share_of("a", "Yes", 0, 0).share == 0);
}
