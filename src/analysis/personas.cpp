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
constexpr double worth_a_group = 0.05;  // more silhouette, for groups more than fewer ones
constexpr double telling_share = 0.15;  // difference of shares worth telling
constexpr double telling_mean = 0.5;    // difference of means in standard deviations (Cohen 1988)
constexpr int most_rounds = 30;

class Gower {
 public:
  explicit Gower(std::span<const Feature> features) : features_(features) {
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
    double sum = 0, weight = 0;
    for (std::size_t f = 0; f < features_.size(); ++f) {
      const Feature& feature = features_[f];
      const double x = feature.values[a], y = feature.values[b];
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      if (feature.kind == FeatureKind::presence && x == 0 && y == 0) continue;
      weight += feature.importance;
      sum += feature.importance *
             (feature.kind == FeatureKind::number ? std::fabs(x - y) / ranges_[f] : double(x != y));
    }
    return weight > 0 ? sum / weight : 1;
  }

 private:
  std::span<const Feature> features_;
  std::vector<double> ranges_;
};

/// All distances within the sample.
struct Distances {
  std::size_t size;
  std::vector<float> cells;
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

/// The best number of groups among 2 … most.
Clustering best_clustering(const Distances& d, std::size_t most) {
  Clustering best;
  std::vector<std::size_t> built;
  add_medoid(d, built);
  for (std::size_t k = 2; k <= most; ++k) {
    add_medoid(d, built);
    Clustering c{.medoids = built, .group = std::vector<std::size_t>(d.size)};
    assign(d, c);
    for (int round = 0; round < most_rounds && update(d, c); ++round) assign(d, c);
    std::vector<std::size_t> sizes(k);
    for (const std::size_t group : c.group) ++sizes[group];
    if (static_cast<double>(*std::min_element(sizes.begin(), sizes.end())) <
        least_part * static_cast<double>(d.size))
      continue;
    c.silhouette = silhouette_of(d, c);
    if (c.silhouette > best.silhouette + worth_a_group) best = std::move(c);
  }
  return best;
}

struct Side {
  double sum = 0, squares = 0, n = 0;
  void add(double x) { sum += x, squares += x * x, ++n; }
  double mean() const { return n > 0 ? sum / n : 0; }
};

/// A trait with how telling it is; 1 is just worth telling.
struct Ranked {
  Trait trait;
  double strength = 0;
};

void compare(const Feature& feature, const std::vector<std::int32_t>& of, std::int32_t persona,
             std::vector<Ranked>& out) {
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
  std::vector<std::size_t> sample = usable;
  Rng(options.seed).shuffle(std::span(sample));
  sample.resize(std::min(sample.size(), static_cast<std::size_t>(options.sample)));
  std::sort(sample.begin(), sample.end());

  const Gower gower(features);
  Distances d{sample.size(), std::vector<float>(sample.size() * sample.size())};
  for (std::size_t a = 0; a < sample.size(); ++a) {
    if (a % 64 == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
    }
    for (std::size_t b = 0; b < a; ++b)
      d.cells[a * d.size + b] = d.cells[b * d.size + a] =
          static_cast<float>(gower(sample[a], sample[b]));
  }
  const Clustering found = best_clustering(d, static_cast<std::size_t>(options.most));
  out.silhouette = found.medoids.empty() ? 0 : found.silhouette;
  if (found.medoids.empty() || found.silhouette < least_silhouette) {
    out.abstained =
        "The respondents do not fall into groups: their answers differ by degrees (mean silhouette "
        "below 0.25).";
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
    std::vector<Ranked> traits;
    for (const Feature& feature : features)
      compare(feature, out.of_respondent, static_cast<std::int32_t>(r), traits);
    std::stable_sort(traits.begin(), traits.end(),
                     [](const Ranked& a, const Ranked& b) { return a.strength > b.strength; });
    for (std::size_t t = 0; t < traits.size() && t < static_cast<std::size_t>(options.traits); ++t)
      persona.traits.push_back(std::move(traits[t].trait));
    out.personas.push_back(std::move(persona));
  }
  return out;
}

}  // namespace insightflow::analysis
