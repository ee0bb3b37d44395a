#include "target.hpp"

#include <insightflow/bias/lint.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/survey/flow.hpp>
#include <insightflow/survey/rules.hpp>

#include <string>

using namespace insightflow;
using fuzz::require;

/// A questionnaire that can be read can be written and read again; checking and linting it never
/// fails, whatever it says, and one that may be published has a flow.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = from_json_text<survey::Questionnaire>(fuzz::text_of(data, size));
  if (!read) {
    require(!read.error().reason.empty() && !read.error().detail.empty(), "a refusal says why");
    return 0;
  }
  const survey::Questionnaire& survey = read.value();

  const std::string text = to_json_text(survey);
  const auto again = from_json_text<survey::Questionnaire>(text);
  require(again.has_value(), "what is written can be read");
  require(again.value() == survey, "what is read back is the same questionnaire");
  require(to_json_text(again.value()) == text, "and is written as the same text");

  const auto problems = survey::check(survey);
  for (const Problem& problem : problems)
    require(!problem.reason.empty() && !problem.detail.empty(), "a problem says what is wrong");
  if (problems.empty())
    require(survey::Flow::build(survey).has_value(), "what may be published has a flow");

  const bias::Report report = bias::lint(survey);
  for (const bias::Finding& finding : report.findings)
    require(0 <= finding.span.start && finding.span.start <= finding.span.end,
            "the span of a finding is a span");
  require(bias::lint(survey) == report, "linting twice says the same");
  return 0;
}
