#pragma once

#include <insightflow/llm/policies.hpp>
#include <insightflow/storage/database.hpp>

#include <memory>

namespace insightflow::llm {

/// Opens what speaks to a provider.
using OpenClient = std::function<Result<std::unique_ptr<Client>>(const Provider&)>;
using OpenEmbedder = std::function<Result<std::unique_ptr<Embedder>>(const Provider&)>;

struct GatewayOptions {
  Settings settings;

  /// Where records, budgets, figures and replies are kept; must outlive the gateway. Null: nothing
  /// is kept, the caches are off, and settings with budgets are refused.
  storage::Database* db = nullptr;

  /// Where time comes from; must outlive the gateway.
  const Clock* clock = &system_clock();

  /// How waits are done; replace it together with the clock.
  Sleep sleep = &sleep_for;

  OpenClient open_client;      ///< Empty: `llm::open_client`.
  OpenEmbedder open_embedder;  ///< Empty: `llm::open_embedder`.
  Moderation moderation;
  Observer observer;

  /// Of the jitter in waits; 0: from the clock.
  std::uint64_t seed = 0;
};

/// One model with its state in this process.
struct ModelState {
  std::string name;
  std::string provider;
  std::string model;
  Tier tier = Tier::standard;
  std::int64_t context_tokens = 0;
  BreakerState breaker = BreakerState::closed;
};
BOOST_DESCRIBE_STRUCT(ModelState, (), (name, provider, model, tier, context_tokens, breaker))

/// All models of the settings behind one client, with every policy in front. A request's `model` is
/// empty (the router chooses) or a name of the settings. Safe from several threads; calls must have
/// ended before it goes.
///
/// Errors besides those of `Client`: `llm_no_model` (unavailable: none may serve the request),
/// `llm_model_unknown` (the request names a model that the settings do not), `llm_resting`
/// (unavailable, with `retry_after`: every model that could serve rests after failures; use what
/// works without a model), `llm_turn_missed` (rate_limited, with `retry_after`: the settings' own
/// rate limit lets no more through within a minute or the deadline), `llm_budget_exhausted`
/// (rate_limited with `retry_after` where the window's turn helps, else forbidden), what the
/// moderation returns, and errors of the database where a budget holds and cannot be checked. No
/// fault of the database costs a reply that was paid for.
class Gateway final : public Client {
 public:
  /// Errors: those of `check_settings` and of opening the clients; `llm_budget_needs_database`.
  static Result<std::unique_ptr<Gateway>> open(GatewayOptions options);
  ~Gateway() override;

  using Client::complete;
  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override;

  /// What the router would choose now for a request, without sending it.
  Decision decide(const Request& request) const;

  /// How the reply of a call fared where it was needed; only the first report of a call counts. For
  /// `Quality::failed` the reply is also taken out of the cache. Errors: `llm_call_unknown`, those
  /// of the database.
  Result<void> report_outcome(WorkspaceId workspace, LlmCallId call, const Outcome& outcome);

  /// The smallest context among the models that may serve a task in a tier, and the tokens that a
  /// text comes to at the most counting of them; for cutting long inputs. 0: no model may.
  std::int64_t context_tokens(std::string_view task, Tier tier) const;
  std::int64_t count_tokens(std::string_view text) const;

  std::vector<ModelState> models() const;
  const Settings& settings() const;

  /// Forgets the replies kept for a workspace.
  Result<void> purge_cache(WorkspaceId workspace);

  /// Deletes what is older than it may be, and calls processes that went away `lost`. Also done by
  /// itself about once an hour.
  Result<void> tidy();

  /// Records that the database has not taken yet; each later call tries again.
  std::size_t delayed_records() const;

 private:
  struct State;
  explicit Gateway(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The records of a database, without a gateway. `since` cuts off older calls.
Result<UsageReport> usage(storage::Database& db, WorkspaceId workspace, Instant since, Instant now,
                          const Settings* settings = nullptr);
Result<Call> find_call(storage::Database& db, WorkspaceId workspace, LlmCallId id);
Result<ExperimentReport> experiment_report(storage::Database& db, const Settings& settings,
                                           std::string_view name);
/// The figures of every model on a task since a day; all tasks together for an empty one.
Result<std::vector<Figures>> figures(storage::Database& db, std::string_view task, Instant since);

/// What the router would choose, from the figures of a database alone. Null: no figures.
Result<Decision> decide(const Settings& settings, storage::Database* db, const Request& request,
                        Instant now);

/// Deletes every record, reply and sum of a workspace, inside the caller's transaction.
Result<void> erase_workspace(storage::Tx& tx, WorkspaceId workspace);

}  // namespace insightflow::llm
