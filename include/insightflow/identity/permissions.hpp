#pragma once

#include <insightflow/core/fields.hpp>

#include <cstdint>
#include <initializer_list>

/// Who may do what: one table of permissions and the least role that has each. The services ask it,
/// the OpenAPI document and docs/security/permissions.md are written from it, and what is not in it
/// is refused.
namespace insightflow::identity {

/// What somebody is in a workspace, on a project or on a survey; each may do what those before it
/// may. A guest is a member who sees only what was granted.
enum class Role { guest, viewer, analyst, editor, admin, owner };
BOOST_DESCRIBE_ENUM(Role, guest, viewer, analyst, editor, admin, owner)

/// What operations ask for, and what a key can be narrowed to.
enum class Permission {
  account_own,
  workspace_read,
  workspace_manage,
  workspace_transfer,
  member_read,
  member_manage,
  key_manage,
  project_create,
  project_read,
  project_edit,
  survey_read,
  survey_edit,
  survey_publish,
  lint_run,
  response_read,
  response_export,
  response_import,
  insight_read,
  insight_run,
  job_read,
  job_manage,
  event_read,
  prompt_read,
  prompt_manage,
  audit_read,
  retention_manage
};
BOOST_DESCRIBE_ENUM(Permission, account_own, workspace_read, workspace_manage, workspace_transfer,
                    member_read, member_manage, key_manage, project_create, project_read,
                    project_edit, survey_read, survey_edit, survey_publish, lint_run, response_read,
                    response_export, response_import, insight_read, insight_run, job_read,
                    job_manage, event_read, prompt_read, prompt_manage, audit_read,
                    retention_manage)

/// What a permission is about, and so what can give it.
enum class Reach {
  person,     ///< The one who is signed in: a user of any role; never a key.
  workspace,  ///< The whole workspace: the role in it alone.
  object      ///< A project or a survey: the role in the workspace, or a grant.
};
BOOST_DESCRIBE_ENUM(Reach, person, workspace, object)

struct PermissionRow {
  Permission permission;
  Role least;
  Reach reach;
  std::string_view doc;
};

inline constexpr std::array permission_table{
    PermissionRow{Permission::account_own, Role::guest, Reach::person,
                  "Act for oneself: list one's workspaces, make one, join one, leave one"},
    PermissionRow{Permission::workspace_read, Role::guest, Reach::workspace,
                  "See the name of the workspace"},
    PermissionRow{Permission::workspace_manage, Role::admin, Reach::workspace,
                  "Rename the workspace"},
    PermissionRow{Permission::workspace_transfer, Role::owner, Reach::person,
                  "Hand the workspace over to another member"},
    PermissionRow{Permission::member_read, Role::viewer, Reach::workspace, "See who is a member"},
    PermissionRow{Permission::member_manage, Role::admin, Reach::workspace,
                  "Invite and remove members, change roles, give and take grants"},
    PermissionRow{Permission::key_manage, Role::admin, Reach::workspace,
                  "Make, list and revoke API keys"},
    PermissionRow{Permission::project_create, Role::editor, Reach::workspace, "Make projects"},
    PermissionRow{Permission::project_read, Role::viewer, Reach::object, "Read projects"},
    PermissionRow{Permission::project_edit, Role::editor, Reach::object, "Change projects"},
    PermissionRow{Permission::survey_read, Role::viewer, Reach::object,
                  "Read surveys, their drafts and versions"},
    PermissionRow{Permission::survey_edit, Role::editor, Reach::object, "Make and change surveys"},
    PermissionRow{Permission::survey_publish, Role::editor, Reach::object,
                  "Publish, close, reopen and archive surveys"},
    PermissionRow{Permission::lint_run, Role::guest, Reach::workspace,
                  "Check a questionnaire that is not stored"},
    PermissionRow{Permission::response_read, Role::viewer, Reach::object, "Read responses"},
    PermissionRow{Permission::response_export, Role::analyst, Reach::object,
                  "Take all responses out as a file"},
    PermissionRow{Permission::response_import, Role::editor, Reach::object,
                  "Bring responses in from a file"},
    PermissionRow{Permission::insight_read, Role::viewer, Reach::object,
                  "Read insight runs, findings and reports"},
    PermissionRow{Permission::insight_run, Role::analyst, Reach::object,
                  "Start, stop and schedule insight runs"},
    PermissionRow{Permission::job_read, Role::viewer, Reach::workspace,
                  "See the work in the background"},
    PermissionRow{Permission::job_manage, Role::editor, Reach::workspace,
                  "Cancel and repeat the work in the background"},
    PermissionRow{Permission::event_read, Role::viewer, Reach::workspace,
                  "Watch what happens in the workspace"},
    PermissionRow{Permission::prompt_read, Role::viewer, Reach::workspace,
                  "Read what models are told"},
    PermissionRow{Permission::prompt_manage, Role::admin, Reach::workspace,
                  "Change what models are told"},
    PermissionRow{Permission::audit_read, Role::admin, Reach::workspace,
                  "Read and verify the audit trail"},
    PermissionRow{Permission::retention_manage, Role::admin, Reach::workspace,
                  "Say how long answers are kept, and erase them"}};

constexpr const PermissionRow& row_of(Permission permission) {
  return permission_table[static_cast<std::size_t>(permission)];
}

/// Whether a role has a permission; of `Reach::person`, whether it has it when it is a person's.
constexpr bool allows(Role role, Permission permission) {
  return role >= row_of(permission).least;
}

/// The roles that can be granted on a project or a survey.
constexpr bool grantable(Role role) {
  return role >= Role::viewer && role <= Role::editor;
}

namespace detail {

constexpr bool in_order() {
  for (std::size_t i = 0; i < permission_table.size(); ++i)
    if (permission_table[i].permission != static_cast<Permission>(i)) return false;
  return permission_table.size() == static_cast<std::size_t>(Permission::retention_manage) + 1;
}
/// What is granted may be read: lists show what has a grant, whatever its role.
constexpr bool grants_read() {
  for (const PermissionRow& row : permission_table) {
    const bool reads =
        row.permission == Permission::project_read || row.permission == Permission::survey_read ||
        row.permission == Permission::response_read || row.permission == Permission::insight_read;
    if (reads && (row.reach != Reach::object || !allows(Role::viewer, row.permission)))
      return false;
    // Nothing about a project or a survey is beyond what can be granted, or open to a guest.
    if (row.reach == Reach::object && (row.least > Role::editor || row.least == Role::guest))
      return false;
  }
  return true;
}

}  // namespace detail

static_assert(detail::in_order() && detail::grants_read());
static_assert(!allows(Role::viewer, Permission::response_export));
static_assert(!allows(Role::analyst, Permission::survey_edit));
static_assert(!allows(Role::editor, Permission::member_manage));
static_assert(!allows(Role::admin, Permission::workspace_transfer));

/// A set of permissions: what a key was narrowed to.
class PermissionSet {
 public:
  constexpr PermissionSet() = default;
  constexpr PermissionSet(std::initializer_list<Permission> list) {
    for (const Permission permission : list) insert(permission);
  }
  static constexpr PermissionSet all() {
    PermissionSet out;
    for (const PermissionRow& row : permission_table) out.insert(row.permission);
    return out;
  }

  constexpr void insert(Permission permission) { bits_ |= bit(permission); }
  constexpr bool contains(Permission permission) const { return (bits_ & bit(permission)) != 0; }
  /// Whether all of `other` is in here.
  constexpr bool includes(PermissionSet other) const { return (other.bits_ & ~bits_) == 0; }
  friend constexpr bool operator==(PermissionSet, PermissionSet) = default;

 private:
  static constexpr std::uint64_t bit(Permission permission) {
    return std::uint64_t{1} << static_cast<unsigned>(permission);
  }
  static_assert(permission_table.size() <= 64);

  std::uint64_t bits_ = 0;
};

}  // namespace insightflow::identity
