#pragma once

#include <insightflow/identity/actor.hpp>

#include <optional>

namespace insightflow::identity {

/// What a person may do in a workspace; without one, in the only workspace the person belongs to.
/// Where there is none or are several, the actor has no workspace and acts for himself alone.
/// Errors: `workspace_unknown` (also where the person is no member).
Result<Actor> actor_of(storage::Tx& tx, UserId user, std::optional<WorkspaceId> workspace);

/// Makes a person the owner of a workspace that was just made.
Result<void> add_owner(storage::Tx& tx, WorkspaceId workspace, UserId user, Instant at);

}  // namespace insightflow::identity
