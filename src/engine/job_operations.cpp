#include "engine/operation_tables.hpp"

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

Result<Reply> list_jobs(const Call& call) {
  BOOST_OUTCOME_TRY(const auto filter, call.read_query<jobs::JobFilter>());
  BOOST_OUTCOME_TRY(const auto page, call.session->jobs().list(filter));
  return reply(page);
}
Result<Reply> job_stats(const Call& call) {
  BOOST_OUTCOME_TRY(const auto stats, call.session->jobs().stats());
  return reply(stats);
}

/// What is done to one job of the actor's workspace.
template <auto act>
Result<Reply> with_job(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<JobId>());
  const Jobs jobs = call.session->jobs();
  BOOST_OUTCOME_TRY(const auto job, (jobs.*act)(id));
  return reply(job);
}

}  // namespace

std::span<const Operation> job_operations() {
  static const Operation table[] = {
      {.name = "jobs.list",
       .method = "GET",
       .path = "/jobs",
       .summary = "List jobs, newest first.",
       .permission = Permission::job_read,
       .query = type<jobs::JobFilter>,
       .output = type<jobs::JobPage>,
       .run = list_jobs},
      {.name = "jobs.stats",
       .method = "GET",
       .path = "/job-stats",
       .summary = "How many jobs of each kind are in each state.",
       .permission = Permission::job_read,
       .output = type<jobs::Stats>,
       .run = job_stats},
      {.name = "jobs.get",
       .method = "GET",
       .path = "/jobs/{job_id}",
       .summary = "State, progress and history of a job.",
       .permission = Permission::job_read,
       .output = type<jobs::JobHistory>,
       .run = with_job<&Jobs::get>},
      {.name = "jobs.cancel",
       .method = "DELETE",
       .path = "/jobs/{job_id}",
       .summary = "Cancel a queued job, or ask a running one to stop.",
       .permission = Permission::job_manage,
       .output = type<jobs::Job>,
       .run = with_job<&Jobs::cancel>},
      {.name = "jobs.retry",
       .method = "POST",
       .path = "/jobs/{job_id}/retry",
       .summary = "Queue a failed or cancelled job again.",
       .permission = Permission::job_manage,
       .output = type<jobs::Job>,
       .run = with_job<&Jobs::requeue>}};
  return table;
}

}  // namespace insightflow
