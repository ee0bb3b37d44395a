#include <insightflow/identity/actor.hpp>

namespace insightflow::identity {

namespace {

Error missing(const PermissionRow& row, const Actor& actor, Role role) {
  if (!actor.scopes.contains(row.permission))
    return fail(Code::forbidden, "permission_missing",
                "The API key was not given '" + std::string(slug(row.permission)) +
                    "'. Use a key that was.");
  if (row.reach == Reach::person && !actor.user)
    return fail(Code::forbidden, "user_missing",
                "Only a person who is signed in can do this; an API key cannot.");
  if (!actor.workspace)
    return fail(
        Code::forbidden, "workspace_missing",
        "Say in which of your workspaces (over HTTP by X-Workspace-Id), or make one first.");
  return fail(Code::forbidden, "permission_missing",
              "This needs the role " + std::string(slug(row.least)) + "; yours is " +
                  std::string(slug(role)) + ".");
}

bool may(const PermissionRow& row, const Actor& actor, Role role) {
  return actor.scopes.contains(row.permission) && (row.reach != Reach::person || actor.user) &&
         role >= row.least;
}

std::string highest_role() {
  std::string out = "coalesce(max(CASE role";
  for (const std::string_view name : type_of<Role>().slugs) {
    const Role role = from_slug<Role>(name).value();
    if (grantable(role))
      out += " WHEN '" + std::string(name) + "' THEN " + std::to_string(static_cast<int>(role));
  }
  return out + " ELSE 0 END), 0)";
}

}  // namespace

const std::string& highest_role_sql() {
  static const std::string sql = highest_role();
  return sql;
}

Result<void> Scope::require(Permission permission) const {
  const PermissionRow& row = row_of(permission);
  if (may(row, actor, actor.role)) return success();
  return missing(row, actor, actor.role);
}

Result<void> Scope::reach(Permission permission) const {
  const PermissionRow& row = row_of(permission);
  const Role highest =
      row.reach == Reach::object ? std::max(actor.role, actor.granted) : actor.role;
  if (may(row, actor, highest)) return success();
  return missing(row, actor, highest);
}

Result<void> Scope::require(storage::Tx& tx, Permission permission, const Place& place) const {
  const PermissionRow& row = row_of(permission);
  if (may(row, actor, actor.role)) return success();
  const auto grantee = actor.grantee();
  if (row.reach != Reach::object || !actor.scopes.contains(permission) || !grantee)
    return missing(row, actor, actor.role);
  static const std::string sql = "SELECT " + highest_role_sql() +
                                 " FROM grants WHERE workspace_id = ?1 AND grantee_id = ?2 AND "
                                 "object_id IN (?3, ?4)";
  BOOST_OUTCOME_TRY(
      const auto granted,
      tx.find<std::int64_t>(sql, {actor.workspace, storage::Param::owned(grantee->str()),
                                  place.project, place.survey}));
  const Role role = std::max(actor.role, static_cast<Role>(granted.value_or(0)));
  if (may(row, actor, role)) return success();
  return missing(row, actor, role);
}

std::optional<std::string> Scope::only_granted() const {
  if (actor.role >= Role::viewer) return std::nullopt;
  const auto grantee = actor.grantee();
  return grantee ? grantee->str() : std::string();
}

std::string visible_sql(std::string_view parameter, std::string_view objects) {
  const std::string at(parameter);
  return "(" + at +
         " IS NULL OR EXISTS (SELECT 1 FROM grants WHERE workspace_id = ?1 AND grantee_id = " + at +
         " AND object_id IN (" + std::string(objects) + ")))";
}

}  // namespace insightflow::identity
