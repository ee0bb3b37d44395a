#include "jobs/announce.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/rng.hpp>
#include <insightflow/jobs/queue.hpp>
#include <insightflow/storage/page.hpp>

namespace insightflow::jobs {

namespace {

const std::string job_columns = column_list(type_of<Job>());

constexpr std::int64_t first_backoff_ms = 1'000;
constexpr std::int64_t longest_backoff_ms = 60'000;
constexpr std::int64_t more_attempts = 3;
constexpr std::int64_t purged_at_once = 1'000;

/// Somewhere between half of the exponential backoff and all of it, so that jobs that failed
/// together do not come back together. The same for the same attempt.
std::int64_t backoff_ms(const Job& job) {
  const std::int64_t most =
      std::min(longest_backoff_ms, first_backoff_ms << std::min<std::int64_t>(job.attempt, 16));
  Rng rng(std::hash<JobId>()(job.id) + static_cast<std::uint64_t>(job.attempt));
  return most / 2 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most / 2 + 1)));
}

Error unknown_job() {
  return fail(Code::not_found, "job_unknown", "No job of this workspace has this id.");
}

Error lost_lease() {
  return fail(Code::conflict, "lease_lost",
              "Another worker has this job by now; nothing of this attempt is kept.");
}

/// A statement that ends with a fence on (id, attempt, lease) and must touch exactly one row.
Result<void> fenced(storage::Tx& tx, std::string_view sql, storage::Params params) {
  BOOST_OUTCOME_TRY(const auto changed, tx.execute(sql, params));
  if (changed != 1) return lost_lease();
  return success();
}

}  // namespace

Result<JobId> Queue::enqueue(storage::Tx& tx, Job job, std::string_view input) {
  job.id = ids_.next<JobId>();
  job.state = State::queued;
  job.created_at = clock_.now();
  if (job.run_at < job.created_at) job.run_at = job.created_at;
  if (!job.unique_key.empty()) {
    BOOST_OUTCOME_TRY(
        const auto known,
        tx.find<JobId>("SELECT id FROM jobs WHERE workspace_id = ?1 AND kind = ?2 AND unique_key = "
                       "?3 AND unique_key <> '' AND state IN ('queued', 'running')",
                       {job.workspace_id, job.kind, job.unique_key}));
    if (known) return *known;
  }
  if (!job.request_id && !origin_.request_id.empty()) job.request_id = origin_.request_id;
  if (!job.traceparent && !origin_.traceparent.empty()) job.traceparent = origin_.traceparent;
  BOOST_OUTCOME_TRY(tx.insert("jobs", job));
  if (!input.empty()) {
    BOOST_OUTCOME_TRY(
        tx.execute("INSERT INTO job_inputs (job_id, document) VALUES (?1, ?2)", {job.id, input}));
  }
  BOOST_OUTCOME_TRY(announce(tx, db_, clock_, job, "queued"));
  return job.id;
}

Result<std::string> Queue::input(const Job& job) {
  return db_.read([&](storage::Tx& tx) -> Result<std::string> {
    BOOST_OUTCOME_TRY(
        auto document,
        tx.find<std::string>("SELECT document FROM job_inputs WHERE job_id = ?1", {job.id}));
    return std::move(document).value_or("");
  });
}

Result<void> Queue::heartbeat(const Job& job, const Progress& progress,
                              std::chrono::milliseconds lease) {
  BOOST_OUTCOME_TRY(const auto cancel, db_.write([&](storage::Tx& tx) -> Result<std::int64_t> {
    BOOST_OUTCOME_TRY(const auto before,
                      tx.find<Job>("SELECT " + job_columns + " FROM jobs WHERE id = ?1", {job.id}));
    BOOST_OUTCOME_TRY(
        const auto row,
        tx.find<std::int64_t>("UPDATE jobs SET leased_until = ?4, done = CASE WHEN stage = ?5 "
                              "THEN max(done, ?6) ELSE ?6 END, stage = ?5, total = ?7 WHERE id = "
                              "?1 AND attempt = ?2 AND lease = ?3 AND state = "
                              "'running' RETURNING cancel_requested",
                              {job.id, job.attempt, job.lease, clock_.now() + lease.count(),
                               progress.stage, progress.done, progress.total}));
    if (!row || !before) return lost_lease();
    // A beat that brings nothing new is not worth an event.
    Job further = *before;
    further.stage = progress.stage;
    further.done =
        before->stage == progress.stage ? std::max(before->done, progress.done) : progress.done;
    further.total = progress.total;
    if (further.stage != before->stage || further.done != before->done ||
        further.total != before->total) {
      BOOST_OUTCOME_TRY(announce(tx, db_, clock_, further, "progress"));
    }
    return *row;
  }));
  if (cancel != 0) return fail(Code::cancelled, "cancelled", "The job was cancelled.");
  return success();
}

Result<void> Queue::complete(storage::Tx& tx, const Job& job) {
  static const std::string sql =
      "UPDATE jobs SET state = 'completed', lease = '', leased_until = NULL, error = '', done = "
      "total, finished_at = ?4 WHERE id = ?1 AND attempt = ?2 AND lease = ?3 AND state = 'running' "
      "RETURNING " +
      job_columns;
  BOOST_OUTCOME_TRY(const auto ended,
                    tx.find<Job>(sql, {job.id, job.attempt, job.lease, clock_.now()}));
  if (!ended) return lost_lease();
  BOOST_OUTCOME_TRY(tx.execute("DELETE FROM job_checkpoints WHERE job_id = ?1", {job.id}));
  return announce(tx, db_, clock_, *ended, "completed");
}

Result<void> Queue::complete(storage::Tx& tx, const Job& job, const JobResult& result) {
  BOOST_OUTCOME_TRY(complete(tx, job));
  BOOST_OUTCOME_TRY(
      tx.execute("INSERT INTO job_results (job_id, subject, engine, note) VALUES (?1, ?2, ?3, ?4)",
                 {job.id, result.subject, result.engine, result.note}));
  return success();
}

Result<void> Queue::checkpoint(const Job& job, std::string_view step, std::string_view bytes) {
  const storage::Param params[] = {job.id, job.attempt, job.lease};
  return db_.write([&](storage::Tx& tx) -> Result<void> {
    // Changes nothing but tells whether the lease is still held.
    BOOST_OUTCOME_TRY(fenced(tx,
                             "UPDATE jobs SET attempt = attempt WHERE id = ?1 AND attempt = ?2 AND "
                             "lease = ?3 AND state = 'running'",
                             params));
    BOOST_OUTCOME_TRY(
        tx.execute("INSERT INTO job_checkpoints (job_id, step, document, created_at) VALUES (?1, "
                   "?2, ?3, ?4) ON CONFLICT (job_id, step) DO NOTHING",
                   {job.id, step, bytes, clock_.now()}));
    return success();
  });
}

Result<std::map<std::string, std::string>> Queue::checkpoints(const Job& job) {
  return db_.read([&](storage::Tx& tx) -> Result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> out;
    BOOST_OUTCOME_TRY(tx.each("SELECT step, document FROM job_checkpoints WHERE job_id = ?1",
                              {job.id}, [&](const storage::Row& row) -> Result<void> {
                                out.emplace(row.text(0), row.text(1));
                                return success();
                              }));
    return out;
  });
}

Result<State> Queue::give_up(const Job& job, const Error& why) {
  const Instant now = clock_.now();
  // A worker that is being stopped in good order does not use an attempt up.
  const bool stopped = why.reason == worker_stopped;
  const bool again = stopped || (retryable(why.code) && job.attempt < job.max_attempts);
  const State to = why.code == Code::cancelled ? State::cancelled
                   : again                     ? State::queued
                                               : State::failed;
  const std::optional<Instant> finished_at = again ? std::nullopt : std::optional(now);
  const storage::Param params[] = {
      job.id,
      job.attempt,
      job.lease,
      to,
      storage::Param::owned(std::string(why.reason) + ": " + why.detail),
      !again    ? job.run_at
      : stopped ? now
                : now + backoff_ms(job),
      finished_at,
      job.attempt - stopped};
  BOOST_OUTCOME_TRY(db_.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(fenced(
        tx,
        "UPDATE jobs SET state = ?4, error = ?5, run_at = ?6, finished_at = ?7, attempt = "
        "?8, lease = '', leased_until = NULL WHERE id = ?1 AND attempt = ?2 AND lease = ?3 AND "
        "state "
        "= 'running'",
        params));
    Job given_up = job;
    given_up.state = to;
    BOOST_OUTCOME_TRY(announce(tx, db_, clock_, given_up, slug(to), why.reason));
    if (stopped || to == State::cancelled) return success();
    BOOST_OUTCOME_TRY(
        tx.execute("INSERT INTO job_failures (job_id, attempt, at, reason, detail) VALUES (?1, ?2, "
                   "?3, ?4, ?5)",
                   {job.id, job.attempt, now, why.reason, why.detail}));
    return success();
  }));
  return to;
}

Result<Job> Queue::cancel(WorkspaceId workspace, JobId id) {
  static const std::string sql =
      "UPDATE jobs SET cancel_requested = 1, finished_at = CASE state WHEN 'queued' THEN ?3 END, "
      "state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END WHERE workspace_id = ?1 "
      "AND id = ?2 AND state IN ('queued', 'running') RETURNING " +
      job_columns;
  BOOST_OUTCOME_TRY(auto job, db_.write([&](storage::Tx& tx) -> Result<std::optional<Job>> {
    BOOST_OUTCOME_TRY(auto found, tx.find<Job>(sql, {workspace, id, clock_.now()}));
    if (found && found->state == State::cancelled) {
      BOOST_OUTCOME_TRY(announce(tx, db_, clock_, *found, "cancelled"));
    }
    return found;
  }));
  if (job) return std::move(*job);
  BOOST_OUTCOME_TRY(const auto known, get(workspace, id));
  return fail(Code::conflict, "job_finished",
              "The job is already " + std::string(slug(known.state)) + ".");
}

Result<Job> Queue::requeue(WorkspaceId workspace, JobId id) {
  static const std::string sql =
      "UPDATE jobs SET state = 'queued', run_at = ?3, max_attempts = attempt + ?4, finished_at = "
      "NULL, cancel_requested = 0 WHERE workspace_id = ?1 AND id = ?2 AND state IN ('failed', "
      "'cancelled') RETURNING " +
      job_columns;
  auto job = db_.write([&](storage::Tx& tx) -> Result<std::optional<Job>> {
    BOOST_OUTCOME_TRY(auto found, tx.find<Job>(sql, {workspace, id, clock_.now(), more_attempts}));
    if (found) {
      BOOST_OUTCOME_TRY(announce(tx, db_, clock_, *found, "queued"));
    }
    return found;
  });
  if (!job) {
    if (job.error().reason != "unique_violated") return job.error();
    return fail(Code::conflict, "job_duplicate",
                "A job that does the same is queued or running already.");
  }
  if (job.value()) return std::move(*job.value());
  BOOST_OUTCOME_TRY(const auto known, get(workspace, id));
  return fail(Code::conflict, "job_not_failed",
              "The job is " + std::string(slug(known.state)) +
                  "; only a failed or cancelled one can be queued again.");
}

Result<JobHistory> Queue::get(WorkspaceId workspace, JobId id) {
  return db_.read([&](storage::Tx& tx) { return get(tx, workspace, id); });
}

Result<JobHistory> Queue::get(storage::Tx& tx, WorkspaceId workspace, JobId id) {
  static const std::string sql =
      "SELECT " + job_columns + " FROM jobs WHERE workspace_id = ?1 AND id = ?2";
  BOOST_OUTCOME_TRY(auto job, tx.find<Job>(sql, {workspace, id}));
  if (!job) return unknown_job();
  JobHistory out{std::move(*job), {}, {}};
  BOOST_OUTCOME_TRY(out.failures,
                    tx.list<Failure>("SELECT attempt, at, reason, detail FROM job_failures WHERE "
                                     "job_id = ?1 ORDER BY attempt",
                                     {id}));
  BOOST_OUTCOME_TRY(
      out.result,
      tx.find<JobResult>("SELECT subject, engine, note FROM job_results WHERE job_id = ?1", {id}));
  return out;
}

Result<JobPage> Queue::list(WorkspaceId workspace, const JobFilter& filter) {
  static const std::string sql =
      "SELECT " + job_columns +
      " FROM jobs WHERE workspace_id = ?1 AND (?2 IS NULL OR state = ?2) AND (?3 = '' OR kind = "
      "?3) AND (?4 = '' OR id < ?4) ORDER BY id DESC LIMIT ?5";
  return db_.read([&](storage::Tx& tx) -> Result<JobPage> {
    const std::int64_t limit = storage::page_limit(filter.limit);
    JobPage out;
    BOOST_OUTCOME_TRY(out.items, tx.list<Job>(sql, {workspace, filter.state, filter.kind,
                                                    filter.after, limit + 1}));
    out.next = storage::cut_page(out.items, limit);
    return out;
  });
}

Result<Stats> Queue::stats(WorkspaceId workspace) {
  return db_.read([&](storage::Tx& tx) -> Result<Stats> {
    Stats out;
    BOOST_OUTCOME_TRY(
        out.kinds,
        tx.list<KindStats>(
            "SELECT kind, sum(state = 'queued'), sum(state = 'running'), sum(state = "
            "'completed'), sum(state = 'failed'), sum(state = 'cancelled'), min(CASE WHEN state = "
            "'queued' AND run_at <= ?2 THEN run_at END) FROM jobs WHERE workspace_id = ?1 GROUP BY "
            "kind ORDER BY kind",
            {workspace, clock_.now()}));
    return out;
  });
}

Result<std::vector<Depth>> Queue::depths() {
  return db_.read([&](storage::Tx& tx) {
    return tx.list<Depth>(
        "SELECT kind, sum(ready), sum(scheduled), sum(running), min(oldest) FROM (SELECT kind, "
        "count(*) AS ready, 0 AS scheduled, 0 AS running, min(run_at) AS oldest FROM jobs WHERE "
        "state = 'queued' AND run_at <= ?1 GROUP BY kind UNION ALL SELECT kind, 0, count(*), 0, "
        "NULL FROM jobs WHERE state = 'queued' AND run_at > ?1 GROUP BY kind UNION ALL SELECT "
        "kind, 0, 0, count(*), NULL FROM jobs WHERE state = 'running' GROUP BY kind) AS parts "
        "GROUP BY kind ORDER BY kind",
        {clock_.now()});
  });
}

Result<void> Queue::set_limit(const Limit& limit) {
  return db_.write([&](storage::Tx& tx) -> Result<void> {
    if (limit.concurrency == 0 && limit.per_minute == 0) {
      BOOST_OUTCOME_TRY(tx.execute("DELETE FROM job_limits WHERE kind = ?1", {limit.kind}));
      return success();
    }
    BOOST_OUTCOME_TRY(tx.execute(
        "INSERT INTO job_limits (kind, concurrency, per_minute, next_start) VALUES (?1, ?2, ?3, 0) "
        "ON CONFLICT (kind) DO UPDATE SET concurrency = ?2, per_minute = ?3",
        {limit.kind, limit.concurrency, limit.per_minute}));
    return success();
  });
}

Result<std::vector<Limit>> Queue::limits() {
  return db_.read([&](storage::Tx& tx) {
    return tx.list<Limit>("SELECT kind, concurrency, per_minute FROM job_limits ORDER BY kind");
  });
}

Result<std::int64_t> Queue::purge(std::chrono::milliseconds keep) {
  const Instant before = clock_.now() + -keep.count();
  return db_.write([&](storage::Tx& tx) {
    return tx.execute(
        "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < ?1 AND NOT EXISTS "
        "(SELECT 1 FROM insight_runs WHERE job_id = jobs.id) ORDER BY finished_at LIMIT ?2)",
        {before, purged_at_once});
  });
}

}  // namespace insightflow::jobs

namespace insightflow {
template const Type& type_of<jobs::Job>();
template const Type& type_of<jobs::JobHistory>();
template const Type& type_of<jobs::JobPage>();
template const Type& type_of<jobs::Stats>();
}  // namespace insightflow
