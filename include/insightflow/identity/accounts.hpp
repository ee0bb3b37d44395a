#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>

#include <optional>
#include <string>

namespace insightflow::identity {

/// A person who can sign in.
struct User {
  UserId id;
  std::string email;              ///< Lower case, NFC; unique.
  std::string name;               ///< As the person writes it; may be empty.
  std::string password_hash;      ///< PHC string; empty where only a provider signs the person in.
  WorkspaceId home_workspace_id;  ///< Made with the account; its queue carries the account's mail.
  std::optional<Instant> email_verified_at;
  std::optional<Instant> disabled_at;  ///< Refused from here on.
  Instant created_at;
  Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, email, name, password_hash, home_workspace_id, email_verified_at,
                       disabled_at, created_at, updated_at))
inline constexpr std::array user_notes{
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "email", .doc = "Lower case.", .read_only = true, .pii = true, .max = 254},
    Note{.field = "name", .doc = "As the person writes it.", .pii = true, .max = 200},
    Note{.field = "password_hash", .doc = "PHC string.", .internal = true},
    Note{.field = "home_workspace_id", .doc = "Made with the account.", .read_only = true},
    Note{.field = "email_verified_at", .doc = "When the address was proved.", .read_only = true},
    Note{.field = "disabled_at", .doc = "Refused from here on.", .read_only = true},
    Note{.field = "created_at", .doc = "When the account was made.", .read_only = true},
    Note{.field = "updated_at", .doc = "When it last changed.", .read_only = true}};
constexpr std::span<const Note> field_notes(const User*) {
  return user_notes;
}

}  // namespace insightflow::identity

// Its field table is instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<identity::User>();
}  // namespace insightflow
