#include "identity/standing.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/identity/trail.hpp>

namespace insightflow::identity {

namespace {

const std::string grant_columns = column_list(type_of<Grant>());

/// Where what a grant names must be: in the actor's workspace.
constexpr std::array grantee_sql{
    "SELECT 1 FROM memberships WHERE workspace_id = ?1 AND user_id = ?2",
    "SELECT 1 FROM api_keys WHERE workspace_id = ?1 AND id = ?2 AND revoked_at IS NULL"};
constexpr std::array object_sql{"SELECT 1 FROM projects WHERE workspace_id = ?1 AND id = ?2",
                                "SELECT 1 FROM surveys WHERE workspace_id = ?1 AND id = ?2"};

Result<std::string> known_id(storage::Tx& tx, WorkspaceId workspace, const char* sql,
                             const std::string& text, const Error& unknown) {
  const auto id = Uuid::parse(text);
  if (!id) return unknown;
  std::string canonical = id.value().str();
  BOOST_OUTCOME_TRY(const auto known, tx.find<std::int64_t>(sql, {workspace, canonical}));
  if (!known) return unknown;
  return canonical;
}

/// "user:ID has editor on survey:ID"
std::string describe(const Grant& grant) {
  return std::string(slug(grant.grantee)) + ":" + grant.grantee_id + " has " +
         std::string(slug(grant.role)) + " on " + std::string(slug(grant.object)) + ":" +
         grant.object_id;
}

}  // namespace

Result<Grant> Grants::set(const Grant& grant) {
  static const std::string sql =
      "INSERT INTO grants (" + grant_columns +
      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (workspace_id, grantee_id, object_id) "
      "DO UPDATE SET role = ?7 RETURNING " +
      grant_columns;
  return scope_.db.write([&](storage::Tx& tx) -> Result<Grant> {
    const WorkspaceId workspace = scope_.actor.workspace;
    BOOST_OUTCOME_TRY(standing(tx, scope_, Permission::member_manage));
    BOOST_OUTCOME_TRY(
        const auto grantee,
        known_id(tx, workspace, grantee_sql[static_cast<std::size_t>(grant.grantee)],
                 grant.grantee_id,
                 fail(Code::not_found, "grantee_unknown",
                      "No member or key of this workspace has this id.", "/grantee_id")));
    BOOST_OUTCOME_TRY(
        const auto object,
        known_id(tx, workspace, object_sql[static_cast<std::size_t>(grant.object)], grant.object_id,
                 fail(Code::not_found, "object_unknown",
                      "No project or survey of this workspace has this id.", "/object_id")));
    BOOST_OUTCOME_TRY(auto made, tx.find<Grant>(sql, {workspace, scope_.ids.next<GrantId>(),
                                                      grant.grantee, grantee, grant.object, object,
                                                      grant.role, scope_.clock.now()}));
    if (!made) return fail(Code::internal, "row_missing", "The grant was not stored.");
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::grant_changed, "grant:" + made->id.str(),
                             describe(*made)));
    return std::move(*made);
  });
}

Result<GrantList> Grants::list() {
  BOOST_OUTCOME_TRY(scope_.require(Permission::member_manage));
  static const std::string sql =
      "SELECT " + grant_columns + " FROM grants WHERE workspace_id = ?1 ORDER BY id";
  return scope_.db.read([&](storage::Tx& tx) -> Result<GrantList> {
    BOOST_OUTCOME_TRY(auto grants, tx.list<Grant>(sql, {scope_.actor.workspace}));
    return GrantList{std::move(grants)};
  });
}

Result<Grant> Grants::remove(GrantId id) {
  static const std::string sql =
      "DELETE FROM grants WHERE workspace_id = ?1 AND id = ?2 RETURNING " + grant_columns;
  return scope_.db.write([&](storage::Tx& tx) -> Result<Grant> {
    BOOST_OUTCOME_TRY(standing(tx, scope_, Permission::member_manage));
    BOOST_OUTCOME_TRY(auto grant, tx.find<Grant>(sql, {scope_.actor.workspace, id}));
    if (!grant) return fail(Code::not_found, "grant_unknown", "There is no such grant.");
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::grant_changed, "grant:" + grant->id.str(),
                             "removed: " + describe(*grant)));
    return std::move(*grant);
  });
}

}  // namespace insightflow::identity

namespace insightflow {
template const Type& type_of<identity::Grant>();
template const Type& type_of<identity::GrantList>();
}  // namespace insightflow
