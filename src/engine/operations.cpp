#include <insightflow/bias/lint.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>
#include <insightflow/report/report.hpp>
#include <insightflow/survey/generate.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <charconv>

namespace insightflow {

using identity::Permission;

Result<void> Call::body_into(const Type& type, void* object) const {
  // An operation whose every field has a default may be called without a body.
  return read_json_text(type, object, body.empty() ? "{}" : body, Audience::api);
}

Result<void> Call::query_into(const Type& type, void* object) const {
  json::object values;
  for (const auto& [name, text] : query) {
    const Field* field = nullptr;
    for (const Field& candidate : type.fields)
      if (candidate.name == name) field = &candidate;
    const Type* inner = field ? &field->type() : nullptr;
    if (inner && inner->shape == Shape::optional) inner = &inner->item();
    std::int64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = end.ec == std::errc() && end.ptr == text.data() + text.size();
    if (inner && inner->shape == Shape::integer && whole) {
      values[name] = number;
    } else if (inner && inner->shape == Shape::boolean && (text == "true" || text == "false")) {
      values[name] = text == "true";
    } else if (inner && inner->shape == Shape::list) {
      if (!values.contains(name)) values[name] = json::array();
      for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        values[name].as_array().emplace_back(std::string_view(text).substr(at, comma - at));
        at = comma + 1;
      }
    } else {
      values[name] = text;
    }
  }
  return read_json(type, object, values, Audience::api);
}

namespace {

template <class T>
Reply reply(const T& object, int status = 200) {
  return {.status = status, .body = to_json_text(object)};
}
/// The same for a thing with a revision.
template <class T>
Reply revisioned(const T& object, int status = 200) {
  Reply out = reply(object, status);
  out.revision = object.revision;
  return out;
}

struct ExportQuery {
  response::TableFormat format = response::TableFormat::csv;
};
BOOST_DESCRIBE_STRUCT(ExportQuery, (), (format))

struct ReportQuery {
  report::Format format = report::Format::html;
};
BOOST_DESCRIBE_STRUCT(ReportQuery, (), (format))

struct ImportReply {
  response::ImportReport report;
  std::string quarantine;
};
BOOST_DESCRIBE_STRUCT(ImportReply, (), (report, quarantine))
constexpr std::array import_reply_notes{
    Note{.field = "quarantine",
         .doc = "The rejected rows as CSV: line, reason, where, detail, row.",
         .pii = true}};
constexpr std::span<const Note> field_notes(const ImportReply*) {
  return import_reply_notes;
}

struct KeyRequest {
  std::string name;
  identity::Role role = identity::Role::viewer;
};
BOOST_DESCRIBE_STRUCT(KeyRequest, (), (name, role))
constexpr std::array key_request_notes{
    Note{.field = "name", .doc = "What the key is for.", .required = true, .min = 1, .max = 200},
    Note{.field = "role", .doc = "What the key may do.", .required = true}};
constexpr std::span<const Note> field_notes(const KeyRequest*) {
  return key_request_notes;
}

/// A published questionnaire as respondents may see it: without the linter's notes.
struct PublicSurvey {
  SurveyId id;
  std::int64_t version = 0;
  survey::Questionnaire questionnaire;
};
BOOST_DESCRIBE_STRUCT(PublicSurvey, (), (id, version, questionnaire))

Result<Reply> create_key(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<KeyRequest>());
  BOOST_OUTCOME_TRY(const auto key, call.session->keys().create(request.name, request.role));
  return reply(key, 201);
}
Result<Reply> list_keys(const Call& call) {
  BOOST_OUTCOME_TRY(const auto keys, call.session->keys().list());
  return reply(keys);
}
Result<Reply> revoke_key(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ApiKeyId>());
  BOOST_OUTCOME_TRY(const auto key, call.session->keys().revoke(id));
  return reply(key);
}

Result<Reply> create_project(const Call& call) {
  BOOST_OUTCOME_TRY(auto project, call.read_body<survey::Project>());
  BOOST_OUTCOME_TRY(const auto made, call.session->projects().create(std::move(project)));
  Reply out = revisioned(made, 201);
  out.location = "/projects/" + made.id.str();
  return out;
}
Result<Reply> list_projects(const Call& call) {
  BOOST_OUTCOME_TRY(const auto page, call.read_query<survey::PageRequest>());
  BOOST_OUTCOME_TRY(const auto projects, call.session->projects().list(page));
  return reply(projects);
}
Result<Reply> get_project(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ProjectId>());
  BOOST_OUTCOME_TRY(const auto project, call.session->projects().get(id));
  return revisioned(project);
}
Result<Reply> update_project(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ProjectId>());
  BOOST_OUTCOME_TRY(auto project, call.read_body<survey::Project>());
  BOOST_OUTCOME_TRY(const auto updated,
                    call.session->projects().update(id, std::move(project), call.if_revision));
  return revisioned(updated);
}

Reply created_survey(const survey::Survey& survey) {
  Reply out = revisioned(survey, 201);
  out.location = "/surveys/" + survey.id.str();
  return out;
}
Result<Reply> create_survey(const Call& call) {
  BOOST_OUTCOME_TRY(auto survey, call.read_body<survey::Survey>());
  BOOST_OUTCOME_TRY(const auto made, call.session->surveys().create(std::move(survey)));
  return created_survey(made);
}
Result<Reply> generate_survey(const Call& call) {
  BOOST_OUTCOME_TRY(const auto brief, call.read_body<survey::Brief>());
  BOOST_OUTCOME_TRY(const auto made, call.session->surveys().generate(brief));
  return created_survey(made);
}
Result<Reply> list_surveys(const Call& call) {
  BOOST_OUTCOME_TRY(const auto page, call.read_query<survey::PageRequest>());
  BOOST_OUTCOME_TRY(const auto surveys, call.session->surveys().list(page));
  return reply(surveys);
}
Result<Reply> get_survey(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto survey, call.session->surveys().get(id));
  return revisioned(survey);
}
Result<Reply> update_survey(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(auto survey, call.read_body<survey::Survey>());
  BOOST_OUTCOME_TRY(const auto updated,
                    call.session->surveys().update(id, std::move(survey), call.if_revision));
  return revisioned(updated);
}
/// Publish, close, reopen and archive differ in the member they call.
template <Result<survey::Survey> (survey::Surveys::*Move)(SurveyId, survey::IfRevision)>
Result<Reply> move_survey(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  auto surveys = call.session->surveys();
  BOOST_OUTCOME_TRY(const auto moved, (surveys.*Move)(id, call.if_revision));
  return revisioned(moved);
}
Result<Reply> get_version(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  std::int64_t number = -1;
  const std::string& text = call.path[1];
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) number = -1;
  BOOST_OUTCOME_TRY(const auto version, call.session->surveys().version(id, number));
  return reply(version);
}
Result<Reply> lint_survey(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto survey, call.session->surveys().get(id));
  return reply(bias::lint(survey));
}
Result<Reply> lint(const Call& call) {
  BOOST_OUTCOME_TRY(const auto questionnaire, call.read_body<survey::Questionnaire>());
  return reply(bias::lint(questionnaire));
}

Result<Reply> list_responses(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto page, call.read_query<survey::PageRequest>());
  BOOST_OUTCOME_TRY(const auto responses,
                    call.session->responses().list(id, page.limit, page.after));
  return reply(responses);
}
Result<Reply> get_response(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ResponseId>());
  BOOST_OUTCOME_TRY(const auto response, call.session->responses().get(id));
  return reply(response);
}
Result<Reply> export_responses(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto query, call.read_query<ExportQuery>());
  BOOST_OUTCOME_TRY(auto stream, call.session->transfers().export_all(id, query.format));
  const bool csv = query.format == response::TableFormat::csv;
  return Reply{.media_type = csv ? "text/csv; charset=utf-8" : "application/x-ndjson",
               .stream = std::move(stream),
               .file_name = "responses." + std::string(slug(query.format))};
}
Result<Reply> import_responses(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto query, call.read_query<ExportQuery>());
  ImportReply out;
  BOOST_OUTCOME_TRY(out.report, call.session->transfers().import(
                                    id,
                                    [rest = call.body]() mutable -> Result<std::string_view> {
                                      return std::exchange(rest, {});
                                    },
                                    {.format = query.format},
                                    [&](std::string_view piece) -> Result<void> {
                                      out.quarantine += piece;
                                      return success();
                                    }));
  if (out.report.rejected == 0) out.quarantine.clear();
  return reply(out);
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
  const report::FormatInfo& format = report::info(query.format);
  return Reply{.media_type = std::string(format.media_type),
               .body = format.render(findings),
               .file_name = "report." + std::string(format.extension)};
}

Result<Reply> get_job(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<JobId>());
  BOOST_OUTCOME_TRY(const auto job,
                    call.session->jobs().get(call.session->scope().actor.workspace, id));
  return reply(job);
}
Result<Reply> cancel_job(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<JobId>());
  BOOST_OUTCOME_TRY(const auto job,
                    call.session->jobs().cancel(call.session->scope().actor.workspace, id));
  return reply(job);
}

Result<Reply> get_public_survey(const Call& call) {
  BOOST_OUTCOME_TRY(const auto open, call.engine.intake().open(call.path[0]));
  PublicSurvey out{open.id, open.version, open.validator.questionnaire()};
  out.questionnaire.lint.reset();
  for (survey::Question& question : out.questionnaire.questions) question.lint.reset();
  return reply(out);
}
Result<Reply> submit_response(const Call& call) {
  BOOST_OUTCOME_TRY(const auto submission, call.read_body<response::Submission>());
  BOOST_OUTCOME_TRY(const auto receipt,
                    call.engine.respond(call.path[0], submission, call.idempotency_key));
  return reply(receipt, 201);
}

constexpr auto read = Permission::read;
constexpr auto edit = Permission::edit;
constexpr auto administer = Permission::administer;
constexpr std::string_view tables = "text/csv, application/x-ndjson";

template <class T>
constexpr auto type = &type_of<T>;

}  // namespace

Result<Reply> perform(const Operation& operation, const Call& call) {
  if (operation.permission) {
    if (call.session == nullptr)
      return fail(Code::unauthenticated, "key_missing",
                  "This needs an API key: send 'Authorization: Bearer KEY'.");
    BOOST_OUTCOME_TRY(call.session->scope().require(*operation.permission));
  }
  return operation.run(call);
}

std::span<const Operation> operations() {
  using survey::Surveys;
  static const Operation table[] = {
      {.name = "surveys.generate",
       .method = "POST",
       .path = "/surveys/generate",
       .summary = "Generate a draft from a goal.",
       .permission = edit,
       .status = 201,
       .body = type<survey::Brief>,
       .output = type<survey::Survey>,
       .run = generate_survey},
      {.name = "surveys.create",
       .method = "POST",
       .path = "/surveys",
       .summary = "Store a draft.",
       .permission = edit,
       .status = 201,
       .body = type<survey::Survey>,
       .output = type<survey::Survey>,
       .run = create_survey},
      {.name = "surveys.list",
       .method = "GET",
       .path = "/surveys",
       .summary = "List surveys, oldest first.",
       .permission = read,
       .query = type<survey::PageRequest>,
       .output = type<survey::SummaryPage>,
       .run = list_surveys},
      {.name = "surveys.get",
       .method = "GET",
       .path = "/surveys/{survey_id}",
       .summary = "Read a survey with its draft.",
       .permission = read,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = get_survey},
      {.name = "surveys.update",
       .method = "PUT",
       .path = "/surveys/{survey_id}",
       .summary = "Replace the draft and the settings.",
       .permission = edit,
       .body = type<survey::Survey>,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = update_survey},
      {.name = "surveys.publish",
       .method = "POST",
       .path = "/surveys/{survey_id}/publish",
       .summary = "Freeze the draft as the next version and take answers to it.",
       .permission = edit,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::publish>},
      {.name = "surveys.close",
       .method = "POST",
       .path = "/surveys/{survey_id}/close",
       .summary = "Take no more answers.",
       .permission = edit,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::close>},
      {.name = "surveys.reopen",
       .method = "POST",
       .path = "/surveys/{survey_id}/reopen",
       .summary = "Take answers again.",
       .permission = edit,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::reopen>},
      {.name = "surveys.archive",
       .method = "POST",
       .path = "/surveys/{survey_id}/archive",
       .summary = "Put a survey away for good; its answers stay.",
       .permission = edit,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::archive>},
      {.name = "surveys.version",
       .method = "GET",
       .path = "/surveys/{survey_id}/versions/{number}",
       .summary = "Read a published version; 0 is the latest.",
       .permission = read,
       .output = type<survey::Version>,
       .run = get_version},
      {.name = "surveys.lint",
       .method = "GET",
       .path = "/surveys/{survey_id}/lint",
       .summary = "Check a draft for bias.",
       .permission = read,
       .output = type<bias::Report>,
       .run = lint_survey},
      {.name = "lint",
       .method = "POST",
       .path = "/lint",
       .summary = "Check any questionnaire for bias; nothing is stored.",
       .permission = read,
       .body = type<survey::Questionnaire>,
       .output = type<bias::Report>,
       .run = lint},

      {.name = "responses.list",
       .method = "GET",
       .path = "/surveys/{survey_id}/responses",
       .summary = "List responses in the order they came in.",
       .permission = read,
       .query = type<survey::PageRequest>,
       .output = type<response::ResponsePage>,
       .run = list_responses},
      {.name = "responses.export",
       .method = "GET",
       .path = "/surveys/{survey_id}/responses/export",
       .summary = "All responses as a stream of CSV or JSON lines.",
       .permission = read,
       .query = type<ExportQuery>,
       .output_media = tables,
       .run = export_responses},
      {.name = "responses.import",
       .method = "POST",
       .path = "/surveys/{survey_id}/responses/import",
       .summary = "Store the rows of a table as responses; bad rows come back as a quarantine.",
       .permission = edit,
       .query = type<ExportQuery>,
       .body_media = tables,
       .output = type<ImportReply>,
       .run = import_responses},
      {.name = "responses.get",
       .method = "GET",
       .path = "/responses/{response_id}",
       .summary = "Read one response.",
       .permission = read,
       .output = type<response::Response>,
       .run = get_response},

      {.name = "insights.start",
       .method = "POST",
       .path = "/surveys/{survey_id}/insight-runs",
       .summary = "Analyse the answers; 200 when nothing has changed since the last run.",
       .permission = edit,
       .status = 202,
       .body = type<insight::RunRequest>,
       .output = type<insight::Run>,
       .run = start_run},
      {.name = "insights.list",
       .method = "GET",
       .path = "/surveys/{survey_id}/insight-runs",
       .summary = "List the latest runs, newest first.",
       .permission = read,
       .output = type<insight::RunPage>,
       .run = list_runs},
      {.name = "insights.get",
       .method = "GET",
       .path = "/insight-runs/{run_id}",
       .summary = "How far a run is.",
       .permission = read,
       .output = type<insight::Run>,
       .run = get_run},
      {.name = "insights.cancel",
       .method = "DELETE",
       .path = "/insight-runs/{run_id}",
       .summary = "Stop a run.",
       .permission = edit,
       .output = type<insight::Run>,
       .run = cancel_run},
      {.name = "insights.findings",
       .method = "GET",
       .path = "/insight-runs/{run_id}/findings",
       .summary = "What a completed run found; every quote is checked again.",
       .permission = read,
       .output = type<insight::Findings>,
       .run = get_findings},
      {.name = "insights.report",
       .method = "GET",
       .path = "/insight-runs/{run_id}/report",
       .summary = "The findings as a document.",
       .permission = read,
       .query = type<ReportQuery>,
       .output_media = "text/html, text/markdown, application/json, text/csv",
       .run = get_report},

      {.name = "jobs.get",
       .method = "GET",
       .path = "/jobs/{job_id}",
       .summary = "State and progress of a job.",
       .permission = read,
       .output = type<jobs::Job>,
       .run = get_job},
      {.name = "jobs.cancel",
       .method = "DELETE",
       .path = "/jobs/{job_id}",
       .summary = "Cancel a queued job, or ask a running one to stop.",
       .permission = edit,
       .output = type<jobs::Job>,
       .run = cancel_job},

      {.name = "projects.create",
       .method = "POST",
       .path = "/projects",
       .summary = "Make a project.",
       .permission = edit,
       .status = 201,
       .body = type<survey::Project>,
       .output = type<survey::Project>,
       .run = create_project},
      {.name = "projects.list",
       .method = "GET",
       .path = "/projects",
       .summary = "List projects, oldest first.",
       .permission = read,
       .query = type<survey::PageRequest>,
       .output = type<survey::ProjectPage>,
       .run = list_projects},
      {.name = "projects.get",
       .method = "GET",
       .path = "/projects/{project_id}",
       .summary = "Read a project.",
       .permission = read,
       .output = type<survey::Project>,
       .revisioned = true,
       .run = get_project},
      {.name = "projects.update",
       .method = "PUT",
       .path = "/projects/{project_id}",
       .summary = "Rename or describe a project.",
       .permission = edit,
       .body = type<survey::Project>,
       .output = type<survey::Project>,
       .revisioned = true,
       .run = update_project},

      {.name = "keys.create",
       .method = "POST",
       .path = "/api-keys",
       .summary = "Make an API key; it is shown this once.",
       .permission = administer,
       .status = 201,
       .body = type<KeyRequest>,
       .output = type<identity::NewKey>,
       .run = create_key},
      {.name = "keys.list",
       .method = "GET",
       .path = "/api-keys",
       .summary = "List API keys.",
       .permission = administer,
       .output = type<identity::KeyList>,
       .run = list_keys},
      {.name = "keys.revoke",
       .method = "DELETE",
       .path = "/api-keys/{key_id}",
       .summary = "Refuse a key from now on.",
       .permission = administer,
       .output = type<identity::ApiKey>,
       .run = revoke_key},

      {.name = "public.survey",
       .method = "GET",
       .path = "/public/surveys/{slug}",
       .summary = "The published questionnaire, for respondents.",
       .output = type<PublicSurvey>,
       .run = get_public_survey},
      {.name = "public.respond",
       .method = "POST",
       .path = "/public/surveys/{slug}/responses",
       .summary = "Answer a survey. Durable once answered with 201.",
       .status = 201,
       .body = type<response::Submission>,
       .output = type<response::Receipt>,
       .run = submit_response},
  };
  return table;
}

}  // namespace insightflow
