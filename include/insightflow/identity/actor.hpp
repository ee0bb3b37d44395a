#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/id_source.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/origin.hpp>
#include <insightflow/storage/database.hpp>

namespace insightflow::identity {

/// What a member of a workspace may do; each role may do what those before it may.
enum class Role { viewer, editor, admin, owner };
BOOST_DESCRIBE_ENUM(Role, viewer, editor, admin, owner)

/// What an operation asks for.
enum class Permission { read, edit, administer };
BOOST_DESCRIBE_ENUM(Permission, read, edit, administer)

/// The least role that has a permission.
constexpr Role least_role(Permission permission) {
  constexpr std::array table{Role::viewer, Role::editor, Role::admin};
  return table[static_cast<std::size_t>(permission)];
}
constexpr bool allows(Role role, Permission permission) {
  return role >= least_role(permission);
}
static_assert(!allows(Role::viewer, Permission::edit) && allows(Role::owner, Permission::read));

/// Who acts. The workspace is fixed here, once; nothing below can choose another.
struct Actor {
  WorkspaceId workspace;
  Role role = Role::viewer;
};

/// An actor, and what the actor acts upon. Services are built from it. Copies refer to the same
/// database, clock and id source, which must outlive them.
struct Scope {
  storage::Database& db;
  const Clock& clock;
  IdSource& ids;
  Actor actor;
  Origin origin{};  ///< What the actor does it for; jobs remember it.

  /// Errors: `permission_missing`.
  Result<void> require(Permission permission) const {
    if (allows(actor.role, permission)) return success();
    return fail(Code::forbidden, "permission_missing",
                "This needs the role " + std::string(slug(least_role(permission))) +
                    "; the key has the role " + std::string(slug(actor.role)) + ".");
  }
};

}  // namespace insightflow::identity
