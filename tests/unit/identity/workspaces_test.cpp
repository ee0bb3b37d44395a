#include "support/inspect.hpp"
#include "support/world.hpp"

#include <insightflow/core/json.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace insightflow;
using namespace insightflow::identity;

namespace {

using Fixture = test::World;

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

constexpr Role roles[] = {Role::guest,  Role::viewer, Role::analyst,
                          Role::editor, Role::admin,  Role::owner};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what each role may do is what the table says") {
  // The least role of each permission, written a second time: whoever changes the table meets this.
  const std::pair<Permission, Role> rows[] = {
      {Permission::account_own, Role::guest},      {Permission::workspace_read, Role::guest},
      {Permission::workspace_manage, Role::admin}, {Permission::workspace_transfer, Role::owner},
      {Permission::member_read, Role::viewer},     {Permission::member_manage, Role::admin},
      {Permission::key_manage, Role::admin},       {Permission::project_create, Role::editor},
      {Permission::project_read, Role::viewer},    {Permission::project_edit, Role::editor},
      {Permission::survey_read, Role::viewer},     {Permission::survey_edit, Role::editor},
      {Permission::survey_publish, Role::editor},  {Permission::lint_run, Role::guest},
      {Permission::response_read, Role::viewer},   {Permission::response_export, Role::analyst},
      {Permission::response_import, Role::editor}, {Permission::insight_read, Role::viewer},
      {Permission::insight_run, Role::analyst},    {Permission::job_read, Role::viewer},
      {Permission::job_manage, Role::editor},      {Permission::event_read, Role::viewer},
      {Permission::prompt_read, Role::viewer},     {Permission::prompt_manage, Role::admin},
      {Permission::audit_read, Role::admin},       {Permission::retention_manage, Role::admin}};
  std::size_t seen = 0;
  for (const auto& row : rows) {
    const Permission permission = row.first;
    const Role least = row.second;
    CAPTURE(slug(permission));
    ++seen;
    CHECK(!row_of(permission).doc.empty());
    for (const Role role : roles) {
      CAPTURE(slug(role));
      CHECK(allows(role, permission) == (role >= least));
      const bool person = row_of(permission).reach == Reach::person;
      identity::Scope asked = scope(role);
      const auto machine = asked.require(permission);
      CHECK(machine.has_value() == (role >= least && !person));
      asked.actor.user = ids.next<UserId>();
      const auto required = asked.require(permission);
      CHECK(required.has_value() == (role >= least));
      CHECK(asked.reach(permission).has_value() == (role >= least));
      if (!required) {
        CHECK(required.error().code == Code::forbidden);
        CHECK(required.error().reason == "permission_missing");
        CHECK(required.error().detail.find(slug(role)) != std::string::npos);
      }
      // A key that was narrowed has no more than that, whatever its role.
      asked.actor.scopes = {};
      CHECK(reason(asked.require(permission)) == "permission_missing");
      CHECK(reason(asked.reach(permission)) == "permission_missing");
      asked.actor.scopes = {permission};
      CHECK(asked.require(permission).has_value() == (role >= least));
    }
  }
  CHECK(seen == type_of<Permission>().slugs.size());
}

TEST_CASE_FIXTURE(Fixture, "a key says who presents it; nothing else does") {
  const std::string key = workspace.key.key;
  const Actor actor = authenticate(*db, clock.at, key).value();
  CHECK(actor.workspace == workspace.workspace.id);
  CHECK(actor.role == Role::owner);
  std::string other_case = key;
  other_case[5] = static_cast<char>(other_case[5] >= 'a' ? other_case[5] - 32 : '!');
  const std::string wrong[] = {"",
                               " ",
                               key + " ",
                               " " + key,
                               key.substr(0, key.size() - 1),
                               key + "0",
                               other_case,
                               workspace.key.details.hint,
                               workspace.key.details.digest,
                               workspace.key.details.id.str(),
                               "' OR 1=1 --",
                               std::string("if_\0", 4),
                               key + std::string(1, '\0'),
                               std::string(100'000, 'x'),
                               "\xFF\xFE"};
  for (const std::string& text : wrong) {
    CAPTURE(text);
    const auto refused = authenticate(*db, clock.at, text);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::unauthenticated);
    CHECK(refused.error().reason == "key_unknown");
    if (text.size() > 2) CHECK(refused.error().detail.find(text) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "the key itself is stored nowhere and shown once") {
  ApiKeys keys(scope());
  const NewKey made = keys.create({.name = "for the import", .role = Role::editor}).value();
  CHECK(made.key.starts_with(made.details.hint));
  CHECK(made.details.hint.size() == 8);
  CHECK(made.key.size() >= 40);
  CHECK(test::dump(*db).find(made.key) == std::string::npos);
  CHECK(test::dump(*db).find(made.key.substr(9)) == std::string::npos);
  const std::string shown = to_json_text(keys.list().value());
  CHECK(shown.find(made.details.id.str()) != std::string::npos);
  CHECK(shown.find(made.details.digest) == std::string::npos);
  CHECK(shown.find("digest") == std::string::npos);
  CHECK(shown.find("workspace_id") == std::string::npos);
  CHECK(shown.find(made.key) == std::string::npos);
  CHECK(keys.create({.name = "another", .role = Role::editor}).value().key != made.key);
}

TEST_CASE_FIXTURE(Fixture, "a revoked key is refused at once, and stays so") {
  ApiKeys keys(scope());
  const NewKey made = keys.create({.name = "short-lived", .role = Role::admin}).value();
  REQUIRE(authenticate(*db, clock.at, made.key));
  clock.at.ms += 5;
  const ApiKey revoked = keys.revoke(made.details.id).value();
  CHECK(revoked.revoked_at == clock.at);
  CHECK(reason(authenticate(*db, clock.at, made.key)) == "key_unknown");
  // Revoking again keeps the time of the first.
  clock.at.ms += 5;
  CHECK(keys.revoke(made.details.id).value().revoked_at == revoked.revoked_at);
  CHECK(reason(authenticate(*db, clock.at, made.key)) == "key_unknown");
  CHECK(reason(authenticate(*db, clock.at, workspace.key.key)) == "ok");
  // No request that begins after the revocation gets in, from whatever thread.
  for (int round = 0; round < 20; ++round) {
    const NewKey one = keys.create({.name = "raced", .role = Role::viewer}).value();
    std::atomic<bool> gone = false;
    std::atomic<int> late = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (;;) {
          const bool after = gone;
          if (authenticate(*db, clock.at, one.key) && after) ++late;
          if (after) return;
        }
      });
    REQUIRE(keys.revoke(one.details.id));
    gone = true;
    for (auto& thread : threads) thread.join();
    CHECK(late == 0);
  }
}

TEST_CASE_FIXTURE(Fixture, "nobody makes a key above the own role") {
  for (const Role own : roles)
    for (const Role wanted : roles) {
      CAPTURE(slug(own));
      CAPTURE(slug(wanted));
      const auto made = ApiKeys(scope(own)).create({.name = "k", .role = wanted});
      const bool allowed = own >= Role::admin && wanted <= own;
      CHECK(reason(made) == (allowed ? "ok" : "permission_missing"));
      if (!made) continue;
      CHECK(made.value().details.role == wanted);
      CHECK(authenticate(*db, clock.at, made.value().key).value().role == wanted);
    }
}

TEST_CASE_FIXTURE(Fixture, "keys of another workspace are neither seen nor revoked") {
  const NewWorkspace second = create_workspace(*db, clock, ids, "Second").value();
  ApiKeys theirs({*db, clock, ids, {second.workspace.id, Role::owner}});
  CHECK(theirs.list().value().items.size() == 1);
  CHECK(reason(theirs.revoke(workspace.key.details.id)) == "key_unknown");
  CHECK(theirs.revoke(workspace.key.details.id).error().code == Code::not_found);
  CHECK(reason(theirs.revoke(ids.next<ApiKeyId>())) == "key_unknown");
  CHECK(reason(authenticate(*db, clock.at, workspace.key.key)) == "ok");
  CHECK(authenticate(*db, clock.at, second.key.key).value().workspace == second.workspace.id);
  for (const Role role : {Role::viewer, Role::editor}) {
    ApiKeys keys(scope(role));
    CHECK(reason(keys.list()) == "permission_missing");
    CHECK(reason(keys.revoke(workspace.key.details.id)) == "permission_missing");
  }
  const auto all = list_workspaces(*db).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "First");
  CHECK(all[1].name == "Second");
}
