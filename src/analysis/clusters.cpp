#include "analysis/clusters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <thread>

namespace insightflow::analysis {

namespace {

constexpr double fixed_point = 1 << 20;
constexpr std::size_t block = 256;
constexpr std::size_t lanes = 8;  // centres that are summed side by side
using Lanes __attribute__((vector_size(lanes * sizeof(float)))) = float;

/// Products of a row with so many groups of centres, whose sums stay in registers. For every centre
/// they are added in the order of the features.
template <std::size_t Groups>
void sum_side_by_side(std::span<const Weight> row, const float* centres, std::size_t stride,
                      float* out) {
  Lanes sums[Groups] = {};
  for (const Weight& w : row) {
    Lanes part[Groups];
    std::memcpy(part, centres + w.feature * stride, sizeof part);
    for (std::size_t g = 0; g < Groups; ++g) sums[g] += part[g] * w.value;
  }
  std::memcpy(out, sums, sizeof sums);
}

}  // namespace

Centres::Centres(std::size_t features, std::size_t count)
    : features_(features),
      count_(count),
      stride_((count + lanes - 1) / lanes * lanes),
      centres_(features_ * stride_) {}

void Centres::move(const SparseRows& rows, std::span<const std::uint32_t> weights,
                   std::span<const Placement> placements) {
  std::vector<std::int64_t> sums(features_ * stride_);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (placements[i].cluster < 0) continue;
    const auto cluster = static_cast<std::size_t>(placements[i].cluster);
    for (const Weight& w : rows[i])
      sums[w.feature * stride_ + cluster] +=
          static_cast<std::int64_t>(static_cast<double>(w.value) * fixed_point + 0.5) * weights[i];
  }
  std::vector<double> scale(stride_);
  for (std::size_t f = 0; f < features_; ++f)
    for (std::size_t c = 0; c < count_; ++c) {
      const double sum = static_cast<double>(sums[f * stride_ + c]) / fixed_point;
      scale[c] += sum * sum;
    }
  for (double& s : scale) s = s > 0 ? 1 / (std::sqrt(s) * fixed_point) : 0;
  for (std::size_t f = 0; f < features_; ++f)
    for (std::size_t c = 0; c < count_; ++c)
      centres_[f * stride_ + c] =
          static_cast<float>(static_cast<double>(sums[f * stride_ + c]) * scale[c]);
}

void Centres::trim(std::size_t strongest) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> list;  // steps and feature
  for (std::size_t c = 0; c < count_; ++c) {
    list.clear();
    for (std::uint32_t f = 0; f < features_; ++f) {
      float& value = centres_[f * stride_ + c];
      const auto steps = static_cast<std::uint32_t>(value * step_ + 0.5f);
      if (steps > 0) list.emplace_back(steps, f);
      value = 0;
    }
    const std::size_t kept = std::min(strongest, list.size());
    std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(kept), list.end(),
                      [](const auto& a, const auto& b) {
                        return a.first != b.first ? a.first > b.first : a.second < b.second;
                      });
    for (std::size_t i = 0; i < kept; ++i) set(c, list[i].second, list[i].first);
  }
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> Centres::parts(std::size_t centre) const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
  for (std::uint32_t f = 0; f < features_; ++f)
    if (const float value = centres_[f * stride_ + centre]; value > 0)
      out.emplace_back(f, static_cast<std::uint32_t>(value * step_ + 0.5f));
  return out;
}

void Centres::compare(std::span<const Weight> row, std::vector<float>& out) const {
  out.resize(stride_);
  std::size_t c = 0;
  for (; c + 4 * lanes <= stride_; c += 4 * lanes)
    sum_side_by_side<4>(row, centres_.data() + c, stride_, out.data() + c);
  // What is left is summed side by side as well: one sum alone waits for itself.
  constexpr std::array rest{&sum_side_by_side<1>, &sum_side_by_side<2>, &sum_side_by_side<3>};
  if (c < stride_)
    rest[(stride_ - c) / lanes - 1](row, centres_.data() + c, stride_, out.data() + c);
}

Placement Centres::place(std::span<const Weight> row, std::vector<float>& room) const {
  compare(row, room);
  Placement best;
  for (std::size_t c = 0; c < count_; ++c)
    if (room[c] > best.similarity) best = {static_cast<std::int32_t>(c), room[c]};
  return best;
}

void in_blocks(std::size_t total, std::size_t threads,
               const std::function<void(std::size_t, std::size_t)>& work) {
  const std::size_t blocks = (total + block - 1) / block;
  threads = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(blocks, 1));
  const std::size_t share = (blocks + threads - 1) / threads * block;
  std::vector<std::jthread> helpers;
  for (std::size_t t = 1; t < threads; ++t)
    if (t * share < total)
      helpers.emplace_back(
          [&work, t, share, total] { work(t * share, std::min(total, (t + 1) * share)); });
  work(0, std::min(total, share));
}

void place_rows(const Centres& centres, const SparseRows& rows, std::vector<Placement>& out,
                std::size_t threads) {
  in_blocks(rows.size(), threads, [&](std::size_t first, std::size_t last) {
    std::vector<float> room;
    for (std::size_t i = first; i < last; ++i) out[i] = centres.place(rows[i], room);
  });
}

Result<void> refine(Centres& centres, const SparseRows& rows,
                    std::span<const std::uint32_t> weights, std::vector<Placement>& placements,
                    int rounds, std::size_t threads, const Ctx& ctx) {
  std::vector<Placement> next(placements.size());
  for (int round = 0; round < rounds; ++round) {
    BOOST_OUTCOME_TRY(ctx.check());
    ctx.report("themes", round, rounds);
    centres.move(rows, weights, placements);
    place_rows(centres, rows, next, threads);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < next.size(); ++i) moved += next[i].cluster != placements[i].cluster;
    placements.swap(next);
    if (moved * 500 <= placements.size()) break;
  }
  return success();
}

double fit_of(std::span<const Placement> placements, std::span<const std::uint32_t> weights) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < placements.size(); ++i)
    sum += weights[i] *
           static_cast<std::int64_t>(static_cast<double>(placements[i].similarity) * fixed_point);
  return static_cast<double>(sum) / fixed_point;
}

}  // namespace insightflow::analysis
