#include "rich_questionnaire.hpp"
#include "target.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/survey/rules.hpp>

#include <string>

using namespace insightflow;
using fuzz::require;

namespace {

const response::Validator& validator() {
  static const response::Validator built = [] {
    auto survey = from_json_text<survey::Questionnaire>(fuzz::rich_questionnaire);
    require(survey && survey::check(survey.value()).empty(), "the questionnaire is a good one");
    return response::Validator::build(std::move(survey).value()).value();
  }();
  return built;
}

}  // namespace

/// What is accepted is canonical: it can be written and read, and passes again unchanged. What is
/// refused says where.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto submission = from_json_text<response::Submission>(fuzz::text_of(data, size));
  if (!submission) return 0;
  for (const auto mode : {response::Check::submit, response::Check::import}) {
    const auto checked = validator().check(submission.value(), mode);
    if (!checked) {
      require(!checked.error().problems.empty(), "a refusal lists its problems");
      for (const Problem& problem : checked.error().problems)
        require(!problem.reason.empty() && problem.pointer.starts_with('/'),
                "a problem says what is wrong and where");
      continue;
    }
    const std::string canonical = to_json_text(checked.value());
    const auto again = from_json_text<response::Submission>(canonical);
    require(again.has_value(), "the canonical form can be read");
    require(to_json_text(again.value()) == canonical, "and is written as it was");
    const auto twice = validator().check(again.value(), mode);
    require(twice.has_value(), "the canonical form is valid");
    require(to_json_text(twice.value()) == canonical, "and is its own canonical form");
    if (mode == response::Check::submit)
      require(validator().check(again.value(), response::Check::import).has_value(),
              "what may be submitted may be imported");
  }
  return 0;
}
