#include "identity/account_state.hpp"
#include "identity/standing.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/identity/trail.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>

#include <algorithm>

namespace insightflow::identity {

namespace {

constexpr std::size_t invite_token_characters = 40;  // 200 bits
constexpr std::int64_t day_ms = 24 * 3'600'000;
constexpr std::string_view open_until =
    " AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ";

const std::string invite_columns = column_list(type_of<Invite>());

Error unknown_invite() {
  return fail(Code::not_found, "invite_unknown",
              "There is no such invite, or it was used, revoked, or has run out. Ask for another.");
}

/// As accounts store it, as far as ASCII goes.
Result<std::string> folded(std::string_view email) {
  const std::size_t at = email.find('@');
  const bool plain = std::none_of(email.begin(), email.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
  });
  if (!plain || at == 0 || at == email.npos || at + 1 == email.size() ||
      email.find('@', at + 1) != email.npos)
    return fail(Code::invalid, "email_malformed", "This is not an e-mail address: NAME@HOST.",
                "/email");
  std::string out(email);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

}  // namespace

Result<void> revoke_invites_of(storage::Tx& tx, const Scope& scope, UserId user,
                               std::optional<Role> role) {
  static const std::string sql =
      "UPDATE invites SET revoked_at = ?3 WHERE workspace_id = ?1 AND invited_by = ?2" +
      std::string(open_until) + "?3 AND role = ?4";
  for (const std::string_view name : type_of<Role>().slugs) {
    if (role && from_slug<Role>(name).value() <= *role) continue;
    BOOST_OUTCOME_TRY(tx.execute(sql, {scope.actor.workspace, user, scope.clock.now(), name}));
  }
  return success();
}

Result<NewInvite> Invites::create(const InviteRequest& request) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::member_manage));
  BOOST_OUTCOME_TRY(const auto email, folded(request.email));
  return scope_.db.write([&](storage::Tx& tx) -> Result<NewInvite> {
    BOOST_OUTCOME_TRY(const auto own, standing(tx, scope_, Permission::member_manage));
    BOOST_OUTCOME_TRY(not_above(request.role, own, "/role"));
    NewInvite out;
    out.token = security::random_token("ifi_", invite_token_characters);
    const Instant now = scope_.clock.now();
    out.details = {.workspace_id = scope_.actor.workspace,
                   .id = scope_.ids.next<InviteId>(),
                   .email = email,
                   .role = request.role,
                   .digest = security::sha256(out.token),
                   .invited_by = scope_.actor.user,
                   .created_at = now,
                   .expires_at = now + request.days * day_ms,
                   .accepted_at = std::nullopt,
                   .accepted_by = std::nullopt,
                   .revoked_at = std::nullopt};
    BOOST_OUTCOME_TRY(tx.insert("invites", out.details));
    BOOST_OUTCOME_TRY(record(tx, scope_, audit::Action::member_invited,
                             "invite:" + out.details.id.str(), std::string(slug(request.role))));
    return out;
  });
}

Result<InviteList> Invites::list() {
  BOOST_OUTCOME_TRY(scope_.require(Permission::member_manage));
  static const std::string sql = "SELECT " + invite_columns +
                                 " FROM invites WHERE workspace_id = ?1" + std::string(open_until) +
                                 "?2 ORDER BY id";
  return scope_.db.read([&](storage::Tx& tx) -> Result<InviteList> {
    BOOST_OUTCOME_TRY(auto invites,
                      tx.list<Invite>(sql, {scope_.actor.workspace, scope_.clock.now()}));
    return InviteList{std::move(invites)};
  });
}

Result<Invite> Invites::revoke(InviteId id) {
  static const std::string sql =
      "UPDATE invites SET revoked_at = ?3 WHERE workspace_id = ?1 AND "
      "id = ?2" +
      std::string(open_until) + "?3 RETURNING " + invite_columns;
  return scope_.db.write([&](storage::Tx& tx) -> Result<Invite> {
    BOOST_OUTCOME_TRY(standing(tx, scope_, Permission::member_manage));
    BOOST_OUTCOME_TRY(auto invite,
                      tx.find<Invite>(sql, {scope_.actor.workspace, id, scope_.clock.now()}));
    if (!invite) return unknown_invite();
    return std::move(*invite);
  });
}

Result<OwnWorkspace> Invites::accept(std::string_view token) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::account_own));
  static const std::string find = "SELECT " + invite_columns + " FROM invites WHERE digest = ?1" +
                                  std::string(open_until) + "?2";
  static const std::string take =
      "UPDATE invites SET accepted_at = ?2, accepted_by = ?3 WHERE "
      "digest = ?1" +
      std::string(open_until) + "?2";
  static const std::string user_sql = "SELECT " + user_columns() + " FROM users WHERE id = ?1";
  const std::string digest = security::sha256(token);
  const UserId user = *scope_.actor.user;
  return scope_.db.write([&](storage::Tx& tx) -> Result<OwnWorkspace> {
    const Instant now = scope_.clock.now();
    BOOST_OUTCOME_TRY(const auto invite, tx.find<Invite>(find, {digest, now}));
    if (!invite) return unknown_invite();
    BOOST_OUTCOME_TRY(const auto person, tx.find<User>(user_sql, {user}));
    if (!person || person->email != invite->email)
      return fail(Code::forbidden, "invite_not_yours",
                  "This invite is for another e-mail address. Sign in with the account that has "
                  "it.");
    if (!person->email_verified_at)
      return fail(Code::forbidden, "email_unverified",
                  "Prove your e-mail address first: follow the link that was sent to it.");
    BOOST_OUTCOME_TRY(const auto taken, tx.execute(take, {digest, now, user}));
    if (taken != 1) return unknown_invite();
    BOOST_OUTCOME_TRY(add_member(tx, {invite->workspace_id, user, invite->role, now}));
    BOOST_OUTCOME_TRY(
        auto workspace,
        tx.find<Workspace>("SELECT id, name, created_at FROM workspaces WHERE id = ?1",
                           {invite->workspace_id}));
    if (!workspace) return unknown_invite();
    Scope there = scope_;
    there.actor.workspace = workspace->id;
    BOOST_OUTCOME_TRY(record(tx, there, audit::Action::member_joined, "user:" + user.str(),
                             "invite:" + invite->id.str()));
    return OwnWorkspace{workspace->id, workspace->name, workspace->created_at, invite->role};
  });
}

}  // namespace insightflow::identity

namespace insightflow {
template const Type& type_of<identity::Invite>();
template const Type& type_of<identity::NewInvite>();
template const Type& type_of<identity::InviteList>();
template const Type& type_of<identity::InviteRequest>();
template const Type& type_of<identity::InviteToken>();
}  // namespace insightflow
