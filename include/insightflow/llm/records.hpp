#pragma once

#include <insightflow/core/time.hpp>
#include <insightflow/llm/client.hpp>

/// What is kept of calls: figures and names, never a text.
namespace insightflow::llm {

/// `running` is a call whose cost is reserved; `lost` one whose process went away meanwhile, for
/// which the reservation stays charged.
enum class CallState { running, completed, failed, lost };
BOOST_DESCRIBE_ENUM(CallState, running, completed, failed, lost)

/// What became of a reply where it was needed: valid at the first try, valid after the model was
/// told what is wrong, or never.
enum class Quality { unknown, valid, repaired, failed };
BOOST_DESCRIBE_ENUM(Quality, unknown, valid, repaired, failed)

/// One call to one model, its attempts included, or one reply out of the cache.
struct Call {
  LlmCallId id;
  WorkspaceId workspace_id;
  std::string task;
  std::string prompt_version;
  std::string model;
  std::string provider;
  std::string served_model;
  std::string origin;
  CallState state = CallState::running;
  std::string reason;
  bool cached = false;
  std::int64_t attempts = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cached_input_tokens = 0;
  bool estimated = false;
  std::int64_t cost = 0;
  std::int64_t latency_ms = 0;
  Quality quality = Quality::unknown;
  std::int64_t statements = 0;
  std::int64_t dropped = 0;
  std::string experiment;
  std::string decision;
  std::string cache_key;
  Instant started_at;
  std::optional<Instant> ended_at;
};
BOOST_DESCRIBE_STRUCT(Call, (),
                      (id, workspace_id, task, prompt_version, model, provider, served_model,
                       origin, state, reason, cached, attempts, input_tokens, output_tokens,
                       cached_input_tokens, estimated, cost, latency_ms, quality, statements,
                       dropped, experiment, decision, cache_key, started_at, ended_at))
inline constexpr std::array call_notes{
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "workspace_id", .doc = "Who pays.", .internal = true},
    Note{.field = "task", .doc = "What for."},
    Note{.field = "prompt_version", .doc = "Of the prompt that was used."},
    Note{.field = "model", .doc = "As the settings name it."},
    Note{.field = "provider", .doc = "As the settings name it."},
    Note{.field = "served_model", .doc = "As the provider says.", .omit_empty = true},
    Note{.field = "origin", .doc = "The job or request that asked.", .omit_empty = true},
    Note{.field = "state", .doc = "How it ended."},
    Note{.field = "reason", .doc = "Why it failed.", .omit_empty = true},
    Note{.field = "cached", .doc = "Nothing was sent: the reply was there already."},
    Note{.field = "attempts", .doc = "How often it was sent."},
    Note{.field = "input_tokens", .doc = "Before it ended: estimated."},
    Note{.field = "output_tokens", .doc = "Before it ended: the most it may be."},
    Note{.field = "cached_input_tokens", .doc = "Of the input, those the provider had in a cache."},
    Note{.field = "estimated", .doc = "The provider did not say; counted here."},
    Note{.field = "cost", .doc = "Millionths of the currency."},
    Note{.field = "latency_ms", .doc = "From sending to the end, waits included."},
    Note{.field = "quality", .doc = "What became of the reply."},
    Note{.field = "statements", .doc = "Statements in the reply."},
    Note{.field = "dropped", .doc = "Of these, dropped by the checks behind it."},
    Note{.field = "experiment", .doc = "The experiment that chose the model.", .omit_empty = true},
    Note{.field = "decision", .doc = "Why this model, as JSON.", .omit_empty = true},
    Note{.field = "cache_key", .doc = "SHA-256 of the request.", .internal = true},
    Note{.field = "started_at", .doc = "When it began."},
    Note{.field = "ended_at", .doc = "When it ended."}};
constexpr std::span<const Note> field_notes(const Call*) {
  return call_notes;
}

/// How a reply fared where it was needed; told once for a call.
struct Outcome {
  Quality quality = Quality::valid;
  std::int64_t statements = 0;  ///< In the reply.
  std::int64_t dropped = 0;     ///< Of these, dropped by the checks behind it.
};

/// What a model did on one task in the router's window, or in one day.
struct Figures {
  std::string model;
  std::int64_t calls = 0;
  std::int64_t failures = 0;
  std::int64_t latency_ms = 0;  ///< Sum over the completed calls; so are the others.
  std::int64_t cost = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t estimated_input = 0;  ///< What was estimated for `input_tokens` before the calls.
  std::int64_t valid = 0;
  std::int64_t repaired = 0;
  std::int64_t invalid = 0;
  std::int64_t statements = 0;
  std::int64_t dropped = 0;
};
BOOST_DESCRIBE_STRUCT(Figures, (),
                      (model, calls, failures, latency_ms, cost, input_tokens, output_tokens,
                       estimated_input, valid, repaired, invalid, statements, dropped))

/// Why a model was taken or not.
enum class Verdict {
  chosen,
  pinned,  ///< Chosen: the caller named it.
  drawn,   ///< Chosen: an experiment drew it.
  scored_lower,
  within_margin,  ///< It scored higher than the baseline, but not by the margin.
  not_drawn,
  not_named,
  other_task,
  other_tier,
  context_too_small,
  resting  ///< Its breaker is open.
};
BOOST_DESCRIBE_ENUM(Verdict, chosen, pinned, drawn, scored_lower, within_margin, not_drawn,
                    not_named, other_task, other_tier, context_too_small, resting)

/// One model as the router saw it. Shares are 0 to 1; without figures they are those of the prior.
struct Candidate {
  std::string model;
  Tier tier = Tier::standard;
  Verdict verdict = Verdict::scored_lower;
  double score = 0;
  std::int64_t expected_cost = 0;
  double quality = 0;
  double reliability = 0;
  double latency_ms = 0;
  std::int64_t calls = 0;
};
BOOST_DESCRIBE_STRUCT(Candidate, (),
                      (model, tier, verdict, score, expected_cost, quality, reliability, latency_ms,
                       calls))
inline constexpr std::array candidate_notes{
    Note{.field = "model", .doc = "As the settings name it."},
    Note{.field = "tier", .doc = "Of the model."},
    Note{.field = "verdict", .doc = "Why it was taken or not."},
    Note{.field = "score", .doc = "0 to 1, of the models that could serve."},
    Note{.field = "expected_cost", .doc = "Of this call, in millionths of the currency."},
    Note{.field = "quality", .doc = "Share of replies that held; a repaired one counts half."},
    Note{.field = "reliability", .doc = "Share of calls that were answered."},
    Note{.field = "latency_ms", .doc = "Mean of the answered calls; 0: unknown."},
    Note{.field = "calls", .doc = "In the window."}};
constexpr std::span<const Note> field_notes(const Candidate*) {
  return candidate_notes;
}

/// What the router chose, and why. The baseline is the cheapest model of the tier.
struct Decision {
  std::string chosen;
  std::string baseline;
  std::string experiment;
  std::vector<Candidate> candidates;  ///< In the order of the settings.
};
BOOST_DESCRIBE_STRUCT(Decision, (), (chosen, baseline, experiment, candidates))
inline constexpr std::array decision_notes{
    Note{.field = "chosen", .doc = "The model that serves; empty: none can."},
    Note{.field = "baseline", .doc = "The cheapest model of the tier.", .omit_empty = true},
    Note{.field = "experiment", .doc = "The experiment that chose.", .omit_empty = true},
    Note{.field = "candidates", .doc = "Every model, with its figures."}};
constexpr std::span<const Note> field_notes(const Decision*) {
  return decision_notes;
}

/// A share with its 95 % interval (Wilson 1927).
struct Share {
  std::int64_t count = 0;
  double share = 0;
  double low = 0;
  double high = 1;
};
BOOST_DESCRIBE_STRUCT(Share, (), (count, share, low, high))

/// A mean with its 95 % interval: 1.96 standard errors.
struct Mean {
  double mean = 0;
  double low = 0;
  double high = 0;
};
BOOST_DESCRIBE_STRUCT(Mean, (), (mean, low, high))

/// One model of an experiment. Replies out of the cache do not count.
struct ArmReport {
  std::string model;
  bool baseline = false;  ///< The cheapest by price.
  std::int64_t calls = 0;
  std::int64_t judged = 0;
  Share valid;
  Share repaired;
  Share failed;   ///< Never valid; of those judged.
  Share errors;   ///< Not answered; of the calls.
  Share dropped;  ///< Of the statements.
  Mean cost;
  Mean latency_ms;
};
BOOST_DESCRIBE_STRUCT(ArmReport, (),
                      (model, baseline, calls, judged, valid, repaired, failed, errors, dropped,
                       cost, latency_ms))

struct ExperimentReport {
  std::string name;
  std::string task;
  std::vector<ArmReport> arms;
};
BOOST_DESCRIBE_STRUCT(ExperimentReport, (), (name, task, arms))

/// Calls of one workspace by task and model.
struct UsageRow {
  std::string task;
  std::string model;
  std::int64_t calls = 0;
  std::int64_t failed = 0;
  std::int64_t cached = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cost = 0;
};
BOOST_DESCRIBE_STRUCT(UsageRow, (),
                      (task, model, calls, failed, cached, input_tokens, output_tokens, cost))

/// One limit of a budget and how much of it is spent or reserved.
struct BudgetState {
  std::string what;  ///< E.g. "tokens_per_day".
  std::int64_t limit = 0;
  std::int64_t spent = 0;
  Instant turns_at;
};
BOOST_DESCRIBE_STRUCT(BudgetState, (), (what, limit, spent, turns_at))

struct UsageReport {
  Instant since;
  std::vector<UsageRow> rows;
  std::vector<BudgetState> budgets;
};
BOOST_DESCRIBE_STRUCT(UsageReport, (), (since, rows, budgets))

}  // namespace insightflow::llm
