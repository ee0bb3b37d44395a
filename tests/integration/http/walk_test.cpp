#include "support/http_world.hpp"
#include "support/people.hpp"

#include <insightflow/operations.hpp>

#include <map>
#include <set>

/// Every operation of the API, walked by everybody.
using namespace insightflow;
using namespace insightflow::test;

namespace {

/// Operations about how people sign in, which the account test walks.
bool about_accounts(const Operation& operation) {
  return operation.name.starts_with("auth.") || operation.name.starts_with("account.");
}

/// One thing of every kind that has an id in a path.
using Ids = std::map<std::string, std::string>;

Ids furnish(HttpWorld& world, HttpClient& owner, std::string_view slug) {
  Ids ids{{"number", "1"},
          {"name", "summarize"},
          {"slug", std::string(slug)},
          {"provider", "none"},
          {"session_id", "019301ab-0000-7000-8000-000000000000"}};
  ids["survey_id"] = create_survey(owner, slug);
  const auto given =
      owner.post("/api/v1/public/surveys/" + std::string(slug) + "/responses", answer_body);
  REQUIRE(given.status == 201);
  ids["response_id"] = text_at(json_of(given.body), "/id");
  const auto run =
      json_of(owner.post("/api/v1/surveys/" + ids["survey_id"] + "/insight-runs", "{}").body);
  ids["run_id"] = text_at(run, "/id");
  ids["job_id"] = text_at(run, "/job_id");
  REQUIRE(world.engine.work_until_idle().value() >= 1);
  REQUIRE(owner
              .send("PUT", "/api/v1/surveys/" + ids["survey_id"] + "/insight-schedule",
                    R"({"cron":"@daily"})")
              .status == 200);
  ids["project_id"] =
      text_at(json_of(owner.post("/api/v1/projects", R"({"name":"P"})").body), "/id");
  ids["key_id"] =
      text_at(json_of(owner.post("/api/v1/api-keys", R"({"name":"spare","role":"viewer"})").body),
              "/details/id");
  ids["workspace_id"] = text_at(json_of(owner.get("/api/v1/workspaces").body), "/items/0/id");
  IdSource source(system_clock());
  const auto workspace = WorkspaceId::parse(ids["workspace_id"]).value();
  ids["user_id"] =
      add_person(world.engine.database(), system_clock(), source, workspace,
                 std::string(slug) + ids["workspace_id"] + "@example.org", identity::Role::viewer)
          .value()
          .str();
  ids["invite_id"] = text_at(
      json_of(owner.post("/api/v1/invites", R"({"email":"new@example.org","role":"viewer"})").body),
      "/details/id");
  ids["erasure_id"] =
      text_at(json_of(owner.post("/api/v1/erasures", R"({"texts":["nobody@example.org"]})").body),
              "/erasure/id");
  const auto reader =
      json_of(owner.post("/api/v1/api-keys", R"({"name":"reader","role":"guest"})").body);
  ids["grant_id"] = text_at(
      json_of(owner
                  .send("PUT", "/api/v1/grants",
                        R"({"grantee":"key","grantee_id":")" + text_at(reader, "/details/id") +
                            R"(","object":"survey","object_id":")" + ids["survey_id"] +
                            R"(","role":"viewer"})")
                  .body),
      "/id");
  for (const auto& [name, id] : ids) {
    CAPTURE(name);
    CHECK(!id.empty());
  }
  return ids;
}

std::string path_of(const Operation& operation, const Ids& ids) {
  std::string out(base_path);
  for (std::string_view rest = operation.path; !rest.empty();) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    out += rest.substr(0, open);
    if (open == rest.size()) break;
    const std::size_t close = rest.find('}');
    out += ids.at(std::string(rest.substr(open + 1, close - open - 1)));
    rest.remove_prefix(close + 1);
  }
  return out;
}

const std::string questionnaire =
    R"({"title":"T","questions":[{"id":"q1","kind":"nps","text":"How likely are you to return?"}]})";

/// A body that is right for the operation, so that only the caller can be what is wrong.
std::string body_of(const Operation& operation) {
  static const std::map<std::string_view, std::string> bodies{
      {"surveys.generate", R"({"goal":"Why do trial users leave?"})"},
      {"surveys.generate_later", R"({"goal":"Why do trial users leave?"})"},
      {"prompts.set", R"({"text":"Write it in our own plain words."})"},
      {"surveys.create", survey_json("walked")},
      {"surveys.update", survey_json("trial")},
      {"surveys.save", survey_json("trial")},
      {"lint", questionnaire},
      {"responses.import", "q1,q2\n9,good\n"},
      {"insights.start", "{}"},
      {"insights.schedule", R"({"cron":"@daily"})"},
      {"projects.create", R"({"name":"Walk"})"},
      {"projects.update", R"({"name":"Walked"})"},
      {"keys.create", R"({"name":"walk","role":"viewer","scopes":["key_manage"]})"},
      {"retention.set", R"({"response_days":365})"},
      {"retention.set_survey", R"({"response_days":0})"},
      {"erasures.request", R"({"texts":["nobody@example.org"]})"},
      {"workspaces.create", R"({"name":"W"})"},
      {"workspaces.rename", R"({"name":"W"})"},
      {"members.change", R"({"role":"guest"})"},
      {"members.transfer", R"({"user_id":"019301ab-0000-7000-8000-000000000000"})"},
      {"invites.create", R"({"email":"a@example.org","role":"viewer"})"},
      {"invites.accept", R"({"token":"ifi_x"})"},
      {"grants.set",
       R"({"grantee":"user","grantee_id":"019301ab-0000-7000-8000-000000000000","object":"survey",
           "object_id":"019301ab-0000-7000-8000-000000000000","role":"editor"})"},
      {"public.respond", R"({"answers":{"q1":3}})"}};
  const auto found = bodies.find(operation.name);
  return found == bodies.end() ? std::string() : found->second;
}

}  // namespace

TEST_CASE("every operation asks for its key and its role") {
  HttpWorld world;
  auto owner = world.client(world.workspace("First"));
  const Ids ids = furnish(world, owner, "trial");
  const auto key = [&](std::string_view role, std::string_view more = {}) {
    const auto made = owner.post("/api/v1/api-keys", R"({"name":"r","role":")" + std::string(role) +
                                                         '"' + std::string(more) + "}");
    REQUIRE(made.status == 201);
    return json_of(made.body);
  };
  std::map<identity::Role, HttpClient> roles;
  for (const std::string_view role : {"guest", "viewer", "analyst", "editor", "admin"})
    roles.emplace(from_slug<identity::Role>(role).value(),
                  world.client(text_at(key(role), "/key")));
  // Keys that were good and are not any more.
  const auto revoked = key("owner"), expired = key("owner", R"(,"expires_at":"2999-01-01")");
  REQUIRE(owner.send("DELETE", "/api/v1/api-keys/" + text_at(revoked, "/details/id")).status ==
          200);
  REQUIRE(world.engine.database().write([&](storage::Tx& tx) {
    return tx.execute("UPDATE api_keys SET expires_at = 1 WHERE id = ?1",
                      {storage::Param::owned(text_at(expired, "/details/id"))});
  }));
  HttpClient gone[] = {world.client(), world.client(text_at(revoked, "/key")),
                       world.client(text_at(expired, "/key"))};
  std::size_t refused = 0;
  for (const Operation& operation : operations()) {
    if (!operation.permission) continue;
    CAPTURE(operation.name);
    const std::string path = path_of(operation, ids), body = body_of(operation);
    for (HttpClient& client : gone) CHECK(client.send(operation.method, path, body).status == 401);
    const bool person = identity::row_of(*operation.permission).reach == identity::Reach::person;
    for (auto& [role, client] : roles) {
      CAPTURE(slug(role));
      if (identity::allows(role, *operation.permission) && !person) {
        if (operation.method == "GET" && !operation.endless)
          CHECK(client.send(operation.method, path, body).status == 200);
        continue;
      }
      CHECK(client.send(operation.method, path, body).status == 403);
      ++refused;
    }
    // A key of the owner's that was given everything else.
    std::string others;
    for (const identity::PermissionRow& row : identity::permission_table)
      if (row.permission != *operation.permission)
        others += (others.empty() ? "\"" : ",\"") + std::string(slug(row.permission)) + '"';
    auto narrow = world.client(text_at(key("owner", R"(,"scopes":[)" + others + "]"), "/key"));
    CHECK(narrow.send(operation.method, path, body).status == 403);
  }
  CHECK(refused > 60);
  // None of the refused calls did anything.
  CHECK(json_of(owner.get("/api/v1/surveys").body).at_pointer("/items").as_array().size() == 1);
  CHECK(text_at(json_of(owner.get("/api/v1/surveys/" + ids.at("survey_id")).body), "/revision") ==
        "2");
}

TEST_CASE("what belongs to another workspace is not there") {
  HttpWorld world;
  auto first = world.client(world.workspace("First")),
       second = world.client(world.workspace("Second"));
  const Ids ids = furnish(world, first, "trial");
  Ids nowhere = ids;
  for (auto& [name, id] : nowhere)
    if (name.ends_with("_id")) id = "019301ab-0000-7000-8000-000000000000";
  std::size_t walked = 0;
  for (const Operation& operation : operations()) {
    if (!operation.permission || about_accounts(operation) ||
        operation.path.find('{') == std::string_view::npos)
      continue;
    if (operation.name.starts_with("prompts.")) continue;  // every workspace has every one
    CAPTURE(operation.name);
    const std::string path = path_of(operation, ids), body = body_of(operation);
    const auto theirs = second.send(operation.method, path, body);
    CHECK(theirs.status == 404);
    // It looks the same as what never was.
    const auto never = second.send(operation.method, path_of(operation, nowhere), body);
    CHECK(never.status == 404);
    CHECK(code_of(never) == code_of(theirs));
    Ids malformed = ids;
    for (auto& [name, id] : malformed) id = "not-an-id";
    CHECK(second.send(operation.method, path_of(operation, malformed), body).status == 404);
    ++walked;
  }
  CHECK(walked > 15);
  CHECK(json_of(second.get("/api/v1/surveys").body).at_pointer("/items").as_array().empty());
  CHECK(second.send("PUT", "/api/v1/surveys/" + ids.at("survey_id"), survey_json("trial")).status ==
        404);
  // Nor can a survey be put into a project of another workspace.
  CHECK(second
            .post("/api/v1/surveys",
                  survey_json("mine", R"("project_id":")" + ids.at("project_id") + "\","))
            .status == 404);
  // For its own people all of it is there.
  for (const Operation& operation : operations()) {
    if (about_accounts(operation)) continue;
    CAPTURE(operation.name);
    const bool person = operation.permission &&
                        identity::row_of(*operation.permission).reach == identity::Reach::person;
    // A key is nobody's, and a stream has no end.
    if (person || operation.endless) continue;
    const auto ours = first.send(operation.method, path_of(operation, ids), body_of(operation));
    CHECK((ours.status != 404 || code_of(ours) == "grantee_unknown"));
    CHECK(ours.status != 401);
    CHECK(ours.status != 403);
  }
}

TEST_CASE("methods, media types, HEAD and the addresses of the house") {
  HttpWorld world;
  auto owner = world.client(world.workspace("First"));
  const Ids ids = furnish(world, owner, "trial");
  std::map<std::string, std::set<std::string>> methods;
  for (const Operation& operation : operations()) {
    const std::string path = path_of(operation, ids);
    methods[path].insert(std::string(operation.method));
    if (operation.body == nullptr && operation.body_media.empty()) continue;
    CAPTURE(operation.name);
    const auto answer = owner.send(operation.method, path, "<a/>", "Content-Type: text/xml\r\n");
    // What a key may not ask for is refused before its body is looked at.
    const bool for_people = operation.permission && identity::row_of(*operation.permission).reach ==
                                                        identity::Reach::person;
    CHECK(answer.status == (for_people ? 403 : 415));
  }
  CHECK(
      owner
          .post("/api/v1/lint", questionnaire, "Content-Type: Application/JSON ; charset=utf-8\r\n")
          .status == 200);
  for (const auto& [path, known] : methods) {
    CAPTURE(path);
    for (const char* method :
         {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get"}) {
      if (known.count(method)) continue;
      const auto answer = owner.send(method, path, std::string_view(method) == "PATCH" ? "{}" : "");
      CHECK(answer.status == 405);
      const std::string allow = answer.field("Allow");
      for (const std::string& one : known) CHECK(allow.find(one) != std::string::npos);
      CHECK(allow.find(method) == std::string::npos);
    }
    if (!known.count("GET") || path.ends_with("/events")) continue;
    const auto whole = owner.get(path), head = owner.send("HEAD", path);
    CHECK(head.status == whole.status);
    CHECK(head.field("Content-Type") == whole.field("Content-Type"));
    CHECK(head.field("Content-Length") == whole.field("Content-Length"));
  }
  auto anyone = world.client();
  for (const char* path : {"/healthz", "/readyz", "/openapi.json", "/"}) {
    CAPTURE(path);
    const auto answer = anyone.get(path);
    CHECK(answer.status == 200);
    CHECK(answer.field("Content-Type") == "application/json");
    json_of(answer.body);
    CHECK(anyone.send("HEAD", path).status == 200);
  }
  const auto document = json_of(anyone.get("/openapi.json").body);
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    std::string method(operation.method);
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c | 0x20); });
    const std::string pointer =
        pointer_to("/paths", std::string(base_path) + std::string(operation.path));
    const std::string at = text_at(document, pointer + "/" + method + "/operationId");
    const std::string below =
        text_at(document, pointer_to("/paths", operation.path) + "/" + method + "/operationId");
    CHECK((at == operation.name || below == operation.name));
  }
  for (const char* path :
       {"/api/v1/nothing", "/api/v2/surveys", "/nothing", "/s", "/s/a/b", "/api", "//", "/s/"}) {
    CAPTURE(path);
    CHECK(anyone.get(path).status == 404);
  }
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    CAPTURE(method);
    for (const char* path : {"/healthz", "/readyz", "/openapi.json"}) {
      const auto answer = anyone.send(method, path);
      CHECK(answer.status == 405);
      CHECK(answer.field("Allow") == "GET, HEAD");
    }
  }
  for (const char* method : {"PUT", "DELETE", "PATCH"}) {
    const auto answer = anyone.send(method, "/s/trial");
    CHECK(answer.status == 405);
    CHECK(answer.field("Allow") == "GET, HEAD, POST");
  }
  const auto named = anyone.get("/api/v1/nothing", "X-Request-Id: my-own-7\r\n");
  CHECK(text_at(json_of(named.body), "/error/request_id") == "my-own-7");
}
