#pragma once

#include <insightflow/core/ids.hpp>
#include <insightflow/core/states.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/survey/questionnaire.hpp>

namespace insightflow::survey {

enum class State { draft, published, closed, archived };
BOOST_DESCRIBE_ENUM(State, draft, published, closed, archived)

enum class Event { publish, close, reopen, archive };

/// `publish` on a published survey freezes the next version.
inline constexpr std::array survey_edges{Edge{State::draft, Event::publish, State::published},
                                         Edge{State::published, Event::publish, State::published},
                                         Edge{State::published, Event::close, State::closed},
                                         Edge{State::closed, Event::reopen, State::published},
                                         Edge{State::draft, Event::archive, State::archived},
                                         Edge{State::published, Event::archive, State::archived},
                                         Edge{State::closed, Event::archive, State::archived}};
static_assert(!next(survey_edges, State::closed, Event::publish));
static_assert(!next(survey_edges, State::archived, Event::publish));

/// A heading for surveys that belong together.
struct Project {
  ProjectId id;
  std::string name;
  std::string description;
  std::int64_t revision = 1;
  Instant created_at;
  Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(Project, (), (id, name, description, revision, created_at, updated_at))
inline constexpr std::array project_notes{
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "name", .doc = "Shown in lists.", .required = true, .min = 1, .max = 200},
    Note{.field = "description", .doc = "What it is about.", .omit_empty = true, .max = 5000},
    Note{.field = "revision", .doc = "Goes up with each change; the ETag.", .read_only = true},
    Note{.field = "created_at", .doc = "When it was made.", .read_only = true},
    Note{.field = "updated_at", .doc = "When it last changed.", .read_only = true}};
constexpr std::span<const Note> field_notes(const Project*) {
  return project_notes;
}

/// A questionnaire in the field. The inherited members are the draft being edited; what respondents
/// answer is a frozen `Version`.
struct Survey : Questionnaire {
  SurveyId id;
  ProjectId project_id;
  State state = State::draft;
  std::string slug;
  std::int64_t revision = 1;
  std::int64_t published_version = 0;
  std::optional<Instant> opens_at;
  std::optional<Instant> closes_at;
  std::optional<std::int64_t> response_limit;
  std::int64_t response_count = 0;
  Instant created_at;
  Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(Survey, (Questionnaire),
                      (id, project_id, state, slug, revision, published_version, opens_at,
                       closes_at, response_limit, response_count, created_at, updated_at))
inline constexpr std::array survey_notes{
    Note{.field = "id", .doc = "Given by the server.", .read_only = true},
    Note{.field = "project_id", .doc = "The project it belongs to; the default one when left out."},
    Note{.field = "state", .doc = "Where it is in its life.", .read_only = true},
    Note{.field = "slug",
         .doc = "Last part of the public address; made up when left out.",
         .max = 64},
    Note{.field = "revision", .doc = "Goes up with each change; the ETag.", .read_only = true},
    Note{.field = "published_version",
         .doc = "The version respondents see; 0 before the first.",
         .read_only = true},
    Note{.field = "opens_at", .doc = "Answers are taken from here on."},
    Note{.field = "closes_at", .doc = "Answers are taken until here."},
    Note{.field = "response_limit",
         .doc = "No more answers than this are taken.",
         .min = 1,
         .max = 1e9},
    Note{
        .field = "response_count", .doc = "Answers taken so far, all versions.", .read_only = true},
    Note{.field = "created_at", .doc = "When it was made.", .read_only = true},
    Note{.field = "updated_at", .doc = "When it last changed.", .read_only = true}};
constexpr std::span<const Note> field_notes(const Survey*) {
  return survey_notes;
}

/// What was published, frozen. Never changes once it exists.
struct Version {
  SurveyId survey_id;
  std::int64_t number = 0;
  Instant published_at;
  std::string digest;  ///< SHA-256 (hex) of the questionnaire's JSON.
  Questionnaire questionnaire;
};
BOOST_DESCRIBE_STRUCT(Version, (), (survey_id, number, published_at, digest, questionnaire))

}  // namespace insightflow::survey

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<survey::Project>();
extern template const Type& type_of<survey::Survey>();
extern template const Type& type_of<survey::Version>();
}  // namespace insightflow
