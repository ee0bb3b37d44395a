#include "engine/operation_tables.hpp"

#include <insightflow/identity/workspaces.hpp>

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

Result<Reply> create_key(const Call& call) {
  BOOST_OUTCOME_TRY(const auto request, call.read_body<identity::KeyRequest>());
  BOOST_OUTCOME_TRY(const auto key, call.session->keys().create(request));
  return reply(key, 201);
}
Result<Reply> list_keys(const Call& call) {
  BOOST_OUTCOME_TRY(const auto keys, call.session->keys().list());
  return reply(keys);
}
Result<Reply> revoke_key(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ApiKeyId>());
  BOOST_OUTCOME_TRY(const auto key, call.session->keys().revoke(id));
  return reply(key);
}

Result<Reply> create_project(const Call& call) {
  BOOST_OUTCOME_TRY(auto project, call.read_body<survey::Project>());
  BOOST_OUTCOME_TRY(const auto made, call.session->projects().create(std::move(project)));
  Reply out = revisioned(made, 201);
  out.location = "/projects/" + made.id.str();
  return out;
}
Result<Reply> list_projects(const Call& call) {
  BOOST_OUTCOME_TRY(const auto page, call.read_query<survey::PageRequest>());
  BOOST_OUTCOME_TRY(const auto projects, call.session->projects().list(page));
  return reply(projects);
}
Result<Reply> get_project(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ProjectId>());
  BOOST_OUTCOME_TRY(const auto project, call.session->projects().get(id));
  return revisioned(project);
}
Result<Reply> update_project(const Call& call) {
  BOOST_OUTCOME_TRY(const auto id, call.id<ProjectId>());
  BOOST_OUTCOME_TRY(auto project, call.read_body<survey::Project>());
  BOOST_OUTCOME_TRY(const auto updated,
                    call.session->projects().update(id, std::move(project), call.if_revision));
  return revisioned(updated);
}

}  // namespace

std::span<const Operation> workspace_operations() {
  static const Operation table[] = {{.name = "projects.create",
                                     .method = "POST",
                                     .path = "/projects",
                                     .summary = "Make a project.",
                                     .permission = Permission::project_create,
                                     .status = 201,
                                     .body = type<survey::Project>,
                                     .output = type<survey::Project>,
                                     .run = create_project},
                                    {.name = "projects.list",
                                     .method = "GET",
                                     .path = "/projects",
                                     .summary = "List projects, oldest first.",
                                     .permission = Permission::project_read,
                                     .query = type<survey::PageRequest>,
                                     .output = type<survey::ProjectPage>,
                                     .run = list_projects},
                                    {.name = "projects.get",
                                     .method = "GET",
                                     .path = "/projects/{project_id}",
                                     .summary = "Read a project.",
                                     .permission = Permission::project_read,
                                     .output = type<survey::Project>,
                                     .revisioned = true,
                                     .run = get_project},
                                    {.name = "projects.update",
                                     .method = "PUT",
                                     .path = "/projects/{project_id}",
                                     .summary = "Rename or describe a project.",
                                     .permission = Permission::project_edit,
                                     .body = type<survey::Project>,
                                     .output = type<survey::Project>,
                                     .revisioned = true,
                                     .run = update_project},
                                    {.name = "keys.create",
                                     .method = "POST",
                                     .path = "/api-keys",
                                     .summary = "Make an API key; it is shown this once.",
                                     .permission = Permission::key_manage,
                                     .status = 201,
                                     .body = type<identity::KeyRequest>,
                                     .output = type<identity::NewKey>,
                                     .run = create_key},
                                    {.name = "keys.list",
                                     .method = "GET",
                                     .path = "/api-keys",
                                     .summary = "List API keys.",
                                     .permission = Permission::key_manage,
                                     .output = type<identity::KeyList>,
                                     .run = list_keys},
                                    {.name = "keys.revoke",
                                     .method = "DELETE",
                                     .path = "/api-keys/{key_id}",
                                     .summary = "Refuse a key from now on.",
                                     .permission = Permission::key_manage,
                                     .output = type<identity::ApiKey>,
                                     .run = revoke_key}};
  return table;
}

}  // namespace insightflow
