// Statement n fails, for every n of what changes the database. Whatever has failed, what is stored
// makes sense, and the same call made again succeeds.
#include "support/faulty_database.hpp"
#include "support/insight_world.hpp"
#include "support/inspect.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace insightflow;

namespace {

struct Fixture : test::InsightWorld {
  identity::Scope over(storage::Database& other) {
    return {other, clock, ids, {workspace.workspace.id, identity::Role::owner}};
  }

  /// Calls `run` with a database whose statement 1, 2, 3 … fails, until none does; `check` is told
  /// whether one did. Gives the number of statements.
  int at_every_statement(const std::function<bool(storage::Database&, int n)>& run,
                         const std::function<void(bool failed)>& check) {
    for (int n = 1;; ++n) {
      CAPTURE(n);
      test::FaultyDatabase faulty(*db, n);
      const bool succeeded = run(faulty, n);
      CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
      CHECK(succeeded == !faulty.fired());
      check(faulty.fired());
      CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
      if (!faulty.fired()) return n - 1;
      REQUIRE(n < 1'000);
    }
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "creating") {
  std::string before;
  const int statements = at_every_statement(
      [&](storage::Database& faulty, int) {
        before = test::dump(*db);
        return survey::Surveys(over(faulty)).create(test::sample_survey()).has_value();
      },
      [&](bool failed) { CHECK((test::dump(*db) == before) == failed); });
  CHECK(statements >= 3);
}

TEST_CASE_FIXTURE(Fixture, "publishing, the first time and the next") {
  for (const bool first : {true, false}) {
    SurveyId id;
    std::string before;
    const int statements = at_every_statement(
        [&](storage::Database& faulty, int n) {
          id = surveys().create(test::sample_survey()).value().id;
          if (!first) {
            REQUIRE(surveys().publish(id));
            survey::Survey next = test::sample_survey();
            next.title = "Title " + std::to_string(n);
            REQUIRE(surveys().update(id, next));
          }
          before = test::dump(*db);
          return survey::Surveys(over(faulty)).publish(id).has_value();
        },
        [&](bool failed) {
          CHECK((test::dump(*db) == before) == failed);
          if (failed) REQUIRE(surveys().publish(id));
          const auto survey = surveys().get(id).value();
          CHECK(survey.state == survey::State::published);
          CHECK(survey.published_version == (first ? 1 : 2));
          CHECK(surveys().version(id).value().questionnaire.title == survey.title);
        });
    CHECK(statements >= 5);
  }
}

TEST_CASE_FIXTURE(Fixture, "submitting, with and without a key, to a fresh and a warm intake") {
  for (const bool with_key : {true, false})
    for (const bool warm : {true, false}) {
      CAPTURE(with_key);
      CAPTURE(warm);
      std::int64_t rows = 0;
      std::string key;
      const int statements = at_every_statement(
          [&](storage::Database& faulty, int n) {
            rows = number("SELECT count(*) FROM responses");
            key = with_key ? "key " + std::to_string(warm) + std::to_string(n) : "";
            response::Intake intake(faulty, clock, ids);
            if (warm && !intake.open(survey.slug)) return false;
            return intake.submit(survey.slug, test::sample_answer(n), key).has_value();
          },
          [&](bool failed) {
            CHECK(number("SELECT count(*) FROM responses") == rows + !failed);
            response::Intake intake(*db, clock, ids);
            const auto again =
                intake.submit(survey.slug, test::sample_answer(1), with_key ? key + "x" : "");
            REQUIRE(again);
            CHECK(!again.value().repeated);
          });
      CHECK(statements >= 4);
    }
}

TEST_CASE_FIXTURE(Fixture, "a submit that failed is repeated with its key and stored once") {
  for (int n = 1;; ++n) {
    CAPTURE(n);
    const std::string key = "key " + std::to_string(n);
    test::FaultyDatabase faulty(*db, n);
    response::Intake intake(faulty, clock, ids);
    const std::int64_t rows = number("SELECT count(*) FROM responses");
    const auto first = intake.submit(survey.slug, test::sample_answer(n), key);
    auto second = intake.submit(survey.slug, test::sample_answer(n), key);
    if (!second) second = intake.submit(survey.slug, test::sample_answer(n), key);
    REQUIRE(second);
    CHECK(second.value().repeated == first.has_value());
    if (first) CHECK(second.value().id == first.value().id);
    CHECK(number("SELECT count(*) FROM responses") == rows + 1);
    CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
    if (!faulty.fired()) break;
  }
}

TEST_CASE_FIXTURE(Fixture, "starting a run") {
  std::string before;
  const int statements = at_every_statement(
      [&](storage::Database& faulty, int n) {
        submit(100 + n);
        before = test::dump(*db);
        insight::RunRequest request;
        request.by = {"hidden.plan"};
        return insight::Runs(over(faulty)).start(survey.id, request).has_value();
      },
      [&](bool failed) {
        CHECK((test::dump(*db) == before) == failed);
        const auto run = runs().start(survey.id).value();
        CHECK(run.state == jobs::State::queued);
      });
  CHECK(statements >= 5);
}

TEST_CASE_FIXTURE(Fixture,
                  "running: whichever statement fails, the job ends with the same findings") {
  const std::string expected = stored_findings(finished().id);
  REQUIRE(!expected.empty());
  int statements = 0;
  for (int n = 1;; ++n) {
    CAPTURE(n);
    const RunId id = runs().start(survey.id, {{}, true}).value().id;
    test::FaultyDatabase faulty(*db, n);
    jobs::Queue queue(faulty, clock, ids);
    jobs::Worker worker(
        queue, {{std::string(insight::run_job), insight::run_handler(faulty, clock, ids)}});
    (void)worker.run_one();
    CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
    const auto state = runs().get(id).value().state;
    CHECK((state == jobs::State::completed || faulty.fired()));
    CHECK(state != jobs::State::failed);
    CHECK(state != jobs::State::cancelled);
    clock.at.ms += 600'000;  // past every lease and every backoff
    while (work()) {
    }
    CHECK(runs().get(id).value().state == jobs::State::completed);
    CHECK(stored_findings(id) == expected);
    CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
    if (!faulty.fired()) break;
    statements = n;
    REQUIRE(n < 1'000);
  }
  CHECK(statements >= 7);
}
