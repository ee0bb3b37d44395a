// Every operation as everybody: what comes out is computed from the table of permissions.
#include "operations_world.hpp"
#include "support/watched_database.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace insightflow;
using namespace insightflow::test;
using identity::Actor;
using identity::PermissionSet;
using identity::Reach;

namespace {

constexpr auto roles = OperationsWorld::roles;

/// What the table says about this actor and this operation.
std::string expected(const Actor& actor, Permission permission) {
  const identity::PermissionRow& row = identity::row_of(permission);
  if (!actor.scopes.contains(permission)) return "permission_missing";
  if (row.reach == Reach::person && !actor.user) return "user_missing";
  return actor.role >= row.least ? "ok" : "permission_missing";
}

struct Fixture : OperationsWorld {
  WatchedDatabase tried{engine.database(), false};

  Session as(const Actor& actor) {
    return Session({tried, owner.scope().clock, owner.scope().ids, actor});
  }
  std::string outcome(const Operation& operation, const Session* session) {
    const std::string body =
        body_of(operation, session ? session->scope().actor : identity::Actor());
    Call call = this->call(operation, session);
    call.body = body;
    tried.steps.clear();
    const auto done = perform(operation, call);
    if (done) {
      // Who only looks changes nothing, and the other way round.
      const bool wrote =
          std::find(tried.steps.begin(), tried.steps.end(), "write") != tried.steps.end();
      // Taking something out leaves an entry in the audit trail.
      static const std::set<std::string_view> recorded{"responses.export", "insights.report"};
      static const std::set<std::string_view> looking{"lint", "surveys.review"};
      CHECK(wrote == (operation.method == "GET" ? recorded.contains(operation.name)
                                                : !looking.contains(operation.name)));
    }
    return reason(done);
  }
};

const std::string page_path = INSIGHTFLOW_SOURCE_DIR "/docs/security/permissions.md";

/// The page as the tables say it.
std::string page() {
  std::string out =
      "# Who may do what\n\n"
      "This page is written from the table of permissions "
      "(`include/insightflow/identity/permissions.hpp`) and the\n"
      "table of operations; a test compares them. [tenancy.md](tenancy.md) explains roles, grants "
      "and keys.\n\n"
      "What is not allowed here is refused. A `●` in the column of a role: the role in the "
      "workspace is enough.\n`grant`: the role is not enough by itself; a grant on the project or "
      "the survey that is `viewer`, `analyst` or\n`editor` counts as that role there. A thing "
      "that may not be read is unknown (404); what may be read and not\nchanged is forbidden "
      "(403).\n\n"
      "## Permissions\n\n| permission | about | least role | what it allows |\n|---|---|---|---|\n";
  for (const identity::PermissionRow& row : identity::permission_table)
    out += "| `" + std::string(slug(row.permission)) + "` | " +
           (row.reach == Reach::person      ? "the person"
            : row.reach == Reach::workspace ? "the workspace"
                                            : "a project or survey") +
           " | " + std::string(slug(row.least)) + " | " + std::string(row.doc) + ". |\n";
  out += "\n## Operations\n\n| operation | permission |";
  for (const Role role : roles) out += " " + std::string(slug(role)) + " |";
  out += "\n|---|---|";
  for (std::size_t i = 0; i < roles.size(); ++i) out += "---|";
  for (const Operation& operation : operations()) {
    out += "\n| `" + std::string(operation.name) + "` | ";
    out += operation.permission ? "`" + std::string(slug(*operation.permission)) + "` |"
                                : std::string("public |");
    for (const Role role : roles) {
      const bool may = !operation.permission || identity::allows(role, *operation.permission);
      const bool granted =
          operation.permission && identity::row_of(*operation.permission).reach == Reach::object;
      out += may ? " ● |" : granted ? " grant |" : "  |";
    }
  }
  return out + "\n";
}

}  // namespace

TEST_CASE("the page about permissions says what the tables say") {
  if (std::getenv("INSIGHTFLOW_UPDATE_GOLDEN") != nullptr) std::ofstream(page_path) << page();
  std::ifstream file(page_path);
  std::ostringstream text;
  text << file.rdbuf();
  // INSIGHTFLOW_UPDATE_GOLDEN=1 writes it anew.
  CHECK((text.str() == page()));
}

TEST_CASE("every permission is asked for by some operation, and by as much as its name says") {
  std::set<Permission> asked;
  for (const Operation& operation : operations())
    if (operation.permission) {
      asked.insert(*operation.permission);
      CAPTURE(operation.name);
      // Only what reads is open to those who only read.
      if (operation.method != "GET" && operation.name != "lint")
        CHECK(!slug(*operation.permission).ends_with("_read"));
    }
  for (const identity::PermissionRow& row : identity::permission_table) {
    CAPTURE(slug(row.permission));
    CHECK(asked.contains(row.permission));
  }
}

TEST_CASE_FIXTURE(Fixture, "every operation does for everybody what the table says") {
  const std::string before = test::dump_without_announcements(engine.database());
  std::size_t allowed = 0, refused = 0;
  for (const Operation& operation : operations()) {
    if (is_public(operation)) continue;
    CAPTURE(operation.name);
    const Permission permission = *operation.permission;
    CHECK(outcome(operation, nullptr) == "key_missing");
    const auto check = [&](const Actor& actor) {
      CAPTURE(slug(actor.role));
      const Session session = as(actor);
      const std::string wanted = expected(actor, permission);
      if (wanted == "ok" && about_accounts(operation)) return;
      CHECK(outcome(operation, &session) == wanted);
      ++(wanted == "ok" ? allowed : refused);
    };
    for (const Role role : roles) {
      check(machine(role));
      check(person(role));
      // A key without the scope, and one that has nothing but the scope.
      Actor narrow = machine(role);
      narrow.scopes = PermissionSet();
      for (const identity::PermissionRow& row : identity::permission_table)
        if (row.permission != permission) narrow.scopes.insert(row.permission);
      check(narrow);
      narrow.scopes = {permission};
      check(narrow);
    }
    // Somebody signed in who has not said where is nobody there.
    Actor nowhere = person(Role::guest);
    nowhere.workspace = {};
    const Session session = as(nowhere);
    if (identity::row_of(permission).least > Role::guest)
      CHECK(outcome(operation, &session) == "workspace_missing");
  }
  CHECK(allowed > 200);
  CHECK(refused > 200);
  CHECK(test::dump_without_announcements(engine.database()) == before);
}
