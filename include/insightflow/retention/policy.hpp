#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>

/// How long things are kept.
namespace insightflow::retention {

inline constexpr std::int64_t longest_days = 36'500;

/// Days that answers and what was made of them are kept, for one survey. Nothing said: as the
/// workspace says; 0: without end.
struct SurveyPolicy {
  std::optional<std::int64_t> response_days;
  std::optional<std::int64_t> insight_days;

  friend bool operator==(const SurveyPolicy&, const SurveyPolicy&) = default;
};
BOOST_DESCRIBE_STRUCT(SurveyPolicy, (), (response_days, insight_days))
inline constexpr std::array survey_policy_notes{
    Note{.field = "response_days",
         .doc = "Days a response is kept after it came in; 0: without end.",
         .min = 0,
         .max = longest_days},
    Note{.field = "insight_days",
         .doc = "Days an insight run is kept after it was started, with its findings and reports; "
                "0: without end.",
         .min = 0,
         .max = longest_days}};
constexpr std::span<const Note> field_notes(const SurveyPolicy*) {
  return survey_policy_notes;
}

/// The same for a workspace. Nothing said: without end.
struct Policy : SurveyPolicy {
  std::optional<std::int64_t> event_days;

  friend bool operator==(const Policy&, const Policy&) = default;
};
BOOST_DESCRIBE_STRUCT(Policy, (SurveyPolicy), (event_days))
inline constexpr std::array policy_notes{
    Note{.field = "event_days",
         .doc = "Days an event stays in the log; never more than a week.",
         .min = 0,
         .max = longest_days}};
constexpr std::span<const Note> field_notes(const Policy*) {
  return policy_notes;
}

/// What holds for a survey: its own word where it has one, else the workspace's.
constexpr SurveyPolicy in_force(const SurveyPolicy& workspace, const SurveyPolicy& survey) {
  return {survey.response_days ? survey.response_days : workspace.response_days,
          survey.insight_days ? survey.insight_days : workspace.insight_days};
}

/// What is older than this goes; nothing where there is no end.
constexpr std::optional<Instant> cutoff(std::optional<std::int64_t> days, Instant now) {
  constexpr std::int64_t day_ms = 86'400'000;
  if (days.value_or(0) <= 0) return std::nullopt;
  return now + -*days * day_ms;
}

/// The policy of one survey beside what is in force for it.
struct SurveyRetention {
  SurveyId survey_id;
  SurveyPolicy policy;
  SurveyPolicy in_force;
};
BOOST_DESCRIBE_STRUCT(SurveyRetention, (), (survey_id, policy, in_force))
inline constexpr std::array survey_retention_notes{
    Note{.field = "policy", .doc = "What was said for this survey."},
    Note{.field = "in_force", .doc = "The same, and the workspace's where nothing was said."}};
constexpr std::span<const Note> field_notes(const SurveyRetention*) {
  return survey_retention_notes;
}

struct WorkspaceRetention {
  Policy policy;
  std::vector<SurveyRetention> surveys;
  std::optional<Instant> next_at;
};
BOOST_DESCRIBE_STRUCT(WorkspaceRetention, (), (policy, surveys, next_at))
inline constexpr std::array workspace_retention_notes{
    Note{.field = "surveys", .doc = "Surveys that have a policy of their own."},
    Note{.field = "next_at", .doc = "When the policies are applied next; absent without any."}};
constexpr std::span<const Note> field_notes(const WorkspaceRetention*) {
  return workspace_retention_notes;
}

}  // namespace insightflow::retention

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<retention::Policy>();
extern template const Type& type_of<retention::SurveyPolicy>();
extern template const Type& type_of<retention::SurveyRetention>();
extern template const Type& type_of<retention::WorkspaceRetention>();
}  // namespace insightflow
