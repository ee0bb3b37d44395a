#include "identity/standing.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/identity/trail.hpp>

namespace insightflow::identity {

namespace {

/// What a person is in one workspace, and the highest role given on anything in it.
struct StandingRow {
  WorkspaceId workspace_id;
  Role role = Role::guest;
  std::int64_t granted = 0;
};
BOOST_DESCRIBE_STRUCT(StandingRow, (), (workspace_id, role, granted))

Error unknown_member() {
  return fail(Code::not_found, "member_unknown", "No member of this workspace has this id.");
}

/// Whoever changes owners waits here for whoever else does, on databases with several writers.
Result<void> lock(storage::Tx& tx, WorkspaceId workspace) {
  BOOST_OUTCOME_TRY(tx.execute("UPDATE workspaces SET name = name WHERE id = ?1", {workspace}));
  return success();
}

/// Refuses what has left the workspace without an owner.
Result<void> keep_an_owner(storage::Tx& tx, WorkspaceId workspace) {
  BOOST_OUTCOME_TRY(const auto owners,
                    tx.find<std::int64_t>("SELECT count(*) FROM memberships WHERE workspace_id = "
                                          "?1 AND role = 'owner'",
                                          {workspace}));
  if (owners.value_or(0) > 0) return success();
  return fail(Code::conflict, "last_owner",
              "A workspace has an owner at all times. Make another member owner first.");
}

Result<void> set_role(storage::Tx& tx, WorkspaceId workspace, UserId user, Role role) {
  BOOST_OUTCOME_TRY(
      tx.execute("UPDATE memberships SET role = ?3 WHERE workspace_id = ?1 AND user_id = ?2",
                 {workspace, user, role}));
  return success();
}

/// Takes a member out, with all that hangs on it.
Result<void> take_out(storage::Tx& tx, const Scope& scope, const Member& member) {
  const WorkspaceId workspace = scope.actor.workspace;
  BOOST_OUTCOME_TRY(tx.execute("DELETE FROM memberships WHERE workspace_id = ?1 AND user_id = ?2",
                               {workspace, member.user_id}));
  BOOST_OUTCOME_TRY(tx.execute("DELETE FROM grants WHERE workspace_id = ?1 AND grantee_id = ?2",
                               {workspace, member.user_id}));
  BOOST_OUTCOME_TRY(revoke_invites_of(tx, scope, member.user_id, std::nullopt));
  if (member.role != Role::owner) return success();
  return keep_an_owner(tx, workspace);
}

}  // namespace

Result<Actor> actor_of(storage::Tx& tx, UserId user, std::optional<WorkspaceId> workspace) {
  static const std::string sql =
      "SELECT workspace_id, role, (SELECT " + highest_role_sql() +
      " FROM grants WHERE workspace_id = m.workspace_id AND grantee_id = m.user_id) FROM "
      "memberships m WHERE user_id = ?1 AND (?2 IS NULL OR workspace_id = ?2) ORDER BY "
      "workspace_id LIMIT 2";
  BOOST_OUTCOME_TRY(const auto found, tx.list<StandingRow>(sql, {user, workspace}));
  if (workspace && found.empty())
    return fail(Code::not_found, "workspace_unknown",
                "You belong to no workspace with this id. Is X-Workspace-Id right?");
  Actor actor{.workspace = {}, .user = user};
  if (found.size() != 1) return actor;
  actor.workspace = found[0].workspace_id;
  actor.role = found[0].role;
  actor.granted = static_cast<Role>(found[0].granted);
  return actor;
}

Result<void> add_member(storage::Tx& tx, const Membership& membership) {
  BOOST_OUTCOME_TRY(
      const auto known,
      tx.find<std::int64_t>("SELECT 1 FROM memberships WHERE workspace_id = ?1 AND user_id = ?2",
                            {membership.workspace_id, membership.user_id}));
  if (known)
    return fail(Code::conflict, "member_already", "This person is a member of the workspace.");
  return tx.insert("memberships", membership);
}

Result<Role> standing(storage::Tx& tx, const Scope& scope, Permission permission) {
  BOOST_OUTCOME_TRY(scope.require(permission));
  std::optional<std::string> stored = std::string(slug(scope.actor.role));
  if (scope.actor.user) {
    BOOST_OUTCOME_TRY(
        stored,
        tx.find<std::string>("SELECT role FROM memberships WHERE workspace_id = ?1 AND user_id = "
                             "?2",
                             {scope.actor.workspace, *scope.actor.user}));
  } else if (scope.actor.key) {
    BOOST_OUTCOME_TRY(stored, tx.find<std::string>(
                                  "SELECT role FROM api_keys WHERE workspace_id = ?1 AND id = ?2 "
                                  "AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > "
                                  "?3)",
                                  {scope.actor.workspace, *scope.actor.key, scope.clock.now()}));
  }
  Scope now = scope;
  now.actor.role = Role::guest;
  if (stored) {
    BOOST_OUTCOME_TRY(const auto role, from_slug<Role>(*stored));
    now.actor.role = std::min(role, scope.actor.role);
  }
  BOOST_OUTCOME_TRY(now.require(permission));
  return now.actor.role;
}

Result<void> not_above(Role wanted, Role own, std::string_view pointer) {
  if (wanted <= own) return success();
  return fail(Code::forbidden, "permission_missing",
              "The role " + std::string(slug(wanted)) + " is above your own, " +
                  std::string(slug(own)) + ".",
              std::string(pointer));
}

Result<Member> find_member(storage::Tx& tx, WorkspaceId workspace, UserId user) {
  BOOST_OUTCOME_TRY(
      auto member,
      tx.find<Member>("SELECT m.user_id, u.email, u.name, m.role, m.joined_at FROM memberships m "
                      "JOIN users u ON u.id = m.user_id WHERE m.workspace_id = ?1 AND m.user_id = "
                      "?2",
                      {workspace, user}));
  if (!member) return unknown_member();
  return std::move(*member);
}

Result<MemberList> Members::list() {
  BOOST_OUTCOME_TRY(scope_.require(Permission::member_read));
  return scope_.db.read([&](storage::Tx& tx) -> Result<MemberList> {
    BOOST_OUTCOME_TRY(
        auto members,
        tx.list<Member>("SELECT m.user_id, u.email, u.name, m.role, m.joined_at FROM memberships m "
                        "JOIN users u ON u.id = m.user_id WHERE m.workspace_id = ?1 ORDER BY "
                        "m.joined_at, m.user_id",
                        {scope_.actor.workspace}));
    return MemberList{std::move(members)};
  });
}

Result<Member> Members::change(UserId user, Role role) {
  return scope_.db.write([&](storage::Tx& tx) -> Result<Member> {
    const WorkspaceId workspace = scope_.actor.workspace;
    BOOST_OUTCOME_TRY(lock(tx, workspace));
    BOOST_OUTCOME_TRY(const auto own, standing(tx, scope_, Permission::member_manage));
    BOOST_OUTCOME_TRY(auto member, find_member(tx, workspace, user));
    BOOST_OUTCOME_TRY(not_above(member.role, own, ""));
    BOOST_OUTCOME_TRY(not_above(role, own, "/role"));
    BOOST_OUTCOME_TRY(set_role(tx, workspace, user, role));
    if (role < member.role) {
      BOOST_OUTCOME_TRY(revoke_invites_of(tx, scope_, user, role));
    }
    if (member.role == Role::owner) {
      BOOST_OUTCOME_TRY(keep_an_owner(tx, workspace));
    }
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::member_changed, "user:" + user.str(),
                             std::string(slug(member.role)) + " to " + std::string(slug(role))));
    member.role = role;
    return member;
  });
}

Result<Member> Members::remove(UserId user) {
  return scope_.db.write([&](storage::Tx& tx) -> Result<Member> {
    BOOST_OUTCOME_TRY(lock(tx, scope_.actor.workspace));
    BOOST_OUTCOME_TRY(const auto own, standing(tx, scope_, Permission::member_manage));
    BOOST_OUTCOME_TRY(auto member, find_member(tx, scope_.actor.workspace, user));
    BOOST_OUTCOME_TRY(not_above(member.role, own, ""));
    BOOST_OUTCOME_TRY(take_out(tx, scope_, member));
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::member_removed, "user:" + user.str()));
    return member;
  });
}

Result<Member> Members::leave() {
  BOOST_OUTCOME_TRY(scope_.require(Permission::account_own));
  return scope_.db.write([&](storage::Tx& tx) -> Result<Member> {
    BOOST_OUTCOME_TRY(lock(tx, scope_.actor.workspace));
    BOOST_OUTCOME_TRY(auto member, find_member(tx, scope_.actor.workspace, *scope_.actor.user));
    BOOST_OUTCOME_TRY(take_out(tx, scope_, member));
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::member_removed,
                             "user:" + scope_.actor.user->str(), "left"));
    return member;
  });
}

Result<Member> Members::transfer(UserId to) {
  return scope_.db.write([&](storage::Tx& tx) -> Result<Member> {
    const WorkspaceId workspace = scope_.actor.workspace;
    BOOST_OUTCOME_TRY(lock(tx, workspace));
    BOOST_OUTCOME_TRY(standing(tx, scope_, Permission::workspace_transfer));
    BOOST_OUTCOME_TRY(auto member, find_member(tx, workspace, to));
    if (to == *scope_.actor.user)
      return fail(Code::invalid, "transfer_to_oneself", "Name another member.", "/user_id");
    BOOST_OUTCOME_TRY(set_role(tx, workspace, to, Role::owner));
    BOOST_OUTCOME_TRY(set_role(tx, workspace, *scope_.actor.user, Role::admin));
    BOOST_OUTCOME_TRY(revoke_invites_of(tx, scope_, *scope_.actor.user, Role::admin));
    BOOST_OUTCOME_TRY(keep_an_owner(tx, workspace));
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::ownership_transferred, "user:" + to.str()));
    member.role = Role::owner;
    return member;
  });
}

Result<WorkspaceList> Workspaces::list() {
  BOOST_OUTCOME_TRY(scope_.require(Permission::workspace_read));
  return scope_.db.read([&](storage::Tx& tx) -> Result<WorkspaceList> {
    WorkspaceList out;
    if (scope_.actor.user) {
      BOOST_OUTCOME_TRY(out.items,
                        tx.list<OwnWorkspace>(
                            "SELECT w.id, w.name, w.created_at, m.role FROM memberships m JOIN "
                            "workspaces w ON w.id = m.workspace_id WHERE m.user_id = ?1 ORDER BY "
                            "w.id",
                            {*scope_.actor.user}));
    } else {
      BOOST_OUTCOME_TRY(
          out.items,
          tx.list<OwnWorkspace>("SELECT id, name, created_at, ?2 FROM workspaces WHERE id = ?1",
                                {scope_.actor.workspace, scope_.actor.role}));
    }
    return out;
  });
}

Result<OwnWorkspace> Workspaces::create(const WorkspaceRequest& request) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::account_own));
  return scope_.db.write([&](storage::Tx& tx) -> Result<OwnWorkspace> {
    const Instant now = scope_.clock.now();
    const Workspace made{scope_.ids.next<WorkspaceId>(), request.name, now};
    BOOST_OUTCOME_TRY(tx.insert("workspaces", made));
    BOOST_OUTCOME_TRY(add_member(tx, {made.id, *scope_.actor.user, Role::owner, now}));
    return OwnWorkspace{made.id, made.name, now, Role::owner};
  });
}

Result<OwnWorkspace> Workspaces::rename(WorkspaceId id, const WorkspaceRequest& request) {
  return scope_.db.write([&](storage::Tx& tx) -> Result<OwnWorkspace> {
    BOOST_OUTCOME_TRY(const auto own, standing(tx, scope_, Permission::workspace_manage));
    BOOST_OUTCOME_TRY(auto renamed,
                      tx.find<Workspace>("UPDATE workspaces SET name = ?3 WHERE id = ?1 AND id = "
                                         "?2 RETURNING id, name, created_at",
                                         {scope_.actor.workspace, id, request.name}));
    if (!renamed)
      return fail(Code::not_found, "workspace_unknown", "You are in no workspace with this id.");
    return OwnWorkspace{renamed->id, renamed->name, renamed->created_at, own};
  });
}

}  // namespace insightflow::identity

namespace insightflow {
template const Type& type_of<identity::Membership>();
template const Type& type_of<identity::Member>();
template const Type& type_of<identity::MemberList>();
template const Type& type_of<identity::OwnWorkspace>();
template const Type& type_of<identity::WorkspaceList>();
template const Type& type_of<identity::WorkspaceRequest>();
}  // namespace insightflow
