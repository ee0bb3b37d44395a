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

constexpr Role roles[] = {Role::viewer, Role::editor, Role::admin, Role::owner};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what each role may do") {
  struct Row {
    Role role;
    bool read, edit, administer;
  };
  const Row rows[] = {{Role::viewer, true, false, false},
                      {Role::editor, true, true, false},
                      {Role::admin, true, true, true},
                      {Role::owner, true, true, true}};
  for (const Row& row : rows) {
    CAPTURE(slug(row.role));
    const std::pair<Permission, bool> permissions[] = {{Permission::read, row.read},
                                                       {Permission::edit, row.edit},
                                                       {Permission::administer, row.administer}};
    for (const auto& [permission, allowed] : permissions) {
      CAPTURE(slug(permission));
      CHECK(allows(row.role, permission) == allowed);
      const auto required = scope(row.role).require(permission);
      CHECK(required.has_value() == allowed);
      if (!allowed) {
        CHECK(required.error().code == Code::forbidden);
        CHECK(required.error().reason == "permission_missing");
        CHECK(required.error().detail.find(slug(row.role)) != std::string::npos);
      }
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "a key says who presents it; nothing else does") {
  const std::string key = workspace.key.key;
  const Actor actor = authenticate(*db, key).value();
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
    const auto refused = authenticate(*db, text);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::unauthenticated);
    CHECK(refused.error().reason == "key_unknown");
    if (text.size() > 2) CHECK(refused.error().detail.find(text) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "the key itself is stored nowhere and shown once") {
  ApiKeys keys(scope());
  const NewKey made = keys.create("for the import", Role::editor).value();
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
  CHECK(keys.create("another", Role::editor).value().key != made.key);
}

TEST_CASE_FIXTURE(Fixture, "a revoked key is refused at once, and stays so") {
  ApiKeys keys(scope());
  const NewKey made = keys.create("short-lived", Role::admin).value();
  REQUIRE(authenticate(*db, made.key));
  clock.at.ms += 5;
  const ApiKey revoked = keys.revoke(made.details.id).value();
  CHECK(revoked.revoked_at == clock.at);
  CHECK(reason(authenticate(*db, made.key)) == "key_unknown");
  // Revoking again keeps the time of the first.
  clock.at.ms += 5;
  CHECK(keys.revoke(made.details.id).value().revoked_at == revoked.revoked_at);
  CHECK(reason(authenticate(*db, made.key)) == "key_unknown");
  CHECK(reason(authenticate(*db, workspace.key.key)) == "ok");
  // No request that begins after the revocation gets in, from whatever thread.
  for (int round = 0; round < 20; ++round) {
    const NewKey one = keys.create("raced", Role::viewer).value();
    std::atomic<bool> gone = false;
    std::atomic<int> late = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (;;) {
          const bool after = gone;
          if (authenticate(*db, one.key) && after) ++late;
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
      const auto made = ApiKeys(scope(own)).create("k", wanted);
      const bool allowed = own >= Role::admin && wanted <= own;
      CHECK(reason(made) == (allowed ? "ok" : "permission_missing"));
      if (!made) continue;
      CHECK(made.value().details.role == wanted);
      CHECK(authenticate(*db, made.value().key).value().role == wanted);
    }
}

TEST_CASE_FIXTURE(Fixture, "keys of another workspace are neither seen nor revoked") {
  const NewWorkspace second = create_workspace(*db, clock, ids, "Second").value();
  ApiKeys theirs({*db, clock, ids, {second.workspace.id, Role::owner}});
  CHECK(theirs.list().value().items.size() == 1);
  CHECK(reason(theirs.revoke(workspace.key.details.id)) == "key_unknown");
  CHECK(theirs.revoke(workspace.key.details.id).error().code == Code::not_found);
  CHECK(reason(theirs.revoke(ids.next<ApiKeyId>())) == "key_unknown");
  CHECK(reason(authenticate(*db, workspace.key.key)) == "ok");
  CHECK(authenticate(*db, second.key.key).value().workspace == second.workspace.id);
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
