// Two workspaces with the same shapes of data: what one has is to the other as if it never was.
#include "operations_world.hpp"
#include "support/watched_database.hpp"

#include <algorithm>

using namespace insightflow;
using namespace insightflow::test;

namespace {

/// What somebody is told, without what names the thing that was asked for.
struct Answer {
  std::string reason, body;
  std::vector<std::string> steps;
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// An id of the right form that nothing has.
std::string unknown_id() {
  return "019301ab-0000-7000-8000-000000000000";
}

struct Fixture : OperationsWorld {
  Answer ask(const Operation& operation, const identity::Actor& actor,
             const std::function<std::string(std::string_view name, std::string value)>& change,
             std::string body) {
    WatchedDatabase watched(engine.database(), false);
    const Session session({watched, owner.scope().clock, owner.scope().ids, actor});
    Call call{.engine = engine, .session = &session, .body = body};
    for (const std::string& name : parameters_of(operation))
      call.path.push_back(change(name, value_of(operation, name)));
    const auto done = perform(operation, call);
    if (done) return {"ok", done.value().body, watched.steps};
    CHECK(http_status(done.error()) == 404);
    return {std::string(done.error().reason), error_envelope(done.error()), watched.steps};
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the ids of another workspace are answered as ids that never were") {
  std::size_t walked = 0;
  const std::string before = dump_without_announcements(engine.database());
  for (const Operation& operation : operations()) {
    if (is_public(operation) || about_accounts(operation)) continue;
    CAPTURE(operation.name);
    const auto names = parameters_of(operation);
    // Every {…} that is an id, by itself and all together.
    for (const std::string& name : names) {
      if (!name.ends_with("_id")) continue;
      CAPTURE(name);
      const auto theirs = [&](std::string_view, std::string value) { return value; };
      const auto never = [&](std::string_view one, std::string value) {
        return one == name ? unknown_id() : value;
      };
      const std::string body = body_of(operation);
      const Answer foreign = ask(operation, stranger(), theirs, body);
      const Answer unknown = ask(operation, stranger(), never, body);
      CHECK(foreign.reason != "ok");
      // The same words, and as much work: the same statements with the same number of rows.
      CHECK(foreign.body == unknown.body);
      CHECK(foreign.steps == unknown.steps);
      ++walked;
    }
  }
  CHECK(walked > 20);
  CHECK(dump_without_announcements(engine.database()) == before);
}

TEST_CASE_FIXTURE(Fixture, "what was not granted is answered as what never was") {
  // A guest with a grant on one survey, who asks for another one of the same workspace.
  const identity::Actor guest{
      .workspace = home, .role = Role::guest, .key = key, .granted = Role::editor};
  const std::string before = dump_without_announcements(engine.database());
  std::size_t walked = 0;
  for (const Operation& operation : operations()) {
    if (is_public(operation) || parameters_of(operation).empty() ||
        identity::row_of(*operation.permission).reach != identity::Reach::object)
      continue;
    CAPTURE(operation.name);
    const std::string body = body_of(operation);
    const Answer hidden = ask(
        operation, guest, [](std::string_view, std::string value) { return value; }, body);
    const Answer unknown = ask(
        operation, guest,
        [](std::string_view name, std::string value) {
          return name.ends_with("_id") ? unknown_id() : value;
        },
        body);
    CHECK(hidden.reason != "ok");
    CHECK(hidden == unknown);
    ++walked;
  }
  CHECK(walked > 15);
  CHECK(dump_without_announcements(engine.database()) == before);
}

TEST_CASE_FIXTURE(Fixture, "no body reaches into another workspace either") {
  // Every id that a body may name, for every operation that takes one.
  const Session other = engine.as(stranger());
  const ProjectId project = other.projects().create({.name = "Theirs"}).value().id;
  auto mine = sample_survey("mine");
  mine.project_id = survey.project_id;
  CHECK(reason(other.surveys().create(mine)) == "project_unknown");
  mine.project_id = project;
  const auto made = other.surveys().create(mine).value();
  mine.project_id = survey.project_id;
  CHECK(reason(other.surveys().update(made.id, mine)) == "project_unknown");
  CHECK(to_json_text(other.surveys().get(made.id).value()) == to_json_text(made));
  // Nor does any list or figure of theirs hold what is ours.
  for (const Operation& operation : operations()) {
    if (is_public(operation) || operation.method != "GET" || !parameters_of(operation).empty())
      continue;
    CAPTURE(operation.name);
    const Answer answer =
        ask(operation, stranger(), [](std::string_view, std::string value) { return value; }, {});
    CHECK(answer.reason == "ok");
    for (const std::string& id :
         {home.str(), survey.id.str(), survey.project_id.str(), response.str(), run.id.str(),
          queued.job_id.str(), key.str(), member.str(), invite.str(), grant.id.str()})
      CHECK(answer.body.find(id) == std::string::npos);
  }
}
