#include "engine/operation_tables.hpp"

#include <insightflow/bias/config.hpp>
#include <insightflow/draft.hpp>
#include <insightflow/survey/generate.hpp>

#include <boost/json/value.hpp>

#include <charconv>

namespace insightflow {

using namespace detail;
using survey::Surveys;

namespace {

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
Result<bias::Options> lint_options(const Call& call) {
  BOOST_OUTCOME_TRY(const auto query, call.read_query<bias::LintQuery>());
  return bias::options_of(query);
}
Result<Reply> lint_survey(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto options, lint_options(call));
  BOOST_OUTCOME_TRY(const auto survey, call.session->surveys().get(id));
  return reply(bias::lint(survey, options));
}
Result<Reply> lint(const Call& call) {
  BOOST_OUTCOME_TRY(const auto options, lint_options(call));
  BOOST_OUTCOME_TRY(const auto questionnaire, call.read_body<survey::Questionnaire>());
  return reply(bias::lint(questionnaire, options));
}
Reply draft_reply(survey::Survey survey, const bias::Options& options) {
  const auto revision = survey.revision;
  Reply out = reply(draft_of(std::move(survey), options));
  out.revision = revision;
  return out;
}
Result<Reply> get_draft(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto options, lint_options(call));
  BOOST_OUTCOME_TRY(auto survey, call.session->surveys().get(id));
  return draft_reply(std::move(survey), options);
}
Result<Reply> save_draft(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<SurveyId>());
  BOOST_OUTCOME_TRY(const auto options, lint_options(call));
  BOOST_OUTCOME_TRY(auto survey, call.read_body<survey::Survey>());
  BOOST_OUTCOME_TRY(auto saved,
                    call.session->surveys().update(id, std::move(survey), call.if_revision));
  return draft_reply(std::move(saved), options);
}

}  // namespace

std::span<const Operation> survey_operations() {
  static const Operation table[] = {
      {.name = "surveys.generate",
       .method = "POST",
       .path = "/surveys/generate",
       .summary = "Generate a draft from a goal.",
       .permission = Permission::survey_edit,
       .status = 201,
       .body = type<survey::Brief>,
       .output = type<survey::Survey>,
       .run = generate_survey},
      {.name = "surveys.create",
       .method = "POST",
       .path = "/surveys",
       .summary = "Store a draft.",
       .permission = Permission::survey_edit,
       .status = 201,
       .body = type<survey::Survey>,
       .output = type<survey::Survey>,
       .run = create_survey},
      {.name = "surveys.list",
       .method = "GET",
       .path = "/surveys",
       .summary = "List surveys, oldest first.",
       .permission = Permission::survey_read,
       .query = type<survey::PageRequest>,
       .output = type<survey::SummaryPage>,
       .run = list_surveys},
      {.name = "surveys.get",
       .method = "GET",
       .path = "/surveys/{survey_id}",
       .summary = "Read a survey with its draft.",
       .permission = Permission::survey_read,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = get_survey},
      {.name = "surveys.update",
       .method = "PUT",
       .path = "/surveys/{survey_id}",
       .summary = "Replace the draft and the settings.",
       .permission = Permission::survey_edit,
       .body = type<survey::Survey>,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = update_survey},
      {.name = "surveys.publish",
       .method = "POST",
       .path = "/surveys/{survey_id}/publish",
       .summary = "Freeze the draft as the next version and take answers to it.",
       .permission = Permission::survey_publish,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::publish>},
      {.name = "surveys.close",
       .method = "POST",
       .path = "/surveys/{survey_id}/close",
       .summary = "Take no more answers.",
       .permission = Permission::survey_publish,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::close>},
      {.name = "surveys.reopen",
       .method = "POST",
       .path = "/surveys/{survey_id}/reopen",
       .summary = "Take answers again.",
       .permission = Permission::survey_publish,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::reopen>},
      {.name = "surveys.archive",
       .method = "POST",
       .path = "/surveys/{survey_id}/archive",
       .summary = "Put a survey away for good; its answers stay.",
       .permission = Permission::survey_publish,
       .output = type<survey::Survey>,
       .revisioned = true,
       .run = move_survey<&Surveys::archive>},
      {.name = "surveys.version",
       .method = "GET",
       .path = "/surveys/{survey_id}/versions/{number}",
       .summary = "Read a published version; 0 is the latest.",
       .permission = Permission::survey_read,
       .output = type<survey::Version>,
       .run = get_version},
      {.name = "surveys.lint",
       .method = "GET",
       .path = "/surveys/{survey_id}/lint",
       .summary = "Check a draft for bias.",
       .permission = Permission::survey_read,
       .query = type<bias::LintQuery>,
       .output = type<bias::Report>,
       .run = lint_survey},
      {.name = "surveys.draft",
       .method = "GET",
       .path = "/surveys/{survey_id}/draft",
       .summary = "Read a draft for an editor: with problems, findings and repairs.",
       .permission = Permission::survey_read,
       .query = type<bias::LintQuery>,
       .output = type<Draft>,
       .revisioned = true,
       .run = get_draft},
      {.name = "surveys.save",
       .method = "PUT",
       .path = "/surveys/{survey_id}/draft",
       .summary =
           "Replace a draft from an editor; the answer tells problems, findings and repairs.",
       .permission = Permission::survey_edit,
       .query = type<bias::LintQuery>,
       .body = type<survey::Survey>,
       .output = type<Draft>,
       .revisioned = true,
       .run = save_draft},
      {.name = "lint",
       .method = "POST",
       .path = "/lint",
       .summary = "Check any questionnaire for bias; nothing is stored.",
       .permission = Permission::lint_run,
       .query = type<bias::LintQuery>,
       .body = type<survey::Questionnaire>,
       .output = type<bias::Report>,
       .run = lint}};
  return table;
}

}  // namespace insightflow
