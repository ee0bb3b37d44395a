#include "analysis/hash.hpp"

#include <insightflow/analysis/personas.hpp>
#include <insightflow/analysis/statistics.hpp>
#include <insightflow/core/rng.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace insightflow::analysis {

namespace {

constexpr double least_silhouette = 0.25;
constexpr double least_part = 0.05;     // of the sample, for a group to be one
constexpr double worth_a_group = 0.05;  // more silhouette, for each group more
constexpr double telling_share = 0.15;  // difference of shares worth telling
constexpr double telling_mean = 0.5;    // difference of means in standard deviations (Cohen 1988)
constexpr int most_rounds = 30;
constexpr double nearly_all = 0.85;     // of a group with one value, for the two to be the same
constexpr std::size_t deals = 9;        // of the answers at random,
constexpr std::size_t dealt = 150;      // to so many respondents
constexpr double beyond_random = 0.05;  // more silhouette than the best of them

class Gower {
 public:
  /// Features of no importance are passed over.
  Gower(std::span<const Feature> features, std::span<const double> importance)
      : features_(features), importance_(importance) {
    for (const Feature& feature : features) {
      double low = 0, high = 0;
      bool any = false;
      for (const double x : feature.values) {
        if (!std::isfinite(x)) continue;
        low = any ? std::min(low, x) : x;
        high = any ? std::max(high, x) : x;
        any = true;
      }
      ranges_.push_back(feature.kind == FeatureKind::number && high > low ? high - low : 1);
    }
  }

  double operator()(std::size_t a, std::size_t b) const {
    return between([a](std::size_t) { return a; }, [b](std::size_t) { return b; });
  }

  /// The same between two that are put together: `a(f)` is whose value of feature f the one has.
  template <class A, class B>
  double between(const A& a, const B& b) const {
    double sum = 0, weight = 0;
    for (std::size_t f = 0; f < features_.size(); ++f) {
      const Feature& feature = features_[f];
      const double x = feature.values[a(f)], y = feature.values[b(f)];
      if (!(importance_[f] > 0) || !std::isfinite(x) || !std::isfinite(y)) continue;
      if (feature.kind == FeatureKind::presence && x == 0 && y == 0) continue;
      weight += importance_[f];
      sum += importance_[f] *
             (feature.kind == FeatureKind::number ? std::fabs(x - y) / ranges_[f] : double(x != y));
    }
    return weight > 0 ? sum / weight : 1;
  }

 private:
  std::span<const Feature> features_;
  std::span<const double> importance_;
  std::vector<double> ranges_;
};

/// All distances within the sample.
struct Distances {
  std::size_t size;
  std::vector<float> cells = std::vector<float>(size * size);
  void set(std::size_t a, std::size_t b, double distance) {
    cells[a * size + b] = cells[b * size + a] = static_cast<float>(distance);
  }
  double operator()(std::size_t a, std::size_t b) const { return cells[a * size + b]; }
};

struct Clustering {
  std::vector<std::size_t> medoids;  // Indexes into the sample.
  std::vector<std::size_t> group;
  double silhouette = -1;
};

void assign(const Distances& d, Clustering& c) {
  for (std::size_t i = 0; i < d.size; ++i) {
    c.group[i] = 0;
    for (std::size_t m = 1; m < c.medoids.size(); ++m)
      if (d(i, c.medoids[m]) < d(i, c.medoids[c.group[i]])) c.group[i] = m;
  }
}

/// The next medoid is the one that brings all others closest to some medoid (BUILD).
void add_medoid(const Distances& d, std::vector<std::size_t>& medoids) {
  std::vector<double> nearest(d.size, std::numeric_limits<double>::max());
  for (std::size_t i = 0; i < d.size; ++i)
    for (const std::size_t m : medoids) nearest[i] = std::min(nearest[i], d(i, m));
  std::size_t best = 0;
  double least = std::numeric_limits<double>::max();
  for (std::size_t candidate = 0; candidate < d.size; ++candidate) {
    double cost = 0;
    for (std::size_t i = 0; i < d.size; ++i) cost += std::min(nearest[i], d(i, candidate));
    if (cost < least) least = cost, best = candidate;
  }
  medoids.push_back(best);
}

/// The member of each group with the smallest sum of distances; false when nothing moved.
bool update(const Distances& d, Clustering& c) {
  std::vector<std::vector<std::size_t>> members(c.medoids.size());
  for (std::size_t i = 0; i < d.size; ++i) members[c.group[i]].push_back(i);
  bool moved = false;
  for (std::size_t m = 0; m < members.size(); ++m) {
    double least = std::numeric_limits<double>::max();
    std::size_t best = c.medoids[m];
    for (const std::size_t candidate : members[m]) {
      double cost = 0;
      for (const std::size_t i : members[m]) cost += d(i, candidate);
      if (cost < least) least = cost, best = candidate;
    }
    moved |= best != c.medoids[m];
    c.medoids[m] = best;
  }
  return moved;
}

/// Mean over all of (b - a) / max(a, b): a within the own group, b to the nearest other one
/// (Rousseeuw 1987).
double silhouette_of(const Distances& d, const Clustering& c) {
  const std::size_t k = c.medoids.size();
  std::vector<double> sizes(k);
  for (const std::size_t group : c.group) ++sizes[group];
  double sum = 0;
  std::vector<double> to(k);
  for (std::size_t i = 0; i < d.size; ++i) {
    std::fill(to.begin(), to.end(), 0.0);
    for (std::size_t j = 0; j < d.size; ++j) to[c.group[j]] += d(i, j);
    const std::size_t own = c.group[i];
    if (sizes[own] < 2) continue;
    const double a = to[own] / (sizes[own] - 1);
    double b = std::numeric_limits<double>::max();
    for (std::size_t g = 0; g < k; ++g)
      if (g != own && sizes[g] > 0) b = std::min(b, to[g] / sizes[g]);
    if (std::max(a, b) > 0) sum += (b - a) / std::max(a, b);
  }
  return sum / static_cast<double>(d.size);
}

/// Medoids that were built are moved until nothing changes.
Clustering settle(const Distances& d, const std::vector<std::size_t>& built) {
  Clustering c{.medoids = built, .group = std::vector<std::size_t>(d.size)};
  assign(d, c);
  for (int round = 0; round < most_rounds && update(d, c); ++round) assign(d, c);
  return c;
}

/// The best number of groups among 2 … most.
Clustering best_clustering(const Distances& d, std::size_t most) {
  Clustering best;
  std::vector<std::size_t> built;
  add_medoid(d, built);
  for (std::size_t k = 2; k <= most; ++k) {
    add_medoid(d, built);
    Clustering c = settle(d, built);
    std::vector<std::size_t> sizes(k);
    for (const std::size_t group : c.group) ++sizes[group];
    if (static_cast<double>(*std::min_element(sizes.begin(), sizes.end())) <
        least_part * static_cast<double>(d.size))
      continue;
    c.silhouette = silhouette_of(d, c);
    const auto more = static_cast<double>(std::max<std::size_t>(k - best.medoids.size(), 1));
    if (best.medoids.empty() || c.silhouette > best.silhouette + worth_a_group * more)
      best = std::move(c);
  }
  return best;
}

/// How well apart as many groups are when the answers to each question are dealt out at random, so
/// that they have nothing to do with each other: the best of several deals. Even evenly spread
/// answers to two questions fall into groups of a silhouette of 0.4.
double random_silhouette(const Gower& gower, std::size_t features,
                         const std::vector<std::size_t>& sample, std::size_t groups,
                         std::uint64_t seed) {
  Rng rng(seed);
  double best = 0;
  for (std::size_t deal = 0; deal < deals; ++deal) {
    std::vector<std::vector<std::size_t>> from(features, sample);
    for (auto& column : from) rng.shuffle(std::span(column));
    Distances d{std::min(sample.size(), dealt)};
    for (std::size_t a = 0; a < d.size; ++a)
      for (std::size_t b = 0; b < a; ++b)
        d.set(a, b,
              gower.between([&](std::size_t f) { return from[f][a]; },
                            [&](std::size_t f) { return from[f][b]; }));
    std::vector<std::size_t> built;
    while (built.size() < groups) add_medoid(d, built);
    best = std::max(best, silhouette_of(d, settle(d, built)));
  }
  return best;
}

/// True when the groups are the values of one closed question over again.
bool repeats(const Feature& feature, const std::vector<std::size_t>& sample, const Clustering& c) {
  if (feature.kind != FeatureKind::category) return false;
  std::vector<std::vector<std::size_t>> counts(c.medoids.size(),
                                               std::vector<std::size_t>(feature.names.size()));
  std::size_t known = 0, usual = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double value = feature.values[sample[i]];
    if (!std::isfinite(value)) continue;
    ++counts[c.group[i]][static_cast<std::size_t>(value)];
    ++known;
  }
  std::vector<bool> taken(feature.names.size());
  for (const auto& row : counts) {
    const auto most = std::max_element(row.begin(), row.end());
    const auto value = static_cast<std::size_t>(most - row.begin());
    if (most == row.end() || taken[value]) return false;
    taken[value] = true;
    usual += *most;
  }
  return static_cast<double>(usual) >= nearly_all * static_cast<double>(known);
}

struct Side {
  double sum = 0, squares = 0, n = 0;
  void add(double x) { sum += x, squares += x * x, ++n; }
  double mean() const { return n > 0 ? sum / n : 0; }
};

/// A trait with how telling it is; 1 is just worth telling.
struct RankedTrait {
  Trait trait;
  double strength = 0;
};

void compare(const Feature& feature, const std::vector<std::int32_t>& of, std::int32_t persona,
             std::vector<RankedTrait>& out) {
  const bool number = feature.kind == FeatureKind::number;
  const std::size_t values = feature.kind == FeatureKind::category ? feature.names.size() : 1;
  std::vector<Side> here(values), elsewhere(values);
  for (std::size_t i = 0; i < of.size(); ++i) {
    const double x = feature.values[i];
    if (of[i] < 0 || !std::isfinite(x)) continue;
    for (std::size_t v = 0; v < values; ++v)
      (of[i] == persona ? here : elsewhere)[v].add(
          values > 1 || feature.kind == FeatureKind::category ? double(x == static_cast<double>(v))
                                                              : x);
  }
  for (std::size_t v = 0; v < values; ++v) {
    Trait trait{.id = feature.id,
                .label = feature.label,
                .value = feature.kind == FeatureKind::category ? feature.names[v] : "",
                .number = number,
                .here = here[v].mean(),
                .elsewhere = elsewhere[v].mean()};
    if (here[v].n == 0 || elsewhere[v].n == 0) continue;
    double strength = std::fabs(trait.here - trait.elsewhere) / telling_share;
    if (number) {
      const double n = here[v].n + elsewhere[v].n;
      const double centre = (here[v].sum + elsewhere[v].sum) / n;
      const double variance = (here[v].squares + elsewhere[v].squares) / n - centre * centre;
      if (!(variance > 0)) continue;
      strength = std::fabs(trait.here - trait.elsewhere) / std::sqrt(variance) / telling_mean;
    }
    if (strength >= 1) out.push_back({std::move(trait), strength});
  }
}

}  // namespace

std::uint64_t lot(std::int64_t respondent, std::uint64_t seed) {
  return combine(seed + 1, static_cast<std::uint64_t>(respondent));
}

Result<PersonaModel> find_personas(std::span<const Feature> features, const PersonaOptions& options,
                                   const Ctx& ctx) {
  PersonaModel out;
  const std::size_t size = features.empty() ? 0 : features.front().values.size();
  for (const Feature& feature : features)
    if (feature.values.size() != size)
      return fail(Code::invalid, "persona_sample_mismatch",
                  "All features must be of the same respondents.");
  out.of_respondent.assign(size, -1);
  if (features.size() < 2) {
    out.abstained = "Fewer than two questions tell respondents apart.";
    return out;
  }
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t known = 0;
    for (const Feature& feature : features) known += std::isfinite(feature.values[i]);
    if (known * 2 >= features.size()) usable.push_back(i);
  }
  out.base = static_cast<std::int64_t>(usable.size());
  if (out.base < options.least_base) {
    out.abstained = "Only " + std::to_string(out.base) +
                    " respondents answered enough: groups can be told from " +
                    std::to_string(options.least_base) + " on.";
    return out;
  }
  std::vector<std::pair<std::uint64_t, std::size_t>> by_number;
  for (const std::size_t i : usable)
    by_number.emplace_back(lot(static_cast<std::int64_t>(i), options.seed), i);
  std::sort(by_number.begin(), by_number.end());
  by_number.resize(std::min(by_number.size(), static_cast<std::size_t>(options.sample)));
  std::vector<std::size_t> sample;
  for (const auto& [number, i] : by_number) sample.push_back(i);
  std::sort(sample.begin(), sample.end());

  std::vector<double> importance;
  for (const Feature& feature : features) importance.push_back(feature.importance);
  const Gower gower(features, importance);
  Clustering found;
  for (std::size_t left = features.size();;) {
    Distances d{sample.size()};
    for (std::size_t a = 0; a < sample.size(); ++a) {
      if (a % 64 == 0) {
        BOOST_OUTCOME_TRY(ctx.check());
      }
      for (std::size_t b = 0; b < a; ++b) d.set(a, b, gower(sample[a], sample[b]));
    }
    found = best_clustering(d, static_cast<std::size_t>(options.most));
    out.silhouette = found.medoids.empty() ? 0 : found.silhouette;
    const bool structure = out.silhouette >= least_silhouette;
    if (structure &&
        out.silhouette >= beyond_random + random_silhouette(gower, features.size(), sample,
                                                            found.medoids.size(), options.seed))
      break;
    // One question that divides everybody sharply may hide what the others have in common.
    std::size_t same = 0;
    while (same < features.size() &&
           !(structure && importance[same] > 0 && repeats(features[same], sample, found)))
      ++same;
    if (same == features.size()) {
      out.abstained =
          "The respondents do not fall into groups: what they say to one question tells little "
          "about the others, or differs by degrees.";
      return out;
    }
    importance[same] = 0;
    if (--left >= 2) continue;
    out.abstained = "The groups that stand out are the answers to \u201c" + features[same].label +
                    "\u201d over again: compare by that question instead.";
    return out;
  }

  std::vector<std::int64_t> sizes(found.medoids.size());
  for (std::size_t k = 0; k < usable.size(); ++k) {
    if (k % 65536 == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
    }
    std::size_t nearest = 0;
    double least = 2;
    for (std::size_t m = 0; m < found.medoids.size(); ++m)
      if (const double far = gower(usable[k], sample[found.medoids[m]]); far < least)
        least = far, nearest = m;
    out.of_respondent[usable[k]] = static_cast<std::int32_t>(nearest);
    ++sizes[nearest];
  }
  std::vector<std::size_t> order(sizes.size());
  for (std::size_t m = 0; m < order.size(); ++m) order[m] = m;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  std::vector<std::int32_t> rank(order.size());
  for (std::size_t r = 0; r < order.size(); ++r) rank[order[r]] = static_cast<std::int32_t>(r);
  for (std::int32_t& of : out.of_respondent)
    if (of >= 0) of = rank[static_cast<std::size_t>(of)];
  for (std::size_t r = 0; r < order.size(); ++r) {
    const Share share = share_of("", "", sizes[order[r]], out.base);
    Persona persona{.size = share.count,
                    .share = share.share,
                    .interval = share.interval,
                    .typical = sample[found.medoids[order[r]]],
                    .traits = {}};
    std::vector<RankedTrait> traits;
    for (const Feature& feature : features)
      compare(feature, out.of_respondent, static_cast<std::int32_t>(r), traits);
    std::stable_sort(traits.begin(), traits.end(), [](const RankedTrait& a, const RankedTrait& b) {
      return a.strength > b.strength;
    });
    for (RankedTrait& ranked : traits) {
      if (persona.traits.size() >= static_cast<std::size_t>(options.traits)) break;
      if (std::none_of(persona.traits.begin(), persona.traits.end(),
                       [&](const Trait& told) { return told.id == ranked.trait.id; }))
        persona.traits.push_back(std::move(ranked.trait));
    }
    out.personas.push_back(std::move(persona));
  }
  return out;
}

}  // namespace insightflow::analysis
