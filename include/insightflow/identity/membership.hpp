#pragma once

#include <insightflow/identity/actor.hpp>

#include <optional>

namespace insightflow::identity {

/// Somebody's place in a workspace.
struct Membership {
  WorkspaceId workspace_id;
  UserId user_id;
  Role role = Role::guest;
  Instant joined_at;
};
BOOST_DESCRIBE_STRUCT(Membership, (), (workspace_id, user_id, role, joined_at))

/// What a person may do in a workspace; without one, in the only workspace the person belongs to.
/// Where there is none or are several, the actor has no workspace and acts for himself alone.
/// Errors: `workspace_unknown` (also where the person is no member).
Result<Actor> actor_of(storage::Tx& tx, UserId user, std::optional<WorkspaceId> workspace);

/// Makes somebody a member, for code that has made the workspace or the account. Errors:
/// `member_already`.
Result<void> add_member(storage::Tx& tx, const Membership& membership);

/// Makes a person the owner of a workspace that was just made.
inline Result<void> add_owner(storage::Tx& tx, WorkspaceId workspace, UserId user, Instant at) {
  return add_member(tx, {workspace, user, Role::owner, at});
}

}  // namespace insightflow::identity

// Its field table is instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<identity::Membership>();
}  // namespace insightflow
