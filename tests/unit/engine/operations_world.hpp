#pragma once

#include "support/inspect.hpp"
#include "support/people.hpp"
#include "support/sample_survey.hpp"
#include "support/temporary.hpp"

#include <insightflow/operations.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>

namespace insightflow::test {

using identity::Permission;
using identity::Role;

/// A workspace with one of each thing, and another one; and what each operation is called with.
struct OperationsWorld {
  TemporaryFolder folder;
  ManualClock clock{Instant{1'767'225'600'000}};
  Engine engine =
      Engine::open({.database = "sqlite:" + (folder / "a.db"), .clock = &clock}).value();
  WorkspaceId home = engine.create_workspace("First").value().workspace.id;
  WorkspaceId elsewhere = engine.create_workspace("Second").value().workspace.id;
  Session owner = engine.as({home, Role::owner});
  survey::Survey survey = put_out("the-survey");
  ResponseId response = answered();
  insight::Run run = finished();
  ErasureId erasure = erased();
  insight::Run queued = owner.insights().start(survey.id, {{}, true}).value();
  insight::Run cancelled = stopped();
  survey::Survey closed = shut();
  survey::Survey spare = put_out("the-spare-survey");
  jobs::Schedule schedule = owner.insights().schedule(survey.id, "@daily").value();
  ApiKeyId key = owner.keys().create({.name = "spare", .role = Role::viewer}).value().details.id;

  std::map<Role, UserId> people = with_each_role(&OperationsWorld::new_person);
  std::map<Role, ApiKeyId> machines = with_each_role(&OperationsWorld::new_machine);
  std::map<UserId, std::string> tokens = invited_elsewhere();
  UserId second_owner = add("second@example.org", home, Role::owner);
  UserId member = add("member@example.org", home, Role::viewer);
  UserId leaver = add("leaver@example.org", home, Role::viewer);
  UserId stranger_id = add("stranger@example.org", elsewhere, Role::owner);
  InviteId invite = owner.invites().create({.email = "new@example.org"}).value().details.id;
  identity::Grant grant = granted(machines.at(Role::guest), closed.id);

  static constexpr std::array roles{Role::guest,  Role::viewer, Role::analyst,
                                    Role::editor, Role::admin,  Role::owner};

  /// A key of a role, and a person of a role.
  identity::Actor machine(Role role) const {
    return {.workspace = home, .role = role, .key = machines.at(role)};
  }
  identity::Actor person(Role role) const {
    return {.workspace = home, .role = role, .user = people.at(role)};
  }
  /// The owner of the other workspace.
  identity::Actor stranger() const {
    return {.workspace = elsewhere, .role = Role::owner, .user = stranger_id};
  }

  template <class Id>
  std::map<Role, Id> with_each_role(Id (OperationsWorld::*make)(Role)) {
    std::map<Role, Id> out;
    for (const Role role : roles) out.emplace(role, (this->*make)(role));
    return out;
  }
  UserId add(std::string email, WorkspaceId workspace, Role role) {
    return add_person(engine.database(), clock, owner.scope().ids, workspace, std::move(email),
                      role)
        .value();
  }
  UserId new_person(Role role) { return add(std::string(slug(role)) + "@example.org", home, role); }
  ApiKeyId new_machine(Role role) {
    return owner.keys().create({.name = "machine", .role = role}).value().details.id;
  }
  std::map<UserId, std::string> invited_elsewhere() {
    std::map<UserId, std::string> out;
    auto invites = engine.as({elsewhere, Role::owner}).invites();
    for (const auto& [role, id] : people)
      out[id] = invites.create({.email = std::string(slug(role)) + "@example.org"}).value().token;
    return out;
  }
  identity::Grant granted(ApiKeyId to, SurveyId on) {
    identity::Grant out;
    out.grantee = identity::Grantee::key;
    out.grantee_id = to.str();
    out.object_id = on.str();
    return owner.grants().set(out).value();
  }

  ResponseId answered() {
    for (int i = 0; i < 11; ++i) REQUIRE(engine.respond(survey.slug, sample_answer(i)));
    return engine.respond(survey.slug, sample_answer(11)).value().id;
  }
  insight::Run finished() {
    const auto started = owner.insights().start(survey.id).value();
    REQUIRE(engine.work_until_idle());
    return owner.insights().get(started.id).value();
  }

  insight::Run stopped() {
    const auto started = owner.insights().start(survey.id, {{.themes = 2}, true}).value();
    return owner.insights().cancel(started.id).value();
  }
  ErasureId erased() {
    retention::ErasureRequest request;
    request.texts = {"nobody@example.org"};
    const auto id = owner.erasures().request(request).value().erasure.id;
    REQUIRE(engine.work_until_idle());
    return id;
  }
  survey::Survey put_out(std::string slug) {
    auto surveys = owner.surveys();
    return surveys.publish(surveys.create(sample_survey(std::move(slug))).value().id).value();
  }
  survey::Survey shut() { return owner.surveys().close(put_out("the-closed-survey").id).value(); }

  /// What stands in the place of each {name} of a path.
  std::string value_of(const Operation& operation, std::string_view name) const {
    if (name == "survey_id") {
      if (operation.name == "surveys.reopen") return closed.id.str();
      const bool ends = operation.name == "surveys.close" || operation.name == "surveys.archive";
      return (ends ? spare.id : survey.id).str();
    }
    if (name == "project_id") return survey.project_id.str();
    if (name == "response_id") return response.str();
    if (name == "key_id") return key.str();
    if (name == "job_id") return (operation.name == "jobs.retry" ? cancelled : queued).job_id.str();
    if (name == "run_id") return (operation.name == "insights.cancel" ? queued.id : run.id).str();
    if (name == "workspace_id") return home.str();
    if (name == "user_id") return (operation.name == "members.remove" ? leaver : member).str();
    if (name == "erasure_id") return erasure.str();
    if (name == "invite_id") return invite.str();
    if (name == "grant_id") return grant.id.str();
    if (name == "slug") return survey.slug;
    if (name == "number") return "1";
    if (name == "name") return "summarize";
    if (name == "provider") return "none";
    if (name == "session_id") return key.str();
    FAIL("no value for {" << name << "}");
    return {};
  }
  /// The names of the {…} of a path, in order.
  static std::vector<std::string> parameters_of(const Operation& operation) {
    std::vector<std::string> out;
    const std::string_view path = operation.path;
    for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1))
      out.emplace_back(path.substr(at + 1, path.find('}', at) - at - 1));
    return out;
  }
  Call call(const Operation& operation, const Session* session) {
    Call out{.engine = engine, .session = session};
    for (const std::string& name : parameters_of(operation))
      out.path.push_back(value_of(operation, name));
    return out;
  }
  /// A body that the operation takes, from that actor where it matters.
  std::string body_of(const Operation& operation, const identity::Actor& actor = {}) const {
    if (operation.name.starts_with("workspaces.")) return R"({"name":"W"})";
    if (operation.name == "members.change") return R"({"role":"guest"})";
    if (operation.name == "members.transfer") return R"({"user_id":")" + member.str() + "\"}";
    if (operation.name == "invites.create") return R"({"email":"a@example.org","role":"viewer"})";
    if (operation.name == "invites.accept")
      return R"({"token":")" + (actor.user ? tokens.at(*actor.user) : "") + "\"}";
    if (operation.name == "grants.set")
      return R"({"grantee":"user","grantee_id":")" + member.str() +
             R"(","object":"project","object_id":")" + survey.project_id.str() +
             R"(","role":"editor"})";
    if (operation.name == "prompts.set") return R"({"text":"Write it in our own plain words."})";
    if (operation.name == "surveys.generate" || operation.name == "surveys.generate_later")
      return R"({"goal":"Why do trial users leave?"})";
    if (operation.name == "surveys.create" || operation.name == "surveys.update" ||
        operation.name == "surveys.save" || operation.name == "lint")
      return to_json_text(static_cast<const survey::Questionnaire&>(sample_survey()));
    if (operation.name.starts_with("projects.")) return R"({"name":"P"})";
    if (operation.name.starts_with("retention.set")) return R"({"response_days":365})";
    if (operation.name == "erasures.request") return R"({"texts":["nobody@example.org"]})";
    if (operation.name == "insights.schedule") return R"({"cron":"@daily"})";
    if (operation.name == "keys.create")
      return R"({"name":"k","role":"viewer","scopes":["key_manage"]})";
    if (operation.name == "public.respond") return to_json_text(sample_answer(1));
    if (operation.name == "responses.import") return "score\n1\n";
    return {};
  }
};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

/// Operations about how people sign in. They change who is signed in, so they are not walked as
/// everybody: tests/unit/identity and the account test over HTTP do.
inline bool about_accounts(const Operation& operation) {
  return operation.name.starts_with("auth.") || operation.name.starts_with("account.");
}

inline bool is_public(const Operation& operation) {
  return !operation.permission;
}

}  // namespace insightflow::test
