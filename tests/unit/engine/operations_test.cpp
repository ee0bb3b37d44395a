#include "operations_world.hpp"

#include <insightflow/core/json.hpp>

using namespace insightflow;
using namespace insightflow::test;

namespace {

using Fixture = OperationsWorld;

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
  }
}

TEST_CASE_FIXTURE(Fixture, "with the permission it just has, each operation does what it says") {
  for (const Operation& operation : operations()) {
    if (about_accounts(operation)) continue;
    CAPTURE(operation.name);
    const identity::Actor actor =
        person(is_public(operation) ? Role::guest : identity::row_of(*operation.permission).least);
    const std::string body = body_of(operation, actor);
    const Session least = engine.as(actor);
    Call call = this->call(operation, &least);
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
    static const std::set<std::string_view> without_address{"keys.create", "invites.create",
                                                            "workspaces.create"};
    CHECK((operation.status != 201 || !done.value().location.empty() || is_public(operation) ||
           without_address.contains(operation.name)));
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
