#include <insightflow/core/json.hpp>
#include <insightflow/jobs/queue.hpp>

namespace insightflow::jobs {

namespace {

const std::string columns = column_list(type_of<Job>());

constexpr std::int64_t first_backoff_ms = 1'000;
constexpr std::int64_t longest_backoff_ms = 60'000;

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

Result<JobId> Queue::enqueue(storage::Tx& tx, Job job) {
  job.id = ids_.next<JobId>();
  job.state = State::queued;
  job.created_at = clock_.now();
  if (job.run_at < job.created_at) job.run_at = job.created_at;
  BOOST_OUTCOME_TRY(tx.insert("jobs", job));
  return job.id;
}

Result<void> Queue::rescue(storage::Tx& tx, Instant now) {
  BOOST_OUTCOME_TRY(tx.execute(
      "UPDATE jobs SET state = CASE WHEN cancel_requested = 1 THEN 'cancelled' WHEN attempt < "
      "max_attempts THEN 'queued' ELSE 'failed' END, error = 'The worker disappeared.', lease = "
      "'', leased_until = NULL, finished_at = CASE WHEN cancel_requested = 0 AND attempt < "
      "max_attempts THEN NULL ELSE ?1 END WHERE state = 'running' AND leased_until < ?1",
      {now}));
  return success();
}

Result<std::optional<Job>> Queue::claim(std::chrono::milliseconds lease) {
  const Instant now = clock_.now();
  // Looking first keeps idle workers from taking the writer's turn.
  BOOST_OUTCOME_TRY(const auto work, db_.read([&](storage::Tx& tx) {
    return tx.find<std::int64_t>(
        "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued' AND run_at <= ?1) OR EXISTS "
        "(SELECT 1 FROM jobs WHERE state = 'running' AND leased_until < ?1)",
        {now});
  }));
  if (work.value_or(0) == 0) return std::optional<Job>();
  static const std::string sql =
      "UPDATE jobs SET state = 'running', attempt = attempt + 1, lease = ?2, leased_until = ?3, "
      "started_at = coalesce(started_at, ?1) WHERE id = (SELECT id FROM jobs WHERE state = "
      "'queued' AND run_at <= ?1 ORDER BY run_at, id LIMIT 1) RETURNING " +
      columns;
  return db_.write([&](storage::Tx& tx) -> Result<std::optional<Job>> {
    BOOST_OUTCOME_TRY(rescue(tx, now));
    return tx.find<Job>(sql, {now, ids_.next_uuid().str(), now + lease.count()});
  });
}

Result<void> Queue::heartbeat(const Job& job, const Progress& progress,
                              std::chrono::milliseconds lease) {
  BOOST_OUTCOME_TRY(const auto cancel, db_.write([&](storage::Tx& tx) -> Result<std::int64_t> {
    BOOST_OUTCOME_TRY(
        const auto row,
        tx.find<std::int64_t>("UPDATE jobs SET leased_until = ?4, stage = ?5, done = ?6, total = "
                              "?7 WHERE id = ?1 AND attempt = ?2 AND lease = ?3 AND state = "
                              "'running' RETURNING cancel_requested",
                              {job.id, job.attempt, job.lease, clock_.now() + lease.count(),
                               progress.stage, progress.done, progress.total}));
    if (!row) return lost_lease();
    return *row;
  }));
  if (cancel != 0) return fail(Code::cancelled, "cancelled", "The job was cancelled.");
  return success();
}

Result<void> Queue::complete(storage::Tx& tx, const Job& job) {
  const storage::Param params[] = {job.id, job.attempt, job.lease, clock_.now()};
  return fenced(tx,
                "UPDATE jobs SET state = 'completed', lease = '', leased_until = NULL, error = '', "
                "done = total, finished_at = ?4 WHERE id = ?1 AND attempt = ?2 AND lease = ?3 AND "
                "state = 'running'",
                params);
}

Result<State> Queue::give_up(const Job& job, const Error& why) {
  const Instant now = clock_.now();
  // A worker that is being stopped in good order does not use an attempt up.
  const bool stopped = why.reason == worker_stopped;
  const bool again = stopped || (retryable(why.code) && job.attempt < job.max_attempts);
  const State to = why.code == Code::cancelled ? State::cancelled
                   : again                     ? State::queued
                                               : State::failed;
  const std::int64_t backoff =
      stopped ? 0
              : std::min(longest_backoff_ms,
                         first_backoff_ms << std::min<std::int64_t>(job.attempt, 16));
  const std::optional<Instant> finished_at = again ? std::nullopt : std::optional(now);
  const storage::Param params[] = {
      job.id,
      job.attempt,
      job.lease,
      to,
      storage::Param::owned(std::string(why.reason) + ": " + why.detail),
      again ? now + backoff : job.run_at,
      finished_at,
      job.attempt - stopped};
  BOOST_OUTCOME_TRY(db_.write([&](storage::Tx& tx) {
    return fenced(
        tx,
        "UPDATE jobs SET state = ?4, error = ?5, run_at = ?6, finished_at = ?7, attempt = "
        "?8, lease = '', leased_until = NULL WHERE id = ?1 AND attempt = ?2 AND lease = ?3 AND "
        "state "
        "= 'running'",
        params);
  }));
  return to;
}

Result<Job> Queue::cancel(WorkspaceId workspace, JobId id) {
  static const std::string sql =
      "UPDATE jobs SET cancel_requested = 1, finished_at = CASE state WHEN 'queued' THEN ?3 END, "
      "state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END WHERE workspace_id = ?1 "
      "AND id = ?2 AND state IN ('queued', 'running') RETURNING " +
      columns;
  BOOST_OUTCOME_TRY(auto job, db_.write([&](storage::Tx& tx) {
    return tx.find<Job>(sql, {workspace, id, clock_.now()});
  }));
  if (job) return std::move(*job);
  BOOST_OUTCOME_TRY(const auto known, get(workspace, id));
  return fail(Code::conflict, "job_finished",
              "The job is already " + std::string(slug(known.state)) + ".");
}

Result<Job> Queue::get(WorkspaceId workspace, JobId id) {
  static const std::string sql =
      "SELECT " + columns + " FROM jobs WHERE workspace_id = ?1 AND id = ?2";
  BOOST_OUTCOME_TRY(auto job, db_.read([&](storage::Tx& tx) {
    return tx.find<Job>(sql, {workspace, id});
  }));
  if (!job) return unknown_job();
  return std::move(*job);
}

}  // namespace insightflow::jobs

namespace insightflow {
template const Type& type_of<jobs::Job>();
}  // namespace insightflow
