#pragma once

#include <insightflow/identity/actor.hpp>
#include <insightflow/jobs/schedules.hpp>
#include <insightflow/jobs/worker.hpp>
#include <insightflow/retention/erasure.hpp>
#include <insightflow/retention/policy.hpp>

namespace insightflow::retention {

/// The kind of the jobs that apply the policies of a workspace, and when they start.
inline constexpr std::string_view retention_job = "retention";
inline constexpr std::string_view retention_cron = "23 2 * * *";

/// The kind of the jobs that erase on request.
inline constexpr std::string_view erasure_job = "erasure";

/// The policies of the actor's workspace. Where none says anything, nothing is deleted. All of it
/// needs `Permission::retention_manage`; changes are in the audit trail.
class Retentions {
 public:
  explicit Retentions(identity::Scope scope) : scope_(std::move(scope)) {}

  Result<WorkspaceRetention> get() const;

  /// Replaces the policy of the workspace, and sees to it that the policies are applied each day
  /// while there is one. Errors: `days_out_of_range`.
  Result<WorkspaceRetention> set(const Policy& policy) const;

  /// Errors: `survey_unknown`.
  Result<SurveyRetention> get(SurveyId survey) const;

  /// Replaces the policy of a survey. Errors: `survey_unknown`, `days_out_of_range`.
  Result<SurveyRetention> set(SurveyId survey, const SurveyPolicy& policy) const;

  /// Queues a job that applies the policies now, or gives the one that is queued.
  Result<jobs::JobHistory> apply() const;

 private:
  identity::Scope scope_;
};

/// Erasures in the actor's workspace. All of it needs `Permission::retention_manage`.
class Erasures {
 public:
  explicit Erasures(identity::Scope scope) : scope_(std::move(scope)) {}

  /// Queues an erasure. Nothing is gone yet when it returns: the certificate tells. The request is
  /// kept as the input of the job until its rows are removed. Errors: those of `validate`,
  /// `survey_unknown`, `response_unknown` with the place of the id.
  Result<NewErasure> request(const ErasureRequest& request) const;

  /// Errors: `erasure_unknown`.
  Result<Erasure> get(ErasureId id) const;

  /// Newest first; those of policies included, as far as they removed something.
  Result<ErasurePage> list(const ErasureFilter& filter = {}) const;

 private:
  identity::Scope scope_;
};

/// Run such jobs. The database, the clock and the ids must outlive the handlers. Rows go a few
/// hundred to a transaction, each with all that follows from them, so that a job which is stopped
/// goes on where it was. An erasure is completed only once `storage::Database::scrub` has gone
/// through the whole file; a policy empties the write-ahead log alone.
jobs::Handler retention_handler(storage::Database& db, const Clock& clock, IdSource& ids);
jobs::Handler erasure_handler(storage::Database& db, const Clock& clock, IdSource& ids);

}  // namespace insightflow::retention
