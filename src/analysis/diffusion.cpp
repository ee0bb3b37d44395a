#include "analysis/diffusion.hpp"

#include "analysis/clusters.hpp"

#include <insightflow/core/rng.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::analysis {

namespace {

constexpr int landmark_rounds = 4;
constexpr std::size_t most_asked = 6000;
constexpr std::size_t nearest = 10;  // landmarks that a row is tied to
constexpr int subspace_rounds = 6;   // of orthogonal iteration
constexpr int steps = 2;             // of the walk, there and back

/// A dense matrix, row by row.
struct Matrix {
  std::size_t rows, columns;
  std::vector<double> cells = std::vector<double>(rows * columns);
  double* operator[](std::size_t row) { return &cells[row * columns]; }
  const double* operator[](std::size_t row) const { return &cells[row * columns]; }
};

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix out{a.rows, b.columns};
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t k = 0; k < a.columns; ++k) {
      const double value = a[i][k];
      if (value == 0) continue;
      for (std::size_t j = 0; j < b.columns; ++j) out[i][j] += value * b[k][j];
    }
  return out;
}

Matrix turned(const Matrix& a) {
  Matrix out{a.columns, a.rows};
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < a.columns; ++j) out[j][i] = a[i][j];
  return out;
}

/// Makes the columns orthogonal and of length 1 (modified Gram–Schmidt). The matrix is given
/// transposed: each column is a row here.
void orthonormalise(Matrix& columns) {
  for (std::size_t i = 0; i < columns.rows; ++i) {
    double* const own = columns[i];
    for (std::size_t j = 0; j < i; ++j) {
      const double* const other = columns[j];
      double dot = 0;
      for (std::size_t k = 0; k < columns.columns; ++k) dot += own[k] * other[k];
      for (std::size_t k = 0; k < columns.columns; ++k) own[k] -= dot * other[k];
    }
    double squares = 0;
    for (std::size_t k = 0; k < columns.columns; ++k) squares += own[k] * own[k];
    const double scale = squares > 1e-24 ? 1 / std::sqrt(squares) : 0;
    for (std::size_t k = 0; k < columns.columns; ++k) own[k] *= scale;
  }
}

SparseRows tie(const SparseRows& rows, const ThinCentres& landmarks, std::size_t threads) {
  const std::size_t ties = std::min(nearest, landmarks.count());
  std::vector<Weight> all(rows.size() * ties);
  std::vector<std::uint8_t> used(rows.size());
  in_blocks(rows.size(), threads, [&](std::size_t first, std::size_t last) {
    std::vector<float> room;
    std::vector<Weight> list;
    for (std::size_t i = first; i < last; ++i) {
      landmarks.compare(rows[i], room);
      list.clear();
      for (std::uint32_t c = 0; c < landmarks.count(); ++c)
        if (room[c] > 0) list.push_back({c, room[c]});
      const std::size_t kept = std::min(ties, list.size());
      std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(kept), list.end(),
                        [](const Weight& a, const Weight& b) {
                          return a.value != b.value ? a.value > b.value : a.feature < b.feature;
                        });
      float sum = 0;
      for (std::size_t k = 0; k < kept; ++k) sum += list[k].value;
      for (std::size_t k = 0; k < kept; ++k)
        all[i * ties + k] = {list[k].feature, list[k].value / sum};
      used[i] = static_cast<std::uint8_t>(kept);
    }
  });
  SparseRows out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(i * ties);
    out.weights.insert(out.weights.end(), from, from + used[i]);
    out.ends.push_back(out.weights.size());
  }
  return out;
}

/// Rows that lie evenly among all of them, each a landmark of its own.
std::vector<Placement> spread(std::size_t rows, std::size_t landmarks) {
  std::vector<Placement> out(rows);
  for (std::size_t c = 0; c < landmarks; ++c)
    out[c * rows / landmarks] = {static_cast<std::int32_t>(c), 1};
  return out;
}

/// Appends a vector scaled to length 1; nothing where it has no length.
void append(std::span<const double> row, SparseRows& out) {
  double squares = 0;
  for (const double x : row) squares += x * x;
  if (squares > 0) {
    const double scale = 1 / std::sqrt(squares);
    for (std::uint32_t d = 0; d < row.size(); ++d)
      out.weights.push_back({d, static_cast<float>(row[d] * scale)});
  }
  out.ends.push_back(out.weights.size());
}

}  // namespace

Result<Neighbourhoods> diffuse(const SparseRows& rows, std::size_t features,
                               std::span<const std::uint32_t> weights,
                               const DiffusionOptions& options, const Hands& hands) {
  ThinCentres landmarks(features, std::min(options.landmarks, rows.size()));
  // Landmarks need not have seen every row.
  const std::size_t step = (rows.size() + most_asked - 1) / most_asked;
  const SparseRows asked = every(rows, step);
  std::vector<std::uint32_t> asked_weights;
  for (std::size_t i = 0; i < weights.size(); i += step) asked_weights.push_back(weights[i]);
  std::vector<Placement> placements = spread(asked.size(), landmarks.count());
  BOOST_OUTCOME_TRY(refine(landmarks, asked, asked_weights, placements, landmark_rounds, hands));
  SparseRows ties = tie(rows, landmarks, hands.threads);

  const std::size_t count = landmarks.count();
  std::vector<double> popularity(count);
  for (const Weight& w : ties.weights) popularity[w.feature] += static_cast<double>(w.value);
  const std::vector<double> pull = popularity;
  for (double& p : popularity) p = p > 0 ? 1 / std::sqrt(p) : 0;
  for (Weight& w : ties.weights)
    w.value = static_cast<float>(static_cast<double>(w.value) * popularity[w.feature]);

  Matrix walk{count, count};
  for (std::size_t i = 0; i < ties.size(); ++i)
    for (const Weight& a : ties[i])
      for (const Weight& b : ties[i])
        walk[a.feature][b.feature] += static_cast<double>(a.value) * static_cast<double>(b.value);

  Matrix space{std::min(options.dimensions, count), count};
  Rng rng(11);
  for (double& cell : space.cells) cell = rng.uniform() - 0.5;
  for (int round = 0; round < subspace_rounds; ++round) {
    BOOST_OUTCOME_TRY(hands.ctx.check());
    // The walk is the same from both sides, and most of it is empty: it stands on the left.
    space = turned(product(walk, turned(space)));
    orthonormalise(space);
  }
  // Landmarks as rows, so that a row of the result is a sum of a few contiguous stretches.
  const std::size_t dimensions = space.rows;
  Matrix places = turned(space);
  for (int walked = 0; walked < steps; ++walked) places = product(walk, places);
  Neighbourhoods out;
  out.dimensions = dimensions;
  for (std::size_t c = 0; c < count; ++c) {
    append({places[c], dimensions}, out.landmarks);
    out.pull.push_back(static_cast<std::uint32_t>(pull[c] * 16 + 0.5));
  }
  out.rows.ends.reserve(rows.size());
  out.rows.weights.reserve(rows.size() * dimensions);
  std::vector<double> row(dimensions);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::fill(row.begin(), row.end(), 0.0);
    for (const Weight& w : ties[i])
      for (std::size_t d = 0; d < dimensions; ++d)
        row[d] += static_cast<double>(w.value) * places[w.feature][d];
    append(row, out.rows);
  }
  return out;
}

}  // namespace insightflow::analysis
