#pragma once

#include "analysis/parallel.hpp"
#include "analysis/vectors.hpp"

#include <insightflow/core/ctx.hpp>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// Spherical k-means on sparse rows.
namespace insightflow::analysis {

/// Similarities, and the weights of a centre, are written down in steps of 1/32768.
constexpr std::int64_t steps_to_one = 32768;

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
  /// Keeps the strongest features of every centre, in whole steps, so that what is written down is
  /// what was used.
  void trim(std::size_t strongest);
  /// What a trimmed centre consists of, by feature, and how to give that back.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> parts(std::size_t centre) const;
  void set(std::size_t centre, std::uint32_t feature, std::uint32_t steps) {
    centres_[feature * stride_ + centre] = static_cast<float>(steps) / steps_to_one;
  }
  /// The closest centre of one row; `room` is scratch space.
  Placement place(std::span<const Weight> row, std::vector<float>& room) const;
  /// Similarity of one row to every centre: the first `count` entries of `out`.
  void compare(std::span<const Weight> row, std::vector<float>& out) const;

 private:
  std::size_t features_;
  std::size_t count_;
  std::size_t stride_;          // centres of one feature lie side by side
  std::vector<float> centres_;  // features × stride
};

/// The same for many centres that consist of few rows each: where most features are missing from
/// most centres, only those that are there are kept and summed. Places rows as `Centres` does, to
/// the bit.
class ThinCentres {
 public:
  ThinCentres(std::size_t features, std::size_t count) : starts_(features + 1), count_(count) {}

  std::size_t count() const { return count_; }
  void move(const SparseRows& rows, std::span<const std::uint32_t> weights,
            std::span<const Placement> placements);
  Placement place(std::span<const Weight> row, std::vector<float>& room) const;
  void compare(std::span<const Weight> row, std::vector<float>& out) const;

 private:
  struct Part {
    std::uint32_t centre;
    float value;
  };
  std::vector<std::size_t> starts_;  // of the parts of each feature
  std::vector<Part> parts_;
  std::size_t count_;
};

/// The closest centre of every row. `All` is `Centres` or what places rows as they do.
template <class All>
void place_rows(const All& centres, const SparseRows& rows, std::vector<Placement>& out,
                std::size_t threads) {
  in_blocks(rows.size(), threads, [&](std::size_t first, std::size_t last) {
    std::vector<float> room;
    for (std::size_t i = first; i < last; ++i) out[i] = centres.place(rows[i], room);
  });
}

/// From placements to better placements, until hardly any row moves or after `rounds`.
template <class All>
Result<void> refine(All& centres, const SparseRows& rows, std::span<const std::uint32_t> weights,
                    std::vector<Placement>& placements, int rounds, const Hands& hands) {
  std::vector<Placement> next(placements.size());
  for (int round = 0; round < rounds; ++round) {
    BOOST_OUTCOME_TRY(hands.ctx.check());
    hands.ctx.report("themes", round, rounds);
    centres.move(rows, weights, placements);
    place_rows(centres, rows, next, hands.threads);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < next.size(); ++i) moved += next[i].cluster != placements[i].cluster;
    placements.swap(next);
    if (moved * 500 <= placements.size()) break;
  }
  return success();
}

}  // namespace insightflow::analysis
