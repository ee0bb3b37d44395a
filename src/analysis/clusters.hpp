#pragma once

#include "analysis/vectors.hpp"

#include <insightflow/core/ctx.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

/// Spherical k-means on sparse rows.
namespace insightflow::analysis {

/// Where a row belongs: cluster -1 when it shares no feature with any centre.
struct Placement {
  std::int32_t cluster = -1;
  float similarity = 0;
};

/// Centres of length 1. Sums are kept in whole numbers, so that neither the order of the rows nor
/// the number of threads changes a bit; a similarity is computed by one thread, feature by feature.
class Centres {
 public:
  Centres(std::size_t features, std::size_t count);

  std::size_t count() const { return count_; }
  /// Moves every centre to the weighted mean of the rows placed in it.
  void move(const SparseRows& rows, std::span<const std::uint32_t> weights,
            std::span<const Placement> placements);
  /// Keeps the strongest features of every centre, in steps of 1/32768, so that what is written
  /// down is what was used.
  void trim(std::size_t strongest);
  /// What a trimmed centre consists of, by feature, and how to give that back.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> parts(std::size_t centre) const;
  void set(std::size_t centre, std::uint32_t feature, std::uint32_t steps) {
    centres_[feature * stride_ + centre] = static_cast<float>(steps) / step_;
  }
  /// The closest centre of one row; `room` is scratch space.
  Placement place(std::span<const Weight> row, std::vector<float>& room) const;
  /// Similarity of one row to every centre: the first `count` entries of `out`.
  void compare(std::span<const Weight> row, std::vector<float>& out) const;
  /// The same to one centre.
  float similarity(std::span<const Weight> row, std::size_t centre) const {
    float sum = 0;
    for (const Weight& w : row) sum += w.value * centres_[w.feature * stride_ + centre];
    return sum;
  }

 private:
  static constexpr float step_ = 32768;

  std::size_t features_;
  std::size_t count_;
  std::size_t stride_;          // centres of one feature lie side by side
  std::vector<float> centres_;  // features × stride
};

/// Runs `work(first, last)` over [0, total) in blocks on up to `threads` threads.
void in_blocks(std::size_t total, std::size_t threads,
               const std::function<void(std::size_t, std::size_t)>& work);

/// The closest centre of every row.
void place_rows(const Centres& centres, const SparseRows& rows, std::vector<Placement>& out,
                std::size_t threads);

/// From placements to better placements, until hardly any row moves or after `rounds`.
Result<void> refine(Centres& centres, const SparseRows& rows,
                    std::span<const std::uint32_t> weights, std::vector<Placement>& placements,
                    int rounds, std::size_t threads, const Ctx& ctx);

/// Sum of weight times similarity: what `refine` makes large.
double fit_of(std::span<const Placement> placements, std::span<const std::uint32_t> weights);

}  // namespace insightflow::analysis
