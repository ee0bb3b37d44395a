#include "fuzz/rich_questionnaire.hpp"
#include "support.hpp"
#include "support/sample_survey.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/survey/generate.hpp>
#include <insightflow/survey/rules.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace insightflow;
using formats::Format;

namespace {

constexpr Format writable[] = {Format::json, Format::surveyjs, Format::qsf,
                               Format::lss,  Format::xlsx,     Format::triples};

std::string listed(const std::vector<std::string>& places, const survey::Questionnaire& a,
                   const survey::Questionnaire& b) {
  std::string out;
  for (const std::string& place : places) out += place + "\n";
  if (!out.empty())
    out += to_json_text(formats::canonical(a)) + "\n" + to_json_text(formats::canonical(b));
  return out;
}

/// The surveys every format is tried with.
std::vector<survey::Questionnaire> surveys() {
  std::vector<survey::Questionnaire> out{
      test::sample_survey(),
      from_json_text<survey::Questionnaire>(fuzz::rich_questionnaire).value()};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) out.push_back(test::made_up_survey(seed));
  for (const char* goal :
       {"Why do trial users leave?", "How satisfied are our customers with support?"})
    out.push_back(survey::generate({.goal = goal, .audience = "customers"}).value());
  return out;
}

/// Places a format may lose when read back here, by the last word of the pointer.
struct MayLose {
  Format format;
  std::vector<std::string_view> fields;
};
const MayLose may_lose[] = {
    {Format::surveyjs, {"sections", "lint"}},
    {Format::qsf, {"sections", "lint", "show_if", "logic", "translations"}},
    {Format::lss, {"sections", "lint", "show_if", "logic", "translations"}},
    {Format::xlsx, {"sections", "lint", "show_if", "logic", "translations"}},
};

}  // namespace

TEST_CASE("What was written is read back, and what is not the same is listed") {
  for (const survey::Questionnaire& survey : surveys()) {
    for (const Format format : writable) {
      CAPTURE(survey.title);
      CAPTURE(slug(format));
      const auto written = formats::write(survey, format);
      REQUIRE_MESSAGE(written.has_value(), (written ? "" : written.error().detail));
      const auto again = formats::read(written.value().bytes, format);
      REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().detail));
      const auto& losses = written.value().losses;
      for (const std::string& place : formats::differences(survey, again.value().survey)) {
        CAPTURE(place);
        CHECK(std::any_of(losses.begin(), losses.end(), [&](const formats::Loss& loss) {
          return !loss.restored && (place == loss.place || place.starts_with(loss.place + "/"));
        }));
      }
      CHECK(formats::write(survey, format).value().bytes == written.value().bytes);
    }
  }
}

TEST_CASE("Importing what was exported gives the same survey") {
  for (const survey::Questionnaire& survey : surveys())
    for (const Format format : writable) {
      CAPTURE(slug(format));
      CAPTURE(survey.title);
      const auto written = formats::write(survey, format).value();
      const auto again = formats::read(written.bytes, format).value();
      CHECK(again.survey == survey);
      CHECK(again.losses.empty());
      for (const formats::Loss& loss : written.losses) CHECK_MESSAGE(loss.restored, loss.what);
    }
}

TEST_CASE(
    "After a change by another program the file itself is read, with what was remarked in it") {
  for (const MayLose& row : may_lose) {
    for (const survey::Questionnaire& survey : surveys()) {
      CAPTURE(slug(row.format));
      const std::string bytes = formats::write(survey, row.format).value().bytes;
      const auto again = formats::read(test::without_copy(bytes, row.format), row.format).value();
      auto places = formats::differences(survey, again.survey);
      std::erase_if(places, [&](const std::string& place) {
        return std::any_of(row.fields.begin(), row.fields.end(), [&](std::string_view field) {
          return place.find("/" + std::string(field)) != place.npos;
        });
      });
      CHECK_MESSAGE(places.empty(), listed(places, survey, again.survey));
    }
  }
}

TEST_CASE("A changed text in a written file wins over the copy in it") {
  survey::Questionnaire survey = test::sample_survey();
  survey.questions[0].text = "Before the change?";
  for (const Format format : {Format::surveyjs, Format::qsf, Format::lss, Format::triples}) {
    CAPTURE(slug(format));
    std::string bytes = formats::write(survey, format).value().bytes;
    // In the copy blanks are spelt out, so that only what others see is changed.
    const std::size_t at = bytes.find("Before the change?");
    REQUIRE(at != bytes.npos);
    bytes.replace(at, 6, "Behind");
    CHECK(formats::read(bytes, format).value().survey.questions[0].text == "Behind the change?");
  }
}

TEST_CASE("What other programs do not see is listed, once") {
  survey::Questionnaire survey = test::sample_survey();
  survey.lint = survey::LintNotes{{{"double-barrelled", "agreed"}}};
  const auto written = formats::write(survey, Format::lss).value();
  const auto told = std::count_if(written.losses.begin(), written.losses.end(),
                                  [](const formats::Loss& loss) { return loss.place == "/lint"; });
  CHECK(told == 1);
  CHECK(formats::write(survey, Format::json).value().losses.empty());
}

TEST_CASE("A survey that may be published may be so after a round trip") {
  for (const survey::Questionnaire& survey : surveys()) {
    if (!survey::check(survey).empty()) continue;
    for (const Format format : writable) {
      if (format == Format::triples) continue;
      CAPTURE(slug(format));
      CAPTURE(survey.title);
      const auto again =
          formats::read(formats::write(survey, format).value().bytes, format).value();
      const auto problems = survey::check(again.survey);
      CHECK_MESSAGE(problems.empty(),
                    (problems.empty() ? "" : problems[0].pointer + " " + problems[0].detail));
    }
  }
}
