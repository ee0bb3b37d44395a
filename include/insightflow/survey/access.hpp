#pragma once

#include <insightflow/identity/actor.hpp>
#include <insightflow/survey/survey.hpp>

/// How services of other rooms ask whether their actor may do something to a survey, inside the
/// transaction in which they do it.
namespace insightflow::survey {

/// Where the survey stands, when the actor has the permission there. Errors: `survey_unknown` for
/// one of another workspace and for one that the actor may not see, just as for one that never was;
/// `permission_missing`.
Result<identity::Place> require(storage::Tx& tx, const identity::Scope& scope,
                                identity::Permission permission, SurveyId id);

/// A frozen version; 0 stands for the latest. Errors: `version_unknown`. The caller has made sure
/// that the survey is the actor's.
Result<Version> find_version(storage::Tx& tx, SurveyId id, std::int64_t number);

}  // namespace insightflow::survey
