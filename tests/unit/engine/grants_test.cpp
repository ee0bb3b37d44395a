// What a grant on one project or one survey opens, and what it leaves shut.
#include "operations_world.hpp"

using namespace insightflow;
using namespace insightflow::test;
using identity::Actor;
using identity::GrantObject;
using identity::GrantRole;

namespace {

struct Fixture : OperationsWorld {
  survey::Project project = owner.projects().create({.name = "Granted"}).value();
  survey::Survey inside = made_in(project.id, "inside-a");
  survey::Survey beside = made_in(project.id, "inside-b");

  survey::Survey made_in(ProjectId in, std::string slug) {
    auto draft = sample_survey(std::move(slug));
    draft.project_id = in;
    auto surveys = owner.surveys();
    return surveys.publish(surveys.create(draft).value().id).value();
  }
  identity::Grant give(UserId to, GrantObject object, std::string id, GrantRole role) {
    identity::Grant grant;
    grant.grantee_id = to.str();
    grant.object = object;
    grant.object_id = std::move(id);
    grant.role = role;
    return owner.grants().set(grant).value();
  }
  /// The person as the next request would find them.
  Session as(UserId user) {
    return engine.as(engine.database()
                         .read([&](storage::Tx& tx) { return identity::actor_of(tx, user, home); })
                         .value());
  }
  std::size_t listed(const Session& session) {
    const auto page = session.surveys().list({});
    return page ? page.value().items.size() : 0;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "the highest of the roles in the workspace, the project and the survey") {
  for (const Role own : roles)
    for (const int on_project : {-1, 0, 1, 2})
      for (const int on_survey : {-1, 0, 1, 2}) {
        CAPTURE(slug(own));
        CAPTURE(on_project);
        CAPTURE(on_survey);
        std::vector<identity::Grant> given;
        const UserId user = people.at(own);
        if (on_project >= 0)
          given.push_back(give(user, GrantObject::project, project.id.str(),
                               static_cast<GrantRole>(on_project)));
        if (on_survey >= 0)
          given.push_back(
              give(user, GrantObject::survey, inside.id.str(), static_cast<GrantRole>(on_survey)));
        const Session session = as(user);
        const auto check = [&](SurveyId id, Role effective) {
          CAPTURE(slug(effective));
          const auto expect = [&](Permission permission, std::string outcome) {
            CAPTURE(slug(permission));
            if (effective < Role::viewer)
              CHECK((outcome == "survey_unknown" || outcome == "permission_missing"));
            else
              CHECK(outcome ==
                    (identity::allows(effective, permission) ? "ok" : "permission_missing"));
          };
          expect(Permission::survey_read, reason(session.surveys().get(id)));
          expect(Permission::survey_edit,
                 reason(session.surveys().update(id, owner.surveys().get(id).value())));
          expect(Permission::survey_publish, reason(session.surveys().publish(id)));
          expect(Permission::response_read, reason(session.responses().list(id, 1, {})));
          expect(Permission::response_export,
                 reason(session.transfers().export_all(id, response::TableFormat::csv)));
          expect(Permission::insight_read, reason(session.insights().list(id)));
          expect(Permission::insight_run, reason(session.insights().start(id)));
        };
        const Role by_project = static_cast<Role>(on_project + 1);
        const Role by_survey = static_cast<Role>(on_survey + 1);
        check(inside.id, std::max({own, by_project, by_survey}));
        check(beside.id, std::max(own, by_project));
        check(survey.id, own);
        const std::size_t all = 5;
        CHECK(listed(session) == (own >= Role::viewer ? all
                                  : on_project >= 0   ? 2
                                  : on_survey >= 0    ? 1
                                                      : 0));
        for (const auto& grant : given) REQUIRE(owner.grants().remove(grant.id));
      }
}

TEST_CASE_FIXTURE(Fixture, "a grant that is taken back holds no longer, for whoever acts already") {
  const UserId guest = people.at(Role::guest);
  const auto grant = give(guest, GrantObject::survey, inside.id.str(), GrantRole::editor);
  const Session session = as(guest);
  CHECK(reason(session.surveys().get(inside.id)) == "ok");
  auto stream = session.transfers().export_all(inside.id, response::TableFormat::csv).value();
  REQUIRE(owner.grants().remove(grant.id));
  CHECK(reason(session.surveys().get(inside.id)) == "survey_unknown");
  CHECK(reason(session.surveys().publish(inside.id)) == "survey_unknown");
  CHECK(listed(session) == 0);
  // A download that has begun ends there.
  std::string piece;
  CHECK(reason(stream(piece)) == "survey_unknown");
  CHECK(piece.find("score") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a grant is no way to the rest of the workspace") {
  const UserId guest = people.at(Role::guest);
  give(guest, GrantObject::project, project.id.str(), GrantRole::editor);
  const Session session = as(guest);
  CHECK(reason(session.projects().get(project.id)) == "ok");
  CHECK(session.projects().list({}).value().items.size() == 1);
  CHECK(reason(session.projects().update(project.id, {.name = "Mine"})) == "ok");
  CHECK(reason(session.projects().get(survey.project_id)) == "project_unknown");
  CHECK(reason(session.projects().create({.name = "New"})) == "permission_missing");
  CHECK(reason(session.members().list()) == "permission_missing");
  CHECK(reason(session.jobs().list({})) == "permission_missing");
  CHECK(reason(session.keys().list()) == "permission_missing");
  CHECK(reason(session.responses().get(response)) == "response_unknown");
  CHECK(reason(session.insights().get(run.id)) == "run_unknown");
  // New surveys, and those that are moved, stay where there is a grant.
  auto draft = sample_survey("moved");
  CHECK(session.surveys().create(draft).value().project_id == project.id);
  draft.slug = "elsewhere";
  draft.project_id = survey.project_id;
  CHECK(reason(session.surveys().create(draft)) == "project_unknown");
  CHECK(reason(session.surveys().update(inside.id, draft)) == "project_unknown");
}

TEST_CASE_FIXTURE(Fixture, "grants are given within the workspace, to those who are in it") {
  identity::Grant grant;
  grant.grantee_id = member.str();
  grant.object_id = inside.id.str();
  CHECK(reason(owner.grants().set(grant)) == "ok");
  const auto again = owner.grants().set(grant).value();
  CHECK(owner.grants().list().value().items.back().id == again.id);
  auto changed = grant;
  changed.grantee_id = stranger_id.str();
  CHECK(reason(owner.grants().set(changed)) == "grantee_unknown");
  changed.grantee_id = key.str();
  CHECK(reason(owner.grants().set(changed)) == "grantee_unknown");  // it is no user
  changed.grantee = identity::Grantee::key;
  CHECK(reason(owner.grants().set(changed)) == "ok");
  changed.object_id = project.id.str();
  CHECK(reason(owner.grants().set(changed)) == "object_unknown");  // it is no survey
  const Session other = engine.as(stranger());
  auto theirs = grant;
  theirs.grantee_id = stranger_id.str();
  CHECK(reason(other.grants().set(theirs)) == "object_unknown");
  theirs.object_id = "not an id, but of its length: 12345678";
  CHECK(reason(other.grants().set(theirs)) == "object_unknown");
  // A revoked key takes its grants along; so does a member who goes.
  const std::size_t before = owner.grants().list().value().items.size();
  REQUIRE(owner.keys().revoke(key));
  REQUIRE(owner.members().remove(member));
  CHECK(owner.grants().list().value().items.size() == before - 2);
}
