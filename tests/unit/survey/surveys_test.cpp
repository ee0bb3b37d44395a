#include "support/inspect.hpp"
#include "support/sample_survey.hpp"
#include "support/world.hpp"

#include <insightflow/survey/rules.hpp>
#include <insightflow/survey/surveys.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <set>

using namespace insightflow;
using namespace insightflow::survey;
using identity::Role;
using test::sample_survey;

namespace {

struct Fixture : test::World {
  Surveys surveys{scope()};
  Projects projects{scope()};
  Survey made = surveys.create(sample_survey("first-one")).value();
  WorkspaceId elsewhere =
      identity::create_workspace(*db, clock, ids, "Second").value().workspace.id;

  identity::Scope foreign() { return {*db, clock, ids, {elsewhere, Role::owner}}; }
};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

std::string text_of(const Questionnaire& questionnaire) {
  return to_json_text(questionnaire, Audience::storage);
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what the server sets cannot be chosen") {
  Survey asked = sample_survey();
  asked.id = made.id;
  asked.state = State::closed;
  asked.revision = 77;
  asked.published_version = 5;
  asked.response_count = 9;
  asked.created_at = Instant{1};
  const Survey stored = surveys.create(asked).value();
  CHECK(stored.id != made.id);
  CHECK(stored.state == State::draft);
  CHECK(stored.revision == 1);
  CHECK(stored.published_version == 0);
  CHECK(stored.response_count == 0);
  CHECK(stored.created_at == clock.at);
  CHECK(stored.slug.size() == 12);
  CHECK(stored.slug != surveys.create(asked).value().slug);
  CHECK(to_json_text(surveys.get(stored.id).value()) == to_json_text(stored));
  CHECK(to_json_text(surveys.by_slug(stored.slug).value()) == to_json_text(stored));
  const Survey changed = surveys.update(stored.id, asked).value();
  CHECK(changed.id == stored.id);
  CHECK(changed.state == State::draft);
  CHECK(changed.revision == 2);
  CHECK(changed.published_version == 0);
  CHECK(changed.slug == stored.slug);
}

TEST_CASE_FIXTURE(Fixture, "slugs and dates are checked when they are set and when they change") {
  struct Row {
    std::string slug;
    std::string reason;
  };
  const Row rows[] = {{"abc", "ok"},
                      {"a-b", "ok"},
                      {std::string(64, 'a'), "ok"},
                      {std::string(65, 'a'), "slug_malformed"},
                      {"ab", "slug_malformed"},
                      {"-abc", "slug_malformed"},
                      {"abc-", "slug_malformed"},
                      {"Abc", "slug_malformed"},
                      {"a b", "slug_malformed"},
                      {"a/b", "slug_malformed"},
                      {"a%2fb", "slug_malformed"},
                      {"übung", "slug_malformed"},
                      {std::string("a\0b", 3), "slug_malformed"},
                      {"first-one", "slug_taken"}};
  for (const Row& row : rows) {
    CAPTURE(row.slug);
    const auto created = surveys.create(sample_survey(row.slug));
    CHECK(reason(created) == row.reason);
    if (created) continue;
    CHECK(created.error().pointer == "/slug");
    const Survey other = surveys.create(sample_survey()).value();
    const std::string before = test::dump(*db);
    CHECK(reason(surveys.update(other.id, sample_survey(row.slug))) == row.reason);
    CHECK(test::dump(*db) == before);
  }
  CHECK(reason(Surveys(foreign()).create(sample_survey("first-one"))) == "slug_taken");
  CHECK(reason(surveys.update(made.id, sample_survey("first-one"))) == "ok");

  Survey dated = sample_survey();
  dated.opens_at = dated.closes_at = Instant{5};
  CHECK(reason(surveys.create(dated)) == "dates_reversed");
  CHECK(reason(surveys.update(made.id, dated)) == "dates_reversed");
  dated.closes_at = Instant{6};
  CHECK(reason(surveys.create(dated)) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "lists come in pages that together hold each item once") {
  for (int i = 0; i < 6; ++i) {
    REQUIRE(surveys.create(sample_survey()));
    REQUIRE(projects.create({.name = "Project " + std::to_string(i)}));
  }
  const auto walk = [](auto&& list, std::int64_t limit) {
    std::vector<std::string> out;
    std::string after;
    for (;;) {
      const auto page = list(PageRequest{limit, after}).value();
      CHECK(page.items.size() <= static_cast<std::size_t>(limit));
      for (const auto& item : page.items) out.push_back(item.id.str());
      if (!page.next) return out;
      CHECK(page.items.size() == static_cast<std::size_t>(limit));
      after = *page.next;
    }
  };
  for (const std::int64_t limit : {1, 2, 3, 6, 7, 8, 200}) {
    CAPTURE(limit);
    for (const auto& found :
         {walk([&](const PageRequest& page) { return surveys.list(page); }, limit),
          walk([&](const PageRequest& page) { return projects.list(page); }, limit)}) {
      CHECK(found.size() == 7);
      CHECK(std::set<std::string>(found.begin(), found.end()).size() == 7);
      CHECK(std::is_sorted(found.begin(), found.end()));
    }
  }
  // A caller in the same process is not held back by the limits of the HTTP interface.
  for (const std::int64_t limit : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    CAPTURE(limit);
    CHECK(surveys.list({limit, ""}).value().items.size() >= 1);
    CHECK(projects.list({limit, ""}).value().items.size() >= 1);
  }
  CHECK(surveys.list({50, "zzzz"}).value().items.empty());
  CHECK(Surveys(foreign()).list({}).value().items.empty());
  CHECK(Projects(foreign()).list({}).value().items.empty());
}

TEST_CASE_FIXTURE(Fixture, "a change based on an old revision changes nothing") {
  REQUIRE(surveys.update(made.id, sample_survey(), 1));
  const Project project = projects.get(made.project_id).value();
  REQUIRE(projects.update(project.id, {.name = "Renamed"}, 1));
  struct Row {
    std::string name;
    std::function<std::string(IfRevision)> run;
  };
  const Row rows[] = {
      {"update", [&](IfRevision r) { return reason(surveys.update(made.id, sample_survey(), r)); }},
      {"publish", [&](IfRevision r) { return reason(surveys.publish(made.id, r)); }},
      {"close", [&](IfRevision r) { return reason(surveys.close(made.id, r)); }},
      {"reopen", [&](IfRevision r) { return reason(surveys.reopen(made.id, r)); }},
      {"project",
       [&](IfRevision r) { return reason(projects.update(project.id, {.name = "X"}, r)); }},
      {"archive", [&](IfRevision r) { return reason(surveys.archive(made.id, r)); }}};
  std::int64_t revision = 2;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const bool of_project = row.name == "project";
    const std::int64_t current = of_project ? 2 : revision;
    const std::string before = test::dump(*db);
    for (const std::int64_t wrong : {current - 1, current + 1, std::int64_t{0}, std::int64_t{-1}})
      CHECK(row.run(wrong) == "revision_stale");
    CHECK(test::dump(*db) == before);
    CHECK(row.run(current) == "ok");
    if (!of_project) CHECK(surveys.get(made.id).value().revision == ++revision);
  }
}

TEST_CASE_FIXTURE(Fixture, "publishing refuses with every problem at once and stores nothing") {
  Survey bad = sample_survey();
  bad.questions[0].id = "9lives";
  bad.questions[1].options.clear();
  bad.questions[2].show_if = "nobody == 'x'";
  bad.questions[3].rows.clear();
  bad.questions[4].text = " \t";
  REQUIRE(surveys.update(made.id, bad));
  const std::string before = test::dump(*db);
  const auto refused = surveys.publish(made.id);
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::invalid);
  CHECK(refused.error().problems == check(bad));
  std::set<std::string_view> questions;
  for (const Problem& problem : refused.error().problems)
    questions.insert(std::string_view(problem.pointer).substr(0, 12));
  CHECK(questions.size() == 5);
  CHECK(test::dump(*db) == before);
}

TEST_CASE_FIXTURE(Fixture, "publishing freezes; later edits never reach a version") {
  REQUIRE(surveys.publish(made.id));
  const Version first = surveys.version(made.id).value();
  CHECK(first.number == 1);
  CHECK(text_of(first.questionnaire) == text_of(made));

  const std::string published = test::dump(*db);
  CHECK(surveys.publish(made.id).value().revision == 2);
  CHECK(test::dump(*db) == published);

  Survey edited = sample_survey();
  edited.title = "Another title";
  edited.questions.pop_back();
  REQUIRE(surveys.update(made.id, edited));
  CHECK(text_of(surveys.version(made.id).value().questionnaire) == text_of(first.questionnaire));
  REQUIRE(surveys.publish(made.id));
  CHECK(surveys.version(made.id).value().number == 2);
  CHECK(surveys.version(made.id).value().questionnaire.title == "Another title");
  CHECK(to_json_text(surveys.version(made.id, 1).value()) == to_json_text(first));

  // Back to the first words: that is a change too, and versions go on counting.
  REQUIRE(surveys.update(made.id, sample_survey()));
  REQUIRE(surveys.publish(made.id));
  const Version third = surveys.version(made.id, 3).value();
  CHECK(third.digest == first.digest);
  CHECK(to_json_text(surveys.version(made.id, 1).value()) == to_json_text(first));
  for (const std::int64_t number : {4, -1, 1000})
    CHECK(reason(surveys.version(made.id, number)) == "version_unknown");

  // Settings are not part of a version.
  Survey limited = sample_survey();
  limited.response_limit = 3;
  REQUIRE(surveys.update(made.id, limited));
  CHECK(surveys.publish(made.id).value().published_version == 3);
  CHECK(test::broken_invariants(*db).empty());
}

TEST_CASE_FIXTURE(Fixture, "every state meets every event as the table says") {
  using Move = std::function<Result<Survey>(SurveyId)>;
  const std::pair<Event, Move> moves[] = {
      {Event::publish, [&](SurveyId id) { return surveys.publish(id); }},
      {Event::close, [&](SurveyId id) { return surveys.close(id); }},
      {Event::reopen, [&](SurveyId id) { return surveys.reopen(id); }},
      {Event::archive, [&](SurveyId id) { return surveys.archive(id); }}};
  const auto make = [&](State state) {
    const SurveyId id = surveys.create(sample_survey()).value().id;
    if (state == State::published || state == State::closed) REQUIRE(surveys.publish(id));
    if (state == State::closed) REQUIRE(surveys.close(id));
    if (state == State::archived) REQUIRE(surveys.archive(id));
    return id;
  };
  int allowed = 0;
  for (const State from : {State::draft, State::published, State::closed, State::archived})
    for (const auto& [event, move] : moves) {
      CAPTURE(slug(from));
      CAPTURE(static_cast<int>(event));
      const SurveyId id = make(from);
      REQUIRE(surveys.get(id).value().state == from);
      const auto expected = next(survey_edges, from, event);
      const std::string before = test::dump(*db);
      const auto moved = move(id);
      CHECK(reason(moved) == (expected ? "ok" : "state_forbids"));
      CHECK(surveys.get(id).value().state == expected.value_or(from));
      if (!expected) CHECK(test::dump(*db) == before);
      allowed += expected.has_value();
    }
  CHECK(allowed == static_cast<int>(survey_edges.size()));
  const SurveyId archived = make(State::archived);
  CHECK(reason(surveys.update(archived, sample_survey())) == "survey_archived");
  CHECK(test::broken_invariants(*db).empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "other workspaces, unknown ids and viewers get nowhere, whatever they call") {
  REQUIRE(surveys.publish(made.id));
  const ProjectId project = made.project_id;
  struct Call {
    std::string name;
    bool changes;
    std::string unknown;
    std::function<std::string(const identity::Scope&, SurveyId, ProjectId)> run;
  };
  const Call calls[] = {
      {"get", false, "survey_unknown",
       [](auto& s, SurveyId id, ProjectId) { return reason(Surveys(s).get(id)); }},
      {"version", false, "survey_unknown",
       [](auto& s, SurveyId id, ProjectId) { return reason(Surveys(s).version(id)); }},
      {"update", true, "survey_unknown",
       [](auto& s, SurveyId id, ProjectId) {
         return reason(Surveys(s).update(id, sample_survey()));
       }},
      {"publish", true, "survey_unknown",
       [](auto& s, SurveyId id, ProjectId) { return reason(Surveys(s).publish(id)); }},
      {"close", true, "survey_unknown",
       [](auto& s, SurveyId id, ProjectId) { return reason(Surveys(s).close(id)); }},
      {"reopen", true, "survey_unknown",
       [](auto& s, SurveyId id, ProjectId) { return reason(Surveys(s).reopen(id)); }},
      {"archive", true, "survey_unknown",
       [](auto& s, SurveyId id, ProjectId) { return reason(Surveys(s).archive(id)); }},
      {"create in project", true, "project_unknown",
       [](auto& s, SurveyId, ProjectId p) {
         Survey survey = sample_survey();
         survey.project_id = p;
         return reason(Surveys(s).create(survey));
       }},
      {"project get", false, "project_unknown",
       [](auto& s, SurveyId, ProjectId p) { return reason(Projects(s).get(p)); }},
      {"project update", true, "project_unknown",
       [](auto& s, SurveyId, ProjectId p) { return reason(Projects(s).update(p, {.name = "X"})); }},
  };
  const std::string before = test::dump(*db);
  for (const Call& call : calls) {
    CAPTURE(call.name);
    CHECK(call.run(foreign(), made.id, project) == call.unknown);
    CHECK(call.run(scope(), ids.next<SurveyId>(), ids.next<ProjectId>()) == call.unknown);
    CHECK(call.run(scope(Role::viewer), made.id, project) ==
          (call.changes ? "permission_missing" : "ok"));
  }
  CHECK(reason(Surveys(foreign()).by_slug("first-one")) == "survey_unknown");
  CHECK(reason(surveys.by_slug("")) == "survey_unknown");
  CHECK(reason(Surveys(scope(Role::viewer)).create(sample_survey())) == "permission_missing");
  CHECK(reason(Projects(scope(Role::viewer)).create({.name = "X"})) == "permission_missing");
  CHECK(test::dump(*db) == before);
  // A survey does not move into a project of somebody else either.
  Survey moving = sample_survey();
  moving.project_id = Projects(foreign()).create({.name = "Theirs"}).value().id;
  CHECK(reason(surveys.update(made.id, moving)) == "project_unknown");
  CHECK(surveys.get(made.id).value().project_id == project);
  for (const Role role : {Role::editor, Role::admin, Role::owner})
    CHECK(reason(Surveys(scope(role)).create(sample_survey())) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "projects are made, found, changed") {
  clock.at.ms += 5;
  const Project project = projects.create({.name = "N", .description = "D"}).value();
  CHECK(project.revision == 1);
  CHECK(to_json_text(projects.get(project.id).value()) == to_json_text(project));
  clock.at.ms += 5;
  const Project renamed = projects.update(project.id, {.name = "M"}).value();
  CHECK(renamed.name == "M");
  CHECK(renamed.description.empty());
  CHECK(renamed.revision == 2);
  CHECK(renamed.created_at == project.created_at);
  CHECK(renamed.updated_at == clock.at);
  CHECK(to_json_text(projects.get(project.id).value()) == to_json_text(renamed));
  // Without a project, a survey goes to the workspace's first one.
  CHECK(surveys.create(sample_survey()).value().project_id == made.project_id);
}
