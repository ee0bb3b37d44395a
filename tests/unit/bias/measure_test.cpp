#include "questions.hpp"

#include <insightflow/bias/measure.hpp>
#include <insightflow/core/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::bias;
using bias::test::survey_of;

TEST_CASE("measure: minutes grow with words and with what has to be done") {
  // 3 words and a choice: 0.9 + 4 seconds.
  CHECK(measure(survey_of("yes_no: Did it work?")).minutes == doctest::Approx(4.9 / 60));
  CHECK(measure(survey_of("open_text: Did it work?")).minutes == doctest::Approx(25.9 / 60));
  CHECK(measure(survey_of("matrix: Rate each. [Bad|Good] {a|b|c}")).minutes ==
        doctest::Approx((7 * 0.3 + 12) / 60));
  const survey::Questionnaire survey = survey_of("40x open_text: What happened?");
  CHECK(measure(survey).minutes == doctest::Approx(predicted_minutes(survey)));
  CHECK(measure({}) == Measures{});
}

TEST_CASE("measure: shares, words and pages") {
  survey::Questionnaire survey =
      survey_of("yes_no: Did it work? ;; open_text: What happened? ;; yes_no: Is it new?");
  survey.questions[0].section = "a";
  survey.questions[1].section = "b";
  survey.questions[2].section = "a";
  survey.description = "Two words";
  const Measures figures = measure(survey);
  CHECK(figures.questions == 3);
  CHECK(figures.words == 10);
  CHECK(figures.open_share == doctest::Approx(1.0 / 3));
  REQUIRE(figures.pages.size() == 2);
  CHECK(figures.pages[0].section == "a");
  CHECK(figures.pages[0].questions == 2);
  CHECK(figures.pages[0].words == 6);
  CHECK(figures.pages[1].minutes == doctest::Approx(25.6 / 60));
  const json::value written = to_json(figures);
  CHECK(written.at("pages").as_array().size() == 2);
  CHECK(written.at("longest_path").at("questions").as_int64() == 3);
}

TEST_CASE("measure: the longest path follows the branches") {
  survey::Questionnaire survey =
      survey_of("yes_no: A? ;; open_text: B? ;; yes_no: C? ;; yes_no: D? ;; open_text: E?");
  CHECK(measure(survey).longest_path.questions == 5);
  // Whoever answers A goes on at D, whatever the answer.
  survey.questions[0].logic = {{"true", "q4"}};
  CHECK(measure(survey).longest_path.questions == 3);
  // A condition may or may not hold: the longer way counts.
  survey.questions[0].logic = {{"q1 == 'yes'", "q4"}};
  CHECK(measure(survey).longest_path.questions == 5);
  survey.questions[2].logic = {{"true", "end"}};
  CHECK(measure(survey).longest_path.questions == 3);
  CHECK(measure(survey).longest_path.minutes == doctest::Approx((0.3 * 3 + 4 + 25 + 4) / 60));
  // Targets that are unknown or go back are no way at all.
  survey.questions[0].logic = {{"true", "q9"}};
  CHECK(measure(survey).longest_path.questions == 3);
  survey.questions[2].logic = {{"true", "q1"}};
  CHECK(measure(survey).longest_path.questions == 5);
}

TEST_CASE("measure: reading grade") {
  // 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 - 15.59 is below 0.
  CHECK(reading_grade("The cat sat on the mat.") == 0);
  // 5 words, 9 syllables (ques-tion-naire, is, dif-fi-cult): 0.39 * 5 + 11.8 * 9 / 5 - 15.59.
  CHECK(reading_grade("The questionnaire is difficult today.") ==
        doctest::Approx(0.39 * 5 + 11.8 * 10 / 5 - 15.59));
  CHECK(reading_grade("") == 0);
  CHECK(reading_grade("... ?!") == 0);
  CHECK(reading_grade("How was it?") <
        reading_grade("How satisfied are you with the administrative responsibilities entrusted to "
                      "the municipal authorities?"));
  survey::Questionnaire german = survey_of("yes_no: Haben Sie die Bedienungsanleitung gelesen?");
  german.language = "de";
  CHECK(measure(german).reading_grade == 0);
}
