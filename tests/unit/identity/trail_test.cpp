#include "support/world.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/identity/trail.hpp>
#include <insightflow/identity/workspaces.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::identity;

namespace {

std::vector<std::string> actions(const Trail& trail) {
  const audit::EntryPage page = trail.list().value();
  std::vector<std::string> out;
  for (const audit::Entry& entry : page.items) out.push_back(entry.action);
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(test::World,
                  "what is done to keys is in the trail, with who did it and for what") {
  Scope acting = scope();
  acting.actor.key = ids.next<ApiKeyId>();
  acting.origin.request_id = "request-1";
  ApiKeys keys(acting);
  const NewKey made = keys.create({.name = "reader", .role = Role::viewer}).value();
  REQUIRE(keys.revoke(made.details.id));
  const Trail trail(acting);
  CHECK(actions(trail) ==
        std::vector<std::string>{"key_revoked", "key_created", "workspace_created"});
  const audit::EntryPage page = trail.list().value();
  CHECK(page.items[0].actor == "key:" + acting.actor.key->str());
  CHECK(page.items[0].subject == "key:" + made.details.id.str());
  CHECK(page.items[0].request_id == "request-1");
  for (const audit::Entry& entry : page.items)
    CHECK(to_json_text(entry).find(made.key) == std::string::npos);
  CHECK(trail.verify().value().whole);
}

TEST_CASE_FIXTURE(test::World, "what did not happen leaves no entry") {
  ApiKeys keys(scope());
  CHECK(!keys.revoke(ids.next<ApiKeyId>()));
  CHECK(!ApiKeys(scope(Role::admin)).create({.name = "above", .role = Role::owner}));
  CHECK(actions(Trail(scope())) == std::vector<std::string>{"workspace_created"});
}

TEST_CASE_FIXTURE(test::World, "only those who may read the trail") {
  for (const Role role : {Role::guest, Role::viewer, Role::analyst, Role::editor}) {
    CAPTURE(slug(role));
    const Trail trail(scope(role));
    CHECK(trail.list().error().reason == "permission_missing");
    CHECK(trail.head().error().reason == "permission_missing");
    CHECK(trail.verify().error().reason == "permission_missing");
  }
  CHECK(Trail(scope(Role::admin)).head().value().number == 1);
}
