#pragma once

#include <insightflow/core/states.hpp>
#include <insightflow/llm/records.hpp>
#include <insightflow/llm/settings.hpp>

#include <chrono>
#include <mutex>

/// What stands between a task and a provider. Each policy is a `Client` around another; they are
/// put together in one order, that of `policy_order`.
namespace insightflow::llm {

enum class Policy {
  redaction,
  moderation,
  exact_cache,
  semantic_cache,
  router,
  fallback,
  breaker,
  budget,
  retry,
  rate_limit
};
BOOST_DESCRIBE_ENUM(Policy, redaction, moderation, exact_cache, semantic_cache, router, fallback,
                    breaker, budget, retry, rate_limit)

struct PolicyRow {
  Policy policy;
  std::string_view effect;
};

/// The order in which a request passes the policies; a reply passes them backwards. From `breaker`
/// on there is one of each for every model.
inline constexpr std::array policy_order{
    PolicyRow{Policy::redaction, "Personal data becomes numbered names; the reply gets it back."},
    PolicyRow{Policy::moderation, "Your function may refuse a request or a reply."},
    PolicyRow{Policy::exact_cache,
              "The same request gets the same reply; equal ones wait for one."},
    PolicyRow{Policy::semantic_cache, "A similar request may get the same reply; only on demand."},
    PolicyRow{Policy::router, "Chooses the model and writes down why."},
    PolicyRow{Policy::fallback, "The next model of the group where another may help."},
    PolicyRow{Policy::breaker, "A model that keeps failing rests."},
    PolicyRow{Policy::budget, "Reserves the cost, refuses what is too much, records the call."},
    PolicyRow{Policy::retry, "Tries again what may pass: the one place that does."},
    PolicyRow{Policy::rate_limit, "Waits until the provider may be asked."}};

/// What an error means to the policies.
struct ErrorRow {
  std::string_view reason{};
  bool retry = false;      ///< The same call may succeed soon.
  bool fall_back = false;  ///< Another model may answer.
  bool rests = false;      ///< Counts towards the model's rest.
  bool answers = false;    ///< The provider works, though it does not want this request.
  bool billed = false;     ///< The provider may have charged for the input.
};
inline constexpr std::array error_table{
    ErrorRow{"llm_rate_limited", true, true, true, false, false},
    ErrorRow{"llm_overloaded", true, true, true, false, false},
    ErrorRow{"llm_unreachable", true, true, true, false, true},
    ErrorRow{"llm_timed_out", true, true, true, false, true},
    ErrorRow{"llm_reply_malformed", false, true, true, false, true},
    ErrorRow{"llm_key_refused", false, true, true, false, false},
    ErrorRow{"llm_quota_exhausted", false, true, true, false, false},
    ErrorRow{"llm_model_unknown", false, true, true, false, false},
    ErrorRow{"llm_request_refused", false, true, false, true, false},
    ErrorRow{"llm_context_exceeded", false, true, false, true, false},
    ErrorRow{"llm_refused", false, true, false, true, true},
    ErrorRow{"llm_resting", false, true, false, false, false},
    ErrorRow{"llm_turn_missed", false, true, false, false, false},
    ErrorRow{"cancelled", false, false, false, false, true},
    ErrorRow{"deadline_passed", false, false, false, false, true}};

/// The row of an error; one of all `false` where it is not in the table.
constexpr ErrorRow meaning(std::string_view reason) {
  for (const ErrorRow& row : error_table)
    if (row.reason == reason) return row;
  return {reason, false, false, false, false, false};
}

enum class BreakerState { closed, open, half_open };
BOOST_DESCRIBE_ENUM(BreakerState, closed, open, half_open)
enum class BreakerEvent { tripped, cooled, recovered, failed_again };
BOOST_DESCRIBE_ENUM(BreakerEvent, tripped, cooled, recovered, failed_again)

inline constexpr std::array breaker_edges{
    Edge{BreakerState::closed, BreakerEvent::tripped, BreakerState::open},
    Edge{BreakerState::open, BreakerEvent::cooled, BreakerState::half_open},
    Edge{BreakerState::half_open, BreakerEvent::recovered, BreakerState::closed},
    Edge{BreakerState::half_open, BreakerEvent::failed_again, BreakerState::open}};
static_assert(!next(breaker_edges, BreakerState::open, BreakerEvent::recovered));
static_assert(!next(breaker_edges, BreakerState::closed, BreakerEvent::cooled));
static_assert(next(breaker_edges, BreakerState::half_open, BreakerEvent::failed_again) ==
              BreakerState::open);

/// The rest of one model after failures in a row: closed → open → half-open, in which one call
/// tries it → closed or open again. Safe from several threads.
class Breaker {
 public:
  Breaker(const BreakerSettings& settings, const Clock& clock)
      : settings_(settings), clock_(clock) {}

  /// Permission for one call. Give it back with exactly one of the three below.
  struct Ticket {
    std::int64_t generation = 0;
    bool probe = false;
  };
  /// Errors: `llm_resting` (unavailable, with `retry_after`).
  Result<Ticket> admit();
  /// Each gives the state where the call changed it.
  std::optional<BreakerState> succeeded(Ticket ticket);
  std::optional<BreakerState> failed(Ticket ticket);
  /// It was neither: refused before it was sent, or stopped by the caller.
  void abandoned(Ticket ticket);

  BreakerState state() const;
  /// Whether `admit` would refuse now.
  bool resting() const;

 private:
  std::optional<BreakerState> step(BreakerEvent event);
  Error refusal() const;

  BreakerSettings settings_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  BreakerState state_ = BreakerState::closed;
  std::int64_t failures_ = 0;
  std::int64_t generation_ = 0;
  Instant opened_at_;
  bool probing_ = false;
};

/// Waits, unless the caller stops or its deadline comes first. Errors: `cancelled`,
/// `deadline_passed`.
using Sleep = std::function<Result<void>(std::chrono::milliseconds, const Ctx&)>;

/// On the computer's own time; wakes at once when a stop is requested.
Result<void> sleep_for(std::chrono::milliseconds time, const Ctx& ctx);

/// May refuse a request before it is sent, or a reply before it is given; the error it returns is
/// given to the caller. Sees texts after redaction. With `after` a streamed reply is held back
/// until it is whole. Called on the calling thread, from several.
struct Moderation {
  std::function<Result<void>(const Request&)> before;
  std::function<Result<void>(const Request&, const Reply&)> after;
};

enum class EventKind {
  cache_hit,
  cache_missed,
  joined,  ///< An equal request was under way; its reply served both.
  semantic_hit,
  retried,
  fell_back,
  breaker_moved,
  budget_refused,
  rate_waited,
  record_delayed,  ///< The database did not take a record; it is kept and written later.
  record_lost      ///< It could not be written before the end.
};
BOOST_DESCRIBE_ENUM(EventKind, cache_hit, cache_missed, joined, semantic_hit, retried, fell_back,
                    breaker_moved, budget_refused, rate_waited, record_delayed, record_lost)

/// Something that happened on the way. Views are valid during the call.
struct Event {
  EventKind kind{};
  std::string_view task{};
  std::string_view model{};   ///< As the settings name it; empty before one is chosen.
  std::string_view reason{};  ///< Of the error, or the breaker's new state.
  std::int64_t ms = 0;        ///< Of waits.
};

/// Who is told, for metrics and logs. Called on the calling thread, from several; must not throw.
struct Observer {
  std::function<void(const Call&)> on_call;  ///< A call ended, or a reply came from the cache.
  std::function<void(const Event&)> on_event;

  void tell(const Event& event) const {
    if (on_event) on_event(event);
  }
};

/// A token bucket as the generic cell rate algorithm (ITU-T I.371): up to a sixth of a minute's
/// amount may pass at once, and one larger amount when nothing has passed for as long. Safe from
/// several threads.
class RateGate {
 public:
  /// Of both the amounts a minute; 0 is no limit.
  RateGate(std::int64_t requests, std::int64_t tokens) : requests_{requests}, tokens_{tokens} {}

  /// Zero: it passes, and is counted. Else how long to wait before asking again.
  std::chrono::milliseconds take(Instant now, std::int64_t tokens);

 private:
  struct Bucket {
    std::int64_t per_minute = 0;
    std::int64_t next_us = 0;  ///< From when the next unit is within the rate.
    std::int64_t wait_us(std::int64_t now_us, std::int64_t amount) const;
    void spend(std::int64_t now_us, std::int64_t amount);
  };
  std::mutex mutex_;
  Bucket requests_;
  Bucket tokens_;
};

}  // namespace insightflow::llm
