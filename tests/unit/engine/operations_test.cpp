#include "support/inspect.hpp"
#include "support/sample_survey.hpp"
#include "support/temporary.hpp"

#include <insightflow/operations.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace insightflow;
using identity::Permission;
using identity::Role;

namespace {

struct Fixture {
  test::TemporaryFolder folder;
  ManualClock clock{Instant{1'767'225'600'000}};
  Engine engine =
      Engine::open({.database = "sqlite:" + (folder / "a.db"), .clock = &clock}).value();
  WorkspaceId home = engine.create_workspace("First").value().workspace.id;
  WorkspaceId elsewhere = engine.create_workspace("Second").value().workspace.id;
  Session owner = engine.as({home, Role::owner});
  survey::Survey survey =
      owner.surveys()
          .publish(owner.surveys().create(test::sample_survey("the-survey")).value().id)
          .value();
  ResponseId response = answered();
  insight::Run run = finished();
  insight::Run queued = owner.insights().start(survey.id, {{}, true}).value();
  ApiKeyId key = owner.keys().list().value().items.front().id;

  ResponseId answered() {
    for (int i = 0; i < 11; ++i) REQUIRE(engine.respond(survey.slug, test::sample_answer(i)));
    return engine.respond(survey.slug, test::sample_answer(11)).value().id;
  }
  insight::Run finished() {
    const auto started = owner.insights().start(survey.id).value();
    REQUIRE(engine.work_until_idle());
    return owner.insights().get(started.id).value();
  }

  /// What stands in the place of each {name} of a path.
  std::string value_of(const Operation& operation, std::string_view name) const {
    if (name == "survey_id") return survey.id.str();
    if (name == "project_id") return survey.project_id.str();
    if (name == "response_id") return response.str();
    if (name == "key_id") return key.str();
    if (name == "job_id") return queued.job_id.str();
    if (name == "run_id") return (operation.name == "insights.cancel" ? queued.id : run.id).str();
    if (name == "slug") return survey.slug;
    if (name == "number") return "1";
    if (name == "name") return "summarize";
    FAIL("no value for {" << name << "}");
    return {};
  }
  Call call(const Operation& operation, const Session* session) {
    Call out{.engine = engine, .session = session};
    const std::string_view path = operation.path;
    for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1))
      out.path.push_back(value_of(operation, path.substr(at + 1, path.find('}', at) - at - 1)));
    return out;
  }
  /// A body that the operation takes.
  static std::string body_of(const Operation& operation) {
    if (operation.name == "surveys.generate" || operation.name == "surveys.generate_later")
      return R"({"goal":"Why do trial users leave?"})";
    if (operation.name == "surveys.create" || operation.name == "surveys.update" ||
        operation.name == "surveys.save" || operation.name == "lint")
      return to_json_text(static_cast<const survey::Questionnaire&>(test::sample_survey()));
    if (operation.name == "prompts.set") return R"({"text":"Write it in our own plain words."})";
    if (operation.name.starts_with("projects.")) return R"({"name":"P"})";
    if (operation.name == "insights.schedule") return R"({"cron":"@daily"})";
    if (operation.name == "keys.create") return R"({"name":"k","role":"viewer"})";
    if (operation.name == "public.respond") return to_json_text(test::sample_answer(1));
    if (operation.name == "responses.import") return "score\n1\n";
    return {};
  }
};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

bool is_public(const Operation& operation) {
  return !operation.permission;
}

}  // namespace

TEST_CASE("operations have names and places of their own") {
  std::set<std::string> names, places;
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    CHECK(names.emplace(operation.name).second);
    // Two paths that differ in the name of a parameter alone are the same place.
    std::string shape(operation.method);
    bool inside = false;
    for (const char c : operation.path) {
      if (c == '{') inside = true;
      if (!inside) shape += c;
      if (c == '}') {
        inside = false;
        shape += '*';
      }
    }
    CHECK(places.insert(shape).second);
    CHECK(operation.path.starts_with('/'));
    CHECK((operation.run != nullptr));
    CHECK(operation.summary.ends_with('.'));
    CHECK(std::set<std::string_view>{"GET", "POST", "PUT", "DELETE"}.contains(operation.method));
    CHECK((operation.body == nullptr || operation.body_media.empty()));
    CHECK((operation.output == nullptr || operation.output_media.empty()));
    CHECK((operation.output != nullptr || !operation.output_media.empty()));
    CHECK((operation.method != "GET" || operation.body == nullptr));
    const bool reads = (operation.permission == Permission::read && operation.name != "lint") ||
                       operation.name == "public.survey" || operation.name == "keys.list";
    CHECK((operation.method == "GET") == reads);
  }
}

TEST_CASE_FIXTURE(Fixture, "every operation works for those who may, and for nobody else") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    const std::string body = body_of(operation);
    Call call = this->call(operation, nullptr);
    call.body = body;
    if (is_public(operation)) {
      CHECK(reason(perform(operation, call)) == "ok");
      continue;
    }
    const std::string before = test::dump(engine.database());
    CHECK(reason(perform(operation, call)) == "key_missing");
    for (const Role role : {Role::viewer, Role::editor, Role::admin}) {
      if (identity::allows(role, *operation.permission)) continue;
      const Session session = engine.as({home, role});
      call.session = &session;
      const auto refused = perform(operation, call);
      CHECK(reason(refused) == "permission_missing");
      CHECK(http_status(refused.error()) == 403);
    }
    const Session stranger = engine.as({elsewhere, Role::owner});
    call.session = &stranger;
    // Every workspace has every prompt.
    if (!call.path.empty() && !operation.name.starts_with("prompts.")) {
      const auto foreign = perform(operation, call);
      REQUIRE(!foreign);
      CHECK(foreign.error().code == Code::not_found);
      CHECK(http_status(foreign.error()) == 404);
      for (const std::string& hostile :
           {std::string("x"), std::string("'"), std::string(36, '0'), std::string()}) {
        Call wrong = call;
        wrong.session = &owner;
        wrong.path[0] = hostile;
        CHECK(perform(operation, wrong).error().code == Code::not_found);
      }
    }
    CHECK(test::dump(engine.database()) == before);
  }
  // With the permission it just has, each does what it says. Order matters: archive comes last.
  const Session least[] = {engine.as({home, Role::viewer}), engine.as({home, Role::editor}),
                           engine.as({home, Role::admin})};
  for (const Operation& operation : operations()) {
    if (is_public(operation) || operation.name == "surveys.archive") continue;
    CAPTURE(operation.name);
    const std::string body = body_of(operation);
    Call call = this->call(operation, &least[static_cast<std::size_t>(*operation.permission)]);
    call.body = body;
    // The queued run was cancelled under the name of its run before.
    const bool spent = operation.name == "jobs.cancel";
    const auto done = perform(operation, call);
    CHECK(reason(done) == (spent ? "job_finished" : "ok"));
    if (!done) continue;
    CHECK((done.value().status == operation.status ||
           (operation.name == "insights.start" && done.value().status == 200)));
    CHECK(done.value().revision.has_value() ==
          (operation.revisioned || operation.name == "surveys.create" ||
           operation.name == "surveys.generate" || operation.name == "projects.create"));
    CHECK((operation.status != 201 || !done.value().location.empty() ||
           operation.name == "keys.create"));
  }
}

TEST_CASE_FIXTURE(Fixture, "bodies are read strictly") {
  struct Row {
    std::string body;
    std::string reason;
    int status;
  };
  const Row rows[] = {{"", "field_missing", 422},
                      {"{", "json_malformed", 400},
                      {"[]", "type_mismatch", 422},
                      {"null", "type_mismatch", 422},
                      {R"({"name":"x","name":"y"})", "json_duplicate_key", 400},
                      {R"({"name":1})", "type_mismatch", 422},
                      {R"({"name":""})", "out_of_range", 422},
                      {R"({"name":")" + std::string(201, 'x') + R"("})", "out_of_range", 422},
                      {R"({"name":"x","nome":"y"})", "field_unknown", 422},
                      {"{\"name\":\"\xFF\"}", "utf8_invalid", 400},
                      {R"({"name":"\ud800"})", "json_malformed", 400},
                      {std::string(100, '[') + std::string(100, ']'), "json_too_deep", 400}};
  const Operation* create = nullptr;
  for (const Operation& operation : operations())
    if (operation.name == "projects.create") create = &operation;
  REQUIRE(create != nullptr);
  const std::string before = test::dump(engine.database());
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const auto refused = perform(*create, {.engine = engine, .session = &owner, .body = row.body});
    REQUIRE(!refused);
    CHECK(refused.error().reason == row.reason);
    CHECK(http_status(refused.error()) == row.status);
    const auto envelope = parse_json(error_envelope(refused.error(), "r-1")).value();
    CHECK(envelope.at("error").at("code").as_string() == std::string_view(row.reason));
    CHECK(envelope.at("error").at("request_id").as_string() == "r-1");
    CHECK(envelope.at("error").at("details").is_array());
  }
  CHECK(test::dump(engine.database()) == before);
}

TEST_CASE_FIXTURE(Fixture, "queries are read strictly") {
  using Query = std::vector<std::pair<std::string, std::string>>;
  struct Row {
    Query query;
    std::string reason;
  };
  const Row rows[] = {{{}, "ok"},
                      {{{"limit", "1"}}, "ok"},
                      {{{"limit", "0"}}, "out_of_range"},
                      {{{"limit", "201"}}, "out_of_range"},
                      {{{"limit", "-1"}}, "out_of_range"},
                      {{{"limit", "ten"}}, "type_mismatch"},
                      {{{"limit", "1.5"}}, "type_mismatch"},
                      {{{"limit", ""}}, "type_mismatch"},
                      {{{"limit", "99999999999999999999"}}, "type_mismatch"},
                      {{{"offset", "1"}}, "field_unknown"},
                      {{{"after", std::string(65, 'x')}}, "out_of_range"}};
  for (const Operation& operation : operations()) {
    if (operation.query == nullptr || operation.query().name != "PageRequest") continue;
    for (const Row& row : rows) {
      CAPTURE(operation.name);
      CAPTURE(row.reason);
      Call call = this->call(operation, &owner);
      call.query = row.query;
      CHECK(reason(perform(operation, call)) == row.reason);
    }
  }
}

TEST_CASE("an engine opens what it knows and says what it does not") {
  const test::TemporaryFolder folder;
  CHECK(reason(Engine::open({.database = "mysql:x"})) == "database_url_unknown");
  CHECK(reason(Engine::open({.database = folder / "a.db"})) == "database_url_unknown");
  CHECK(reason(Engine::open({.database = "sqlite:" + (folder / "a.db"), .create = false})) ==
        "database_missing");
  CHECK(reason(Engine::open({.database = "sqlite:" + (folder / "no/such/a.db")})) != "ok");
  CHECK(reason(Engine::open({.database = "sqlite:" + (folder / "a.db")})) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "an engine may be moved, and sessions stay good") {
  Engine moved = std::move(engine);
  CHECK(owner.surveys().get(survey.id));
  CHECK(moved.respond(survey.slug, test::sample_answer(1)));
  CHECK(moved.backup(folder / "copy.db"));
  auto copy = Engine::open({.database = "sqlite:" + (folder / "copy.db"), .create = false}).value();
  CHECK(copy.as({home, Role::viewer}).surveys().get(survey.id).value().response_count == 13);
  CHECK(test::broken_invariants(copy.database()) == std::vector<std::string>{});
  engine = std::move(moved);
}

TEST_CASE("every kind of error has its status") {
  struct Row {
    Code code;
    std::string_view reason;
    int status;
  };
  const Row rows[] = {{Code::invalid, "x", 422},
                      {Code::invalid, "json_malformed", 400},
                      {Code::invalid, "utf8_invalid", 400},
                      {Code::unauthenticated, "x", 401},
                      {Code::forbidden, "x", 403},
                      {Code::not_found, "x", 404},
                      {Code::conflict, "x", 409},
                      {Code::stale, "x", 412},
                      {Code::too_large, "x", 413},
                      {Code::unsupported, "x", 415},
                      {Code::rate_limited, "x", 429},
                      {Code::cancelled, "x", 409},
                      {Code::timed_out, "x", 503},
                      {Code::unavailable, "x", 503},
                      {Code::corrupt, "x", 500},
                      {Code::internal, "x", 500}};
  for (const Row& row : rows) {
    CAPTURE(slug(row.code));
    CHECK(http_status(fail(row.code, row.reason, "")) == row.status);
  }
}
