#pragma once

#include <insightflow/retention/retentions.hpp>

namespace insightflow::retention {

/// All policies of a workspace.
struct Policies {
  Policy workspace;
  std::map<SurveyId, SurveyPolicy> surveys;
};
Result<Policies> load_policies(storage::Tx& tx, WorkspaceId workspace);

}  // namespace insightflow::retention
