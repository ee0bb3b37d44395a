#pragma once

#include <insightflow/identity/actor.hpp>
#include <insightflow/survey/generate.hpp>
#include <insightflow/survey/survey.hpp>

#include <optional>
#include <string>
#include <vector>

namespace insightflow::survey {

/// Which part of a list is wanted. `after` is the `next` of the page before.
struct PageRequest {
  std::int64_t limit = 50;
  std::string after;
};
BOOST_DESCRIBE_STRUCT(PageRequest, (), (limit, after))
inline constexpr std::array page_request_notes{
    Note{.field = "limit", .doc = "Most items to return.", .min = 1, .max = 200},
    Note{.field = "after",
         .doc = "The \"next\" of the page before.",
         .omit_empty = true,
         .max = 64}};
constexpr std::span<const Note> field_notes(const PageRequest*) {
  return page_request_notes;
}

struct ProjectPage {
  std::vector<Project> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(ProjectPage, (), (items, next))

/// A survey without its questions.
struct Summary {
  SurveyId id;
  ProjectId project_id;
  std::string title;
  State state = State::draft;
  std::string slug;
  std::int64_t revision = 1;
  std::int64_t published_version = 0;
  std::int64_t response_count = 0;
  Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(Summary, (),
                      (id, project_id, title, state, slug, revision, published_version,
                       response_count, updated_at))

struct SummaryPage {
  std::vector<Summary> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(SummaryPage, (), (items, next))

/// The revision a change is based on. Without it the change is made to whatever is there.
using IfRevision = std::optional<std::int64_t>;

/// Projects of the actor's workspace. Reading needs `Permission::project_read`, changing
/// `Permission::project_edit`: in the workspace, or by a grant on the project.
class Projects {
 public:
  explicit Projects(identity::Scope scope) : scope_(scope) {}

  Result<Project> create(Project project);
  /// Errors: `project_unknown`.
  Result<Project> get(ProjectId id);
  Result<ProjectPage> list(const PageRequest& page);
  /// Replaces name and description. Errors: `project_unknown`, `revision_stale`.
  Result<Project> update(ProjectId id, Project project, IfRevision based_on = {});

 private:
  identity::Scope scope_;
};

/// Surveys of the actor's workspace. Reading needs `Permission::survey_read`, changing
/// `Permission::survey_edit`, moving through its states `Permission::survey_publish`: in the
/// workspace, or by a grant on the survey or its project. Each call is one transaction. Ids of
/// another workspace, and of what the actor may not see, are unknown here.
class Surveys {
 public:
  explicit Surveys(identity::Scope scope) : scope_(scope) {}

  /// Stores a draft, however imperfect. Without a project it goes to the workspace's first one,
  /// which is made when there is none; without a slug it gets a random one. Errors:
  /// `project_unknown`, `slug_taken`, `slug_malformed`.
  Result<Survey> create(Survey survey);

  /// The same in the caller's transaction.
  Result<Survey> create(storage::Tx& tx, Survey survey);

  /// Generates a draft from a goal and stores it. Errors: those of `survey::generate` and of
  /// `create`.
  Result<Survey> generate(const Brief& brief);

  /// For those who have `permission` on it. Errors: `survey_unknown`, `permission_missing`.
  Result<Survey> get(SurveyId id,
                     identity::Permission permission = identity::Permission::survey_read);
  Result<Survey> by_slug(std::string_view slug);
  Result<SummaryPage> list(const PageRequest& page);

  /// Replaces the draft and the settings; published versions stay as they are. Errors:
  /// `survey_unknown`, `revision_stale`, `survey_archived`, and those of `create`.
  Result<Survey> update(SurveyId id, Survey survey, IfRevision based_on = {});

  /// Freezes the draft as the next version and takes answers to it from now on. Publishing a draft
  /// that equals the latest version changes nothing. Errors: every problem of `check` at once, or
  /// `state_forbids`.
  Result<Survey> publish(SurveyId id, IfRevision based_on = {});

  /// Errors: `state_forbids`.
  Result<Survey> close(SurveyId id, IfRevision based_on = {});
  Result<Survey> reopen(SurveyId id, IfRevision based_on = {});
  Result<Survey> archive(SurveyId id, IfRevision based_on = {});

  /// A frozen version; 0 stands for the latest. Errors: `survey_unknown`, `version_unknown`.
  Result<Version> version(SurveyId id, std::int64_t number = 0);

 private:
  Result<Survey> move(SurveyId id, Event event, IfRevision based_on);

  identity::Scope scope_;
};

}  // namespace insightflow::survey

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<survey::PageRequest>();
extern template const Type& type_of<survey::ProjectPage>();
extern template const Type& type_of<survey::Summary>();
extern template const Type& type_of<survey::SummaryPage>();
}  // namespace insightflow
