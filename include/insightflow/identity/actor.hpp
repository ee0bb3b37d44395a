#pragma once

#include <insightflow/core/id_source.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/origin.hpp>
#include <insightflow/identity/permissions.hpp>
#include <insightflow/storage/database.hpp>

namespace insightflow::identity {

/// Who acts. The workspace is fixed here, once; nothing below can choose another.
struct Actor {
  WorkspaceId workspace;          ///< Nil: somebody signed in who has not said where.
  Role role = Role::guest;        ///< In the whole workspace.
  std::optional<UserId> user{};   ///< A person, …
  std::optional<ApiKeyId> key{};  ///< … or a machine; neither: the application itself.
  PermissionSet scopes = PermissionSet::all();
  /// The highest role that a grant gave when the actor was made. It only spares questions that
  /// cannot be answered with yes; grants are read anew in each transaction.
  Role granted = Role::guest;
  std::optional<Instant> expires_at{};
  std::optional<SessionId> session{};  ///< Where the person is signed in.

  /// Whom grants are given to: the user, or the key.
  std::optional<Uuid> grantee() const {
    if (user) return user->uuid;
    if (key) return key->uuid;
    return std::nullopt;
  }
};

/// Where a thing stands: in a project, and in a survey when it is one or belongs to one.
struct Place {
  ProjectId project;
  SurveyId survey{};
};

/// An actor, and what the actor acts upon. Services are built from it and ask it before they do
/// anything; what is not allowed by the table of permissions is refused. Copies refer to the same
/// database, clock and id source, which must outlive them.
struct Scope {
  storage::Database& db;
  const Clock& clock;
  IdSource& ids;
  Actor actor;
  Origin origin{};  ///< What the actor does it for; jobs remember it.

  /// May the actor do this in the whole workspace? Errors: `permission_missing`,
  /// `workspace_missing`, `user_missing`.
  Result<void> require(Permission permission) const;

  /// The same, or on some project or survey at least: for lists, which show what may be read, and
  /// before the thing in hand is known.
  Result<void> reach(Permission permission) const;

  /// May the actor do this there? The role counts that is highest of those in the workspace, on the
  /// project and on the survey; grants are read in the caller's transaction. Errors:
  /// `permission_missing`.
  Result<void> require(storage::Tx& tx, Permission permission, const Place& place) const;

  /// A parameter for `visible_sql`: NULL when the role in the workspace shows everything.
  std::optional<std::string> only_granted() const;
};

/// A condition that holds for what an actor may see. `?1` is the workspace, `parameter` is where
/// `Scope::only_granted` stands, and `objects` are the columns with the ids of the survey, the
/// project, or both.
std::string visible_sql(std::string_view parameter, std::string_view objects);

/// The highest role of rows of `grants` as its place in `Role`; 0 (guest) where there are none.
const std::string& highest_role_sql();

}  // namespace insightflow::identity
