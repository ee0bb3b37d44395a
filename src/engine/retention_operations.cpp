#include "engine/operation_tables.hpp"

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

Result<Reply> get_retention(const Call& call) {
  BOOST_OUTCOME_TRY(const auto plan, call.session->retentions().get());
  return reply(plan);
}
Result<Reply> set_retention(const Call& call) {
  BOOST_OUTCOME_TRY(const auto policy, call.read_body<retention::Policy>());
  BOOST_OUTCOME_TRY(const auto plan, call.session->retentions().set(policy));
  return reply(plan);
}
Result<Reply> get_survey_retention(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto policy, call.session->retentions().get(id));
  return reply(policy);
}
Result<Reply> set_survey_retention(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto policy, call.read_body<retention::SurveyPolicy>());
  BOOST_OUTCOME_TRY(const auto set, call.session->retentions().set(id, policy));
  return reply(set);
}
Result<Reply> apply_retention(const Call& call) {
  BOOST_OUTCOME_TRY(const auto job, call.session->retentions().apply());
  Reply out = reply(job, 202);
  out.location = "/jobs/" + job.id.str();
  return out;
}

Result<Reply> request_erasure(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<retention::ErasureRequest>());
  BOOST_OUTCOME_TRY(const auto made, call.session->erasures().request(request));
  Reply out = reply(made, 202);
  out.location = "/erasures/" + made.erasure.id.str();
  return out;
}
Result<Reply> list_erasures(const Call& call) {
  BOOST_OUTCOME_TRY(const auto filter, call.read_query<retention::ErasureFilter>());
  BOOST_OUTCOME_TRY(const auto page, call.session->erasures().list(filter));
  return reply(page);
}
Result<Reply> get_erasure(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ErasureId>());
  BOOST_OUTCOME_TRY(const auto erasure, call.session->erasures().get(id));
  return reply(erasure);
}

}  // namespace

std::span<const Operation> retention_operations() {
  static const Operation table[] = {
      {.name = "retention.get",
       .method = "GET",
       .path = "/retention",
       .summary = "How long answers are kept, in the workspace and in surveys that differ.",
       .permission = Permission::retention_manage,
       .output = type<retention::WorkspaceRetention>,
       .run = get_retention},
      {.name = "retention.set",
       .method = "PUT",
       .path = "/retention",
       .summary = "Replace the policy of the workspace; what it leaves out has no end.",
       .permission = Permission::retention_manage,
       .body = type<retention::Policy>,
       .output = type<retention::WorkspaceRetention>,
       .run = set_retention},
      {.name = "retention.apply",
       .method = "POST",
       .path = "/retention/apply",
       .summary = "Apply the policies now instead of tonight, by a job.",
       .permission = Permission::retention_manage,
       .status = 202,
       .output = type<jobs::JobHistory>,
       .run = apply_retention},
      {.name = "retention.survey",
       .method = "GET",
       .path = "/surveys/{survey_id}/retention",
       .summary = "How long the answers of a survey are kept.",
       .permission = Permission::retention_manage,
       .output = type<retention::SurveyRetention>,
       .run = get_survey_retention},
      {.name = "retention.set_survey",
       .method = "PUT",
       .path = "/surveys/{survey_id}/retention",
       .summary = "Replace the policy of a survey; what it leaves out is as in the workspace.",
       .permission = Permission::retention_manage,
       .body = type<retention::SurveyPolicy>,
       .output = type<retention::SurveyRetention>,
       .run = set_survey_retention},
      {.name = "erasures.request",
       .method = "POST",
       .path = "/erasures",
       .summary = "Erase responses, a respondent or a person, by a job; the certificate tells how "
                  "far it is.",
       .permission = Permission::retention_manage,
       .status = 202,
       .body = type<retention::ErasureRequest>,
       .output = type<retention::NewErasure>,
       .run = request_erasure},
      {.name = "erasures.list",
       .method = "GET",
       .path = "/erasures",
       .summary = "List certificates of erasure, newest first.",
       .permission = Permission::retention_manage,
       .query = type<retention::ErasureFilter>,
       .output = type<retention::ErasurePage>,
       .run = list_erasures},
      {.name = "erasures.get",
       .method = "GET",
       .path = "/erasures/{erasure_id}",
       .summary = "The certificate of an erasure.",
       .permission = Permission::retention_manage,
       .output = type<retention::Erasure>,
       .run = get_erasure}};
  return table;
}

}  // namespace insightflow
