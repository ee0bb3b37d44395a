#pragma once

#include <insightflow/llm/provider.hpp>

/// Which models there are, what they cost, and how they are used: one JSON file.
///
///     {"providers": [{"name": "house", "wire": "openai", "base_url": "http://127.0.0.1:8000/v1"}],
///      "models": [{"name": "small", "provider": "house", "model": "qwen3-8b",
///                  "context_tokens": 32768}]}
///
/// Money is told in millionths of whatever currency the prices are in.
namespace insightflow::llm {

/// One model at one provider: what is chosen, rests after failures, and is counted.
struct Model {
  std::string name;  ///< Ours; other settings and records name it so.
  std::string provider;
  std::string model;  ///< As the provider names it.
  std::int64_t context_tokens = 8'192;
  Tier tier = Tier::standard;
  std::int64_t input_price = 0;
  std::int64_t output_price = 0;
  std::optional<std::int64_t> cached_input_price;
  std::vector<std::string> tasks;  ///< Empty: all.
};
BOOST_DESCRIBE_STRUCT(Model, (),
                      (name, provider, model, context_tokens, tier, input_price, output_price,
                       cached_input_price, tasks))
inline constexpr std::array model_notes{
    Note{.field = "name", .doc = "Yours; records name it.", .required = true, .min = 1, .max = 64},
    Note{.field = "provider",
         .doc = "The name of one of the providers.",
         .required = true,
         .min = 1,
         .max = 64},
    Note{.field = "model",
         .doc = "As the provider names it.",
         .required = true,
         .min = 1,
         .max = 200},
    Note{.field = "context_tokens",
         .doc = "Input and output together.",
         .min = 256,
         .max = 100'000'000},
    Note{.field = "tier", .doc = "How good it is: economy, standard or best."},
    Note{.field = "input_price",
         .doc = "A million input tokens, in millionths of the currency.",
         .min = 0,
         .max = 1'000'000'000},
    Note{.field = "output_price",
         .doc = "A million output tokens, in millionths of the currency.",
         .min = 0,
         .max = 1'000'000'000},
    Note{.field = "cached_input_price",
         .doc = "A million input tokens that the provider had in its cache; left out: as others.",
         .min = 0,
         .max = 1'000'000'000},
    Note{.field = "tasks", .doc = "The tasks it may serve; empty: all.", .max = 100}};
constexpr std::span<const Note> field_notes(const Model*) {
  return model_notes;
}

/// Models that stand in for each other, in this order.
struct FallbackGroup {
  std::vector<std::string> models;
};
BOOST_DESCRIBE_STRUCT(FallbackGroup, (), (models))
inline constexpr std::array fallback_group_notes{
    Note{.field = "models",
         .doc = "Names of models that stand in for each other, in this order.",
         .required = true,
         .min = 2,
         .max = 20}};
constexpr std::span<const Note> field_notes(const FallbackGroup*) {
  return fallback_group_notes;
}

struct RetrySettings {
  std::int64_t attempts = 4;
  std::int64_t first_delay_ms = 500;
  std::int64_t most_delay_ms = 8'000;
  std::int64_t most_retry_after_ms = 60'000;
};
BOOST_DESCRIBE_STRUCT(RetrySettings, (),
                      (attempts, first_delay_ms, most_delay_ms, most_retry_after_ms))
inline constexpr std::array retry_notes{
    Note{.field = "attempts", .doc = "At one model, the first included.", .min = 1, .max = 10},
    Note{.field = "first_delay_ms",
         .doc = "Before the second attempt; doubled before each later one.",
         .min = 1,
         .max = 60'000},
    Note{.field = "most_delay_ms", .doc = "It is doubled up to here.", .min = 1, .max = 600'000},
    Note{.field = "most_retry_after_ms",
         .doc = "A provider that asks for a longer wait is not waited for.",
         .min = 0,
         .max = 600'000}};
constexpr std::span<const Note> field_notes(const RetrySettings*) {
  return retry_notes;
}

struct BreakerSettings {
  std::int64_t failures = 5;
  std::int64_t cooldown_ms = 30'000;
};
BOOST_DESCRIBE_STRUCT(BreakerSettings, (), (failures, cooldown_ms))
inline constexpr std::array breaker_notes{
    Note{.field = "failures",
         .doc = "So many failed calls in a row, and the model rests.",
         .min = 1,
         .max = 1'000},
    Note{.field = "cooldown_ms",
         .doc = "How long it rests before one call tries it again.",
         .min = 1,
         .max = 86'400'000}};
constexpr std::span<const Note> field_notes(const BreakerSettings*) {
  return breaker_notes;
}

/// What one process may send to a provider.
struct RateLimit {
  std::string provider;
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;
};
BOOST_DESCRIBE_STRUCT(RateLimit, (), (provider, requests_per_minute, tokens_per_minute))
inline constexpr std::array rate_limit_notes{
    Note{.field = "provider",
         .doc = "The name of one of the providers.",
         .required = true,
         .min = 1,
         .max = 64},
    Note{.field = "requests_per_minute", .doc = "0: no limit.", .min = 0, .max = 10'000'000},
    Note{.field = "tokens_per_minute",
         .doc = "Input and largest output together; 0: no limit.",
         .min = 0,
         .max = 10'000'000'000}};
constexpr std::span<const Note> field_notes(const RateLimit*) {
  return rate_limit_notes;
}

enum class CacheMode { off, exact };
BOOST_DESCRIBE_ENUM(CacheMode, off, exact)

/// The semantic cache: a reply to a similar request. Only for the workspaces that are named.
struct SemanticSettings {
  std::vector<std::string> workspaces;
  std::string provider;
  std::string model;
  double least_similarity = 0.9;
  double most_wrong = 0.02;
  double explore = 0.05;
};
BOOST_DESCRIBE_STRUCT(SemanticSettings, (),
                      (workspaces, provider, model, least_similarity, most_wrong, explore))
inline constexpr std::array semantic_notes{
    Note{.field = "workspaces",
         .doc = "Ids of the workspaces that agreed to it.",
         .required = true,
         .min = 1,
         .max = 10'000},
    Note{.field = "provider",
         .doc = "Where the embeddings come from.",
         .required = true,
         .min = 1,
         .max = 64},
    Note{.field = "model",
         .doc = "The embedding model, as the provider names it.",
         .required = true,
         .min = 1,
         .max = 200},
    Note{.field = "least_similarity",
         .doc = "Less similar requests are not compared.",
         .min = 0.5,
         .max = 1},
    Note{.field = "most_wrong",
         .doc =
             "The share of wrong answers that the threshold must stay below, with 95 % certainty.",
         .min = 0.001,
         .max = 0.2},
    Note{.field = "explore",
         .doc = "The share of hits that are sent all the same, to check the threshold.",
         .min = 0.01,
         .max = 1}};
constexpr std::span<const Note> field_notes(const SemanticSettings*) {
  return semantic_notes;
}

struct CacheSettings {
  CacheMode mode = CacheMode::exact;
  std::int64_t ttl_hours = 24 * 7;
  std::int64_t most_bytes = 64 << 20;
  std::optional<SemanticSettings> semantic;
};
BOOST_DESCRIBE_STRUCT(CacheSettings, (), (mode, ttl_hours, most_bytes, semantic))
inline constexpr std::array cache_notes{
    Note{.field = "mode", .doc = "off, or exact: the same request gets the same reply."},
    Note{.field = "ttl_hours", .doc = "How long a reply is kept.", .min = 1, .max = 87'600},
    Note{.field = "most_bytes",
         .doc = "Text kept for each workspace; the oldest goes first.",
         .min = 0,
         .max = 1e12},
    Note{.field = "semantic", .doc = "Replies to similar requests; left out: none."}};
constexpr std::span<const Note> field_notes(const CacheSettings*) {
  return cache_notes;
}

/// What a workspace may spend, in UTC days and months.
struct Budget {
  std::string workspace;
  std::optional<std::int64_t> tokens_per_day;
  std::optional<std::int64_t> tokens_per_month;
  std::optional<std::int64_t> money_per_day;
  std::optional<std::int64_t> money_per_month;
};
BOOST_DESCRIBE_STRUCT(Budget, (),
                      (workspace, tokens_per_day, tokens_per_month, money_per_day, money_per_month))
inline constexpr std::array budget_notes{
    Note{.field = "workspace",
         .doc = "Its id; \"*\" for each workspace that has no row of its own.",
         .required = true,
         .min = 1,
         .max = 36},
    Note{.field = "tokens_per_day", .doc = "Input and output together.", .min = 0, .max = 1e15},
    Note{.field = "tokens_per_month", .doc = "Input and output together.", .min = 0, .max = 1e15},
    Note{.field = "money_per_day", .doc = "Millionths of the currency.", .min = 0, .max = 1e15},
    Note{.field = "money_per_month", .doc = "Millionths of the currency.", .min = 0, .max = 1e15}};
constexpr std::span<const Note> field_notes(const Budget*) {
  return budget_notes;
}

struct RedactionSettings {
  bool enabled = true;
  std::vector<std::string> types;
  double least_score = 0.5;
};
BOOST_DESCRIBE_STRUCT(RedactionSettings, (), (enabled, types, least_score))
inline constexpr std::array redaction_notes{
    Note{.field = "enabled", .doc = "Personal data is replaced before anything is sent."},
    Note{.field = "types", .doc = "Types as in docs/privacy.md; empty: all.", .max = 50},
    Note{.field = "least_score", .doc = "Less certain finds stay.", .min = 0, .max = 1}};
constexpr std::span<const Note> field_notes(const RedactionSettings*) {
  return redaction_notes;
}

/// One model in an experiment.
struct Arm {
  std::string model;
  std::int64_t share = 1;
};
BOOST_DESCRIBE_STRUCT(Arm, (), (model, share))
inline constexpr std::array arm_notes{
    Note{.field = "model", .doc = "The name of a model.", .required = true, .min = 1, .max = 64},
    Note{.field = "share", .doc = "Of the sum of all shares.", .min = 1, .max = 1'000}};
constexpr std::span<const Note> field_notes(const Arm*) {
  return arm_notes;
}

/// Models compared on one task: who serves is drawn from workspace, task and input, so the same
/// request always meets the same model.
struct Experiment {
  std::string name;
  std::string task;
  std::vector<Arm> arms;
};
BOOST_DESCRIBE_STRUCT(Experiment, (), (name, task, arms))
inline constexpr std::array experiment_notes{
    Note{.field = "name", .doc = "Records name it.", .required = true, .min = 1, .max = 64},
    Note{.field = "task", .doc = "The task it is about.", .required = true, .min = 1, .max = 64},
    Note{.field = "arms",
         .doc = "The models with their shares.",
         .required = true,
         .min = 2,
         .max = 10}};
constexpr std::span<const Note> field_notes(const Experiment*) {
  return experiment_notes;
}

struct RouterSettings {
  std::int64_t window_days = 7;
  double margin = 0.02;
};
BOOST_DESCRIBE_STRUCT(RouterSettings, (), (window_days, margin))
inline constexpr std::array router_notes{
    Note{.field = "window_days",
         .doc = "Figures of so many days count, today included.",
         .min = 1,
         .max = 90},
    Note{.field = "margin",
         .doc = "By so much a model must score above the cheapest of the tier to be taken.",
         .min = 0,
         .max = 1}};
constexpr std::span<const Note> field_notes(const RouterSettings*) {
  return router_notes;
}

struct Settings {
  std::string schema;  ///< For editors; not read.
  std::vector<Provider> providers;
  std::vector<Model> models;
  std::vector<FallbackGroup> fallback;
  RetrySettings retry;
  BreakerSettings breaker;
  std::vector<RateLimit> rate_limits;
  CacheSettings cache;
  std::vector<Budget> budgets;
  RedactionSettings redaction;
  RouterSettings router;
  std::vector<Experiment> experiments;
  std::int64_t retention_days = 90;
};
BOOST_DESCRIBE_STRUCT(Settings, (),
                      (schema, providers, models, fallback, retry, breaker, rate_limits, cache,
                       budgets, redaction, router, experiments, retention_days))
inline constexpr std::array settings_notes{
    Note{.field = "schema",
         .doc = "Address of a JSON Schema, for editors.",
         .key = "$schema",
         .omit_empty = true},
    Note{.field = "providers",
         .doc = "Where models answer.",
         .required = true,
         .min = 1,
         .max = 100},
    Note{.field = "models",
         .doc = "Which models there are.",
         .required = true,
         .min = 1,
         .max = 200},
    Note{.field = "fallback",
         .doc = "Groups of models that stand in for each other; a model is in one at most.",
         .max = 100},
    Note{.field = "retry", .doc = "When a call is tried again."},
    Note{.field = "breaker", .doc = "When a model rests."},
    Note{.field = "rate_limits", .doc = "What a process may send.", .max = 100},
    Note{.field = "cache", .doc = "Which replies are kept."},
    Note{.field = "budgets", .doc = "What workspaces may spend.", .max = 100'000},
    Note{.field = "redaction", .doc = "Personal data in what is sent."},
    Note{.field = "router", .doc = "How a model is chosen."},
    Note{.field = "experiments", .doc = "Models compared; one for a task.", .max = 100},
    Note{.field = "retention_days",
         .doc = "How long the record of a call is kept.",
         .min = 1,
         .max = 3'650}};
constexpr std::span<const Note> field_notes(const Settings*) {
  return settings_notes;
}

/// Reads and checks the text of a file. Every wrong place is reported with its pointer. Errors:
/// those of `from_json_text`, and `provider_unknown`, `model_unknown`, `name_repeated`,
/// `task_repeated`, `workspace_malformed`, `type_unknown`, `cache_off`.
Result<Settings> read_settings(std::string_view text);

/// The same from a file; an error names it. Errors: also `file_unreadable`.
Result<Settings> load_settings(const std::string& path);

/// The checks that reach over several fields, for settings made in memory.
Result<void> check_settings(const Settings& settings);

/// What the text comes to in a model's tokens, by the rules of thumb that providers publish: four
/// ASCII bytes to a token (3.2 for Anthropic and for small models), two letters of other alphabets,
/// one East Asian letter. How far off it is for a model is counted (`Figures::estimated_input`) and
/// corrects the router's figures; see docs/llm.md.
std::int64_t estimate_tokens(std::string_view text, Wire wire = Wire::openai);

/// All messages and the schema of a request, with four tokens for each message.
std::int64_t estimate_tokens(const Request& request, Wire wire = Wire::openai);

/// The price of a call, rounded up to a millionth of the currency. Counts outside of 0 to 10⁹ are
/// brought into that range.
std::int64_t price(const Model& model, const Usage& usage);

}  // namespace insightflow::llm

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<llm::Settings>();
}  // namespace insightflow
