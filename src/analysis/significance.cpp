#include "analysis/numeric.hpp"

#include <insightflow/analysis/significance.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace insightflow::analysis {

namespace {

constexpr double tiny = 1e-300;
constexpr double precise = 1e-15;
constexpr int most_terms = 100'000;

/// Q(a, x) = Γ(a, x) / Γ(a): series below a + 1, continued fraction above.
double upper_gamma(double a, double x) {
  if (!(x > 0)) return 1;
  const double front = numeric::exp(a * numeric::log(x) - x - log_gamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int k = 1; k < most_terms && term > sum * precise; ++k) sum += term *= x / (a + k);
    return std::clamp(1 - front * sum, 0.0, 1.0);
  }
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
  for (int i = 1; i < most_terms; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    c = b + an / c;
    if (std::fabs(d) < tiny) d = tiny;
    if (std::fabs(c) < tiny) c = tiny;
    d = 1 / d;
    h *= d * c;
    if (std::fabs(d * c - 1) < precise) break;
  }
  return std::clamp(front * h, 0.0, 1.0);
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
double beta_fraction(double a, double b, double x) {
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::fabs(d) < tiny ? tiny : d);
  double h = d;
  for (int m = 1; m < most_terms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1;
    for (const double term : {even, odd}) {
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (std::fabs(d) < tiny ? tiny : d);
      if (std::fabs(c) < tiny) c = tiny;
      step = c * d;
      h *= step;
    }
    if (std::fabs(step - 1) < precise) break;
  }
  return h;
}

/// I_x(a, b), the regularised incomplete beta function.
double incomplete_beta(double a, double b, double x) {
  if (!(x > 0)) return 0;
  if (!(x < 1)) return 1;
  const double front = numeric::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) +
                                    a * numeric::log(x) + b * numeric::log(1 - x));
  if (x < (a + 1) / (a + b + 2)) return std::clamp(front * beta_fraction(a, b, x) / a, 0.0, 1.0);
  return std::clamp(1 - front * beta_fraction(b, a, 1 - x) / b, 0.0, 1.0);
}

struct Margins {
  std::vector<double> rows, columns;
  double total = 0;
};

Margins margins_of(const Counts& counts) {
  Margins out;
  out.columns.assign(counts.empty() ? 0 : counts.front().size(), 0);
  for (const auto& row : counts) {
    double sum = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
      sum += row[c];
      out.columns[c] += row[c];
    }
    out.rows.push_back(sum);
    out.total += sum;
  }
  return out;
}

/// The same table without empty rows and columns.
Counts filled(const Counts& counts) {
  const Margins margins = margins_of(counts);
  Counts out;
  for (std::size_t r = 0; r < counts.size(); ++r) {
    if (!(margins.rows[r] > 0)) continue;
    auto& row = out.emplace_back();
    for (std::size_t c = 0; c < counts[r].size(); ++c)
      if (margins.columns[c] > 0) row.push_back(counts[r][c]);
  }
  return out;
}

bool comparable(const Counts& counts) {
  return counts.size() >= 2 && counts.front().size() >= 2;
}

bool cochran_allows(const Counts& counts) {
  const Margins margins = margins_of(counts);
  std::size_t small = 0;
  for (const double row : margins.rows)
    for (const double column : margins.columns) {
      const double expected = row * column / margins.total;
      if (expected < 1) return false;
      small += expected < 5;
    }
  return small * 5 <= margins.rows.size() * margins.columns.size();
}

Counts transposed(const Counts& counts) {
  Counts out(counts.front().size());
  for (const auto& row : counts)
    for (std::size_t c = 0; c < row.size(); ++c) out[c].push_back(row[c]);
  return out;
}

/// Adds the smallest row to the second smallest.
void join_smallest_rows(Counts& counts) {
  const Margins margins = margins_of(counts);
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return margins.rows[a] < margins.rows[b]; });
  for (std::size_t c = 0; c < counts[order[0]].size(); ++c)
    counts[order[1]][c] += counts[order[0]][c];
  counts.erase(counts.begin() + static_cast<std::ptrdiff_t>(order[0]));
}

/// Walks all tables with the margins of one, column by column, and adds up the probabilities of
/// those that are no more probable. The last row and column follow from the margins.
class Enumeration {
 public:
  explicit Enumeration(const Counts& counts) {
    const Margins margins = margins_of(counts);
    rows_ = margins.rows;
    columns_ = margins.columns;
    double constant = -log_factorial(margins.total);
    for (const double row : rows_) constant += log_factorial(row);
    for (const double column : columns_) constant += log_factorial(column);
    constant_ = constant;
    double observed = constant;
    for (const auto& row : counts)
      for (const double cell : row) observed -= log_factorial(cell);
    // As R does: tables as probable as the observed one count, whatever the last bits say.
    observed_ = observed + 1e-7;
  }

  /// Nothing when there are too many tables.
  std::optional<double> p() {
    std::vector<double> left = rows_;
    fill(0, 0, columns_[0], left, 0);
    if (steps_ > most_steps) return std::nullopt;
    return std::min(sum_, 1.0);
  }

 private:
  static constexpr std::int64_t most_steps = 100'000;
  static double log_factorial(double n) { return log_gamma(n + 1); }

  void fill(std::size_t row, std::size_t column, double open, std::vector<double>& left,
            double spent) {
    if (++steps_ > most_steps) return;
    if (column + 1 == columns_.size()) {
      for (const double rest : left) spent += log_factorial(rest);
      const double one = constant_ - spent;
      if (one <= observed_) sum_ += numeric::exp(one);
      return;
    }
    if (row + 1 == rows_.size()) {
      if (open > left[row]) return;
      left[row] -= open;
      fill(0, column + 1, columns_[column + 1], left, spent + log_factorial(open));
      left[row] += open;
      return;
    }
    double below = 0;  // What the rows after this one can still take.
    for (std::size_t r = row + 1; r < left.size(); ++r) below += left[r];
    const double most = std::min(left[row], open);
    for (double cell = std::max(0.0, open - below); cell <= most && steps_ <= most_steps; ++cell) {
      left[row] -= cell;
      fill(row + 1, column, open - cell, left, spent + log_factorial(cell));
      left[row] += cell;
    }
  }

  std::vector<double> rows_, columns_;
  double constant_ = 0, observed_ = 0, sum_ = 0;
  std::int64_t steps_ = 0;
};

/// The t that |T| exceeds with a probability of 5 %, also for broken degrees of freedom.
double critical_t(double degrees) {
  if (!(degrees >= 1)) degrees = 1;
  if (degrees > 400) return student_t_quantile(0.975, static_cast<std::int64_t>(degrees));
  double low = 1.9, high = 13;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (student_tail(middle, degrees) > 0.05 ? low : high) = middle;
  }
  return (low + high) / 2;
}

bool weighted(const Mass& mass) {
  return mass.weight != mass.count * 1'000'000'000;
}

double variance_of(const Tally& tally) {
  const double deviation = standard_deviation(tally).value;
  return deviation * deviation;
}

}  // namespace

double log_gamma(double x) {
  double shift = 0;
  while (x < 10) shift += numeric::log(x++);
  const double i = 1 / (x * x);
  const double series =
      (1.0 / 12 - i * (1.0 / 360 - i * (1.0 / 1260 - i * (1.0 / 1680 - i / 1188)))) / x;
  return (x - 0.5) * numeric::log(x) - x + 0.9189385332046727 + series - shift;
}

double normal_probability(double x) {
  const double tail = upper_gamma(0.5, x * x / 2) / 2;
  return x < 0 ? tail : 1 - tail;
}

double chi_square_tail(double x, double degrees) {
  return upper_gamma(degrees / 2, x / 2);
}

double student_tail(double t, double degrees) {
  if (!std::isfinite(t)) return 0;
  return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

Test chi_square(const Counts& counts) {
  const Counts table = filled(counts);
  if (!comparable(table)) return {};
  const Margins margins = margins_of(table);
  Test out{.method = Method::chi_square};
  for (std::size_t r = 0; r < table.size(); ++r)
    for (std::size_t c = 0; c < table[r].size(); ++c) {
      const double expected = margins.rows[r] * margins.columns[c] / margins.total;
      const double d = table[r][c] - expected;
      out.statistic += d * d / expected;
    }
  out.degrees = static_cast<double>((table.size() - 1) * (table.front().size() - 1));
  out.p = chi_square_tail(out.statistic, out.degrees);
  return out;
}

Test fisher(const Counts& counts) {
  const Counts table = filled(counts);
  if (!comparable(table)) return {};
  const auto p = Enumeration(table).p();
  if (!p) return {};
  return {.method = Method::fisher, .statistic = 0, .degrees = 0, .p = *p};
}

Test independence(Counts counts, bool whole) {
  counts = filled(counts);
  if (!comparable(counts)) return {};
  if (cochran_allows(counts)) return chi_square(counts);
  if (whole)
    if (const Test exact = fisher(counts); exact.method != Method::none) return exact;
  while (!cochran_allows(counts)) {
    if (counts.size() == 2 && counts.front().size() == 2) return {};
    // The longer side gives way.
    const bool across = counts.front().size() > counts.size();
    if (across) counts = transposed(counts);
    join_smallest_rows(counts);
    if (across) counts = transposed(counts);
  }
  return chi_square(counts);
}

Difference compare_shares(const Mass& part, const Mass& base, const Mass& other_part,
                          const Mass& other_base) {
  const double n1 = base.effective(), n2 = other_base.effective();
  if (!(n1 > 0) || !(n2 > 0)) return {};
  const double p1 = part.sum() / base.sum(), p2 = other_part.sum() / other_base.sum();
  Difference out{.value = p1 - p2, .interval = {}, .test = {.method = Method::two_proportions}};
  const Interval a = wilson_of(p1, n1), b = wilson_of(p2, n2);
  out.interval = {
      out.value - std::sqrt((p1 - a.low) * (p1 - a.low) + (b.high - p2) * (b.high - p2)),
      out.value + std::sqrt((a.high - p1) * (a.high - p1) + (p2 - b.low) * (p2 - b.low))};
  const double pooled = (p1 * n1 + p2 * n2) / (n1 + n2);
  if (!(pooled > 0 && pooled < 1)) return out;  // All or nobody: no difference, p stays 1.
  const double least = std::min(n1, n2) * std::min(pooled, 1 - pooled);
  if (least < 5 && !weighted(base) && !weighted(other_base)) {
    const auto row = [](std::int64_t yes, std::int64_t all) {
      return std::vector<double>{static_cast<double>(yes), static_cast<double>(all - yes)};
    };
    const Test exact =
        fisher({row(part.count, base.count), row(other_part.count, other_base.count)});
    if (exact.method != Method::none) {
      out.test = exact;
      return out;
    }
  }
  out.test.statistic = out.value / std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  out.test.p = chi_square_tail(out.test.statistic * out.test.statistic, 1);
  return out;
}

Difference compare_means(const Tally& one, const Tally& other) {
  Difference out{.value = mean(one).value - mean(other).value, .interval = {}, .test = {}};
  const double n1 = one.mass().effective(), n2 = other.mass().effective();
  if (n1 < 2 || n2 < 2) return out;
  const double v1 = variance_of(one) / n1, v2 = variance_of(other) / n2;
  const double error = std::sqrt(v1 + v2);
  out.test.method = Method::welch;
  out.interval = {out.value, out.value};
  if (!(error > 0)) {
    out.test.p = out.value == 0 ? 1 : 0;
    return out;
  }
  out.test.statistic = out.value / error;
  out.test.degrees = (v1 + v2) * (v1 + v2) / (v1 * v1 / (n1 - 1) + v2 * v2 / (n2 - 1));
  out.test.p = student_tail(out.test.statistic, out.test.degrees);
  const double half = error * critical_t(out.test.degrees);
  out.interval = {out.value - half, out.value + half};
  return out;
}

Difference linear_trend(std::span<const Tally> tallies) {
  Mass all;
  double sum_x = 0, sum_y = 0;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    all += tallies[i].mass();
    sum_x += static_cast<double>(i) * tallies[i].mass().sum();
    sum_y += mean(tallies[i]).value * tallies[i].mass().sum();
  }
  const double n = all.effective();
  Difference out;
  if (n < 3) return out;
  const double mean_x = sum_x / all.sum(), mean_y = sum_y / all.sum();
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const double dx = static_cast<double>(i) - mean_x;
    for (const auto& [value, mass] : tallies[i].counts()) {
      const double dy = static_cast<double>(value) / 1e6 - mean_y;
      xx += dx * dx * mass.sum();
      xy += dx * dy * mass.sum();
      yy += dy * dy * mass.sum();
    }
  }
  if (!(xx > 0) || !(yy > 0)) return out;
  out.value = xy / xx;
  out.test.method = Method::linear_trend;
  out.test.degrees = n - 2;
  const double unexplained = std::max(0.0, 1 - xy * xy / (xx * yy));
  const double error = std::sqrt(unexplained * yy / xx / (n - 2));
  out.test.statistic =
      error > 0 ? out.value / error : std::copysign(std::numeric_limits<double>::max(), out.value);
  out.test.p = error > 0 ? student_tail(out.test.statistic, n - 2) : 0;
  const double half = error * critical_t(n - 2);
  out.interval = {out.value - half, out.value + half};
  return out;
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  std::vector<double> out(p.size());
  double least = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double rank = static_cast<double>(order.size() - i);
    least = std::min(least, p[order[i]] * static_cast<double>(order.size()) / rank);
    out[order[i]] = least;
  }
  return out;
}

}  // namespace insightflow::analysis

namespace insightflow {
template const Type& type_of<analysis::Test>();
}  // namespace insightflow
