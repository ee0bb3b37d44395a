#include "cli/command.hpp"

#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

using identity::Role;

constexpr const char* role_help = "guest, viewer, analyst, editor, admin or owner";

/// Runs `work` as the owner of the workspace and prints what it gives: as JSON, or line by line.
template <class Work, class Show>
void on_owner(CLI::App& command, Context& context, Work work, Show show) {
  on_call(command, context, [&context, work, show]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto given, work(session));
    if (context.json)
      print_as_json(given);
    else
      show(given);
    return insightflow::success();
  });
}

void show_member(const identity::Member& member) {
  print(member.user_id.str() + "  " + std::string(slug(member.role)) + "  " + member.email +
        (member.name.empty() ? "" : "  " + member.name) + "\n");
}
void show_invite(const identity::Invite& invite) {
  print(invite.id.str() + "  " + std::string(slug(invite.role)) + "  " + invite.email + "  until " +
        invite.expires_at.str() + "\n");
}
void show_grant(const identity::Grant& grant) {
  print(grant.id.str() + "  " + std::string(slug(grant.role)) + "  " +
        std::string(slug(grant.grantee)) + " " + grant.grantee_id + "  on " +
        std::string(slug(grant.object)) + " " + grant.object_id + "\n");
}
/// The same for each of a list.
template <class List, class Item>
auto each(void (*show)(const Item&)) {
  return [show](const List& list) {
    for (const Item& item : list.items) show(item);
  };
}

void add_members(CLI::App& app, Context& context) {
  auto* members = app.add_subcommand("members", "People in the workspace")->require_subcommand(1);
  on_owner(
      *members->add_subcommand("list", "List members"), context,
      [](const Session& session) { return session.members().list(); },
      each<identity::MemberList>(&show_member));

  auto* change = members->add_subcommand("change", "Change a member's role");
  auto user = std::make_shared<std::string>(), role = std::make_shared<std::string>();
  change->add_option("USER", *user, "Its id, as 'members list' prints it")->required();
  change->add_option("ROLE", *role, role_help)->required();
  on_owner(
      *change, context,
      [user, role](const Session& session) -> Result<identity::Member> {
        BOOST_OUTCOME_TRY(const auto id, UserId::parse(*user));
        BOOST_OUTCOME_TRY(const auto wanted, one_of<Role>(*role));
        return session.members().change(id, wanted);
      },
      &show_member);

  auto* remove = members->add_subcommand("remove", "Remove a member, with grants and open invites");
  remove->add_option("USER", *user, "Its id, as 'members list' prints it")->required();
  on_owner(
      *remove, context,
      [user](const Session& session) -> Result<identity::Member> {
        BOOST_OUTCOME_TRY(const auto id, UserId::parse(*user));
        return session.members().remove(id);
      },
      &show_member);
}

void add_invites(CLI::App& app, Context& context) {
  auto* invites =
      app.add_subcommand("invites", "Ways into the workspace, for one e-mail address each")
          ->require_subcommand(1);
  auto* create = invites->add_subcommand("create", "Make an invite; its token is shown this once");
  auto request = std::make_shared<identity::InviteRequest>();
  auto role = std::make_shared<std::string>("viewer");
  create->add_option("EMAIL", request->email, "Address of the account that may accept")->required();
  create->add_option("--role", *role, role_help)->capture_default_str();
  create->add_option("--days", request->days, "How long it is good for")
      ->check(CLI::Range(1, 90))
      ->capture_default_str();
  on_owner(
      *create, context,
      [request, role](const Session& session) -> Result<identity::NewInvite> {
        BOOST_OUTCOME_TRY(request->role, one_of<Role>(*role));
        return session.invites().create(*request);
      },
      [](const identity::NewInvite& made) { print(made.token + "\n"); });
  on_owner(
      *invites->add_subcommand("list", "List the open invites"), context,
      [](const Session& session) { return session.invites().list(); },
      each<identity::InviteList>(&show_invite));
  auto* revoke = invites->add_subcommand("revoke", "Take an invite back");
  auto text = std::make_shared<std::string>();
  revoke->add_option("INVITE", *text, "Its id, as 'invites list' prints it")->required();
  on_owner(
      *revoke, context,
      [text](const Session& session) -> Result<identity::Invite> {
        BOOST_OUTCOME_TRY(const auto id, InviteId::parse(*text));
        return session.invites().revoke(id);
      },
      &show_invite);
}

void add_grants(CLI::App& app, Context& context) {
  auto* grants =
      app.add_subcommand("grants", "Roles on single projects and surveys")->require_subcommand(1);
  on_owner(
      *grants->add_subcommand("list", "List grants"), context,
      [](const Session& session) { return session.grants().list(); },
      each<identity::GrantList>(&show_grant));

  auto* set = grants->add_subcommand("set", "Give a member or a key a role on a project or survey");
  struct Words {
    std::string user, key, project, survey, role = "editor";
  };
  auto words = std::make_shared<Words>();
  auto* who = set->add_option_group("who")->require_option(1);
  who->add_option("--user", words->user, "A member's id");
  who->add_option("--key", words->key, "A key's id");
  auto* what = set->add_option_group("what")->require_option(1);
  what->add_option("--project", words->project, "A project's id");
  what->add_option("--survey", words->survey, "A survey's id or slug");
  set->add_option("--role", words->role, "viewer, analyst or editor")->capture_default_str();
  on_owner(
      *set, context,
      [words](const Session& session) -> Result<identity::Grant> {
        identity::Grant grant;
        BOOST_OUTCOME_TRY(grant.role, one_of<identity::GrantRole>(words->role));
        if (!words->key.empty()) grant.grantee = identity::Grantee::key;
        grant.grantee_id = words->key.empty() ? words->user : words->key;
        if (words->survey.empty()) {
          grant.object = identity::GrantObject::project;
          grant.object_id = words->project;
        } else {
          BOOST_OUTCOME_TRY(const auto survey, find_survey(session, words->survey));
          grant.object_id = survey.id.str();
        }
        return session.grants().set(grant);
      },
      &show_grant);

  auto* remove = grants->add_subcommand("remove", "Take a grant back");
  auto text = std::make_shared<std::string>();
  remove->add_option("GRANT", *text, "Its id, as 'grants list' prints it")->required();
  on_owner(
      *remove, context,
      [text](const Session& session) -> Result<identity::Grant> {
        BOOST_OUTCOME_TRY(const auto id, GrantId::parse(*text));
        return session.grants().remove(id);
      },
      &show_grant);
}

}  // namespace

void add_member_commands(CLI::App& app, Context& context) {
  add_members(app, context);
  add_invites(app, context);
  add_grants(app, context);
}

}  // namespace insightflow::cli
