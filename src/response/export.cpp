#include <insightflow/core/json.hpp>
#include <insightflow/identity/trail.hpp>
#include <insightflow/response/mapping.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/response/transfer.hpp>
#include <insightflow/survey/access.hpp>

namespace insightflow::response {

namespace {

constexpr std::int64_t rows_per_piece = 500;

/// The questions of all versions: those of the latest in its order, then what older ones had
/// besides.
Result<survey::Questionnaire> all_questions(storage::Tx& tx, SurveyId id) {
  survey::Questionnaire out;
  const storage::Param params[] = {id};
  BOOST_OUTCOME_TRY(tx.each(
      "SELECT questionnaire FROM survey_versions WHERE survey_id = ?1 ORDER BY number DESC", params,
      [&](const storage::Row& row) -> Result<void> {
        BOOST_OUTCOME_TRY(auto version,
                          from_json_text<survey::Questionnaire>(row.text(0), Audience::storage));
        if (out.questions.empty()) {
          out = std::move(version);
          return success();
        }
        for (survey::Question& question : version.questions)
          if (survey::find(out, question.id) == nullptr)
            out.questions.push_back(std::move(question));
        for (std::string& name : version.hidden)
          if (std::find(out.hidden.begin(), out.hidden.end(), name) == out.hidden.end())
            out.hidden.push_back(std::move(name));
        return success();
      }));
  return out;
}

}  // namespace

Result<ChunkProducer> Transfers::export_all(SurveyId survey, TableFormat format) {
  constexpr auto permission = identity::Permission::response_export;
  BOOST_OUTCOME_TRY(scope_.reach(permission));
  survey::Questionnaire questionnaire;
  std::int64_t last = 0;
  BOOST_OUTCOME_TRY(scope_.db.write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, permission, survey));
    BOOST_OUTCOME_TRY(identity::record(tx, scope_, audit::Action::responses_exported,
                                       "survey:" + survey.str(),
                                       format == TableFormat::csv ? "csv" : "jsonl"));
    BOOST_OUTCOME_TRY(questionnaire, all_questions(tx, survey));
    BOOST_OUTCOME_TRY(const auto newest,
                      tx.find<std::int64_t>("SELECT coalesce(max(sequence), 0) FROM responses "
                                            "WHERE survey_id = ?1",
                                            {survey}));
    last = newest.value_or(0);
    return success();
  }));
  std::string head;
  if (format == TableFormat::csv) append_csv_row(head, export_header(questionnaire));
  return ChunkProducer(
      [scope = scope_, survey, format, last, head, at = std::int64_t{0},
       questionnaire = std::move(questionnaire)](std::string& piece) mutable -> Result<bool> {
        std::int64_t read = 0;
        BOOST_OUTCOME_TRY(scope.db.read([&](storage::Tx& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(survey::require(tx, scope, permission, survey));
          piece += std::exchange(head, {});
          return each_response(tx, survey, {at, last, rows_per_piece},
                               [&](std::int64_t sequence, Response&& response) -> Result<void> {
                                 ++read;
                                 at = sequence;
                                 if (format == TableFormat::csv) {
                                   append_csv_row(piece, export_row(questionnaire, response));
                                 } else {
                                   piece += to_json_text(response);
                                   piece += '\n';
                                 }
                                 return success();
                               });
        }));
        return read == rows_per_piece;
      });
}

}  // namespace insightflow::response
