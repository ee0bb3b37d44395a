#include "survey/store.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/storage/page.hpp>

namespace insightflow::survey {

using identity::Permission;

namespace {

const std::string project_columns = column_list(type_of<Project>());

Error unknown_project() {
  return fail(Code::not_found, "project_unknown", "No project has this id.", "/project_id");
}

}  // namespace

Result<Project> insert_project(storage::Tx& tx, const identity::Scope& scope, Project project) {
  project.id = scope.ids.next<ProjectId>();
  project.revision = 1;
  project.created_at = project.updated_at = scope.clock.now();
  std::vector<storage::Param> params = storage::row_params(project);
  params.emplace_back(scope.actor.workspace);
  static const std::string sql = "INSERT INTO projects (" + project_columns +
                                 ", workspace_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
  BOOST_OUTCOME_TRY(tx.execute(sql, params));
  return project;
}

Result<Project> find_project(storage::Tx& tx, const identity::Scope& scope, Permission permission,
                             ProjectId id) {
  static const std::string sql = "SELECT " + project_columns +
                                 " FROM projects WHERE workspace_id = ?1 AND id = ?2 AND " +
                                 identity::visible_sql("?3", "projects.id");
  BOOST_OUTCOME_TRY(auto project,
                    tx.find<Project>(sql, {scope.actor.workspace, id, scope.only_granted()}));
  if (!project) return unknown_project();
  BOOST_OUTCOME_TRY(scope.require(tx, permission, {id}));
  return std::move(*project);
}

Result<ProjectId> first_project(storage::Tx& tx, const identity::Scope& scope,
                                Permission permission) {
  static const std::string sql = "SELECT id FROM projects WHERE workspace_id = ?1 AND " +
                                 identity::visible_sql("?2", "projects.id") +
                                 " ORDER BY id LIMIT 1";
  BOOST_OUTCOME_TRY(const auto first,
                    tx.find<ProjectId>(sql, {scope.actor.workspace, scope.only_granted()}));
  if (first) {
    BOOST_OUTCOME_TRY(scope.require(tx, permission, {*first}));
    return *first;
  }
  BOOST_OUTCOME_TRY(scope.require(permission));  // In a project of its own nobody has a grant yet.
  BOOST_OUTCOME_TRY(const auto made, insert_project(tx, scope, {.name = "General"}));
  return made.id;
}

Result<Project> Projects::create(Project project) {
  BOOST_OUTCOME_TRY(scope_.require(Permission::project_create));
  return scope_.db.write([&](storage::Tx& tx) { return insert_project(tx, scope_, project); });
}

Result<Project> Projects::get(ProjectId id) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::project_read));
  return scope_.db.read(
      [&](storage::Tx& tx) { return find_project(tx, scope_, Permission::project_read, id); });
}

Result<ProjectPage> Projects::list(const PageRequest& page) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::project_read));
  static const std::string sql =
      "SELECT " + project_columns + " FROM projects WHERE workspace_id = ?1 AND id > ?2 AND " +
      identity::visible_sql("?4", "projects.id") + " ORDER BY id LIMIT ?3";
  return scope_.db.read([&](storage::Tx& tx) -> Result<ProjectPage> {
    const std::int64_t limit = storage::page_limit(page.limit);
    ProjectPage out;
    BOOST_OUTCOME_TRY(out.items, tx.list<Project>(sql, {scope_.actor.workspace, page.after,
                                                        limit + 1, scope_.only_granted()}));
    out.next = storage::cut_page(out.items, limit);
    return out;
  });
}

Result<Project> Projects::update(ProjectId id, Project project, IfRevision based_on) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::project_edit));
  return scope_.db.write([&](storage::Tx& tx) -> Result<Project> {
    BOOST_OUTCOME_TRY(auto stored, find_project(tx, scope_, Permission::project_edit, id));
    BOOST_OUTCOME_TRY(check_revision(stored.revision, based_on));
    stored.name = project.name;
    stored.description = project.description;
    stored.updated_at = scope_.clock.now();
    ++stored.revision;
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE projects SET name = ?3, description = ?4, revision = ?5, "
                   "updated_at = ?6 WHERE workspace_id = ?1 AND id = ?2",
                   {scope_.actor.workspace, id, stored.name, stored.description, stored.revision,
                    stored.updated_at}));
    return stored;
  });
}

}  // namespace insightflow::survey
