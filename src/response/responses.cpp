#include "response/store.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/storage/page.hpp>
#include <insightflow/survey/access.hpp>

namespace insightflow::response {

using identity::Permission;

namespace {

const std::string columns = column_list(type_of<ResponseRow>());

Response from_row(ResponseRow&& row) {
  Response out;
  out.id = row.id;
  out.survey_id = row.survey_id;
  out.version = row.version;
  out.submitted_at = row.submitted_at;
  out.language = std::move(row.language);
  out.answers = std::move(row.answers);
  out.other = std::move(row.other);
  out.hidden = std::move(row.hidden);
  return out;
}

Error unknown_response() {
  return fail(Code::not_found, "response_unknown", "No response of this workspace has this id.");
}

}  // namespace

Result<void> each_response(storage::Tx& tx, SurveyId survey, const Stretch& stretch,
                           FunctionRef<Result<void>(std::int64_t, Response&&)> visit) {
  static const std::string sql = "SELECT " + columns +
                                 ", sequence FROM responses WHERE survey_id = ?1 AND sequence > ?2 "
                                 "AND sequence <= ?3 ORDER BY sequence LIMIT ?4";
  const storage::Param params[] = {survey, stretch.after, stretch.last, stretch.most};
  return tx.each(sql, params, [&](const storage::Row& row) -> Result<void> {
    ResponseRow read;
    BOOST_OUTCOME_TRY(storage::read_row(row, type_of<ResponseRow>(), &read));
    return visit(row.integer(row.columns() - 1), from_row(std::move(read)));
  });
}

Result<std::optional<Submission>> find_submission(storage::Tx& tx, SurveyId survey,
                                                  std::string_view id) {
  static const std::string sql =
      "SELECT " + columns + " FROM responses WHERE survey_id = ?1 AND id = ?2";
  BOOST_OUTCOME_TRY(auto row, tx.find<ResponseRow>(sql, {survey, id}));
  if (!row) return std::optional<Submission>();
  return std::optional<Submission>(from_row(std::move(*row)));
}

Result<ResponsePage> Responses::list(SurveyId survey, std::int64_t limit, std::string_view after) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::response_read));
  limit = storage::page_limit(limit);
  static const std::string sql =
      "SELECT " + columns +
      " FROM responses WHERE workspace_id = ?1 AND survey_id = ?2 AND sequence > ?3 ORDER BY "
      "sequence LIMIT ?4";
  return scope_.db.read([&](storage::Tx& tx) -> Result<ResponsePage> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, Permission::response_read, survey));
    std::optional<std::int64_t> behind = 0;
    if (!after.empty()) {
      BOOST_OUTCOME_TRY(
          behind, tx.find<std::int64_t>("SELECT sequence FROM responses WHERE workspace_id = ?1 "
                                        "AND survey_id = ?2 AND id = ?3",
                                        {scope_.actor.workspace, survey, after}));
      if (!behind)
        return fail(Code::invalid, "cursor_unknown",
                    "This is not the \"next\" of a page of this survey's responses.", "/after");
    }
    BOOST_OUTCOME_TRY(
        auto rows, tx.list<ResponseRow>(sql, {scope_.actor.workspace, survey, *behind, limit + 1}));
    ResponsePage out;
    out.next = storage::cut_page(rows, limit);
    for (ResponseRow& row : rows) out.items.push_back(from_row(std::move(row)));
    return out;
  });
}

Result<Response> Responses::get(ResponseId id) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::response_read));
  static const std::string sql =
      "SELECT " + column_list(type_of<ResponseRow>(), "r.") +
      " FROM responses r JOIN surveys s ON s.id = r.survey_id WHERE r.workspace_id = ?1 AND r.id = "
      "?2 AND " +
      identity::visible_sql("?3", "s.id, s.project_id");
  BOOST_OUTCOME_TRY(auto row, scope_.db.read([&](storage::Tx& tx) {
    return tx.find<ResponseRow>(sql, {scope_.actor.workspace, id, scope_.only_granted()});
  }));
  if (!row) return unknown_response();
  return from_row(std::move(*row));
}

}  // namespace insightflow::response

namespace insightflow {
template const Type& type_of<response::ResponsePage>();
}  // namespace insightflow
