#pragma once

#include "analysis/clusters.hpp"
#include "analysis/vectors.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// Clusters within clusters.
namespace insightflow::analysis {

/// Joins weighted rows two by two, always those whose union loses least (Ward 1963), so that a
/// division into any number of clusters can be read off and none depends on chance. The rows are
/// dense or empty; quadratic in their number, meant for some hundreds.
class Hierarchy {
 public:
  Hierarchy(const SparseRows& rows, std::size_t dimensions, std::span<const std::uint32_t> weights);
  /// Rows that take part: the most clusters there can be.
  std::size_t size() const { return joins_.empty() ? rooted_ : joins_.size() + 1; }
  /// For every row its cluster, numbered from 0 in order of the rows; -1 for an empty row.
  std::vector<Placement> cut(std::size_t clusters) const;

 private:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> joins_;
  std::vector<bool> present_;
  std::size_t rooted_ = 0;
};

}  // namespace insightflow::analysis
