#include "llm/ledger.hpp"

#include <insightflow/llm/gateway.hpp>

#include <algorithm>
#include <cmath>

/// What an experiment between models found.
namespace insightflow::llm {

namespace {

constexpr double z = 1.959963984540054;

/// E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
Share share_of(std::int64_t count, std::int64_t of) {
  if (of == 0) return {};
  const auto n = static_cast<double>(of);
  const double p = static_cast<double>(count) / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return {count, p, std::max(middle - half, 0.), std::min(middle + half, 1.)};
}

Mean mean_of(const std::vector<std::int64_t>& values) {
  if (values.empty()) return {};
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const std::int64_t value : values) sum += static_cast<double>(value);
  const double mean = sum / n;
  for (const std::int64_t value : values) {
    const double off = static_cast<double>(value) - mean;
    squares += off * off;
  }
  const double half = values.size() > 1 ? z * std::sqrt(squares / (n - 1) / n) : 0;
  return {mean, mean - half, mean + half};
}

/// One call of an experiment.
struct Trial {
  std::string model;
  CallState state = CallState::running;
  Quality quality = Quality::unknown;
  std::int64_t statements = 0;
  std::int64_t dropped = 0;
  std::int64_t cost = 0;
  std::int64_t latency_ms = 0;
};
BOOST_DESCRIBE_STRUCT(Trial, (), (model, state, quality, statements, dropped, cost, latency_ms))

struct Sums {
  std::int64_t calls = 0, errors = 0, statements = 0, dropped = 0;
  std::array<std::int64_t, 4> by_quality{};
  std::vector<std::int64_t> costs, latencies;

  void add(const Trial& trial) {
    ++calls;
    costs.push_back(trial.cost);
    if (trial.state == CallState::completed)
      latencies.push_back(trial.latency_ms);
    else
      ++errors;
    ++by_quality[static_cast<std::size_t>(trial.quality)];
    statements += trial.statements;
    dropped += trial.dropped;
  }
  std::int64_t of(Quality quality) const { return by_quality[static_cast<std::size_t>(quality)]; }
};

ArmReport report_on(const std::string& model, const Sums& sums) {
  const std::int64_t judged = sums.calls - sums.of(Quality::unknown);
  return {.model = model,
          .calls = sums.calls,
          .judged = judged,
          .valid = share_of(sums.of(Quality::valid), judged),
          .repaired = share_of(sums.of(Quality::repaired), judged),
          .failed = share_of(sums.of(Quality::failed), judged),
          .errors = share_of(sums.errors, sums.calls),
          .dropped = share_of(sums.dropped, sums.statements),
          .cost = mean_of(sums.costs),
          .latency_ms = mean_of(sums.latencies)};
}

}  // namespace

Result<ExperimentReport> experiment_report(storage::Database& db, const Settings& settings,
                                           std::string_view name) {
  const auto experiment = std::ranges::find(settings.experiments, name, &Experiment::name);
  if (experiment == settings.experiments.end())
    return fail(Code::not_found, "experiment_unknown",
                "The settings have no experiment '" + std::string(name) + "'.");
  std::map<std::string, Sums> arms;
  for (const Arm& arm : experiment->arms) arms[arm.model];
  BOOST_OUTCOME_TRY(db.read([&](storage::Tx& tx) {
    return tx.each(
        "SELECT model, state, quality, statements, dropped, cost, latency_ms FROM llm_calls WHERE "
        "experiment = ?1 AND experiment <> '' AND cached = 0 AND state IN ('completed', 'failed') "
        "ORDER BY id",
        {name}, [&](const storage::Row& row) -> Result<void> {
          Trial trial;
          BOOST_OUTCOME_TRY(storage::read_row(row, type_of<Trial>(), &trial));
          // A stand-in that a fallback brought in is no arm.
          if (const auto arm = arms.find(trial.model); arm != arms.end()) arm->second.add(trial);
          return success();
        });
  }));
  ExperimentReport out{.name = experiment->name, .task = experiment->task, .arms = {}};
  const auto dearness = [&](const std::string& model) {
    const auto found = std::ranges::find(settings.models, model, &Model::name);
    return found->input_price + found->output_price;
  };
  const auto baseline = std::ranges::min_element(
      experiment->arms, {}, [&](const Arm& arm) { return dearness(arm.model); });
  for (const Arm& arm : experiment->arms) {
    out.arms.push_back(report_on(arm.model, arms[arm.model]));
    out.arms.back().baseline = arm.model == baseline->model;
  }
  return out;
}

}  // namespace insightflow::llm
