#include "insight/weighting.hpp"

#include "insight/closed.hpp"
#include "insight/fields.hpp"

#include <insightflow/analysis/weights.hpp>

namespace insightflow::insight {

namespace {

std::string counted_responses(std::int64_t n) {
  return std::to_string(n) + (n == 1 ? " response" : " responses");
}

Weighed from_field(const Dataset& dataset, const std::string& field) {
  Weighed out;
  WeightFindings found{.source = field};
  out.weights.resize(dataset.records.size(), 1);
  std::vector<double> known;
  std::vector<std::size_t> at;
  for (std::size_t record = 0; record < dataset.records.size(); ++record) {
    const auto weight = field_number(dataset, record, field);
    if (!weight || !(*weight >= 0)) continue;
    known.push_back(*weight);
    at.push_back(record);
  }
  found.unweighted = static_cast<std::int64_t>(dataset.records.size() - known.size());
  const analysis::Mass mass = analysis::normalise(known);
  if (mass.weight == 0) {
    out.weights.clear();
    out.notes.push_back("Nothing is weighted: '" + field + "' holds no weight above zero.");
    return out;
  }
  for (std::size_t i = 0; i < at.size(); ++i) out.weights[at[i]] = known[i];
  const auto [least, most] = std::minmax_element(known.begin(), known.end());
  found.least = *least;
  found.most = *most;
  found.effective = mass.effective();
  found.design_effect = mass.design_effect();
  if (found.unweighted > 0)
    out.notes.push_back(counted_responses(found.unweighted) +
                        " without a readable weight count as one.");
  out.findings = std::move(found);
  return out;
}

Result<Weighed> from_targets(const Dataset& dataset, const Settings& settings) {
  Weighed out;
  WeightFindings found{.source = "raking"};
  std::vector<analysis::Margin> margins;
  for (std::size_t t = 0; t < settings.targets.size(); ++t) {
    const WeightTarget& target = settings.targets[t];
    analysis::Margin& margin = margins.emplace_back(analysis::Margin{.name = target.by});
    std::map<std::string, std::uint32_t> codes;
    for (const auto& [value, share] : target.shares) {
      codes.emplace(value, static_cast<std::uint32_t>(margin.targets.size()));
      margin.targets.push_back(share);
    }
    std::vector<char> met(margin.targets.size());
    for (std::size_t record = 0; record < dataset.records.size(); ++record) {
      const auto code = codes.find(field_text(dataset, record, target.by));
      margin.codes.push_back(code == codes.end() ? analysis::unknown_code : code->second);
      if (code != codes.end()) met[code->second] = 1;
    }
    for (const auto& [value, code] : codes)
      if (margin.targets[code] > 0 && !met[code])
        return fail(Code::invalid, "weight_target_empty",
                    "Nobody answered '" + value + "' in '" + target.by +
                        "', so no weight can give it its share.",
                    "/targets/" + std::to_string(t) + "/shares");
    found.margins.push_back(target.by);
  }
  BOOST_OUTCOME_TRY(auto raked, analysis::rake(margins, {.trim = settings.trim}));
  out.weights = std::move(raked.weights);
  found.effective = raked.effective;
  found.design_effect = raked.design_effect;
  found.least = raked.least;
  found.most = raked.most;
  found.converged = raked.converged;
  found.rounds = raked.rounds;
  found.largest_gap = raked.largest_gap;
  found.trimmed = raked.trimmed;
  found.unweighted = raked.unweighted;
  if (found.unweighted > 0)
    out.notes.push_back(counted_responses(found.unweighted) +
                        " without a value to weight by count as one.");
  out.findings = std::move(found);
  return out;
}

}  // namespace

Result<Weighed> weigh(const Dataset& dataset, const Settings& settings) {
  if (!settings.targets.empty()) return from_targets(dataset, settings);
  if (!settings.weight.empty()) return from_field(dataset, settings.weight);
  return Weighed{};
}

}  // namespace insightflow::insight
