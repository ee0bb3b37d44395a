#include "engine/operation_tables.hpp"

#include <insightflow/response/transfer.hpp>

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

struct ExportQuery {
  response::TableFormat format = response::TableFormat::csv;
};
BOOST_DESCRIBE_STRUCT(ExportQuery, (), (format))

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

/// A published questionnaire as respondents may see it: without the linter's notes.
struct PublicSurvey {
  SurveyId id;
  std::int64_t version = 0;
  survey::Questionnaire questionnaire;
};
BOOST_DESCRIBE_STRUCT(PublicSurvey, (), (id, version, questionnaire))

constexpr std::string_view tables = "text/csv, application/x-ndjson";

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

}  // namespace

std::span<const Operation> response_operations() {
  static const Operation table[] = {
      {.name = "responses.list",
       .method = "GET",
       .path = "/surveys/{survey_id}/responses",
       .summary = "List responses in the order they came in.",
       .permission = Permission::response_read,
       .query = type<survey::PageRequest>,
       .output = type<response::ResponsePage>,
       .run = list_responses},
      {.name = "responses.export",
       .method = "GET",
       .path = "/surveys/{survey_id}/responses/export",
       .summary = "All responses as a stream of CSV or JSON lines.",
       .permission = Permission::response_export,
       .query = type<ExportQuery>,
       .output_media = tables,
       .run = export_responses},
      {.name = "responses.import",
       .method = "POST",
       .path = "/surveys/{survey_id}/responses/import",
       .summary = "Store the rows of a table as responses; bad rows come back as a quarantine.",
       .permission = Permission::response_import,
       .query = type<ExportQuery>,
       .body_media = tables,
       .output = type<ImportReply>,
       .run = import_responses},
      {.name = "responses.get",
       .method = "GET",
       .path = "/responses/{response_id}",
       .summary = "Read one response.",
       .permission = Permission::response_read,
       .output = type<response::Response>,
       .run = get_response}};
  return table;
}

std::span<const Operation> public_operations() {
  static const Operation table[] = {{.name = "public.survey",
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
                                     .run = submit_response}};
  return table;
}

}  // namespace insightflow
