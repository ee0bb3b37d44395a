#pragma once

#include <insightflow/llm/policies.hpp>
#include <insightflow/storage/database.hpp>

#include <atomic>
#include <mutex>

namespace insightflow::llm {

constexpr std::int64_t hour_ms = 3'600'000;

/// A UTC day or month.
struct Span {
  std::string_view name;
  Instant start;
  Instant end;
};
std::array<Span, 2> spans_at(Instant at);

/// A call that ended, and what was reserved for it.
struct Settlement {
  Call call;
  std::int64_t reserved_tokens = 0;
  std::int64_t reserved_cost = 0;
  std::int64_t estimated_input = 0;
};

/// Calls, sums and figures in the database. A null database keeps nothing. Safe from several
/// threads.
class Ledger {
 public:
  Ledger(storage::Database* db, const Settings& settings, const Clock& clock,
         const Observer& observer)
      : db_(db), settings_(settings), clock_(clock), observer_(observer) {}
  ~Ledger();

  storage::Database* db() const { return db_; }

  /// Writes the call down with its estimate and charges the estimate. Errors:
  /// `llm_budget_exhausted`; those of the database only where a budget holds.
  Result<void> reserve(const Call& call);

  /// Writes down how it ended, charges what it cost instead, and counts it. Never fails: what the
  /// database does not take now is kept and tried again.
  void settle(Settlement settlement);

  std::size_t delayed() const;

  /// About once an hour.
  void tidy_at_times();
  Result<void> tidy();

 private:
  Result<void> flush();

  storage::Database* db_;
  const Settings& settings_;
  const Clock& clock_;
  const Observer& observer_;
  mutable std::mutex mutex_;
  std::vector<Settlement> waiting_;
  std::atomic<std::int64_t> tidied_at_{0};
};

/// The budget of a workspace; null where none holds.
const Budget* budget_of(const Settings& settings, WorkspaceId workspace);

Result<void> report_outcome(storage::Database& db, WorkspaceId workspace, LlmCallId call,
                            const Outcome& outcome);

}  // namespace insightflow::llm
