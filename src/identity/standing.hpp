#pragma once

#include <insightflow/identity/members.hpp>

/// What the services about members share.
namespace insightflow::identity {

/// The actor's role as it is in this transaction, when it has the permission: whoever was demoted,
/// removed or revoked a moment ago changes nothing. Errors: those of `Scope::require`.
Result<Role> standing(storage::Tx& tx, const Scope& scope, Permission permission);

/// Errors: `permission_missing`.
Result<void> not_above(Role wanted, Role own, std::string_view pointer);

/// Errors: `member_unknown`.
Result<Member> find_member(storage::Tx& tx, WorkspaceId workspace, UserId user);

/// Takes back the open invites of a member to roles above `role`; to all, for nothing.
Result<void> revoke_invites_of(storage::Tx& tx, const Scope& scope, UserId user,
                               std::optional<Role> role);

}  // namespace insightflow::identity
