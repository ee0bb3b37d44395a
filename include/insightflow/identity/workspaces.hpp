#pragma once

#include <insightflow/identity/actor.hpp>

#include <memory>
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
  std::optional<std::vector<Permission>> scopes;
  Instant created_at;
  std::optional<Instant> expires_at;
  std::optional<Instant> last_used_at;
  std::optional<Instant> revoked_at;
};
BOOST_DESCRIBE_STRUCT(ApiKey, (),
                      (id, workspace_id, name, hint, digest, role, scopes, created_at, expires_at,
                       last_used_at, revoked_at))
inline constexpr std::array api_key_notes{
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "workspace_id", .doc = "Where it belongs.", .internal = true},
    Note{.field = "name", .doc = "What the key is for.", .required = true, .min = 1, .max = 200},
    Note{.field = "hint", .doc = "First characters of the key.", .read_only = true},
    Note{.field = "digest", .doc = "SHA-256 of the key.", .internal = true},
    Note{.field = "role", .doc = "What the key may do.", .required = true},
    Note{.field = "scopes",
         .doc = "The permissions it is narrowed to; all that its role has when left out.",
         .max = 64},
    Note{.field = "created_at", .doc = "When it was made.", .read_only = true},
    Note{.field = "expires_at", .doc = "Refused from here on, by itself."},
    Note{.field = "last_used_at",
         .doc = "When it was last presented, to the minute.",
         .read_only = true},
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

/// Who presents this key at that time. Errors: `key_unknown` (also for one that was revoked or has
/// run out).
Result<Actor> authenticate(storage::Database& db, Instant now, std::string_view key);

/// The workspaces of this database, oldest first.
Result<std::vector<Workspace>> list_workspaces(storage::Database& db);

/// What a new key is for and what it may do.
struct KeyRequest {
  std::string name;
  Role role = Role::viewer;
  std::optional<std::vector<Permission>> scopes{};
  std::optional<Instant> expires_at{};
};
BOOST_DESCRIBE_STRUCT(KeyRequest, (), (name, role, scopes, expires_at))
inline constexpr std::array key_request_notes{
    Note{.field = "name", .doc = "What the key is for.", .required = true, .min = 1, .max = 200},
    Note{.field = "role",
         .doc = "What the key may do in the whole workspace; a guest needs grants.",
         .required = true},
    Note{.field = "scopes",
         .doc = "Only these of the permissions that the role and grants give.",
         .max = 64},
    Note{.field = "expires_at", .doc = "Refused from here on."}};
constexpr std::span<const Note> field_notes(const KeyRequest*) {
  return key_request_notes;
}

/// The keys of the actor's workspace. Needs `Permission::key_manage`.
class ApiKeys {
 public:
  explicit ApiKeys(Scope scope) : scope_(scope) {}

  /// Nobody makes a key that may do more than its maker, or for longer. Errors:
  /// `permission_missing`, `expiry_past`.
  Result<NewKey> create(const KeyRequest& request);
  Result<KeyList> list();
  /// Takes effect at once; its grants go with it. Errors: `key_unknown`, and `permission_missing`
  /// for a key with a role above the actor's own.
  Result<ApiKey> revoke(ApiKeyId id);

 private:
  Scope scope_;
};

/// Remembers when keys are used, and writes it down at most once a minute for each key, from a
/// thread of its own: whoever presents a key never waits for it. Safe from several threads. The
/// database must outlive it; what is noted is written at the latest when it ends.
class KeyUses {
 public:
  explicit KeyUses(storage::Database& db);
  ~KeyUses();

  void note(ApiKeyId key, Instant at);
  /// Writes what is noted now, instead of in its turn.
  Result<void> flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace insightflow::identity

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<identity::Workspace>();
extern template const Type& type_of<identity::ApiKey>();
extern template const Type& type_of<identity::NewKey>();
extern template const Type& type_of<identity::KeyList>();
extern template const Type& type_of<identity::KeyRequest>();
}  // namespace insightflow
