#include "llm/ledger.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/llm/gateway.hpp>

#include <algorithm>

namespace insightflow::llm {

namespace {

constexpr std::int64_t day_ms = 86'400'000;
/// No call takes this long: ten attempts of an hour each are the most the settings allow.
constexpr std::int64_t lost_after_ms = 24 * hour_ms;

struct Sum {
  std::int64_t tokens = 0;
  std::int64_t money = 0;
};
BOOST_DESCRIBE_STRUCT(Sum, (), (tokens, money))

/// One limit of a budget: where it is, what it counts, and in which span.
struct LimitRow {
  std::string_view name;
  std::optional<std::int64_t> Budget::*limit;
  std::int64_t Sum::*counted;
  std::size_t span;
  std::string_view unit;
};
constexpr std::array limit_rows{
    LimitRow{"tokens_per_day", &Budget::tokens_per_day, &Sum::tokens, 0, "tokens a day"},
    LimitRow{"tokens_per_month", &Budget::tokens_per_month, &Sum::tokens, 1, "tokens a month"},
    LimitRow{"money_per_day", &Budget::money_per_day, &Sum::money, 0, "millionths of money a day"},
    LimitRow{"money_per_month", &Budget::money_per_month, &Sum::money, 1,
             "millionths of money a month"}};

Result<Sum> spent(storage::Tx& tx, WorkspaceId workspace, const Span& span) {
  BOOST_OUTCOME_TRY(const auto sum,
                    tx.find<Sum>("SELECT tokens, money FROM llm_spend WHERE workspace_id = ?1 AND "
                                 "span = ?2 AND starts_at = ?3",
                                 {workspace, span.name, span.start}));
  return sum.value_or(Sum{});
}

/// Adds to both spans of a moment; negative amounts give back.
Result<void> charge(storage::Tx& tx, WorkspaceId workspace, Instant at, Sum amount) {
  if (amount.tokens == 0 && amount.money == 0) return success();
  for (const Span& span : spans_at(at)) {
    BOOST_OUTCOME_TRY(tx.execute(
        "INSERT INTO llm_spend (workspace_id, span, starts_at, tokens, money) VALUES (?1, ?2, ?3, "
        "?4, ?5) ON CONFLICT (workspace_id, span, starts_at) DO UPDATE SET tokens = "
        "llm_spend.tokens + ?4, money = llm_spend.money + ?5",
        {workspace, span.name, span.start, amount.tokens, amount.money}));
  }
  return success();
}

Result<void> count(storage::Tx& tx, const std::string& task, Instant at, const Figures& add) {
  static const std::string sql = [] {
    std::string columns, places, sums;
    int place = 3;
    for (const Field& field : type_of<Figures>().fields) {
      const std::string name(field.name);
      if (name == "model") continue;
      const std::string parameter = "?" + std::to_string(++place);
      columns += ", " + name;
      places += ", " + parameter;
      sums += (sums.empty() ? "" : ", ") + name + " = llm_stats." + name + " + " + parameter;
    }
    return "INSERT INTO llm_stats (task, model, day" + columns + ") VALUES (?1, ?2, ?3" + places +
           ") ON CONFLICT (task, model, day) DO UPDATE SET " + sums;
  }();
  std::vector<storage::Param> params{task, add.model, spans_at(at)[0].start};
  const auto values = storage::row_params(add);
  params.insert(params.end(), values.begin() + 1, values.end());
  BOOST_OUTCOME_TRY(tx.execute(sql, params));
  return success();
}

Error exhausted(const LimitRow& row, std::int64_t limit, std::int64_t spent, std::int64_t wanted,
                const Span& span, Instant now) {
  const bool turns = wanted <= limit;
  Error error =
      fail(turns ? Code::rate_limited : Code::forbidden, "llm_budget_exhausted",
           "The workspace may spend " + std::to_string(limit) + " " + std::string(row.unit) + ". " +
               std::to_string(spent) + " are spent or reserved, and this request may need " +
               std::to_string(wanted) + ". " +
               (turns ? "The budget turns at " + span.end.str() + "."
                      : "Ask for less, or raise " + std::string(row.name) + "."));
  if (turns) error.retry_after = std::chrono::milliseconds(span.end - now);
  return error;
}

std::int64_t tokens_of(const Call& call) {
  return call.input_tokens + call.output_tokens;
}

Result<void> write_reservation(storage::Tx& tx, const Budget* budget, const Call& call) {
  if (budget != nullptr) {
    const auto spans = spans_at(call.started_at);
    std::array<Sum, 2> sums;
    for (std::size_t i = 0; i < spans.size(); ++i) {
      BOOST_OUTCOME_TRY(sums[i], spent(tx, call.workspace_id, spans[i]));
    }
    const Sum wanted{tokens_of(call), call.cost};
    for (const LimitRow& row : limit_rows) {
      const auto& limit = budget->*row.limit;
      const std::int64_t already = sums[row.span].*row.counted;
      const std::int64_t more = wanted.*row.counted;
      if (limit && more > 0 && already > *limit - more)
        return exhausted(row, *limit, already, more, spans[row.span], call.started_at);
    }
  }
  BOOST_OUTCOME_TRY(tx.insert("llm_calls", call));
  return charge(tx, call.workspace_id, call.started_at, {tokens_of(call), call.cost});
}

Result<void> write_settlement(storage::Tx& tx, const Settlement& settlement) {
  const Call& call = settlement.call;
  static const std::string update =
      "UPDATE llm_calls SET served_model = ?2, state = ?3, reason = ?4, attempts = ?5, "
      "input_tokens "
      "= ?6, output_tokens = ?7, cached_input_tokens = ?8, estimated = ?9, cost = ?10, latency_ms "
      "= "
      "?11, ended_at = ?12 WHERE id = ?1 AND state IN ('running', 'lost')";
  BOOST_OUTCOME_TRY(
      const auto changed,
      tx.execute(update, {call.id, call.served_model, call.state, call.reason, call.attempts,
                          call.input_tokens, call.output_tokens, call.cached_input_tokens,
                          call.estimated, call.cost, call.latency_ms, call.ended_at}));
  Sum owed{tokens_of(call), call.cost};
  if (changed == 0) {
    BOOST_OUTCOME_TRY(const auto there,
                      tx.find<std::int64_t>("SELECT 1 FROM llm_calls WHERE id = ?1", {call.id}));
    if (there) return success();  // an earlier try was committed after all
    BOOST_OUTCOME_TRY(tx.insert("llm_calls", call));
  } else {
    owed.tokens -= settlement.reserved_tokens;
    owed.money -= settlement.reserved_cost;
  }
  if (call.cached) return success();
  BOOST_OUTCOME_TRY(charge(tx, call.workspace_id, call.started_at, owed));
  Figures add{.model = call.model, .calls = 1};
  if (call.state == CallState::completed) {
    add.latency_ms = call.latency_ms;
    add.cost = call.cost;
    add.input_tokens = call.estimated ? 0 : call.input_tokens;
    add.estimated_input = call.estimated ? 0 : settlement.estimated_input;
    add.output_tokens = call.output_tokens;
  } else if (!meaning(call.reason).rests) {
    return success();  // stopped by the caller, refused, too long: no fault of the model
  } else {
    add.failures = 1;
  }
  return count(tx, call.task, call.started_at, add);
}

}  // namespace

std::array<Span, 2> spans_at(Instant at) {
  using namespace std::chrono;
  const auto day = floor<days>(sys_time<milliseconds>(milliseconds(at.ms)));
  const year_month_day date(day);
  const auto instant = [](sys_days days) {
    return Instant{duration_cast<milliseconds>(days.time_since_epoch()).count()};
  };
  const year_month month = date.year() / date.month();
  return {Span{"day", instant(day), instant(day + days(1))},
          Span{"month", instant(month / 1), instant((month + months(1)) / 1)}};
}

const Budget* budget_of(const Settings& settings, WorkspaceId workspace) {
  const Budget* out = nullptr;
  const std::string id = workspace.str();
  for (const Budget& budget : settings.budgets) {
    if (budget.workspace == id) return &budget;
    if (budget.workspace == "*") out = &budget;
  }
  return out;
}

Ledger::~Ledger() {
  if (flush()) return;
  for (const Settlement& lost : waiting_)
    observer_.tell(
        {.kind = EventKind::record_lost, .task = lost.call.task, .model = lost.call.model});
}

Result<void> Ledger::reserve(const Call& call) {
  if (db_ == nullptr) return success();
  const Budget* budget = budget_of(settings_, call.workspace_id);
  const auto done =
      db_->write([&](storage::Tx& tx) { return write_reservation(tx, budget, call); });
  if (done || budget != nullptr) return done;
  // Without a budget the record alone is at stake, and settling writes it whole.
  observer_.tell({.kind = EventKind::record_delayed,
                  .task = call.task,
                  .model = call.model,
                  .reason = done.error().reason});
  return success();
}

void Ledger::settle(Settlement settlement) {
  if (observer_.on_call) observer_.on_call(settlement.call);
  if (db_ == nullptr) return;
  const std::string task = settlement.call.task, model = settlement.call.model;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(settlement));
  }
  const auto done = flush();
  if (!done)
    observer_.tell({.kind = EventKind::record_delayed,
                    .task = task,
                    .model = model,
                    .reason = done.error().reason});
  tidy_at_times();
}

Result<void> Ledger::flush() {
  std::vector<Settlement> mine;
  {
    const std::lock_guard lock(mutex_);
    mine.swap(waiting_);
  }
  if (mine.empty() || db_ == nullptr) return success();
  auto done = db_->write([&](storage::Tx& tx) -> Result<void> {
    for (const Settlement& one : mine) {
      BOOST_OUTCOME_TRY(write_settlement(tx, one));
    }
    return success();
  });
  if (done) return done;
  const std::lock_guard lock(mutex_);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(mine.begin()),
                  std::make_move_iterator(mine.end()));
  return done;
}

std::size_t Ledger::delayed() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void Ledger::tidy_at_times() {
  const std::int64_t now = clock_.now().ms;
  std::int64_t last = tidied_at_.load();
  if (now - last < hour_ms && last != 0) return;
  if (tidied_at_.compare_exchange_strong(last, now)) (void)tidy();
}

Result<void> Ledger::tidy() {
  if (db_ == nullptr) return success();
  const Instant now = clock_.now();
  return db_->write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE llm_calls SET state = 'lost', ended_at = ?1 WHERE state = 'running' AND "
                   "started_at < ?2",
                   {now, now + -lost_after_ms}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_calls WHERE started_at < ?1",
                                 {now + -settings_.retention_days * day_ms}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_stats WHERE day < ?1",
                                 {now + -(settings_.router.window_days + 1) * day_ms}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_cache WHERE created_at < ?1",
                                 {now + -settings_.cache.ttl_hours * hour_ms}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_semantic WHERE created_at < ?1",
                                 {now + -settings_.cache.ttl_hours * hour_ms}));
    return success();
  });
}

Result<void> report_outcome(storage::Database& db, WorkspaceId workspace, LlmCallId id,
                            const Outcome& outcome) {
  return db.write([&](storage::Tx& tx) -> Result<void> {
    static const std::string find = "SELECT " + column_list(type_of<Call>()) +
                                    " FROM llm_calls WHERE id = ?1 AND workspace_id = ?2";
    BOOST_OUTCOME_TRY(const auto call, tx.find<Call>(find, {id, workspace}));
    if (!call) return fail(Code::not_found, "llm_call_unknown", "No call to a model has this id.");
    if (call->quality != Quality::unknown || outcome.quality == Quality::unknown) return success();
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE llm_calls SET quality = ?2, statements = ?3, dropped = ?4 WHERE id = ?1",
                   {id, outcome.quality, outcome.statements, outcome.dropped}));
    if (outcome.quality == Quality::failed) {
      BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_cache WHERE workspace_id = ?1 AND key = ?2",
                                   {workspace, call->cache_key}));
      BOOST_OUTCOME_TRY(tx.execute("DELETE FROM llm_semantic WHERE workspace_id = ?1 AND key = ?2",
                                   {workspace, call->cache_key}));
    }
    if (call->cached) return success();
    return count(tx, call->task, call->started_at,
                 {.model = call->model,
                  .valid = outcome.quality == Quality::valid,
                  .repaired = outcome.quality == Quality::repaired,
                  .invalid = outcome.quality == Quality::failed,
                  .statements = outcome.statements,
                  .dropped = outcome.dropped});
  });
}

Result<std::vector<Figures>> figures(storage::Database& db, std::string_view task, Instant since) {
  static const std::string sql = [] {
    std::string sums;
    for (const Field& field : type_of<Figures>().fields)
      if (field.name != "model") sums += ", sum(" + std::string(field.name) + ")";
    return "SELECT model" + sums +
           " FROM llm_stats WHERE (task = ?1 OR ?1 = '') AND day >= ?2 GROUP BY model ORDER BY "
           "model";
  }();
  return db.read([&](storage::Tx& tx) { return tx.list<Figures>(sql, {task, since}); });
}

Result<UsageReport> usage(storage::Database& db, WorkspaceId workspace, Instant since, Instant now,
                          const Settings* settings) {
  return db.read([&](storage::Tx& tx) -> Result<UsageReport> {
    UsageReport out{.since = since, .rows = {}, .budgets = {}};
    BOOST_OUTCOME_TRY(
        out.rows,
        tx.list<UsageRow>(
            "SELECT task, model, count(*), sum(CASE WHEN state IN ('failed', 'lost') THEN 1 ELSE 0 "
            "END), sum(cached), sum(input_tokens), sum(output_tokens), sum(cost) FROM llm_calls "
            "WHERE workspace_id = ?1 AND started_at >= ?2 GROUP BY task, model ORDER BY task, "
            "model",
            {workspace, since}));
    const Budget* budget = settings == nullptr ? nullptr : budget_of(*settings, workspace);
    if (budget == nullptr) return out;
    const auto spans = spans_at(now);
    for (const LimitRow& row : limit_rows) {
      const auto& limit = budget->*row.limit;
      if (!limit) continue;
      BOOST_OUTCOME_TRY(const auto sum, spent(tx, workspace, spans[row.span]));
      out.budgets.push_back({std::string(row.name), *limit, sum.*row.counted, spans[row.span].end});
    }
    return out;
  });
}

Result<Call> find_call(storage::Database& db, WorkspaceId workspace, LlmCallId id) {
  static const std::string sql = "SELECT " + column_list(type_of<Call>()) +
                                 " FROM llm_calls WHERE id = ?1 AND workspace_id = ?2";
  BOOST_OUTCOME_TRY(auto call, db.read([&](storage::Tx& tx) {
    return tx.find<Call>(sql, {id, workspace});
  }));
  if (!call) return fail(Code::not_found, "llm_call_unknown", "No call to a model has this id.");
  return std::move(*call);
}

Result<void> erase_workspace(storage::Tx& tx, WorkspaceId workspace) {
  for (const std::string_view table :
       {"llm_calls", "llm_spend", "llm_cache", "llm_semantic", "llm_semantic_trials"}) {
    BOOST_OUTCOME_TRY(
        tx.execute("DELETE FROM " + std::string(table) + " WHERE workspace_id = ?1", {workspace}));
  }
  return success();
}

}  // namespace insightflow::llm
