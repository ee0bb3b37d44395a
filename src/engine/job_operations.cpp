#include "engine/operation_tables.hpp"

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

Result<Reply> list_jobs(const Call& call) {
  BOOST_OUTCOME_TRY(const auto filter, call.read_query<jobs::JobFilter>());
  BOOST_OUTCOME_TRY(const auto page,
                    call.session->jobs().list(call.session->scope().actor.workspace, filter));
  return reply(page);
}
Result<Reply> job_stats(const Call& call) {
  BOOST_OUTCOME_TRY(const auto stats,
                    call.session->jobs().stats(call.session->scope().actor.workspace));
  return reply(stats);
}

/// What is done to one job of the actor's workspace.
template <auto act>
Result<Reply> with_job(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<JobId>());
  jobs::Queue queue = call.session->jobs();
  BOOST_OUTCOME_TRY(const auto job, (queue.*act)(call.session->scope().actor.workspace, id));
  return reply(job);
}

}  // namespace

std::span<const Operation> job_operations() {
  static const Operation table[] = {
      {.name = "jobs.list",
       .method = "GET",
       .path = "/jobs",
       .summary = "List jobs, newest first.",
       .permission = read,
       .query = type<jobs::JobFilter>,
       .output = type<jobs::JobPage>,
       .run = list_jobs},
      {.name = "jobs.stats",
       .method = "GET",
       .path = "/job-stats",
       .summary = "How many jobs of each kind are in each state.",
       .permission = read,
       .output = type<jobs::Stats>,
       .run = job_stats},
      {.name = "jobs.get",
       .method = "GET",
       .path = "/jobs/{job_id}",
       .summary = "State, progress and history of a job.",
       .permission = read,
       .output = type<jobs::JobHistory>,
       .run = with_job<&jobs::Queue::get>},
      {.name = "jobs.cancel",
       .method = "DELETE",
       .path = "/jobs/{job_id}",
       .summary = "Cancel a queued job, or ask a running one to stop.",
       .permission = edit,
       .output = type<jobs::Job>,
       .run = with_job<&jobs::Queue::cancel>},
      {.name = "jobs.retry",
       .method = "POST",
       .path = "/jobs/{job_id}/retry",
       .summary = "Queue a failed or cancelled job again.",
       .permission = edit,
       .output = type<jobs::Job>,
       .run = with_job<&jobs::Queue::requeue>}};
  return table;
}

}  // namespace insightflow
