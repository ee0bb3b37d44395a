#pragma once

#include <insightflow/core/ctx.hpp>
#include <insightflow/core/id_source.hpp>
#include <insightflow/jobs/job.hpp>
#include <insightflow/storage/database.hpp>

#include <chrono>

namespace insightflow::jobs {

/// The reason with which a worker that is being stopped hands its job back.
inline constexpr std::string_view worker_stopped = "worker_stopped";

/// A durable queue in the application's own database: enqueuing is part of the caller's
/// transaction, so a job exists exactly when its data does. Safe from several threads and
/// processes.
class Queue {
 public:
  Queue(storage::Database& db, const Clock& clock, IdSource& ids)
      : db_(db), clock_(clock), ids_(ids) {}

  /// Adds a job to the caller's transaction. Only `workspace_id`, `kind`, `subject`, `max_attempts`
  /// and `run_at` of `job` are used.
  Result<JobId> enqueue(storage::Tx& tx, Job job);

  /// Takes the job that has waited longest, for `lease`, or nothing. Jobs whose worker let its
  /// lease run out go back first; when their attempts are used up they have failed.
  Result<std::optional<Job>> claim(std::chrono::milliseconds lease);

  /// Stores progress and keeps the job for another `lease`. Errors: `lease_lost` when another
  /// worker or a cancellation took it, `cancelled` when somebody asked for that.
  Result<void> heartbeat(const Job& job, const Progress& progress, std::chrono::milliseconds lease);

  /// Ends the job in the caller's transaction, together with what the job stores. Errors:
  /// `lease_lost`; the caller must then keep nothing.
  Result<void> complete(storage::Tx& tx, const Job& job);

  /// Gives the job up: it is queued again with backoff while attempts are left and the error may
  /// pass, else it has failed (or is cancelled). Errors: `lease_lost`.
  Result<State> give_up(const Job& job, const Error& why);

  /// A queued job is cancelled at once, a running one is asked to stop. Errors: `job_unknown`,
  /// `job_finished`.
  Result<Job> cancel(WorkspaceId workspace, JobId id);

  /// Errors: `job_unknown`.
  Result<Job> get(WorkspaceId workspace, JobId id);

 private:
  Result<void> rescue(storage::Tx& tx, Instant now);

  storage::Database& db_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace insightflow::jobs
