#include "support/sample_survey.hpp"
#include "support/temporary.hpp"

#include <insightflow/engine.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace insightflow;

TEST_CASE("a schedule analyses what is new, and nothing where nothing is") {
  const test::TemporaryFolder folder;
  ManualClock clock{Instant{1'767'225'600'000}};
  auto engine = Engine::open({.database = "sqlite:" + (folder / "a.db"), .clock = &clock}).value();
  const Session owner =
      engine.as({engine.create_workspace("First").value().workspace.id, identity::Role::owner});
  auto surveys = owner.surveys();
  const auto survey =
      surveys.publish(surveys.create(test::sample_survey("the-survey")).value().id).value();
  for (int i = 0; i < 12; ++i) REQUIRE(engine.respond("the-survey", test::sample_answer(i)));
  auto runs = owner.insights();
  CHECK(runs.schedule({}, "@hourly").error().reason == "survey_unknown");
  REQUIRE(runs.schedule(survey.id, "@hourly"));
  CHECK(engine.work_until_idle().value() == 0);
  constexpr std::int64_t hour = 3'600'000;
  clock.at.ms += hour;
  CHECK(engine.work_until_idle().value() == 2);  // the schedule's job, and the run it started
  CHECK(runs.list(survey.id).value().items.size() == 1);
  clock.at.ms += hour;
  CHECK(engine.work_until_idle().value() == 1);
  CHECK(runs.list(survey.id).value().items.size() == 1);
  REQUIRE(engine.respond("the-survey", test::sample_answer(12)));
  clock.at.ms += hour;
  CHECK(engine.work_until_idle().value() == 2);
  CHECK(runs.list(survey.id).value().items.size() == 2);
  REQUIRE(runs.unschedule(survey.id));
  clock.at.ms += hour;
  CHECK(engine.work_until_idle().value() == 0);
}

TEST_CASE("a worker of some kinds leaves the others alone") {
  const test::TemporaryFolder folder;
  auto engine = Engine::open({.database = "sqlite:" + (folder / "a.db")}).value();
  const Session owner =
      engine.as({engine.create_workspace("First").value().workspace.id, identity::Role::owner});
  auto surveys = owner.surveys();
  const auto survey =
      surveys.publish(surveys.create(test::sample_survey("the-survey")).value().id).value();
  REQUIRE(engine.respond("the-survey", test::sample_answer(1)));
  const auto run = owner.insights().start(survey.id).value();
  const auto state_after = [&](std::vector<std::string> kinds) {
    std::stop_source stop;
    std::thread thread([&] {
      CHECK(engine.work(stop.get_token(), {.kinds = std::move(kinds), .concurrency = 3}));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop.request_stop();
    thread.join();
    return owner.insights().get(run.id).value().state;
  };
  CHECK(engine.work({}, {.kinds = {"fly"}}).error().reason == "job_kind_unknown");
  CHECK(state_after({"scheduled_insight_run"}) == jobs::State::queued);
  for (int i = 0; i < 100 && state_after({"insight_run"}) != jobs::State::completed; ++i) {
  }
  CHECK(owner.insights().get(run.id).value().state == jobs::State::completed);
}
