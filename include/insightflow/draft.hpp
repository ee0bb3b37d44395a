#pragma once

#include <insightflow/bias/fix.hpp>
#include <insightflow/survey/survey.hpp>

/// A survey as an editor needs it: what is written, what stands in the way of publishing, and what
/// the linter says, in one answer.
namespace insightflow {

/// One reason why a draft cannot be published yet.
struct DraftProblem {
  std::string pointer;
  std::string reason;
  std::string detail;

  friend bool operator==(const DraftProblem&, const DraftProblem&) = default;
};
BOOST_DESCRIBE_STRUCT(DraftProblem, (), (pointer, reason, detail))
inline constexpr std::array draft_problem_notes{
    Note{.field = "pointer", .doc = "JSON pointer into the survey."},
    Note{.field = "reason", .doc = "Stable slug."},
    Note{.field = "detail", .doc = "What is wrong, and what to do."}};
constexpr std::span<const Note> field_notes(const DraftProblem*) {
  return draft_problem_notes;
}

struct Draft {
  survey::Survey survey;
  std::vector<DraftProblem> problems;
  bias::Report lint;
  std::vector<bias::Fix> fixes;
};
BOOST_DESCRIBE_STRUCT(Draft, (), (survey, problems, lint, fixes))
inline constexpr std::array draft_notes{
    Note{.field = "survey", .doc = "The survey with its draft."},
    Note{.field = "problems", .doc = "What stands in the way of publishing."},
    Note{.field = "lint", .doc = "What the linter says; spans count bytes of the field."},
    Note{.field = "fixes", .doc = "Repairs of findings, as JSON Patches of the survey."}};
constexpr std::span<const Note> field_notes(const Draft*) {
  return draft_notes;
}

/// Checks and lints a draft. Pure.
Draft draft_of(survey::Survey survey, const bias::Options& options = {});

}  // namespace insightflow

// Its field table is instantiated once, in the engine's library.
namespace insightflow {
extern template const Type& type_of<Draft>();
}  // namespace insightflow
