#include <insightflow/core/json.hpp>
#include <insightflow/identity/workspaces.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>

namespace insightflow::identity {

namespace {

constexpr std::size_t key_characters = 40;  // 200 bits
constexpr std::size_t hint_characters = 8;

Result<NewKey> insert_key(storage::Tx& tx, const Clock& clock, IdSource& ids, WorkspaceId workspace,
                          std::string_view name, Role role) {
  NewKey out;
  out.key = security::random_token("if_", key_characters);
  out.details = {.id = ids.next<ApiKeyId>(),
                 .workspace_id = workspace,
                 .name = std::string(name),
                 .hint = out.key.substr(0, hint_characters),
                 .digest = security::sha256(out.key),
                 .role = role,
                 .created_at = clock.now(),
                 .revoked_at = std::nullopt};
  BOOST_OUTCOME_TRY(tx.insert("api_keys", out.details));
  return out;
}

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
    BOOST_OUTCOME_TRY(out.key,
                      insert_key(tx, clock, ids, out.workspace.id, "first key", Role::owner));
    return out;
  });
}

Result<Actor> authenticate(storage::Database& db, std::string_view key) {
  const std::string digest = security::sha256(key);
  BOOST_OUTCOME_TRY(const auto found, db.read([&](storage::Tx& tx) -> Result<std::optional<Actor>> {
    std::optional<Actor> out;
    BOOST_OUTCOME_TRY(
        tx.each("SELECT workspace_id, role FROM api_keys WHERE digest = ?1 AND revoked_at IS NULL",
                {digest}, [&](const storage::Row& row) -> Result<void> {
                  BOOST_OUTCOME_TRY(const auto workspace, WorkspaceId::parse(row.text(0)));
                  BOOST_OUTCOME_TRY(const auto role, from_slug<Role>(row.text(1)));
                  out = Actor{workspace, role};
                  return success();
                }));
    return out;
  }));
  if (found) return *found;
  return fail(Code::unauthenticated, "key_unknown",
              "The API key is not known or was revoked. 'insightflow key create' makes a new one.");
}

Result<std::vector<Workspace>> list_workspaces(storage::Database& db) {
  return db.read([](storage::Tx& tx) {
    return tx.list<Workspace>("SELECT id, name, created_at FROM workspaces ORDER BY id");
  });
}

Result<NewKey> ApiKeys::create(std::string_view name, Role role) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::administer));
  if (role > scope_.actor.role)
    return fail(Code::forbidden, "permission_missing",
                "A key cannot be given a role above your own.", "/role");
  return scope_.db.write([&](storage::Tx& tx) {
    return insert_key(tx, scope_.clock, scope_.ids, scope_.actor.workspace, name, role);
  });
}

Result<KeyList> ApiKeys::list() {
  BOOST_OUTCOME_TRY(scope_.require(Permission::administer));
  static const std::string sql = "SELECT " + column_list(type_of<ApiKey>()) +
                                 " FROM api_keys WHERE workspace_id = ?1 ORDER BY id";
  BOOST_OUTCOME_TRY(auto keys, scope_.db.read([&](storage::Tx& tx) {
    return tx.list<ApiKey>(sql, {scope_.actor.workspace});
  }));
  return KeyList{std::move(keys)};
}

Result<ApiKey> ApiKeys::revoke(ApiKeyId id) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::administer));
  static const std::string sql =
      "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?3) WHERE workspace_id = ?1 AND id = "
      "?2 RETURNING " +
      column_list(type_of<ApiKey>());
  BOOST_OUTCOME_TRY(auto key, scope_.db.write([&](storage::Tx& tx) {
    return tx.find<ApiKey>(sql, {scope_.actor.workspace, id, scope_.clock.now()});
  }));
  if (!key) return unknown_key();
  return std::move(*key);
}

}  // namespace insightflow::identity

namespace insightflow {
template const Type& type_of<identity::Workspace>();
template const Type& type_of<identity::ApiKey>();
template const Type& type_of<identity::NewKey>();
template const Type& type_of<identity::KeyList>();
}  // namespace insightflow
