#pragma once

#include <insightflow/response/intake.hpp>

namespace insightflow::response {

/// A response as it is stored, in one row.
struct ResponseRow {
  WorkspaceId workspace_id;
  SurveyId survey_id;
  ResponseId id;
  std::int64_t version = 0;
  Instant submitted_at;
  std::string language;
  Answers answers;
  std::map<std::string, std::string> other;
  std::map<std::string, std::string> hidden;
  Source source = Source::api;
};
BOOST_DESCRIBE_STRUCT(ResponseRow, (),
                      (workspace_id, survey_id, id, version, submitted_at, language, answers, other,
                       hidden, source))

/// Inserts rows and counts them on the survey, in the caller's transaction.
Result<void> insert_responses(storage::Tx& tx, SurveyId survey, std::span<const ResponseRow> rows);

}  // namespace insightflow::response
