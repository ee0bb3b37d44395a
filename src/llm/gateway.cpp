#include "llm/policy.hpp"

#include <insightflow/observe/observer.hpp>

#include <algorithm>

namespace insightflow::llm {

struct Gateway::State {
  explicit State(GatewayOptions given)
      : options(std::move(given)),
        ids(*options.clock),
        ledger(options.db, options.settings, *options.clock, options.observer) {}

  GatewayOptions options;
  IdSource ids;
  Ledger ledger;
  std::map<std::string, std::unique_ptr<Client>> clients;  ///< By provider.
  std::map<std::string, std::unique_ptr<RateGate>> gates;  ///< By provider.
  std::unique_ptr<Embedder> embedder;
  std::vector<Deployment> deployments;
  std::unique_ptr<Client> chain;

  std::vector<Figures> figures(std::string_view task) const {
    if (options.db == nullptr) return {};
    const Instant since{spans_at(options.clock->now())[0].start.ms -
                        (options.settings.router.window_days - 1) * 86'400'000};
    auto read = llm::figures(*options.db, task, since);
    return read ? std::move(read.value()) : std::vector<Figures>{};
  }
};

Gateway::Gateway(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gateway::~Gateway() = default;

Result<std::unique_ptr<Gateway>> Gateway::open(GatewayOptions options) {
  BOOST_OUTCOME_TRY(check_settings(options.settings));
  if (options.db == nullptr && !options.settings.budgets.empty())
    return fail(Code::invalid, "llm_budget_needs_database",
                "A budget is kept in the database. Name one, or take the budgets out.", "/budgets");
  if (!options.open_client) options.open_client = &open_client;
  if (!options.open_embedder) options.open_embedder = &open_embedder;
  auto state = std::make_unique<State>(std::move(options));
  const Settings& settings = state->options.settings;
  for (const Provider& provider : settings.providers) {
    BOOST_OUTCOME_TRY(auto client, state->options.open_client(provider));
    state->clients.emplace(provider.name, std::move(client));
  }
  for (const RateLimit& limit : settings.rate_limits)
    state->gates.emplace(limit.provider, std::make_unique<RateGate>(limit.requests_per_minute,
                                                                    limit.tokens_per_minute));
  if (const auto& semantic = settings.cache.semantic) {
    const auto provider =
        std::ranges::find(settings.providers, semantic->provider, &Provider::name);
    BOOST_OUTCOME_TRY(state->embedder, state->options.open_embedder(*provider));
  }
  for (const Model& model : settings.models) {
    const auto gate = state->gates.find(model.provider);
    state->deployments.push_back(
        {&model, &*std::ranges::find(settings.providers, model.provider, &Provider::name),
         std::make_unique<Breaker>(settings.breaker, *state->options.clock),
         gate == state->gates.end() ? nullptr : gate->second.get(),
         state->clients.at(model.provider).get()});
  }
  const std::uint64_t seed = state->options.seed != 0
                                 ? state->options.seed
                                 : static_cast<std::uint64_t>(state->options.clock->now().ms);
  state->chain = compose({settings, *state->options.clock, state->options.sleep,
                          state->options.moderation, state->options.observer, state->ledger,
                          state->ids, state->deployments, state->embedder.get(), seed});
  return std::unique_ptr<Gateway>(new Gateway(std::move(state)));
}

Result<Reply> Gateway::complete(const Request& request, const Ctx& ctx, const OnText& on_text) {
  BOOST_OUTCOME_TRY(ctx.check());
  observe::Span span = observe::start_span(ctx, "llm " + request.task, observe::SpanKind::client);
  Ctx within = ctx;
  if (!span.traceparent().empty()) within.origin.traceparent = span.traceparent();
  auto reply = state_->chain->complete(request, within, on_text);
  span.set("llm.task", request.task);
  span.set("llm.prompt_version", request.prompt_version);
  if (reply) {
    span.set("llm.provider", reply.value().provider);
    span.set("llm.model", reply.value().model);
    span.set("llm.input_tokens", reply.value().usage.input_tokens);
    span.set("llm.output_tokens", reply.value().usage.output_tokens);
  } else {
    span.fail(reply.error().detail);
  }
  return reply;
}

Decision Gateway::decide(const Request& request) const {
  return choose(state_->options.settings, request, state_->figures(request.task),
                [&](std::string_view name) {
                  return std::ranges::any_of(state_->deployments, [&](const Deployment& one) {
                    return one.model->name == name && one.breaker->resting();
                  });
                });
}

Result<void> Gateway::report_outcome(WorkspaceId workspace, LlmCallId call,
                                     const Outcome& outcome) {
  if (state_->options.db == nullptr) return success();
  return llm::report_outcome(*state_->options.db, workspace, call, outcome);
}

std::int64_t Gateway::context_tokens(std::string_view task, Tier tier) const {
  std::int64_t any = 0, of_tier = 0;
  const auto least = [](std::int64_t a, std::int64_t b) { return a == 0 ? b : std::min(a, b); };
  for (const Model& model : state_->options.settings.models) {
    if (!model.tasks.empty() && std::ranges::find(model.tasks, task) == model.tasks.end()) continue;
    any = least(any, model.context_tokens);
    if (model.tier == tier) of_tier = least(of_tier, model.context_tokens);
  }
  return of_tier > 0 ? of_tier : any;
}

std::int64_t Gateway::count_tokens(std::string_view text) const {
  std::int64_t most = 0;
  for (const Provider& provider : state_->options.settings.providers)
    most = std::max(most, estimate_tokens(text, provider.wire));
  return most;
}

std::vector<ModelState> Gateway::models() const {
  std::vector<ModelState> out;
  for (const Deployment& one : state_->deployments)
    out.push_back({one.model->name, one.model->provider, one.model->model, one.model->tier,
                   one.model->context_tokens, one.breaker->state()});
  return out;
}

const Settings& Gateway::settings() const {
  return state_->options.settings;
}

Result<void> Gateway::purge_cache(WorkspaceId workspace) {
  if (state_->options.db == nullptr) return success();
  return state_->options.db->write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_cache WHERE workspace_id = ?1", {workspace}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_semantic WHERE workspace_id = ?1", {workspace}));
    return success();
  });
}

Result<void> Gateway::tidy() {
  return state_->ledger.tidy();
}

std::size_t Gateway::delayed_records() const {
  return state_->ledger.delayed();
}

Result<Decision> decide(const Settings& settings, storage::Database* db, const Request& request,
                        Instant now) {
  std::vector<Figures> known;
  if (db != nullptr) {
    const Instant since{spans_at(now)[0].start.ms - (settings.router.window_days - 1) * 86'400'000};
    BOOST_OUTCOME_TRY(known, figures(*db, request.task, since));
  }
  return choose(settings, request, known, [](std::string_view) { return false; });
}

}  // namespace insightflow::llm
