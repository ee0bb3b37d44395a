#pragma once

#include <insightflow/survey/surveys.hpp>

/// Statements on projects that surveys need too.
namespace insightflow::survey {

Result<Project> insert_project(storage::Tx& tx, const identity::Scope& scope, Project project);

/// A project in which the actor has the permission. Errors: `project_unknown`,
/// `permission_missing`.
Result<Project> find_project(storage::Tx& tx, const identity::Scope& scope,
                             identity::Permission permission, ProjectId id);

/// The oldest project that the actor sees; made when there is none. Errors: `permission_missing`.
Result<ProjectId> first_project(storage::Tx& tx, const identity::Scope& scope,
                                identity::Permission permission);

inline Result<void> check_revision(std::int64_t stored, const IfRevision& based_on) {
  if (!based_on || *based_on == stored) return success();
  return fail(Code::stale, "revision_stale",
              "Somebody changed this in the meantime: it is at revision " + std::to_string(stored) +
                  ", your change is based on " + std::to_string(*based_on) +
                  ". Read it again and repeat the change.");
}

}  // namespace insightflow::survey
