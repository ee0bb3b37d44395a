#include <insightflow/identity/membership.hpp>

#include <vector>

namespace insightflow::identity {

Result<Actor> actor_of(storage::Tx& tx, UserId user, std::optional<WorkspaceId> workspace) {
  std::vector<Actor> found;
  BOOST_OUTCOME_TRY(
      tx.each("SELECT workspace_id, role FROM memberships WHERE user_id = ?1 AND (?2 IS NULL OR "
              "workspace_id = ?2) ORDER BY workspace_id LIMIT 2",
              {user, workspace}, [&](const storage::Row& row) -> Result<void> {
                BOOST_OUTCOME_TRY(const auto id, WorkspaceId::parse(row.text(0)));
                BOOST_OUTCOME_TRY(const auto role, from_slug<Role>(row.text(1)));
                found.push_back({.workspace = id, .role = role, .user = user});
                return success();
              }));
  if (found.size() == 1) return found.front();
  if (!workspace) return Actor{.workspace = {}, .role = Role::guest, .user = user};
  return fail(Code::not_found, "workspace_unknown",
              "You belong to no workspace with this id. Is X-Workspace-Id right?");
}

Result<void> add_owner(storage::Tx& tx, WorkspaceId workspace, UserId user, Instant at) {
  BOOST_OUTCOME_TRY(
      tx.execute("INSERT INTO memberships (workspace_id, user_id, role, joined_at) VALUES (?1, "
                 "?2, ?3, ?4)",
                 {workspace, user, Role::owner, at}));
  return success();
}

}  // namespace insightflow::identity
