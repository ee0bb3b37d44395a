#include "engine/operation_tables.hpp"

#include <insightflow/identity/trail.hpp>
#include <insightflow/report/report.hpp>

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

struct ReportQuery {
  report::Format format = report::Format::html;
};
BOOST_DESCRIBE_STRUCT(ReportQuery, (), (format))

struct ScheduleRequest {
  std::string cron;
};
BOOST_DESCRIBE_STRUCT(ScheduleRequest, (), (cron))
constexpr std::array schedule_request_notes{
    Note{.field = "cron",
         .doc = "Five fields, UTC: minute, hour, day, month, day of the week.",
         .required = true,
         .max = 200}};
constexpr std::span<const Note> field_notes(const ScheduleRequest*) {
  return schedule_request_notes;
}

Result<Reply> start_run(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto request, call.read_body<insight::RunRequest>());
  BOOST_OUTCOME_TRY(const auto run, call.session->insights().start(id, request));
  Reply out = reply(run, run.cached ? 200 : 202);
  out.location = "/insight-runs/" + run.id.str();
  return out;
}
Result<Reply> list_runs(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto runs, call.session->insights().list(id));
  return reply(runs);
}
Result<Reply> get_run(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<RunId>());
  BOOST_OUTCOME_TRY(const auto run, call.session->insights().get(id));
  return reply(run);
}
Result<Reply> cancel_run(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<RunId>());
  BOOST_OUTCOME_TRY(const auto run, call.session->insights().cancel(id));
  return reply(run);
}
Result<Reply> get_findings(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<RunId>());
  BOOST_OUTCOME_TRY(const auto findings, call.session->insights().findings(id));
  return reply(findings);
}
Result<Reply> get_report(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<RunId>());
  BOOST_OUTCOME_TRY(const auto query, call.read_query<ReportQuery>());
  BOOST_OUTCOME_TRY(const auto findings, call.session->insights().findings(id));
  const identity::Scope& scope = call.session->scope();
  BOOST_OUTCOME_TRY(scope.db.write([&](storage::Tx& tx) {
    return identity::record(tx, scope, audit::Action::report_exported, "insight_run:" + id.str(),
                            std::string(slug(query.format)));
  }));
  const report::FormatInfo& format = report::info(query.format);
  return Reply{.media_type = std::string(format.media_type),
               .body = format.render(findings),
               .file_name = "report." + std::string(format.extension)};
}

Result<Reply> get_schedule(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto schedule, call.session->insights().scheduled(id));
  return reply(schedule);
}
Result<Reply> set_schedule(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto request, call.read_body<ScheduleRequest>());
  BOOST_OUTCOME_TRY(const auto schedule, call.session->insights().schedule(id, request.cron));
  return reply(schedule);
}
Result<Reply> remove_schedule(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto schedule, call.session->insights().unschedule(id));
  return reply(schedule);
}

}  // namespace

std::span<const Operation> insight_operations() {
  static const Operation table[] = {
      {.name = "insights.start",
       .method = "POST",
       .path = "/surveys/{survey_id}/insight-runs",
       .summary = "Analyse the answers; 200 when nothing has changed since the last run.",
       .permission = Permission::insight_run,
       .status = 202,
       .body = type<insight::RunRequest>,
       .output = type<insight::Run>,
       .run = start_run},
      {.name = "insights.list",
       .method = "GET",
       .path = "/surveys/{survey_id}/insight-runs",
       .summary = "List the latest runs, newest first.",
       .permission = Permission::insight_read,
       .output = type<insight::RunPage>,
       .run = list_runs},
      {.name = "insights.get",
       .method = "GET",
       .path = "/insight-runs/{run_id}",
       .summary = "How far a run is.",
       .permission = Permission::insight_read,
       .output = type<insight::Run>,
       .run = get_run},
      {.name = "insights.cancel",
       .method = "DELETE",
       .path = "/insight-runs/{run_id}",
       .summary = "Stop a run.",
       .permission = Permission::insight_run,
       .output = type<insight::Run>,
       .run = cancel_run},
      {.name = "insights.findings",
       .method = "GET",
       .path = "/insight-runs/{run_id}/findings",
       .summary = "What a completed run found; every quote is checked again.",
       .permission = Permission::insight_read,
       .output = type<insight::Findings>,
       .run = get_findings},
      {.name = "insights.report",
       .method = "GET",
       .path = "/insight-runs/{run_id}/report",
       .summary = "The findings as a document.",
       .permission = Permission::insight_read,
       .query = type<ReportQuery>,
       .output_media = "text/html, text/markdown, application/json, text/csv",
       .run = get_report},
      {.name = "insights.schedule",
       .method = "PUT",
       .path = "/surveys/{survey_id}/insight-schedule",
       .summary = "Start a run whenever the schedule says so.",
       .permission = Permission::insight_run,
       .body = type<ScheduleRequest>,
       .output = type<jobs::Schedule>,
       .run = set_schedule},
      {.name = "insights.scheduled",
       .method = "GET",
       .path = "/surveys/{survey_id}/insight-schedule",
       .summary = "When the next run starts by itself.",
       .permission = Permission::insight_read,
       .output = type<jobs::Schedule>,
       .run = get_schedule},
      {.name = "insights.unschedule",
       .method = "DELETE",
       .path = "/surveys/{survey_id}/insight-schedule",
       .summary = "Start no more runs by itself.",
       .permission = Permission::insight_run,
       .output = type<jobs::Schedule>,
       .run = remove_schedule}};
  return table;
}

}  // namespace insightflow
