#pragma once

#include <insightflow/survey/survey.hpp>

namespace insightflow::survey {

/// A survey as it is stored: settings as columns, the draft as one document.
struct SurveyRow {
  SurveyId id;
  ProjectId project_id;
  State state = State::draft;
  std::string slug;
  std::string title;
  std::int64_t revision = 1;
  std::int64_t published_version = 0;
  std::optional<Instant> opens_at;
  std::optional<Instant> closes_at;
  std::optional<std::int64_t> response_limit;
  Questionnaire questionnaire;
  Instant created_at;
  Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(SurveyRow, (),
                      (id, project_id, state, slug, title, revision, published_version, opens_at,
                       closes_at, response_limit, questionnaire, created_at, updated_at))

}  // namespace insightflow::survey
