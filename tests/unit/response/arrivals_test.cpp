#include "support/sample_survey.hpp"
#include "support/world.hpp"

#include <insightflow/events/log.hpp>
#include <insightflow/response/arrivals.hpp>
#include <insightflow/response/intake.hpp>
#include <insightflow/survey/surveys.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::response;

namespace {

struct Fixture : test::World {
  survey::Surveys surveys{scope()};
  Intake intake{*db, clock, ids};

  std::string publish(const char* slug) {
    return surveys.publish(surveys.create(test::sample_survey(slug)).value().id).value().slug;
  }
  void answer(const std::string& slug, int count) {
    for (int i = 0; i < count; ++i) REQUIRE(intake.submit(slug, test::sample_answer(i)));
  }
  /// "subject-less" data of the events of this type so far.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    const auto events = events::Log(*db, clock).read(workspace.workspace.id, 0, 1000).value();
    for (const events::Event& event : events)
      if (event.type == "survey.answers") out.push_back(event.data);
    return out;
  }
  void later(std::int64_t ms = 1000) { clock.at = clock.at + ms; }
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "answers make one event a second for each survey, with the number") {
  const std::string first = publish("first"), second = publish("second");
  Arrivals arrivals(*db, clock);
  CHECK(arrivals.announce());
  CHECK(told().empty());
  answer(first, 5);
  CHECK(arrivals.announce());
  CHECK(told() == Told{R"({"responses":5})"});
  CHECK(arrivals.announce());
  answer(first, 2);
  later(100);
  CHECK(arrivals.announce());  // Too soon for another word; it is not forgotten.
  CHECK(told().size() == 1);
  later();
  CHECK(arrivals.announce());
  CHECK(told() == Told{R"({"responses":5})", R"({"responses":7})"});
  answer(second, 3);
  answer(first, 1);
  later();
  CHECK(arrivals.announce());
  CHECK(told().size() == 4);
  later();
  CHECK(arrivals.announce());
  CHECK(told().size() == 4);
}

TEST_CASE_FIXTURE(Fixture, "of several processes one tells, and what nobody saw is told later") {
  const std::string slug = publish("first");
  Arrivals one(*db, clock), other(*db, clock);
  CHECK(one.announce());
  CHECK(other.announce());
  answer(slug, 4);
  CHECK(one.announce());
  CHECK(other.announce());
  CHECK(told() == Told{R"({"responses":4})"});
  answer(slug, 1);
  later();
  Arrivals restarted(*db, clock);
  CHECK(restarted.announce());
  CHECK(told() == Told{R"({"responses":4})", R"({"responses":5})"});
}
