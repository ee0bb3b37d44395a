#include "survey/store.hpp"
#include "survey/survey_row.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/events/log.hpp>
#include <insightflow/identity/trail.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>
#include <insightflow/storage/page.hpp>
#include <insightflow/survey/access.hpp>
#include <insightflow/survey/rules.hpp>
#include <insightflow/survey/surveys.hpp>

#include <algorithm>

namespace insightflow::survey {

using identity::Permission;

namespace {

const std::string survey_columns = column_list(type_of<SurveyRow>());
constexpr std::size_t slug_characters = 12;  // 60 bits

Error unknown_survey() {
  return fail(Code::not_found, "survey_unknown", "No survey of this workspace has this id.");
}

/// The settings that survey and row share, copied field by field through their descriptions.
template <class To, class From>
void copy_settings(To& to, const From& from) {
  to.id = from.id;
  to.project_id = from.project_id;
  to.state = from.state;
  to.slug = from.slug;
  to.revision = from.revision;
  to.published_version = from.published_version;
  to.opens_at = from.opens_at;
  to.closes_at = from.closes_at;
  to.response_limit = from.response_limit;
  to.created_at = from.created_at;
  to.updated_at = from.updated_at;
}

SurveyRow to_row(const Survey& survey) {
  SurveyRow row;
  copy_settings(row, survey);
  row.title = survey.title;
  row.questionnaire = survey;
  return row;
}

Result<Survey> from_row(storage::Tx& tx, SurveyRow row) {
  Survey survey;
  static_cast<Questionnaire&>(survey) = std::move(row.questionnaire);
  copy_settings(survey, row);
  BOOST_OUTCOME_TRY(const auto count,
                    tx.find<std::int64_t>(
                        "SELECT responses FROM survey_counters WHERE survey_id = ?1", {survey.id}));
  survey.response_count = count.value_or(0);
  return survey;
}

const std::string visible = identity::visible_sql("?3", "surveys.id, surveys.project_id");

/// A survey on which the actor has the permission, by its id or its slug.
Result<Survey> find_survey(storage::Tx& tx, const identity::Scope& scope, Permission permission,
                           const std::string& sql, const storage::Param& id_or_slug) {
  BOOST_OUTCOME_TRY(
      auto row, tx.find<SurveyRow>(sql, {scope.actor.workspace, id_or_slug, scope.only_granted()}));
  if (!row) return unknown_survey();
  BOOST_OUTCOME_TRY(scope.require(tx, permission, {row->project_id, row->id}));
  return from_row(tx, std::move(*row));
}
Result<Survey> find_survey(storage::Tx& tx, const identity::Scope& scope, Permission permission,
                           SurveyId id) {
  static const std::string sql = "SELECT " + survey_columns +
                                 " FROM surveys WHERE workspace_id = ?1 AND id = ?2 AND " + visible;
  return find_survey(tx, scope, permission, sql, id);
}

Result<void> check_slug(std::string_view slug) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (slug.size() >= 3 && slug.size() <= 64 && slug.front() != '-' && slug.back() != '-' &&
      std::all_of(slug.begin(), slug.end(), good))
    return success();
  return fail(
      Code::invalid, "slug_malformed",
      "A slug has 3 to 64 characters of a-z, 0-9 and -, and neither begins nor ends with -.",
      "/slug");
}

Error slug_taken(const Error& error) {
  if (error.reason != "unique_violated") return error;
  return fail(Code::conflict, "slug_taken", "Another survey has this slug. Choose another.",
              "/slug");
}

Result<void> check_dates(const Survey& survey) {
  if (survey.opens_at && survey.closes_at && *survey.opens_at >= *survey.closes_at)
    return fail(Code::invalid, "dates_reversed", "closes_at must be later than opens_at.",
                "/closes_at");
  return success();
}

Result<void> store(storage::Tx& tx, WorkspaceId workspace, const Survey& survey) {
  static const std::string sql =
      "UPDATE surveys SET (" + survey_columns +
      ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) WHERE id = ?1 AND "
      "workspace_id = ?14";
  std::vector<storage::Param> params = storage::row_params(to_row(survey));
  params.emplace_back(workspace);
  if (auto stored = tx.execute(sql, params); !stored) return slug_taken(stored.error());
  return success();
}

audit::Action action_of(Event event) {
  switch (event) {
    case Event::close: return audit::Action::survey_closed;
    case Event::archive: return audit::Action::survey_archived;
    case Event::reopen: return audit::Action::survey_reopened;
    default: return audit::Action::survey_published;
  }
}

/// What an event tells of a survey.
struct News {
  std::string slug;
  State state = State::draft;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(News, (), (slug, state, version))

/// Adds the event to the caller's transaction.
Result<void> announce(storage::Tx& tx, const identity::Scope& scope, const Survey& survey,
                      Event event) {
  static constexpr std::pair<Event, std::string_view> types[] = {
      {Event::publish, "survey.published"},
      {Event::close, "survey.closed"},
      {Event::reopen, "survey.reopened"},
      {Event::archive, "survey.archived"}};
  for (const auto& [known, type] : types) {
    if (known != event) continue;
    BOOST_OUTCOME_TRY(events::Log(scope.db, scope.clock)
                          .append(tx, scope.actor.workspace,
                                  {.type = std::string(type),
                                   .subject = survey.id.str(),
                                   .data = to_json_text(News{survey.slug, survey.state,
                                                             survey.published_version})}));
  }
  return success();
}

}  // namespace

Result<identity::Place> require(storage::Tx& tx, const identity::Scope& scope,
                                Permission permission, SurveyId id) {
  static const std::string sql =
      "SELECT project_id FROM surveys WHERE workspace_id = ?1 AND id = ?2 AND " + visible;
  BOOST_OUTCOME_TRY(const auto project,
                    tx.find<ProjectId>(sql, {scope.actor.workspace, id, scope.only_granted()}));
  if (!project) return unknown_survey();
  const identity::Place place{*project, id};
  BOOST_OUTCOME_TRY(scope.require(tx, permission, place));
  return place;
}

Result<Version> find_version(storage::Tx& tx, SurveyId id, std::int64_t number) {
  static const std::string sql =
      "SELECT " + column_list(type_of<Version>(), "v.") +
      " FROM survey_versions v JOIN surveys s ON s.id = v.survey_id WHERE s.id = ?1 AND v.number = "
      "CASE ?2 WHEN 0 THEN s.published_version ELSE ?2 END";
  BOOST_OUTCOME_TRY(auto version, tx.find<Version>(sql, {id, number}));
  if (!version)
    return fail(Code::not_found, "version_unknown", "The survey has no such published version.");
  return std::move(*version);
}

Result<Survey> Surveys::create(Survey survey) {
  return scope_.db.write([&](storage::Tx& tx) { return create(tx, survey); });
}

Result<Survey> Surveys::create(storage::Tx& tx, Survey made) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::survey_edit));
  if (made.slug.empty()) made.slug = security::random_token("", slug_characters);
  BOOST_OUTCOME_TRY(check_slug(made.slug));
  BOOST_OUTCOME_TRY(check_dates(made));
  if (made.project_id) {
    BOOST_OUTCOME_TRY(find_project(tx, scope_, Permission::survey_edit, made.project_id));
  } else {
    BOOST_OUTCOME_TRY(made.project_id, first_project(tx, scope_, Permission::survey_edit));
  }
  made.id = scope_.ids.next<SurveyId>();
  made.state = State::draft;
  made.revision = 1;
  made.published_version = made.response_count = 0;
  made.created_at = made.updated_at = scope_.clock.now();
  static const std::string sql =
      "INSERT INTO surveys (" + survey_columns +
      ", workspace_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
  std::vector<storage::Param> params = storage::row_params(to_row(made));
  params.emplace_back(scope_.actor.workspace);
  if (auto inserted = tx.execute(sql, params); !inserted) return slug_taken(inserted.error());
  BOOST_OUTCOME_TRY(tx.execute(
      "INSERT INTO survey_counters (survey_id, responses, changes) VALUES (?1, 0, 0)", {made.id}));
  return made;
}

Result<Survey> Surveys::generate(const Brief& brief) {
  BOOST_OUTCOME_TRY(auto questionnaire, survey::generate(brief));
  Survey survey;
  static_cast<Questionnaire&>(survey) = std::move(questionnaire);
  return create(std::move(survey));
}

Result<Survey> Surveys::get(SurveyId id, Permission permission) {
  BOOST_OUTCOME_TRY(scope_.reach(permission));
  return scope_.db.read([&](storage::Tx& tx) { return find_survey(tx, scope_, permission, id); });
}

Result<Survey> Surveys::by_slug(std::string_view slug) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::survey_read));
  static const std::string sql = "SELECT " + survey_columns +
                                 " FROM surveys WHERE workspace_id = ?1 AND slug = ?2 AND " +
                                 visible;
  return scope_.db.read(
      [&](storage::Tx& tx) { return find_survey(tx, scope_, Permission::survey_read, sql, slug); });
}

Result<SummaryPage> Surveys::list(const PageRequest& page) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::survey_read));
  static const std::string sql =
      "SELECT s.id, s.project_id, s.title, s.state, s.slug, "
      "s.revision, s.published_version, c.responses, s.updated_at FROM surveys s JOIN "
      "survey_counters c ON c.survey_id = s.id WHERE s.workspace_id = ?1 AND s.id > ?2 AND " +
      identity::visible_sql("?4", "s.id, s.project_id") + " ORDER BY s.id LIMIT ?3";
  return scope_.db.read([&](storage::Tx& tx) -> Result<SummaryPage> {
    const std::int64_t limit = storage::page_limit(page.limit);
    SummaryPage out;
    BOOST_OUTCOME_TRY(out.items, tx.list<Summary>(sql, {scope_.actor.workspace, page.after,
                                                        limit + 1, scope_.only_granted()}));
    out.next = storage::cut_page(out.items, limit);
    return out;
  });
}

Result<Survey> Surveys::update(SurveyId id, Survey survey, IfRevision based_on) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::survey_edit));
  BOOST_OUTCOME_TRY(check_dates(survey));
  return scope_.db.write([&](storage::Tx& tx) -> Result<Survey> {
    BOOST_OUTCOME_TRY(auto stored, find_survey(tx, scope_, Permission::survey_edit, id));
    BOOST_OUTCOME_TRY(check_revision(stored.revision, based_on));
    if (stored.state == State::archived)
      return fail(Code::conflict, "survey_archived", "An archived survey cannot be changed.");
    static_cast<Questionnaire&>(stored) = survey;
    if (survey.project_id && survey.project_id != stored.project_id) {
      BOOST_OUTCOME_TRY(find_project(tx, scope_, Permission::survey_edit, survey.project_id));
      stored.project_id = survey.project_id;
    }
    if (!survey.slug.empty() && survey.slug != stored.slug) {
      BOOST_OUTCOME_TRY(check_slug(survey.slug));
      stored.slug = survey.slug;
    }
    stored.opens_at = survey.opens_at;
    stored.closes_at = survey.closes_at;
    stored.response_limit = survey.response_limit;
    stored.updated_at = scope_.clock.now();
    ++stored.revision;
    BOOST_OUTCOME_TRY(store(tx, scope_.actor.workspace, stored));
    return stored;
  });
}

Result<Survey> Surveys::move(SurveyId id, Event event, IfRevision based_on) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::survey_publish));
  return scope_.db.write([&](storage::Tx& tx) -> Result<Survey> {
    BOOST_OUTCOME_TRY(auto survey, find_survey(tx, scope_, Permission::survey_publish, id));
    BOOST_OUTCOME_TRY(check_revision(survey.revision, based_on));
    const auto to = next(survey_edges, survey.state, event);
    if (!to)
      return fail(
          Code::conflict, "state_forbids",
          "This cannot be done to a survey that is " + std::string(slug(survey.state)) + ".");
    if (event == Event::publish) {
      if (auto problems = check(survey); !problems.empty()) return invalid(std::move(problems));
      const std::string document =
          to_json_text(static_cast<const Questionnaire&>(survey), Audience::storage);
      const std::string digest = security::sha256(document);
      BOOST_OUTCOME_TRY(
          const auto latest,
          tx.find<std::string>(
              "SELECT digest FROM survey_versions WHERE survey_id = ?1 AND number = ?2",
              {survey.id, survey.published_version}));
      if (latest == digest && survey.state == *to) return survey;
      if (latest != digest) {
        ++survey.published_version;
        BOOST_OUTCOME_TRY(tx.insert(
            "survey_versions",
            Version{survey.id, survey.published_version, scope_.clock.now(), digest, survey}));
      }
    }
    survey.state = *to;
    survey.updated_at = scope_.clock.now();
    ++survey.revision;
    BOOST_OUTCOME_TRY(store(tx, scope_.actor.workspace, survey));
    BOOST_OUTCOME_TRY(announce(tx, scope_, survey, event));
    BOOST_OUTCOME_TRY(identity::record(tx, scope_, action_of(event), "survey:" + survey.id.str(),
                                       "version " + std::to_string(survey.published_version)));
    return survey;
  });
}

Result<Survey> Surveys::publish(SurveyId id, IfRevision based_on) {
  return move(id, Event::publish, based_on);
}
Result<Survey> Surveys::close(SurveyId id, IfRevision based_on) {
  return move(id, Event::close, based_on);
}
Result<Survey> Surveys::reopen(SurveyId id, IfRevision based_on) {
  return move(id, Event::reopen, based_on);
}
Result<Survey> Surveys::archive(SurveyId id, IfRevision based_on) {
  return move(id, Event::archive, based_on);
}

Result<Version> Surveys::version(SurveyId id, std::int64_t number) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::survey_read));
  return scope_.db.read([&](storage::Tx& tx) -> Result<Version> {
    BOOST_OUTCOME_TRY(require(tx, scope_, Permission::survey_read, id));
    return find_version(tx, id, number);
  });
}

}  // namespace insightflow::survey

namespace insightflow {
template const Type& type_of<survey::Project>();
template const Type& type_of<survey::Survey>();
template const Type& type_of<survey::Version>();
template const Type& type_of<survey::PageRequest>();
template const Type& type_of<survey::ProjectPage>();
template const Type& type_of<survey::Summary>();
template const Type& type_of<survey::SummaryPage>();
}  // namespace insightflow
