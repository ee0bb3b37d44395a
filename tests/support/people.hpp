#pragma once

#include <insightflow/core/json.hpp>
#include <insightflow/identity/accounts.hpp>
#include <insightflow/identity/members.hpp>

namespace insightflow::test {

/// Stores a person with a proved address, who is a member of `workspace` unless `role` is nothing.
inline Result<UserId> add_person(storage::Database& db, const Clock& clock, IdSource& ids,
                                 WorkspaceId workspace, std::string email,
                                 std::optional<identity::Role> role, bool verified = true) {
  return db.write([&](storage::Tx& tx) -> Result<UserId> {
    identity::User user{.id = ids.next<UserId>(),
                        .email = email,
                        .name = "Person",
                        .password_hash = {},
                        .home_workspace_id = workspace,
                        .email_verified_at = {},
                        .disabled_at = {},
                        .created_at = clock.now(),
                        .updated_at = clock.now()};
    if (verified) user.email_verified_at = clock.now();
    BOOST_OUTCOME_TRY(tx.insert("users", user));
    if (role) {
      BOOST_OUTCOME_TRY(identity::add_member(tx, {workspace, user.id, *role, clock.now()}));
    }
    return user.id;
  });
}

}  // namespace insightflow::test
