#include "retention_world.hpp"

using namespace insightflow;
using namespace insightflow::test;
using namespace insightflow::retention;

namespace {

using Days = std::optional<std::int64_t>;

Policy policy_of(Days responses, Days insights = {}, Days events = {}) {
  Policy out;
  out.response_days = responses;
  out.insight_days = insights;
  out.event_days = events;
  return out;
}

}  // namespace

TEST_CASE("a survey's word counts before the workspace's, and 0 is without end") {
  struct Row {
    Days workspace, survey, wanted;
    bool deletes;
  };
  const Row rows[] = {{{}, {}, {}, false}, {30, {}, 30, true}, {{}, 7, 7, true}, {30, 7, 7, true},
                      {30, 0, 0, false},   {0, {}, 0, false},  {0, 7, 7, true},  {7, 30, 30, true}};
  for (const Row& row : rows) {
    const SurveyPolicy both = in_force({row.workspace, row.workspace}, {row.survey, row.survey});
    CHECK(both.response_days == row.wanted);
    CHECK(both.insight_days == row.wanted);
    CHECK(cutoff(both.response_days, Instant{0}).has_value() == row.deletes);
  }
  CHECK(cutoff(2, Instant{RetentionWorld::day * 5}) == Instant{RetentionWorld::day * 3});
}

TEST_CASE_FIXTURE(RetentionWorld, "policies are set, read and scheduled as long as there is one") {
  CHECK(retentions().get().value().policy == Policy{});
  CHECK(!retentions().get().value().next_at);
  const auto set = retentions().set(policy_of(30, 90, 3)).value();
  CHECK(set.policy == policy_of(30, 90, 3));
  CHECK(set.next_at->str() == "2026-01-01T02:23:00.000Z");
  // Setting it again does not put the next time off.
  clock.at = clock.at + 3 * 3'600'000;
  CHECK(retentions().set(policy_of(31)).value().next_at == set.next_at);
  const auto one = retentions().set(survey.id, {0, {}}).value();
  CHECK(one.in_force == SurveyPolicy{0, {}});
  CHECK(retentions().get(survey.id).value().policy == SurveyPolicy{0, {}});
  CHECK(retentions().set(policy_of({})).value().next_at);
  CHECK(retentions().get().value().surveys.size() == 1);
  REQUIRE(retentions().set(survey.id, {}));
  CHECK(!retentions().get().value().next_at);
  CHECK(number("SELECT count(*) FROM retention_policies") == 0);
  CHECK(identity::Trail(scope()).list().value().items.front().action == "retention_changed");

  CHECK(reason(retentions().set(policy_of(-1))) == "days_out_of_range");
  CHECK(reason(retentions().set(policy_of(1, 36'501))) == "days_out_of_range");
  CHECK(reason(retentions().set(survey.id, {1, -1})) == "days_out_of_range");
  CHECK(reason(retentions().set(ids.next<SurveyId>(), {1, 1})) == "survey_unknown");
  CHECK(reason(Retentions(scope(identity::Role::editor)).get()) == "permission_missing");
  CHECK(reason(Retentions(scope(identity::Role::editor)).set(policy_of(1))) ==
        "permission_missing");
}

TEST_CASE_FIXTURE(RetentionWorld, "what is too old goes at night, what is not stays") {
  // More than two batches of old answers, each a minute after the other.
  for (int i = 60; i < 1'100; ++i) submit(i);
  const auto old_run = finished();
  clock.at = clock.at + 40 * day;
  for (int i = 0; i < 5; ++i) submit(2'000 + i);
  const auto new_run = finished();
  const auto quotes = stored_findings(new_run.id);
  REQUIRE(quotes.find("Note 1.") != std::string::npos);
  const auto other = surveys().publish(surveys().create(sample_survey()).value().id).value();

  // No policy, no deletion.
  REQUIRE(retentions().apply());
  work_on(*db);
  CHECK(number("SELECT count(*) FROM responses") == 1'105);
  CHECK(erasures().list().value().items.empty());

  REQUIRE(retentions().set(policy_of(30, 30, 1)));
  REQUIRE(retentions().set(other.id, {1, 1}));
  clock.at = clock.at + day;
  work_on(*db);
  CHECK(number("SELECT count(*) FROM responses") == 5);
  CHECK(number("SELECT responses FROM survey_counters WHERE responses > 0") == 5);
  CHECK(reason(runs().get(old_run.id)) == "run_unknown");
  CHECK(runs().findings(new_run.id));
  CHECK(stored_findings(new_run.id).find("Note 1.") == std::string::npos);
  CHECK(!on_disk("Note 17."));
  CHECK(broken_invariants(*db) == std::vector<std::string>{});
  const auto certificates = erasures().list().value().items;
  REQUIRE(certificates.size() == 1);
  CHECK(certificates[0].cause == Cause::policy);
  CHECK(certificates[0].state == ErasureState::completed);
  CHECK(certificates[0].removed.at("responses") == 1'100);
  CHECK(certificates[0].removed.at("insight_runs") == 1);
  CHECK(certificates[0].removed.at("events") > 0);
  const auto trail = identity::Trail(scope()).list().value();
  CHECK(trail.items.front().action == "retention_applied");
  CHECK(trail.items.front().detail.find("responses=1100") != std::string::npos);

  // The next night has nothing to do and says nothing.
  clock.at = clock.at + day;
  work_on(*db);
  CHECK(erasures().list().value().items.size() == 2);  // events of the night before
  CHECK(number("SELECT count(*) FROM responses") == 5);
}

TEST_CASE_FIXTURE(RetentionWorld, "a policy holds for its own workspace") {
  const auto elsewhere = identity::create_workspace(*db, clock, ids, "Second").value();
  identity::Scope theirs{*db, clock, ids, {elsewhere.workspace.id, identity::Role::owner}};
  REQUIRE(Retentions(theirs).set(policy_of(1, 1)));
  finished();
  clock.at = clock.at + 40 * day;
  work_on(*db);
  CHECK(number("SELECT count(*) FROM responses") == 60);
  CHECK(number("SELECT count(*) FROM insight_runs") == 1);
}

TEST_CASE("whichever statement fails, the policies are applied in the end, and counted right") {
  for (int n = 1;; ++n) {
    CAPTURE(n);
    RetentionWorld world;
    const auto run = world.finished();
    world.clock.at = world.clock.at + 40 * RetentionWorld::day;
    world.submit(100);
    const auto newer = world.finished();
    REQUIRE(world.retentions().set(policy_of(30, 30)));
    REQUIRE(world.retentions().apply());
    FaultyDatabase faulty(*world.db, n);
    world.work_on(faulty);
    CHECK(broken_invariants(*world.db) == std::vector<std::string>{});
    world.work_out();
    const auto certificates = world.erasures().list().value().items;
    REQUIRE(certificates.size() == 1);
    CHECK(certificates[0].state == ErasureState::completed);
    CHECK(certificates[0].removed.at("responses") == 60);
    CHECK(certificates[0].removed.at("insight_runs") == 1);
    CHECK(reason(world.runs().get(run.id)) == "run_unknown");
    CHECK(world.stored_findings(newer.id).find("Note 1.") == std::string::npos);
    CHECK(broken_invariants(*world.db) == std::vector<std::string>{});
    if (!faulty.fired()) {
      CHECK(n > 20);
      return;
    }
    REQUIRE(n < 500);
  }
}
