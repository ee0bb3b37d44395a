#include <insightflow/analysis/drivers.hpp>
#include <insightflow/analysis/significance.hpp>
#include <insightflow/core/rng.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace insightflow::analysis {

namespace {

constexpr std::size_t most_groups = 250;
constexpr int most_sweeps = 60;

/// A square matrix, row by row.
struct SquareMatrix {
  std::size_t size;
  std::vector<double> cells;
  explicit SquareMatrix(std::size_t n) : size(n), cells(n * n) {}
  double& operator()(std::size_t r, std::size_t c) { return cells[r * size + c]; }
  double operator()(std::size_t r, std::size_t c) const { return cells[r * size + c]; }
};

/// Eigenvalues of a symmetric matrix, which becomes diagonal; the columns of the result are the
/// eigenvectors (cyclic Jacobi rotations; Golub & Van Loan, section 8.5).
SquareMatrix diagonalise(SquareMatrix& a) {
  const std::size_t n = a.size;
  SquareMatrix v(n);
  for (std::size_t i = 0; i < n; ++i) v(i, i) = 1;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double off = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j) off += a(i, j) * a(i, j);
    if (off < 1e-20) break;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (std::fabs(a(p, q)) < 1e-14) continue;
        const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
        const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (std::size_t k = 0; k < n; ++k) {
          const double x = a(k, p), y = a(k, q);
          a(k, p) = c * x - s * y;
          a(k, q) = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double x = a(p, k), y = a(q, k);
          a(p, k) = c * x - s * y;
          a(q, k) = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double x = v(k, p), y = v(k, q);
          v(k, p) = c * x - s * y;
          v(k, q) = s * x + c * y;
        }
      }
  }
  return v;
}

/// Raw relative weights, which add up to R², of the correlations among the predictors (destroyed)
/// and with the rating. `rank` is the number of directions that vary.
std::vector<double> relative_weights(SquareMatrix& among, std::span<const double> with,
                                     std::size_t* rank = nullptr) {
  const std::size_t n = among.size;
  const SquareMatrix v = diagonalise(among);
  std::vector<double> root(n), beta(n), turned(n), out(n);
  std::size_t found = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double value = among(k, k);
    if (!(value > 1e-8)) continue;
    ++found;
    root[k] = std::sqrt(value);
    for (std::size_t i = 0; i < n; ++i) turned[k] += v(i, k) * with[i];
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k)
      if (root[k] > 0) beta[i] += v(i, k) * turned[k] / root[k];
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n; ++i) {
      double lambda = 0;
      for (std::size_t k = 0; k < n; ++k) lambda += v(j, k) * root[k] * v(i, k);
      out[j] += lambda * lambda * beta[i] * beta[i];
    }
  if (rank != nullptr) *rank = found;
  return out;
}

/// Sums of products of the columns (the last one is the weight itself), upper triangle.
using Moments = std::vector<double>;

std::size_t place(std::size_t a, std::size_t b) {
  if (a > b) std::swap(a, b);
  return b * (b + 1) / 2 + a;
}

/// What one sample says: raw weights, and slopes of the rating on each predictor alone.
struct Fit {
  std::vector<double> raw;
  std::vector<double> slope;
  double r_squared = 0;
  std::size_t rank = 0;
};

/// `predictors` columns, then the rating, then the constant 1.
Fit fit(const Moments& m, std::size_t predictors) {
  const std::size_t y = predictors, one = predictors + 1;
  const double all = m[place(one, one)];
  Fit out{.raw = std::vector<double>(predictors), .slope = std::vector<double>(predictors)};
  if (!(all > 0)) return out;
  const auto covariance = [&](std::size_t a, std::size_t b) {
    return m[place(a, b)] / all - m[place(a, one)] / all * (m[place(b, one)] / all);
  };
  std::vector<double> deviation(predictors + 1);
  for (std::size_t a = 0; a <= y; ++a) {
    const double variance = covariance(a, a);
    // What is left after cancellation in a column that does not vary is not a variance.
    deviation[a] = variance > 1e-12 * (1 + m[place(a, a)] / all) ? std::sqrt(variance) : 0;
  }
  SquareMatrix among(predictors);
  std::vector<double> with(predictors);
  for (std::size_t a = 0; a < predictors; ++a) {
    if (!(deviation[a] > 0) || !(deviation[y] > 0)) continue;
    with[a] = covariance(a, y) / (deviation[a] * deviation[y]);
    out.slope[a] = with[a] * deviation[y] / deviation[a];
    for (std::size_t b = 0; b < predictors; ++b)
      if (deviation[b] > 0)
        among(a, b) = a == b ? 1 : covariance(a, b) / (deviation[a] * deviation[b]);
  }
  out.raw = relative_weights(among, with, &out.rank);
  out.r_squared = std::min(1.0, std::accumulate(out.raw.begin(), out.raw.end(), 0.0));
  return out;
}

/// The middle 95 % of some values.
Interval percentiles(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const double last = static_cast<double>(values.size()) - 1;
  return {values[static_cast<std::size_t>(std::floor(last * 0.025))],
          values[static_cast<std::size_t>(std::ceil(last * 0.975))]};
}

/// Two-sided probability of an effect at least this large, from its bootstrap standard error.
double chance_of(double effect, const std::vector<double>& drawn) {
  if (drawn.size() < 2) return 1;
  double mean = 0, squares = 0;
  for (const double x : drawn) mean += x;
  mean /= static_cast<double>(drawn.size());
  for (const double x : drawn) squares += (x - mean) * (x - mean);
  const double variance = squares / static_cast<double>(drawn.size() - 1);
  return variance > 0 ? chi_square_tail(effect * effect / variance, 1) : effect == 0 ? 1 : 0;
}

std::string abstention(std::int64_t base, std::int64_t least) {
  return "Only " + std::to_string(base) + (base == 1 ? " rating" : " ratings") +
         ": what goes together with them can be told from " + std::to_string(least) + " on.";
}

}  // namespace

Result<DriverModel> find_drivers(std::span<const double> rating,
                                 std::span<const Predictor> predictors,
                                 std::span<const double> weights, const DriverOptions& options,
                                 const Ctx& ctx) {
  const auto mismatch = [&](std::size_t size) { return size != rating.size(); };
  if ((!weights.empty() && mismatch(weights.size())) ||
      std::any_of(predictors.begin(), predictors.end(),
                  [&](const Predictor& p) { return mismatch(p.values.size()); }))
    return fail(Code::invalid, "driver_sample_mismatch",
                "Ratings, predictors and weights must be of the same respondents.");
  DriverModel out;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < rating.size(); ++i)
    if (std::isfinite(rating[i])) rows.push_back(i);
  out.base = static_cast<std::int64_t>(rows.size());
  if (out.base < options.least_base) {
    out.abstained = abstention(out.base, options.least_base);
    return out;
  }
  const auto weight_of = [&](std::size_t i) { return weights.empty() ? 1.0 : weights[i]; };

  // Predictors that vary, those with the most variance first where there are too many.
  struct Column {
    const Predictor* predictor;
    double centre = 0, scale = 0;
    std::int64_t known = 0;
  };
  std::vector<Column> columns;
  for (const Predictor& predictor : predictors) {
    Column column{&predictor};
    double all = 0, sum = 0, squares = 0, low = 0, high = 0;
    for (const std::size_t i : rows) {
      const double x = predictor.values[i];
      if (!std::isfinite(x)) continue;
      low = column.known == 0 ? x : std::min(low, x);
      high = column.known == 0 ? x : std::max(high, x);
      ++column.known;
      all += weight_of(i);
      sum += weight_of(i) * x;
    }
    if (!(high > low) || !(all > 0) || column.known * 2 < out.base) continue;
    column.centre = sum / all;
    for (const std::size_t i : rows)
      if (const double d = predictor.values[i] - column.centre; std::isfinite(d))
        squares += weight_of(i) * d * d;
    column.scale = squares / all / ((high - low) * (high - low));
    columns.push_back(column);
  }
  const std::int64_t room = std::min(options.most, out.base / options.answers_for_each);
  std::stable_sort(columns.begin(), columns.end(),
                   [](const Column& a, const Column& b) { return a.scale > b.scale; });
  if (static_cast<std::int64_t>(columns.size()) > room)
    columns.resize(static_cast<std::size_t>(room), Column{nullptr});
  if (columns.empty()) {
    out.abstained = "Nothing else was asked or written that differs enough between respondents.";
    return out;
  }

  // Sums of products for random groups of respondents.
  const std::size_t p = columns.size(), y = p, one = p + 1;
  const std::size_t groups = std::min(rows.size(), most_groups);
  Rng rng(options.seed);
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(std::span(order));
  double centre = 0;
  for (const std::size_t i : rows) centre += rating[i];
  centre /= static_cast<double>(rows.size());
  std::vector<Moments> moments(groups, Moments((one + 1) * (one + 2) / 2));
  std::vector<double> line(one + 1);
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (k % 65536 == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
    }
    const std::size_t i = rows[order[k]];
    for (std::size_t c = 0; c < p; ++c) {
      const double x = columns[c].predictor->values[i];
      line[c] = std::isfinite(x) ? x - columns[c].centre : 0;
    }
    line[y] = rating[i] - centre;
    line[one] = 1;
    Moments& sums = moments[k * groups / order.size()];
    const double w = weight_of(i);
    for (std::size_t b = 0, at = 0; b <= one; ++b)
      for (std::size_t a = 0; a <= b; ++a, ++at) sums[at] += w * line[a] * line[b];
  }

  const auto add = [](Moments& to, const Moments& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  Moments whole(moments.front().size());
  for (const Moments& group : moments) add(whole, group);
  const Fit found = fit(whole, p);
  if (!(found.r_squared > 0)) {
    out.abstained = "The ratings do not differ, so nothing can go together with them.";
    return out;
  }

  std::vector<std::vector<double>> shares(p), effects(p);
  Moments sample(whole.size());
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    BOOST_OUTCOME_TRY(ctx.check());
    std::fill(sample.begin(), sample.end(), 0.0);
    for (std::size_t g = 0; g < groups; ++g) add(sample, moments[rng.below(groups)]);
    const Fit drawn = fit(sample, p);
    for (std::size_t c = 0; c < p; ++c) {
      shares[c].push_back(drawn.r_squared > 0 ? drawn.raw[c] / drawn.r_squared : 0);
      effects[c].push_back(drawn.slope[c]);
    }
  }

  out.r_squared = found.r_squared;
  const double n = static_cast<double>(out.base), rank = static_cast<double>(found.rank);
  out.adjusted_r_squared =
      n > rank + 1 ? std::max(0.0, 1 - (1 - found.r_squared) * (n - 1) / (n - rank - 1)) : 0;
  std::vector<double> p_values;
  for (std::size_t c = 0; c < p; ++c) {
    Driver driver{.id = columns[c].predictor->id,
                  .label = columns[c].predictor->label,
                  .weight = found.raw[c] / found.r_squared,
                  .weight_interval = {},
                  .effect = found.slope[c],
                  .effect_interval = {},
                  .base = columns[c].known};
    if (!shares[c].empty()) {
      driver.weight_interval = percentiles(shares[c]);
      driver.effect_interval = percentiles(effects[c]);
    }
    p_values.push_back(chance_of(driver.effect, effects[c]));
    out.drivers.push_back(std::move(driver));
  }
  const auto adjusted = benjamini_hochberg(p_values);
  for (std::size_t c = 0; c < p; ++c)
    out.drivers[c].told_from_chance = adjusted[c] < significance_level;
  std::stable_sort(out.drivers.begin(), out.drivers.end(),
                   [](const Driver& a, const Driver& b) { return a.weight > b.weight; });
  return out;
}

}  // namespace insightflow::analysis
