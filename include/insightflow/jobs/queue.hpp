#pragma once

#include <insightflow/core/ctx.hpp>
#include <insightflow/core/id_source.hpp>
#include <insightflow/jobs/job.hpp>
#include <insightflow/storage/database.hpp>

#include <chrono>
#include <map>

namespace insightflow::jobs {

/// The reason with which a worker that is being stopped hands its job back.
inline constexpr std::string_view worker_stopped = "worker_stopped";

/// What a worker asks for.
struct ClaimRequest {
  std::chrono::milliseconds lease{15'000};
  std::int64_t most = 1;           ///< Jobs to take at once.
  std::vector<std::string> kinds;  ///< Empty: every kind.
  /// Is told of attempts that nobody works on any more; may be null.
  observe::Observer* observer = nullptr;
};

/// A durable queue in the application's own database: enqueuing is part of the caller's
/// transaction, so a job exists exactly when its data does. Every write of a worker is fenced on
/// (id, attempt, lease): whoever lost the lease changes nothing and is told so. Safe from several
/// threads and processes.
class Queue {
 public:
  /// `origin` is what asks: jobs remember it.
  Queue(storage::Database& db, const Clock& clock, IdSource& ids, Origin origin = {})
      : db_(db), clock_(clock), ids_(ids), origin_(std::move(origin)) {}

  /// Adds a job to the caller's transaction. Only `workspace_id`, `kind`, `subject`, `priority`,
  /// `unique_key`, `max_attempts`, `run_at`, `request_id` and `traceparent` of `job` are used; the
  /// last two are those of this queue's origin where they are not set. When a job with the same
  /// unique key is queued or running, nothing is added and its id is given. `input` is kept for the
  /// handler where an id is not enough; it goes with the job.
  Result<JobId> enqueue(storage::Tx& tx, Job job, std::string_view input = {});

  /// What the job was queued with; empty where it was nothing.
  Result<std::string> input(const Job& job);

  /// Takes jobs that are ready: by priority, then those that have waited longest, as far as the
  /// limits of their kinds allow. Before that, jobs whose worker let its lease run out go back, or
  /// have failed when their attempts are used up; and schedules that are due queue their jobs.
  Result<std::vector<Job>> claim(const ClaimRequest& request);

  /// The same for one job of any kind.
  Result<std::optional<Job>> claim(std::chrono::milliseconds lease);

  /// Stores progress and keeps the job for another `lease`. Within a stage `done` never goes back.
  /// Errors: `lease_lost` when another worker or a cancellation took it, `cancelled` when somebody
  /// asked for that.
  Result<void> heartbeat(const Job& job, const Progress& progress, std::chrono::milliseconds lease);

  /// Ends the job in the caller's transaction, together with what the job stores; several jobs may
  /// end in one. Its checkpoints go. Errors: `lease_lost`; the caller must then keep nothing.
  Result<void> complete(storage::Tx& tx, const Job& job);

  /// The same, and says what came out.
  Result<void> complete(storage::Tx& tx, const Job& job, const JobResult& result);

  /// Keeps what a step of the job gave, durable when it returns, so that a later attempt need not
  /// do it again. A step that is kept already keeps its bytes. `bytes` are UTF-8 text. Errors:
  /// `lease_lost`.
  Result<void> checkpoint(const Job& job, std::string_view step, std::string_view bytes);

  /// What this and earlier attempts have kept, by step.
  Result<std::map<std::string, std::string>> checkpoints(const Job& job);

  /// Gives the job up: it is queued again while attempts are left and the error may pass, after an
  /// exponential backoff with jitter (half to all of 2 s, 4 s, … 60 s); else it has failed (or is
  /// cancelled). The error is kept in the job's history. Errors: `lease_lost`.
  Result<State> give_up(const Job& job, const Error& why);

  /// A queued job is cancelled at once, a running one is asked to stop. Errors: `job_unknown`,
  /// `job_finished`.
  Result<Job> cancel(WorkspaceId workspace, JobId id);

  /// Queues a failed or cancelled job again, with three more attempts and its history. Errors:
  /// `job_unknown`, `job_not_failed`, `job_duplicate` when one with its unique key is under way.
  Result<Job> requeue(WorkspaceId workspace, JobId id);

  /// Errors: `job_unknown`.
  Result<JobHistory> get(WorkspaceId workspace, JobId id);
  Result<JobHistory> get(storage::Tx& tx, WorkspaceId workspace, JobId id);

  /// Newest first.
  Result<JobPage> list(WorkspaceId workspace, const JobFilter& filter = {});

  /// By kind, in the order of their names.
  Result<Stats> stats(WorkspaceId workspace);

  /// What there is to do in all workspaces, by kind; for whoever runs the program. Reads queued and
  /// running jobs alone, from indexes, so it costs little however many have ended.
  Result<std::vector<Depth>> depths();

  /// Sets or, with two zeros, lifts the limits of a kind, for all workspaces and processes.
  Result<void> set_limit(const Limit& limit);
  Result<std::vector<Limit>> limits();

  /// Deletes jobs that ended before `keep` ago and that no insight run refers to, a thousand at
  /// most. Gives how many.
  Result<std::int64_t> purge(std::chrono::milliseconds keep);

 private:
  Result<bool> has_work(const ClaimRequest& request, Instant now);
  /// Gives the jobs whose lease ran out, as they are now.
  Result<std::vector<Job>> rescue(storage::Tx& tx, Instant now);

  storage::Database& db_;
  const Clock& clock_;
  IdSource& ids_;
  Origin origin_;
};

}  // namespace insightflow::jobs
