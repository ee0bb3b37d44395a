#include "engine/operation_tables.hpp"

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

struct RoleRequest {
  identity::Role role = identity::Role::viewer;
};
BOOST_DESCRIBE_STRUCT(RoleRequest, (), (role))
constexpr std::array role_request_notes{
    Note{.field = "role", .doc = "The member's new role.", .required = true}};
constexpr std::span<const Note> field_notes(const RoleRequest*) {
  return role_request_notes;
}

struct TransferRequest {
  UserId user_id;
};
BOOST_DESCRIBE_STRUCT(TransferRequest, (), (user_id))
constexpr std::array transfer_request_notes{
    Note{.field = "user_id", .doc = "The member who becomes owner.", .required = true}};
constexpr std::span<const Note> field_notes(const TransferRequest*) {
  return transfer_request_notes;
}

Result<Reply> list_workspaces(const Call& call) {
  BOOST_OUTCOME_TRY(const auto workspaces, call.session->workspaces().list());
  return reply(workspaces);
}
Result<Reply> create_workspace(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<identity::WorkspaceRequest>());
  BOOST_OUTCOME_TRY(const auto workspace, call.session->workspaces().create(request));
  return reply(workspace, 201);
}
Result<Reply> rename_workspace(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<WorkspaceId>());
  BOOST_OUTCOME_TRY(const auto request, call.read_body<identity::WorkspaceRequest>());
  BOOST_OUTCOME_TRY(const auto workspace, call.session->workspaces().rename(id, request));
  return reply(workspace);
}

Result<Reply> list_members(const Call& call) {
  BOOST_OUTCOME_TRY(const auto members, call.session->members().list());
  return reply(members);
}
Result<Reply> change_member(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<UserId>());
  BOOST_OUTCOME_TRY(const auto request, call.read_body<RoleRequest>());
  BOOST_OUTCOME_TRY(const auto member, call.session->members().change(id, request.role));
  return reply(member);
}
Result<Reply> remove_member(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<UserId>());
  BOOST_OUTCOME_TRY(const auto member, call.session->members().remove(id));
  return reply(member);
}
Result<Reply> leave_workspace(const Call& call) {
  BOOST_OUTCOME_TRY(const auto member, call.session->members().leave());
  return reply(member);
}
Result<Reply> transfer(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<TransferRequest>());
  BOOST_OUTCOME_TRY(const auto member, call.session->members().transfer(request.user_id));
  return reply(member);
}

Result<Reply> create_invite(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<identity::InviteRequest>());
  BOOST_OUTCOME_TRY(const auto invite, call.session->invites().create(request));
  return reply(invite, 201);
}
Result<Reply> list_invites(const Call& call) {
  BOOST_OUTCOME_TRY(const auto invites, call.session->invites().list());
  return reply(invites);
}
Result<Reply> revoke_invite(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<InviteId>());
  BOOST_OUTCOME_TRY(const auto invite, call.session->invites().revoke(id));
  return reply(invite);
}
Result<Reply> accept_invite(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<identity::InviteToken>());
  BOOST_OUTCOME_TRY(const auto workspace, call.session->invites().accept(request.token));
  return reply(workspace);
}

Result<Reply> list_grants(const Call& call) {
  BOOST_OUTCOME_TRY(const auto grants, call.session->grants().list());
  return reply(grants);
}
Result<Reply> set_grant(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<identity::Grant>());
  BOOST_OUTCOME_TRY(const auto grant, call.session->grants().set(request));
  return reply(grant);
}
Result<Reply> remove_grant(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<GrantId>());
  BOOST_OUTCOME_TRY(const auto grant, call.session->grants().remove(id));
  return reply(grant);
}

}  // namespace

std::span<const Operation> member_operations() {
  static const Operation table[] = {
      {.name = "workspaces.list",
       .method = "GET",
       .path = "/workspaces",
       .summary = "List the workspaces one belongs to; a key sees its own.",
       .permission = Permission::workspace_read,
       .output = type<identity::WorkspaceList>,
       .run = list_workspaces},
      {.name = "workspaces.create",
       .method = "POST",
       .path = "/workspaces",
       .summary = "Make a workspace and become its owner.",
       .permission = Permission::account_own,
       .status = 201,
       .body = type<identity::WorkspaceRequest>,
       .output = type<identity::OwnWorkspace>,
       .run = create_workspace},
      {.name = "workspaces.rename",
       .method = "PUT",
       .path = "/workspaces/{workspace_id}",
       .summary = "Rename the workspace one acts in.",
       .permission = Permission::workspace_manage,
       .body = type<identity::WorkspaceRequest>,
       .output = type<identity::OwnWorkspace>,
       .run = rename_workspace},
      {.name = "members.list",
       .method = "GET",
       .path = "/members",
       .summary = "List the members of the workspace.",
       .permission = Permission::member_read,
       .output = type<identity::MemberList>,
       .run = list_members},
      {.name = "members.change",
       .method = "PUT",
       .path = "/members/{user_id}",
       .summary = "Change a member's role.",
       .permission = Permission::member_manage,
       .body = type<RoleRequest>,
       .output = type<identity::Member>,
       .run = change_member},
      {.name = "members.remove",
       .method = "DELETE",
       .path = "/members/{user_id}",
       .summary = "Remove a member, with grants and open invites.",
       .permission = Permission::member_manage,
       .output = type<identity::Member>,
       .run = remove_member},
      {.name = "members.leave",
       .method = "DELETE",
       .path = "/membership",
       .summary = "Leave the workspace.",
       .permission = Permission::account_own,
       .output = type<identity::Member>,
       .run = leave_workspace},
      {.name = "members.transfer",
       .method = "POST",
       .path = "/ownership-transfer",
       .summary = "Make another member owner and become admin.",
       .permission = Permission::workspace_transfer,
       .body = type<TransferRequest>,
       .output = type<identity::Member>,
       .run = transfer},
      {.name = "invites.create",
       .method = "POST",
       .path = "/invites",
       .summary = "Invite somebody by e-mail address; the token is shown this once.",
       .permission = Permission::member_manage,
       .status = 201,
       .body = type<identity::InviteRequest>,
       .output = type<identity::NewInvite>,
       .run = create_invite},
      {.name = "invites.list",
       .method = "GET",
       .path = "/invites",
       .summary = "List the open invites.",
       .permission = Permission::member_manage,
       .output = type<identity::InviteList>,
       .run = list_invites},
      {.name = "invites.revoke",
       .method = "DELETE",
       .path = "/invites/{invite_id}",
       .summary = "Take an invite back.",
       .permission = Permission::member_manage,
       .output = type<identity::Invite>,
       .run = revoke_invite},
      {.name = "invites.accept",
       .method = "POST",
       .path = "/invite-acceptance",
       .summary = "Join the workspace of an invite that is for one's own address.",
       .permission = Permission::account_own,
       .body = type<identity::InviteToken>,
       .output = type<identity::OwnWorkspace>,
       .run = accept_invite},
      {.name = "grants.list",
       .method = "GET",
       .path = "/grants",
       .summary = "List what members and keys were granted on projects and surveys.",
       .permission = Permission::member_manage,
       .output = type<identity::GrantList>,
       .run = list_grants},
      {.name = "grants.set",
       .method = "PUT",
       .path = "/grants",
       .summary = "Give a member or a key a role on a project or a survey.",
       .permission = Permission::member_manage,
       .body = type<identity::Grant>,
       .output = type<identity::Grant>,
       .run = set_grant},
      {.name = "grants.remove",
       .method = "DELETE",
       .path = "/grants/{grant_id}",
       .summary = "Take a grant back.",
       .permission = Permission::member_manage,
       .output = type<identity::Grant>,
       .run = remove_grant}};
  return table;
}

}  // namespace insightflow
