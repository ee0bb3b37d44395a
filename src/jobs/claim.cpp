#include "jobs/announce.hpp"
#include "jobs/attempt.hpp"
#include "jobs/fire.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/jobs/queue.hpp>

#include <algorithm>

/// How jobs find their workers.
namespace insightflow::jobs {

namespace {

constexpr std::int64_t minute_us = 60'000'000;

/// A job that could start now.
struct Ready {
  JobId id;
  std::string kind;
  Priority priority = Priority::normal;
  Instant run_at;
};
BOOST_DESCRIBE_STRUCT(Ready, (), (id, kind, priority, run_at))

/// A kind's limits with the time from which the next start is within its rate, in microseconds:
/// the generic cell rate algorithm (ITU-T I.371). After a quiet time a second's worth may start at
/// once.
struct Allowance {
  std::int64_t concurrency = 0;
  std::int64_t per_minute = 0;
  std::int64_t next_start = 0;

  std::int64_t interval() const { return minute_us / per_minute; }
  std::int64_t latest(Instant now) const {
    return now.ms * 1000 + interval() * std::max<std::int64_t>(1, per_minute / 60);
  }
  /// A clock that was set back does not hold the kind for longer than its burst.
  std::int64_t from(Instant now) const {
    return std::clamp(next_start, now.ms * 1000, latest(now));
  }
};
BOOST_DESCRIBE_STRUCT(Allowance, (), (concurrency, per_minute, next_start))

/// The kinds that have queued jobs: one step of the index for each.
Result<std::vector<std::string>> queued_kinds(storage::Tx& tx) {
  std::vector<std::string> out;
  for (std::string last;;) {
    BOOST_OUTCOME_TRY(
        auto next, tx.find<std::string>("SELECT kind FROM jobs WHERE state = 'queued' AND kind > "
                                        "?1 ORDER BY kind LIMIT 1",
                                        {last}));
    if (!next) return out;
    last = *next;
    out.push_back(std::move(*next));
  }
}

/// How many jobs of a kind its limits let start now.
Result<std::int64_t> allowed(storage::Tx& tx, const std::string& kind, const Allowance& limit,
                             Instant now, std::int64_t most) {
  if (limit.concurrency > 0) {
    BOOST_OUTCOME_TRY(
        const auto running,
        tx.find<std::int64_t>("SELECT count(*) FROM jobs WHERE state = 'running' AND kind = ?1",
                              {kind}));
    most = std::min(most, limit.concurrency - running.value_or(0));
  }
  if (limit.per_minute > 0)
    most = std::min(most, (limit.latest(now) - limit.from(now)) / limit.interval());
  return std::max<std::int64_t>(most, 0);
}

/// Remembers that so many jobs of a kind have started.
Result<void> spend(storage::Tx& tx, const std::string& kind, const Allowance& limit, Instant now,
                   std::int64_t started) {
  if (limit.per_minute == 0 || started == 0) return success();
  const std::int64_t next = limit.from(now) + started * limit.interval();
  BOOST_OUTCOME_TRY(
      tx.execute("UPDATE job_limits SET next_start = ?2 WHERE kind = ?1", {kind, next}));
  return success();
}

/// What may start now, the most urgent first.
Result<std::vector<Ready>> ready_jobs(storage::Tx& tx, const std::string& kind, Instant now,
                                      std::int64_t most) {
  std::vector<Ready> out;
  for (const Priority priority : {Priority::high, Priority::normal, Priority::low}) {
    const std::int64_t left = most - static_cast<std::int64_t>(out.size());
    if (left <= 0) break;
    BOOST_OUTCOME_TRY(
        auto some,
        tx.list<Ready>("SELECT id, kind, priority, run_at FROM jobs WHERE state = 'queued' AND "
                       "kind = ?1 AND priority = ?2 AND run_at <= ?3 ORDER BY run_at, id LIMIT ?4",
                       {kind, priority, now, left}));
    std::move(some.begin(), some.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace

Result<bool> Queue::has_work(const ClaimRequest& request, Instant now) {
  return db_.read([&](storage::Tx& tx) -> Result<bool> {
    BOOST_OUTCOME_TRY(
        const auto due,
        tx.find<std::int64_t>("SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND "
                              "leased_until < ?1) OR EXISTS (SELECT 1 FROM job_schedules WHERE "
                              "next_at <= ?1)",
                              {now}));
    if (due.value_or(0) != 0) return true;
    std::vector<std::string> kinds = request.kinds;
    if (kinds.empty()) {
      BOOST_OUTCOME_TRY(kinds, queued_kinds(tx));
    }
    for (const std::string& kind : kinds) {
      BOOST_OUTCOME_TRY(const auto ready, ready_jobs(tx, kind, now, 1));
      if (!ready.empty()) return true;
    }
    return false;
  });
}

Result<std::vector<Job>> Queue::rescue(storage::Tx& tx, Instant now) {
  BOOST_OUTCOME_TRY(tx.execute(
      "INSERT INTO job_failures (job_id, attempt, at, reason, detail) SELECT id, attempt, ?1, "
      "'worker_lost', 'The worker disappeared.' FROM jobs WHERE state = 'running' AND leased_until "
      "< ?1",
      {now}));
  static const std::string sql =
      "UPDATE jobs SET state = CASE WHEN cancel_requested = 1 THEN 'cancelled' WHEN attempt < "
      "max_attempts THEN 'queued' ELSE 'failed' END, error = 'The worker disappeared.', lease = "
      "'', leased_until = NULL, finished_at = CASE WHEN cancel_requested = 0 AND attempt < "
      "max_attempts THEN NULL ELSE ?1 END WHERE state = 'running' AND leased_until < ?1 "
      "RETURNING " +
      column_list(type_of<Job>());
  BOOST_OUTCOME_TRY(auto rescued, tx.list<Job>(sql, {now}));
  for (const Job& job : rescued) {
    BOOST_OUTCOME_TRY(announce(tx, db_, clock_, job, slug(job.state), "worker_lost"));
  }
  return rescued;
}

Result<std::vector<Job>> Queue::claim(const ClaimRequest& request) {
  static const std::string sql =
      "UPDATE jobs SET state = 'running', attempt = attempt + 1, lease = ?2, leased_until = ?3, "
      "stage = '', done = 0, total = 0, started_at = coalesce(started_at, ?1) WHERE id = ?4 AND "
      "state = 'queued' RETURNING " +
      column_list(type_of<Job>());
  const Instant now = clock_.now();
  // Looking first keeps idle workers from taking the writer's turn.
  BOOST_OUTCOME_TRY(const bool work, has_work(request, now));
  if (!work) return std::vector<Job>();
  std::vector<Job> abandoned;
  auto claimed = db_.write([&](storage::Tx& tx) -> Result<std::vector<Job>> {
    BOOST_OUTCOME_TRY(abandoned, rescue(tx, now));
    BOOST_OUTCOME_TRY(fire_schedules(tx, *this, now));
    std::vector<std::string> kinds = request.kinds;
    if (kinds.empty()) {
      BOOST_OUTCOME_TRY(kinds, queued_kinds(tx));
    }
    std::vector<Ready> ready;
    std::vector<std::pair<std::string, Allowance>> limited;
    for (const std::string& kind : kinds) {
      std::int64_t most = request.most;
      BOOST_OUTCOME_TRY(
          const auto limit,
          tx.find<Allowance>(
              "SELECT concurrency, per_minute, next_start FROM job_limits WHERE kind = ?1",
              {kind}));
      if (limit) {
        BOOST_OUTCOME_TRY(most, allowed(tx, kind, *limit, now, most));
        limited.emplace_back(kind, *limit);
      }
      BOOST_OUTCOME_TRY(auto some, ready_jobs(tx, kind, now, most));
      std::move(some.begin(), some.end(), std::back_inserter(ready));
    }
    std::ranges::sort(ready, [](const Ready& a, const Ready& b) {
      return std::tuple(b.priority, a.run_at, a.id) < std::tuple(a.priority, b.run_at, b.id);
    });
    if (static_cast<std::int64_t>(ready.size()) > request.most)
      ready.resize(static_cast<std::size_t>(request.most));
    std::vector<Job> out;
    for (const Ready& one : ready) {
      BOOST_OUTCOME_TRY(auto job, tx.find<Job>(sql, {now, ids_.next_uuid().str(),
                                                     now + request.lease.count(), one.id}));
      if (!job) continue;
      BOOST_OUTCOME_TRY(announce(tx, db_, clock_, *job, "started"));
      out.push_back(std::move(*job));
    }
    for (const auto& [kind, limit] : limited) {
      const auto started = std::ranges::count(out, kind, &Job::kind);
      BOOST_OUTCOME_TRY(spend(tx, kind, limit, now, started));
    }
    return out;
  });
  if (claimed && request.observer)
    for (const Job& job : abandoned) Attempt::abandoned(*request.observer, job);
  return claimed;
}

Result<std::optional<Job>> Queue::claim(std::chrono::milliseconds lease) {
  BOOST_OUTCOME_TRY(auto jobs, claim(ClaimRequest{.lease = lease}));
  if (jobs.empty()) return std::optional<Job>();
  return std::optional<Job>(std::move(jobs.front()));
}

}  // namespace insightflow::jobs
