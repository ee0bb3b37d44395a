#pragma once

#include <insightflow/identity/actor.hpp>

#include <string>
#include <vector>

namespace insightflow::identity {

struct Workspace {
  WorkspaceId id;
  std::string name;
  Instant created_at;
};
BOOST_DESCRIBE_STRUCT(Workspace, (), (id, name, created_at))

/// A key for machines. The key itself is shown once and stored as its SHA-256 alone.
struct ApiKey {
  ApiKeyId id;
  WorkspaceId workspace_id;
  std::string name;
  std::string hint;  ///< The first characters, to tell keys apart.
  std::string digest;
  Role role = Role::viewer;
  Instant created_at;
  std::optional<Instant> revoked_at;
};
BOOST_DESCRIBE_STRUCT(ApiKey, (),
                      (id, workspace_id, name, hint, digest, role, created_at, revoked_at))
inline constexpr std::array api_key_notes{
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "workspace_id", .doc = "Where it belongs.", .internal = true},
    Note{.field = "name", .doc = "What the key is for.", .required = true, .min = 1, .max = 200},
    Note{.field = "hint", .doc = "First characters of the key.", .read_only = true},
    Note{.field = "digest", .doc = "SHA-256 of the key.", .internal = true},
    Note{.field = "role", .doc = "What the key may do.", .required = true},
    Note{.field = "created_at", .doc = "When it was made.", .read_only = true},
    Note{.field = "revoked_at", .doc = "Refused from here on.", .read_only = true}};
constexpr std::span<const Note> field_notes(const ApiKey*) {
  return api_key_notes;
}

struct NewKey {
  std::string key;  ///< The secret; cannot be shown again.
  ApiKey details;
};
BOOST_DESCRIBE_STRUCT(NewKey, (), (key, details))

struct KeyList {
  std::vector<ApiKey> items;
};
BOOST_DESCRIBE_STRUCT(KeyList, (), (items))

/// Makes a workspace with its first key, which has the role owner.
struct NewWorkspace {
  Workspace workspace;
  NewKey key;
};
Result<NewWorkspace> create_workspace(storage::Database& db, const Clock& clock, IdSource& ids,
                                      std::string_view name);

/// Who presents this key. Errors: `key_unknown` (also for a revoked one).
Result<Actor> authenticate(storage::Database& db, std::string_view key);

/// The workspaces of this database, oldest first.
Result<std::vector<Workspace>> list_workspaces(storage::Database& db);

/// The keys of the actor's workspace. Needs `Permission::administer`.
class ApiKeys {
 public:
  explicit ApiKeys(Scope scope) : scope_(scope) {}

  /// A role above the actor's own is refused. Errors: `permission_missing`.
  Result<NewKey> create(std::string_view name, Role role);
  Result<KeyList> list();
  /// Takes effect at once. Errors: `key_unknown`.
  Result<ApiKey> revoke(ApiKeyId id);

 private:
  Scope scope_;
};

}  // namespace insightflow::identity

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<identity::Workspace>();
extern template const Type& type_of<identity::ApiKey>();
extern template const Type& type_of<identity::NewKey>();
extern template const Type& type_of<identity::KeyList>();
}  // namespace insightflow
