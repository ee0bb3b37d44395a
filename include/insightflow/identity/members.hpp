#pragma once

#include <insightflow/identity/membership.hpp>
#include <insightflow/identity/workspaces.hpp>

#include <string>
#include <vector>

/// People in workspaces: who belongs where with which role, how they come and go, and what they are
/// granted on single projects and surveys. A workspace that has members always has an owner among
/// them. What a change depends on is read in the transaction that makes it, the actor's own role
/// included.
namespace insightflow::identity {

/// A member as the others see one.
struct Member {
  UserId user_id;
  std::string email;
  std::string name;
  Role role = Role::guest;
  Instant joined_at;
};
BOOST_DESCRIBE_STRUCT(Member, (), (user_id, email, name, role, joined_at))
inline constexpr std::array member_notes{
    Note{.field = "email", .doc = "Of the account.", .pii = true},
    Note{.field = "name", .doc = "As the person writes it.", .pii = true},
    Note{.field = "role", .doc = "In the whole workspace."},
    Note{.field = "joined_at", .doc = "Member since."}};
constexpr std::span<const Note> field_notes(const Member*) {
  return member_notes;
}
struct MemberList {
  std::vector<Member> items;
};
BOOST_DESCRIBE_STRUCT(MemberList, (), (items))

/// The members of the actor's workspace. Nobody gives a role above the own one, nor touches a
/// member who has one.
class Members {
 public:
  explicit Members(Scope scope) : scope_(scope) {}

  /// In the order in which they came. Needs `Permission::member_read`.
  Result<MemberList> list();

  /// Needs `Permission::member_manage`, as `remove`. A lower role takes back the member's open
  /// invites to higher ones. Errors: `member_unknown`, `permission_missing`, `last_owner`.
  Result<Member> change(UserId user, Role role);

  /// The member's grants and open invites go too. Errors: as `change`.
  Result<Member> remove(UserId user);

  /// Removes oneself. Needs `Permission::account_own`. Errors: `member_unknown`, `last_owner`.
  Result<Member> leave();

  /// Another member becomes owner and the actor, an owner until now, admin, at once. Needs
  /// `Permission::workspace_transfer`. Errors: `member_unknown`, `transfer_to_oneself`.
  Result<Member> transfer(UserId to);

 private:
  Scope scope_;
};

/// A workspace and what one is there.
struct OwnWorkspace {
  WorkspaceId id;
  std::string name;
  Instant created_at;
  Role role = Role::guest;
};
BOOST_DESCRIBE_STRUCT(OwnWorkspace, (), (id, name, created_at, role))
struct WorkspaceList {
  std::vector<OwnWorkspace> items;
};
BOOST_DESCRIBE_STRUCT(WorkspaceList, (), (items))

struct WorkspaceRequest {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(WorkspaceRequest, (), (name))
inline constexpr std::array workspace_request_notes{
    Note{.field = "name", .doc = "Shown to its members.", .required = true, .min = 1, .max = 200}};
constexpr std::span<const Note> field_notes(const WorkspaceRequest*) {
  return workspace_request_notes;
}

/// The workspaces of whoever acts.
class Workspaces {
 public:
  explicit Workspaces(Scope scope) : scope_(scope) {}

  /// All that a person belongs to, oldest first; a key's own. Needs `Permission::workspace_read`.
  Result<WorkspaceList> list();

  /// The person becomes its owner. Needs `Permission::account_own`.
  Result<OwnWorkspace> create(const WorkspaceRequest& request);

  /// Needs `Permission::workspace_manage`. Errors: `workspace_unknown` for any but the actor's own.
  Result<OwnWorkspace> rename(WorkspaceId id, const WorkspaceRequest& request);

 private:
  Scope scope_;
};

/// A way in for one person, by e-mail address. The token is shown once and stored as its SHA-256.
struct Invite {
  WorkspaceId workspace_id;
  InviteId id;
  std::string email;
  Role role = Role::viewer;
  std::string digest;
  std::optional<UserId> invited_by;
  Instant created_at;
  Instant expires_at;
  std::optional<Instant> accepted_at;
  std::optional<UserId> accepted_by;
  std::optional<Instant> revoked_at;
};
BOOST_DESCRIBE_STRUCT(Invite, (),
                      (workspace_id, id, email, role, digest, invited_by, created_at, expires_at,
                       accepted_at, accepted_by, revoked_at))
inline constexpr std::array invite_notes{
    Note{.field = "workspace_id", .doc = "Where it leads.", .internal = true},
    Note{.field = "email", .doc = "Whom it is for.", .pii = true},
    Note{.field = "role", .doc = "What the person becomes."},
    Note{.field = "digest", .doc = "SHA-256 of the token.", .internal = true},
    Note{.field = "invited_by", .doc = "Absent when a key made it."},
    Note{.field = "expires_at", .doc = "Refused from here on."},
    Note{.field = "accepted_at", .doc = "Used, and of no use from here on."},
    Note{.field = "revoked_at", .doc = "Taken back."}};
constexpr std::span<const Note> field_notes(const Invite*) {
  return invite_notes;
}
struct NewInvite {
  std::string token;  ///< The secret; cannot be shown again.
  Invite details;
};
BOOST_DESCRIBE_STRUCT(NewInvite, (), (token, details))
struct InviteList {
  std::vector<Invite> items;
};
BOOST_DESCRIBE_STRUCT(InviteList, (), (items))

struct InviteRequest {
  std::string email;
  Role role = Role::viewer;
  std::int64_t days = 7;
};
BOOST_DESCRIBE_STRUCT(InviteRequest, (), (email, role, days))
inline constexpr std::array invite_request_notes{
    Note{.field = "email",
         .doc = "The address that the person's account has, and has proved.",
         .required = true,
         .pii = true,
         .min = 3,
         .max = 254},
    Note{.field = "role", .doc = "What the person becomes.", .required = true},
    Note{.field = "days", .doc = "How long it is good for.", .min = 1, .max = 90}};
constexpr std::span<const Note> field_notes(const InviteRequest*) {
  return invite_request_notes;
}

struct InviteToken {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(InviteToken, (), (token))
inline constexpr std::array invite_token_notes{
    Note{.field = "token", .doc = "As it was handed over.", .required = true, .max = 200}};
constexpr std::span<const Note> field_notes(const InviteToken*) {
  return invite_token_notes;
}

/// Invites to the actor's workspace. Making, listing and revoking need `Permission::member_manage`.
class Invites {
 public:
  explicit Invites(Scope scope) : scope_(scope) {}

  /// Errors: `permission_missing` for a role above the actor's own, `email_malformed`.
  Result<NewInvite> create(const InviteRequest& request);

  /// The open ones, oldest first.
  Result<InviteList> list();

  /// Errors: `invite_unknown`, also for one that is not open any more.
  Result<Invite> revoke(InviteId id);

  /// Makes the person who is signed in a member, once. Needs `Permission::account_own`; the
  /// workspace is the invite's. Errors: `invite_unknown` (never was, used, revoked or run out),
  /// `invite_not_yours` (another address), `email_unverified`, `member_already`.
  Result<OwnWorkspace> accept(std::string_view token);

 private:
  Scope scope_;
};

enum class Grantee { user, key };
BOOST_DESCRIBE_ENUM(Grantee, user, key)
enum class GrantObject { project, survey };
BOOST_DESCRIBE_ENUM(GrantObject, project, survey)
/// What can be granted; see `grantable`.
enum class GrantRole { viewer, analyst, editor };
BOOST_DESCRIBE_ENUM(GrantRole, viewer, analyst, editor)

/// A role on one project, with its surveys, or on one survey.
struct Grant {
  WorkspaceId workspace_id;
  GrantId id;
  Grantee grantee = Grantee::user;
  std::string grantee_id;
  GrantObject object = GrantObject::survey;
  std::string object_id;
  GrantRole role = GrantRole::viewer;
  Instant created_at;
};
BOOST_DESCRIBE_STRUCT(Grant, (),
                      (workspace_id, id, grantee, grantee_id, object, object_id, role, created_at))
inline constexpr std::array grant_notes{
    Note{.field = "workspace_id", .doc = "Where it holds.", .internal = true},
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "grantee", .doc = "Whether a member or a key gets it.", .required = true},
    Note{.field = "grantee_id",
         .doc = "The user's id, or the key's.",
         .required = true,
         .min = 36,
         .max = 36},
    Note{.field = "object", .doc = "What it is on.", .required = true},
    Note{.field = "object_id",
         .doc = "The project's id, or the survey's.",
         .required = true,
         .min = 36,
         .max = 36},
    Note{.field = "role", .doc = "What one may do there, at least.", .required = true},
    Note{.field = "created_at", .doc = "When it was first given.", .read_only = true}};
constexpr std::span<const Note> field_notes(const Grant*) {
  return grant_notes;
}
struct GrantList {
  std::vector<Grant> items;
};
BOOST_DESCRIBE_STRUCT(GrantList, (), (items))

/// Grants in the actor's workspace. Needs `Permission::member_manage`.
class Grants {
 public:
  explicit Grants(Scope scope) : scope_(scope) {}

  /// Gives a role, or another one in its place. Errors: `grantee_unknown`, `object_unknown`.
  Result<Grant> set(const Grant& grant);
  /// In the order in which they were given.
  Result<GrantList> list();
  /// Errors: `grant_unknown`.
  Result<Grant> remove(GrantId id);

 private:
  Scope scope_;
};

}  // namespace insightflow::identity

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<identity::Member>();
extern template const Type& type_of<identity::MemberList>();
extern template const Type& type_of<identity::OwnWorkspace>();
extern template const Type& type_of<identity::WorkspaceList>();
extern template const Type& type_of<identity::WorkspaceRequest>();
extern template const Type& type_of<identity::Invite>();
extern template const Type& type_of<identity::NewInvite>();
extern template const Type& type_of<identity::InviteList>();
extern template const Type& type_of<identity::InviteRequest>();
extern template const Type& type_of<identity::InviteToken>();
extern template const Type& type_of<identity::Grant>();
extern template const Type& type_of<identity::GrantList>();
}  // namespace insightflow
