#include "analysis/hierarchy.hpp"

#include <algorithm>
#include <limits>

namespace insightflow::analysis {

namespace {

constexpr double far = std::numeric_limits<double>::infinity();

/// Mutual losses of the clusters that are left, each with its best partner kept at hand.
class Pairs {
 public:
  Pairs(std::vector<double> places, std::vector<double> weights, std::size_t dimensions)
      : places_(std::move(places)),
        weights_(std::move(weights)),
        dimensions_(dimensions),
        partner_(weights_.size()),
        loss_(weights_.size(), far) {
    for (std::uint32_t i = 0; i < weights_.size(); ++i) left_.push_back(i);
    for (const std::uint32_t i : left_) look_around(i);
  }

  std::pair<std::uint32_t, std::uint32_t> join_closest() {
    std::uint32_t a = left_.front();
    for (const std::uint32_t i : left_)
      if (loss_[i] < loss_[a]) a = i;
    std::uint32_t b = partner_[a];
    if (b < a) std::swap(a, b);
    const double sum = weights_[a] + weights_[b];
    for (std::size_t d = 0; d < dimensions_; ++d)
      at(a)[d] = (at(a)[d] * weights_[a] + at(b)[d] * weights_[b]) / sum;
    weights_[a] = sum;
    left_.erase(std::lower_bound(left_.begin(), left_.end(), b));
    look_around(a);
    for (const std::uint32_t i : left_) {
      if (i == a) continue;
      if (partner_[i] == a || partner_[i] == b) {
        look_around(i);
      } else if (const double loss = loss_of(i, a); loss < loss_[i]) {
        loss_[i] = loss;
        partner_[i] = a;
      }
    }
    return {a, b};
  }

 private:
  double* at(std::uint32_t i) { return &places_[i * dimensions_]; }

  /// By how much the squared distances to the centre grow when both are joined.
  double loss_of(std::uint32_t i, std::uint32_t j) {
    if (i > j) std::swap(i, j);
    const double *a = at(i), *b = at(j);
    double squares = 0;
    for (std::size_t d = 0; d < dimensions_; ++d) squares += (a[d] - b[d]) * (a[d] - b[d]);
    return squares * weights_[i] * weights_[j] / (weights_[i] + weights_[j]);
  }

  void look_around(std::uint32_t i) {
    loss_[i] = far;
    for (const std::uint32_t j : left_) {
      if (j == i) continue;
      const double loss = loss_of(i, j);
      if (loss >= loss_[i]) continue;
      loss_[i] = loss;
      partner_[i] = j;
    }
  }

  std::vector<double> places_;
  std::vector<double> weights_;
  std::size_t dimensions_;
  std::vector<std::uint32_t> left_;
  std::vector<std::uint32_t> partner_;
  std::vector<double> loss_;
};

}  // namespace

Hierarchy::Hierarchy(const SparseRows& rows, std::size_t dimensions,
                     std::span<const std::uint32_t> weights)
    : present_(rows.size()) {
  std::vector<std::uint32_t> who;
  std::vector<double> places, pull;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty() || weights[i] == 0) continue;
    present_[i] = true;
    who.push_back(i);
    pull.push_back(weights[i]);
    places.resize(who.size() * dimensions);
    for (const Weight& w : rows[i])
      places[(who.size() - 1) * dimensions + w.feature] = static_cast<double>(w.value);
  }
  rooted_ = who.size();
  if (who.size() < 2) return;
  Pairs pairs(std::move(places), std::move(pull), dimensions);
  while (joins_.size() + 1 < who.size()) {
    const auto [a, b] = pairs.join_closest();
    joins_.emplace_back(who[a], who[b]);
  }
}

std::vector<Placement> Hierarchy::cut(std::size_t clusters) const {
  std::vector<std::uint32_t> parent(present_.size());
  for (std::uint32_t i = 0; i < parent.size(); ++i) parent[i] = i;
  const std::size_t joined = size() > clusters ? size() - clusters : 0;
  for (std::size_t j = 0; j < joined; ++j) parent[joins_[j].second] = joins_[j].first;
  std::vector<Placement> out(present_.size());
  std::int32_t next = 0;
  for (std::uint32_t i = 0; i < parent.size(); ++i) {
    if (!present_[i]) continue;
    // A join leads to the smaller index, which has its cluster already.
    out[i] = {parent[i] == i ? next++ : out[parent[i]].cluster, 1};
  }
  return out;
}

}  // namespace insightflow::analysis
