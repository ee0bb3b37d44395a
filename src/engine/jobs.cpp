#include <insightflow/engine.hpp>

namespace insightflow {

using identity::Permission;

Result<jobs::JobPage> Jobs::list(const jobs::JobFilter& filter) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::job_read));
  return queue().list(scope_.actor.workspace, filter);
}

Result<jobs::Stats> Jobs::stats() const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::job_read));
  return queue().stats(scope_.actor.workspace);
}

Result<jobs::JobHistory> Jobs::get(JobId id) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::job_read));
  return queue().get(scope_.actor.workspace, id);
}

Result<jobs::Job> Jobs::cancel(JobId id) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::job_manage));
  return queue().cancel(scope_.actor.workspace, id);
}

Result<jobs::Job> Jobs::requeue(JobId id) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::job_manage));
  return queue().requeue(scope_.actor.workspace, id);
}

}  // namespace insightflow
