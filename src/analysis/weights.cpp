#include <insightflow/analysis/weights.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::analysis {

namespace {

constexpr int most_trims = 50;

struct Category {
  double target = 0;  // Share of the whole.
  double sum = 0;     // Of the weights.
};

/// The targets as shares.
Result<std::vector<Category>> categories_of(const Margin& margin, const std::vector<char>& known) {
  double all = 0;
  for (const double target : margin.targets) {
    if (!(target >= 0) || !std::isfinite(target))
      return fail(Code::invalid, "weight_target_invalid",
                  "A target of '" + margin.name + "' is not a share: it must be 0 or more.");
    all += target;
  }
  if (!(all > 0) || !std::isfinite(all))
    return fail(Code::invalid, "weight_target_invalid",
                "The targets of '" + margin.name + "' add up to nothing.");
  std::vector<Category> out;
  for (const double target : margin.targets) out.push_back({target / all, 0});
  std::vector<char> met(out.size());
  for (std::size_t i = 0; i < known.size(); ++i)
    if (known[i]) met[margin.codes[i]] = 1;
  for (std::size_t c = 0; c < out.size(); ++c)
    if (out[c].target > 0 && !met[c])
      return fail(Code::invalid, "weight_target_empty",
                  "Nobody in the sample belongs to category " + std::to_string(c + 1) + " of '" +
                      margin.name + "', so no weight can give it its share.");
  return out;
}

/// Largest distance of a share from its target under the weights.
double gap(const Margin& margin, std::vector<Category>& categories,
           const std::vector<double>& weights, const std::vector<char>& known) {
  double all = 0, out = 0;
  for (Category& category : categories) category.sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (known[i]) categories[margin.codes[i]].sum += weights[i];
  for (const Category& category : categories) all += category.sum;
  if (!(all > 0)) return 1;
  for (const Category& category : categories)
    out = std::max(out, std::fabs(category.sum / all - category.target));
  return out;
}

}  // namespace

Mass normalise(std::span<double> weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  const double factor = sum > 0 ? static_cast<double>(weights.size()) / sum : 0;
  Mass out;
  for (double& weight : weights) {
    weight = std::min(weight * factor, largest_weight);
    out.add(weight);
  }
  return out;
}

std::int64_t trim_weights(std::span<double> weights, double factor) {
  if (!(factor > 1) || weights.empty()) return 0;
  double sum = 0;
  for (const double weight : weights) sum += weight;
  const double mean = sum / static_cast<double>(weights.size());
  const double low = mean / factor, high = mean * factor;
  std::vector<char> cut(weights.size());
  for (int round = 0; round < most_trims; ++round) {
    bool any = false;
    double now = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] < low * (1 - 1e-9) || weights[i] > high * (1 + 1e-9)) {
        cut[i] = 1;
        any = true;
      }
      now += weights[i] = std::clamp(weights[i], low, high);
    }
    if (!any) break;
    for (double& weight : weights) weight *= sum / now;
  }
  return std::count(cut.begin(), cut.end(), 1);
}

Result<Weighting> cell_weights(const Margin& margin) {
  return rake(std::span(&margin, 1));
}

Result<Weighting> rake(std::span<const Margin> margins, const RakeOptions& options) {
  const std::size_t size = margins.empty() ? 0 : margins.front().codes.size();
  std::vector<char> known(size, 1);
  for (const Margin& margin : margins) {
    if (margin.codes.size() != size)
      return fail(Code::invalid, "weight_sample_mismatch",
                  "'" + margin.name + "' is known of " + std::to_string(margin.codes.size()) +
                      " respondents, the others of " + std::to_string(size) + ".");
    for (std::size_t i = 0; i < size; ++i) known[i] &= margin.codes[i] < margin.targets.size();
  }
  const auto weighted = std::count(known.begin(), known.end(), 1);
  if (weighted == 0)
    return fail(Code::invalid, "weights_empty",
                "No respondent has a known category of every characteristic to weight by.");
  std::vector<std::vector<Category>> categories;
  for (const Margin& margin : margins) {
    BOOST_OUTCOME_TRY(auto found, categories_of(margin, known));
    categories.push_back(std::move(found));
  }
  Weighting out;
  out.weights.assign(size, 1);
  out.unweighted = static_cast<std::int64_t>(size) - weighted;
  std::vector<double> alone;  // Of those who are weighted: unknown ones do not pull the mean.
  const auto trim = [&] {
    alone.clear();
    for (std::size_t i = 0; i < size; ++i)
      if (known[i]) alone.push_back(out.weights[i]);
    out.trimmed = std::max(out.trimmed, trim_weights(alone, options.trim));
    for (std::size_t i = 0, k = 0; i < size; ++i)
      if (known[i]) out.weights[i] = alone[k++];
  };
  while (!out.converged && out.rounds < options.most_rounds) {
    ++out.rounds;
    for (std::size_t m = 0; m < margins.size(); ++m) {
      gap(margins[m], categories[m], out.weights, known);
      for (std::size_t i = 0; i < size; ++i) {
        if (!known[i]) continue;
        const Category& category = categories[m][margins[m].codes[i]];
        if (category.sum > 0)
          out.weights[i] *= category.target * static_cast<double>(weighted) / category.sum;
      }
    }
    if (options.trim > 1) trim();
    out.largest_gap = 0;
    for (std::size_t m = 0; m < margins.size(); ++m)
      out.largest_gap =
          std::max(out.largest_gap, gap(margins[m], categories[m], out.weights, known));
    out.converged = out.largest_gap <= options.tolerance;
  }
  Mass mass;
  out.least = largest_weight;
  out.most = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (!known[i]) continue;
    out.weights[i] = std::min(out.weights[i], largest_weight);
    mass.add(out.weights[i]);
    out.least = std::min(out.least, out.weights[i]);
    out.most = std::max(out.most, out.weights[i]);
  }
  out.effective = mass.effective();
  out.design_effect = mass.design_effect();
  return out;
}

}  // namespace insightflow::analysis
