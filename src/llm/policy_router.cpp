#include "llm/policy.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/digest.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::llm {

namespace {

/// What counts how much in a tier. The terms are 0 to 1, the rows add up to 1.
struct WeightRow {
  Tier tier;
  double cost, latency, quality, reliability;
};
constexpr std::array weight_rows{WeightRow{Tier::economy, .5, .1, .2, .2},
                                 WeightRow{Tier::standard, .2, .1, .4, .3},
                                 WeightRow{Tier::best, .05, .05, .6, .3}};

/// What is assumed of a model before it has been seen: so many replies, of which such a share held.
constexpr double prior_count = 4;
constexpr double prior_quality = .8;
constexpr double prior_reliability = .95;
constexpr std::int64_t figures_live_ms = 5'000;

bool serves(const Model& model, std::string_view task) {
  return model.tasks.empty() || std::ranges::find(model.tasks, task) != model.tasks.end();
}

Wire wire_of(const Settings& settings, const Model& model) {
  const auto provider = std::ranges::find(settings.providers, model.provider, &Provider::name);
  return provider == settings.providers.end() ? Wire::openai : provider->wire;
}

bool fits(const Model& model, const Request& request, Wire wire) {
  return request.max_output_tokens <= model.context_tokens - estimate_tokens(request, wire);
}

/// The tier to choose from: the one asked for, else the next better, else the next lower one.
std::optional<Tier> tier_for(const Settings& settings, const Request& request) {
  std::optional<Tier> above, below;
  for (const Model& model : settings.models) {
    if (!serves(model, request.task) || !fits(model, request, wire_of(settings, model))) continue;
    if (model.tier >= request.tier)
      above = std::min(above.value_or(model.tier), model.tier);
    else
      below = std::max(below.value_or(model.tier), model.tier);
  }
  return above ? above : below;
}

/// Fills in what is known of a model and what this call is expected to cost.
void measure(Candidate& candidate, const Model& model, const Request& request, Wire wire,
             const Figures& seen) {
  const auto calls = static_cast<double>(seen.calls);
  const auto failures = static_cast<double>(seen.failures);
  const std::int64_t answered = seen.calls - seen.failures;
  const auto judged = static_cast<double>(seen.valid + seen.repaired + seen.invalid);
  const double held = static_cast<double>(seen.valid) + 0.5 * static_cast<double>(seen.repaired);
  // Dropped statements cost quality in their proportion.
  const double kept = seen.statements > 0 ? 1 - static_cast<double>(seen.dropped) /
                                                    static_cast<double>(seen.statements)
                                          : 1;
  candidate.calls = seen.calls;
  candidate.quality =
      (held * std::clamp(kept, 0., 1.) + prior_quality * prior_count) / (judged + prior_count);
  candidate.reliability =
      (calls - failures + prior_reliability * prior_count) / (calls + prior_count);
  candidate.latency_ms =
      answered > 0 ? static_cast<double>(seen.latency_ms) / static_cast<double>(answered) : 0;
  Usage usage{.input_tokens = estimate_tokens(request, wire),
              .output_tokens = request.max_output_tokens / 2};
  if (seen.estimated_input > 0)
    usage.input_tokens = std::llround(static_cast<double>(usage.input_tokens) *
                                      static_cast<double>(seen.input_tokens) /
                                      static_cast<double>(seen.estimated_input));
  if (answered > 0) usage.output_tokens = seen.output_tokens / answered;
  candidate.expected_cost = price(model, usage);
}

/// Scores those who may be chosen: best in the field over one's own, for cost and latency.
void score(std::vector<Candidate*>& field, Tier tier) {
  const WeightRow& weights = *std::ranges::find(weight_rows, tier, &WeightRow::tier);
  std::int64_t cheapest = std::numeric_limits<std::int64_t>::max();
  double fastest = 0;
  for (const Candidate* one : field) {
    cheapest = std::min(cheapest, one->expected_cost);
    if (one->latency_ms > 0 && (fastest == 0 || one->latency_ms < fastest))
      fastest = one->latency_ms;
  }
  for (Candidate* one : field) {
    const double cost = one->expected_cost > 0 ? static_cast<double>(cheapest) /
                                                     static_cast<double>(one->expected_cost)
                                               : 1;
    const double latency = one->latency_ms > 0 ? fastest / one->latency_ms : 1;
    one->score = weights.cost * cost + weights.latency * latency + weights.quality * one->quality +
                 weights.reliability * one->reliability;
  }
}

const Experiment* experiment_on(const Settings& settings, std::string_view task) {
  const auto found = std::ranges::find(settings.experiments, task, &Experiment::task);
  return found == settings.experiments.end() ? nullptr : &*found;
}

/// The same request of the same workspace always draws the same arm.
const std::string& draw(const Experiment& experiment, const Request& request) {
  std::int64_t all = 0;
  for (const Arm& arm : experiment.arms) all += arm.share;
  security::Sha256 digest;
  for (const std::string_view part :
       {std::string_view(experiment.name), std::string_view(request.task)}) {
    digest.update(std::to_string(part.size()) + ":");
    digest.update(part);
  }
  digest.update(request.workspace.str());
  for (const Message& message : request.messages) {
    digest.update(std::to_string(message.text.size()) + ":");
    digest.update(message.text);
  }
  const std::uint64_t number = std::stoull(digest.hex().substr(0, 15), nullptr, 16);
  auto point = static_cast<std::int64_t>(number % static_cast<std::uint64_t>(all));
  for (const Arm& arm : experiment.arms)
    if ((point -= arm.share) < 0) return arm.model;
  return experiment.arms.back().model;
}

/// Takes one model, whatever the others scored.
void take(Decision& decision, std::string_view model, Verdict verdict, Verdict others) {
  for (Candidate& candidate : decision.candidates) {
    const bool chosen = candidate.model == model;
    if (chosen) decision.chosen = candidate.model;
    candidate.verdict = chosen ? verdict : others;
  }
}

void take_best(Decision& decision, std::vector<Candidate*> field, double margin) {
  if (field.empty()) return;
  const auto cheaper = [](const Candidate* a, const Candidate* b) {
    return std::tie(a->expected_cost, a->model) < std::tie(b->expected_cost, b->model);
  };
  Candidate* baseline = *std::ranges::min_element(field, cheaper);
  Candidate* best = baseline;
  for (Candidate* one : field)
    if (one->score > best->score) best = one;
  if (best != baseline && best->score <= baseline->score + margin) {
    best->verdict = Verdict::within_margin;
    best = baseline;
  }
  decision.baseline = baseline->model;
  decision.chosen = best->model;
  best->verdict = Verdict::chosen;
}

class RouterPolicy final : public Decorator {
 public:
  RouterPolicy(std::unique_ptr<Client> inner, const Shared& shared)
      : Decorator(Policy::router, std::move(inner)), shared_(shared) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    const Decision decision =
        choose(shared_.settings, request, known(request.task), [&](std::string_view name) {
          const auto& all = shared_.deployments;
          const auto one =
              std::ranges::find_if(all, [&](const Deployment& d) { return d.model->name == name; });
          return one != all.end() && one->breaker->resting();
        });
    if (decision.chosen.empty()) return refusal(decision, request);
    Request sent = request;
    sent.model = decision.chosen;
    sent.trail.decision = to_json_text(decision);
    sent.trail.experiment = decision.experiment;
    return inner().complete(sent, ctx, on_text);
  }

 private:
  static Error refusal(const Decision& decision, const Request& request) {
    if (!request.model.empty())
      return fail(Code::not_found, "llm_model_unknown",
                  "The settings have no model '" + request.model + "'.");
    for (const Candidate& candidate : decision.candidates)
      if (candidate.verdict == Verdict::context_too_small)
        return fail(Code::too_large, "llm_context_exceeded",
                    "The request fits none of the models that may serve it. Send less.");
    return fail(Code::unavailable, "llm_no_model",
                "No model of the settings serves the task '" + request.task + "'.");
  }

  /// Read again every few seconds; where the database fails, what was known last.
  std::vector<Figures> known(const std::string& task) {
    if (shared_.ledger.db() == nullptr) return {};
    const Instant now = shared_.clock.now();
    {
      const std::lock_guard lock(mutex_);
      const auto found = known_.find(task);
      if (found != known_.end() && now.ms - found->second.at.ms < figures_live_ms &&
          now >= found->second.at)
        return found->second.figures;
    }
    const Instant since{spans_at(now)[0].start.ms -
                        (shared_.settings.router.window_days - 1) * 86'400'000};
    auto read = figures(*shared_.ledger.db(), task, since);
    const std::lock_guard lock(mutex_);
    if (known_.size() > 1'000) known_.clear();
    Known& known = known_[task];
    if (read) known.figures = std::move(read.value());
    known.at = now;
    return known.figures;
  }

  struct Known {
    Instant at;
    std::vector<Figures> figures;
  };
  const Shared shared_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace

Decision choose(const Settings& settings, const Request& request,
                const std::vector<Figures>& figures,
                const std::function<bool(std::string_view)>& resting) {
  Decision decision;
  const auto tier = tier_for(settings, request);
  decision.candidates.resize(settings.models.size());
  std::vector<Candidate*> field, tired;
  for (std::size_t i = 0; i < settings.models.size(); ++i) {
    const Model& model = settings.models[i];
    const Wire wire = wire_of(settings, model);
    Candidate& candidate = decision.candidates[i];
    candidate.model = model.name;
    candidate.tier = model.tier;
    const auto seen = std::ranges::find(figures, model.name, &Figures::model);
    measure(candidate, model, request, wire, seen == figures.end() ? Figures{} : *seen);
    if (!serves(model, request.task))
      candidate.verdict = Verdict::other_task;
    else if (!fits(model, request, wire))
      candidate.verdict = Verdict::context_too_small;
    else if (model.tier != tier)
      candidate.verdict = Verdict::other_tier;
    else if (resting(model.name)) {
      candidate.verdict = Verdict::resting;
      tired.push_back(&candidate);
    } else {
      field.push_back(&candidate);
    }
  }
  if (!request.model.empty()) {
    take(decision, request.model, Verdict::pinned, Verdict::not_named);
    return decision;
  }
  // Where all rest, the group behind may still help, and says so if it cannot.
  if (field.empty()) field = std::move(tired);
  if (tier && !field.empty()) {
    score(field, *tier);
    take_best(decision, field, settings.router.margin);
  }
  if (const Experiment* experiment = experiment_on(settings, request.task)) {
    const std::string& drawn = draw(*experiment, request);
    const auto candidate = std::ranges::find(decision.candidates, drawn, &Candidate::model);
    if (candidate != decision.candidates.end() &&
        candidate->verdict != Verdict::context_too_small &&
        candidate->verdict != Verdict::resting) {
      take(decision, drawn, Verdict::drawn, Verdict::not_drawn);
      decision.experiment = experiment->name;
    }
  }
  return decision;
}

std::unique_ptr<Client> make_router(std::unique_ptr<Client> inner, const Shared& shared) {
  return std::make_unique<RouterPolicy>(std::move(inner), shared);
}

}  // namespace insightflow::llm
