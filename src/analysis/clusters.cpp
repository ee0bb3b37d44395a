#include "analysis/clusters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

namespace insightflow::analysis {

namespace {

constexpr double fixed_point = 1 << 20;
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

std::int64_t in_steps(float value) {
  return static_cast<std::int64_t>(static_cast<double>(value) * fixed_point + 0.5);
}

/// The first of the largest.
Placement closest(std::span<const float> similarities, std::size_t count) {
  Placement best;
  for (std::size_t c = 0; c < count; ++c)
    if (similarities[c] > best.similarity) best = {static_cast<std::int32_t>(c), similarities[c]};
  return best;
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
      sums[w.feature * stride_ + cluster] += in_steps(w.value) * weights[i];
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
      const auto steps = static_cast<std::uint32_t>(value * steps_to_one + 0.5f);
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
      out.emplace_back(f, static_cast<std::uint32_t>(value * steps_to_one + 0.5f));
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
  return closest(room, count_);
}

void ThinCentres::move(const SparseRows& rows, std::span<const std::uint32_t> weights,
                       std::span<const Placement> placements) {
  struct Term {
    std::uint32_t centre;
    std::int64_t amount;
  };
  std::fill(starts_.begin(), starts_.end(), std::size_t{0});
  const auto each = [&](const auto& use) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (placements[i].cluster >= 0)
        for (const Weight& w : rows[i]) use(i, w);
  };
  each([&](std::size_t, const Weight& w) { ++starts_[w.feature]; });
  std::size_t before = 0;
  for (std::size_t& start : starts_) before += std::exchange(start, before);
  std::vector<Term> terms(before);
  std::vector<std::size_t> next = starts_;
  each([&](std::size_t i, const Weight& w) {
    terms[next[w.feature]++] = {static_cast<std::uint32_t>(placements[i].cluster),
                                in_steps(w.value) * weights[i]};
  });

  std::vector<std::int64_t> sums(count_), together;
  std::vector<double> scale(count_);
  std::vector<std::uint32_t> touched;
  parts_.clear();
  for (std::size_t f = 0, end = 0; f + 1 < starts_.size(); ++f) {
    const std::size_t first = end;
    end = starts_[f + 1];
    touched.clear();
    for (std::size_t t = first; t < end; ++t) {
      if (sums[terms[t].centre] == 0 && terms[t].amount != 0) touched.push_back(terms[t].centre);
      sums[terms[t].centre] += terms[t].amount;
    }
    starts_[f] = parts_.size();
    for (const std::uint32_t c : touched) {
      const double sum = static_cast<double>(sums[c]) / fixed_point;
      scale[c] += sum * sum;
      parts_.push_back({c, 0});
      together.push_back(std::exchange(sums[c], 0));
    }
  }
  starts_.back() = parts_.size();
  for (double& s : scale) s = s > 0 ? 1 / (std::sqrt(s) * fixed_point) : 0;
  for (std::size_t p = 0; p < parts_.size(); ++p)
    parts_[p].value =
        static_cast<float>(static_cast<double>(together[p]) * scale[parts_[p].centre]);
}

void ThinCentres::compare(std::span<const Weight> row, std::vector<float>& out) const {
  out.assign(count_, 0);
  for (const Weight& w : row)
    for (std::size_t p = starts_[w.feature]; p < starts_[w.feature + 1]; ++p)
      out[parts_[p].centre] += parts_[p].value * w.value;
}

Placement ThinCentres::place(std::span<const Weight> row, std::vector<float>& room) const {
  compare(row, room);
  return closest(room, count_);
}

}  // namespace insightflow::analysis
