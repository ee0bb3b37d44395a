#include <insightflow/core/json.hpp>
#include <insightflow/identity/trail.hpp>
#include <insightflow/identity/workspaces.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>

namespace insightflow::identity {

namespace {

constexpr std::size_t key_characters = 40;  // 200 bits
constexpr std::size_t hint_characters = 8;

Result<NewKey> insert_key(storage::Tx& tx, const Clock& clock, IdSource& ids, WorkspaceId workspace,
                          const KeyRequest& request) {
  NewKey out;
  out.key = security::random_token("if_", key_characters);
  out.details = {.id = ids.next<ApiKeyId>(),
                 .workspace_id = workspace,
                 .name = request.name,
                 .hint = out.key.substr(0, hint_characters),
                 .digest = security::sha256(out.key),
                 .role = request.role,
                 .scopes = request.scopes,
                 .created_at = clock.now(),
                 .expires_at = request.expires_at,
                 .last_used_at = std::nullopt,
                 .revoked_at = std::nullopt};
  BOOST_OUTCOME_TRY(tx.insert("api_keys", out.details));
  return out;
}

PermissionSet set_of(const std::optional<std::vector<Permission>>& scopes) {
  if (!scopes) return PermissionSet::all();
  PermissionSet out;
  for (const Permission permission : *scopes) out.insert(permission);
  return out;
}

/// What a key says about who presents it.
struct KeyRow {
  ApiKeyId id;
  WorkspaceId workspace_id;
  Role role = Role::guest;
  std::optional<std::vector<Permission>> scopes;
  std::optional<Instant> expires_at;
  std::int64_t granted = 0;
};
BOOST_DESCRIBE_STRUCT(KeyRow, (), (id, workspace_id, role, scopes, expires_at, granted))

Error unknown_key() {
  return fail(Code::not_found, "key_unknown", "No key of this workspace has this id.");
}

}  // namespace

Result<NewWorkspace> create_workspace(storage::Database& db, const Clock& clock, IdSource& ids,
                                      std::string_view name) {
  return db.write([&](storage::Tx& tx) -> Result<NewWorkspace> {
    NewWorkspace out;
    out.workspace = {ids.next<WorkspaceId>(), std::string(name), clock.now()};
    BOOST_OUTCOME_TRY(tx.insert("workspaces", out.workspace));
    BOOST_OUTCOME_TRY(out.key, insert_key(tx, clock, ids, out.workspace.id,
                                          {.name = "first key", .role = Role::owner}));
    BOOST_OUTCOME_TRY(audit::append(tx, clock,
                                    {.workspace_id = out.workspace.id,
                                     .action = audit::Action::workspace_created,
                                     .subject = "key:" + out.key.details.id.str()}));
    return out;
  });
}

Result<Actor> authenticate(storage::Database& db, Instant now, std::string_view key) {
  const std::string digest = security::sha256(key);
  static const std::string sql =
      "SELECT id, workspace_id, role, scopes, expires_at, (SELECT " + highest_role_sql() +
      " FROM grants WHERE workspace_id = k.workspace_id AND grantee_id = k.id) FROM api_keys k "
      "WHERE digest = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)";
  BOOST_OUTCOME_TRY(const auto found, db.read([&](storage::Tx& tx) {
    return tx.find<KeyRow>(sql, {digest, now});
  }));
  if (found)
    return Actor{.workspace = found->workspace_id,
                 .role = found->role,
                 .key = found->id,
                 .scopes = set_of(found->scopes),
                 .granted = static_cast<Role>(found->granted),
                 .expires_at = found->expires_at};
  return fail(
      Code::unauthenticated, "key_unknown",
      "The API key is not known, has run out or was revoked. 'insightflow key create' makes "
      "a new one.");
}

Result<std::vector<Workspace>> list_workspaces(storage::Database& db) {
  return db.read([](storage::Tx& tx) {
    return tx.list<Workspace>("SELECT id, name, created_at FROM workspaces ORDER BY id");
  });
}

Result<NewKey> ApiKeys::create(const KeyRequest& request) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::key_manage));
  const Actor& actor = scope_.actor;
  if (request.role > actor.role)
    return fail(Code::forbidden, "permission_missing",
                "A key cannot be given a role above your own.", "/role");
  if (!actor.scopes.includes(set_of(request.scopes)))
    return fail(Code::forbidden, "permission_missing",
                "A key cannot be given a permission that your own was not.", "/scopes");
  if (actor.expires_at && (!request.expires_at || *request.expires_at > *actor.expires_at))
    return fail(Code::forbidden, "permission_missing",
                "A key cannot be made to last longer than your own.", "/expires_at");
  if (request.expires_at && *request.expires_at <= scope_.clock.now())
    return fail(Code::invalid, "expiry_past", "This time has passed. Give one to come.",
                "/expires_at");
  return scope_.db.write([&](storage::Tx& tx) -> Result<NewKey> {
    BOOST_OUTCOME_TRY(auto made,
                      insert_key(tx, scope_.clock, scope_.ids, actor.workspace, request));
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::key_created, "key:" + made.details.id.str(),
                             std::string(slug(request.role))));
    return made;
  });
}

Result<KeyList> ApiKeys::list() {
  BOOST_OUTCOME_TRY(scope_.require(Permission::key_manage));
  static const std::string sql = "SELECT " + column_list(type_of<ApiKey>()) +
                                 " FROM api_keys WHERE workspace_id = ?1 ORDER BY id";
  BOOST_OUTCOME_TRY(auto keys, scope_.db.read([&](storage::Tx& tx) {
    return tx.list<ApiKey>(sql, {scope_.actor.workspace});
  }));
  return KeyList{std::move(keys)};
}

Result<ApiKey> ApiKeys::revoke(ApiKeyId id) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::key_manage));
  static const std::string sql =
      "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?3) WHERE workspace_id = ?1 AND id = "
      "?2 RETURNING " +
      column_list(type_of<ApiKey>());
  return scope_.db.write([&](storage::Tx& tx) -> Result<ApiKey> {
    BOOST_OUTCOME_TRY(auto key,
                      tx.find<ApiKey>(sql, {scope_.actor.workspace, id, scope_.clock.now()}));
    if (!key) return unknown_key();
    if (key->role > scope_.actor.role)
      return fail(Code::forbidden, "permission_missing",
                  "The key has a role above your own. An owner can revoke it.");
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM grants WHERE workspace_id = ?1 AND grantee_id = ?2",
                                 {scope_.actor.workspace, id}));
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::key_revoked, "key:" + id.str()));
    return std::move(*key);
  });
}

}  // namespace insightflow::identity

namespace insightflow {
template const Type& type_of<identity::Workspace>();
template const Type& type_of<identity::ApiKey>();
template const Type& type_of<identity::NewKey>();
template const Type& type_of<identity::KeyList>();
template const Type& type_of<identity::KeyRequest>();
}  // namespace insightflow
