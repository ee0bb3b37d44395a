#include "support/http_world.hpp"
#include "support/people.hpp"

#include <insightflow/operations.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <set>

using namespace insightflow;
using namespace insightflow::test;

namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// Polls until the run has ended; the count only keeps a defect from hanging the test.
std::string finished_state(HttpClient& client, const std::string& run) {
  for (int i = 0; i < 2000; ++i) {
    const std::string state =
        text_at(json_of(client.get("/api/v1/insight-runs/" + run).body), "/state");
    if (state != "queued" && state != "running") return state;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return "never";
}

}  // namespace

TEST_CASE("the main job over HTTP") {
  HttpWorld world(HttpWorld::Jobs::run);
  auto owner = world.client(world.workspace("First"));
  auto anyone = world.client();

  // A survey from a goal has nothing for the linter to say.
  auto answer = owner.post("/api/v1/surveys/generate",
                           R"({"goal":"Why do trial users leave?","audience":"trial users"})");
  CHECK(answer.status == 201);
  const std::string generated = text_at(json_of(answer.body), "/id");
  CHECK(answer.field("Location") == "/api/v1/surveys/" + generated);
  answer = owner.get("/api/v1/surveys/" + generated + "/lint");
  CHECK(answer.status == 200);
  CHECK(text_at(json_of(answer.body), "/findings") == "[]");
  CHECK(owner
            .post("/api/v1/lint",
                  R"({"title":"T","questions":[{"id":"q1","kind":"open_text",
                       "text":"Don't you agree that our great app is amazing?"}]})")
            .body.find("\"rule\"") != std::string::npos);

  // Settings of the linter come with the query.
  const std::string vague =
      R"({"title":"T","questions":[{"id":"q1","kind":"yes_no","text":"Do you regularly exercise?"}]})";
  CHECK(text_at(json_of(owner.post("/api/v1/lint", vague).body), "/counts/warnings") == "1");
  CHECK(text_at(json_of(owner.post("/api/v1/lint?off=vague-quantifier,leading", vague).body),
                "/counts/warnings") == "0");
  CHECK(text_at(json_of(owner.post("/api/v1/lint?least=error&profile=customer", vague).body),
                "/findings") == "[]");
  for (const char* query : {"off=vague", "least=loud", "profile=pets", "fatigue_minutes=0",
                            "reading_grade=x", "colour=red"}) {
    CAPTURE(query);
    CHECK(owner.post("/api/v1/lint?" + std::string(query), vague).status == 422);
  }

  // An editor reads and saves a draft and is told in the same answer what is wrong with it.
  answer = owner.get("/api/v1/surveys/" + generated + "/draft");
  CHECK(answer.status == 200);
  CHECK(!answer.field("ETag").empty());
  CHECK(text_at(json_of(answer.body), "/survey/id") == generated);
  CHECK(text_at(json_of(answer.body), "/problems") == "[]");
  const std::string edited = R"({"slug":"edited","title":"T","questions":[
      {"id":"q1","kind":"single_choice","required":true,"text":"Have you ever been in prison?",
       "options":["Yes","No"]},{"id":"q2","kind":"single_choice","text":"Which one?"}]})";
  const std::string match = "If-Match: " + answer.field("ETag") + "\r\n";
  answer = owner.send("PUT", "/api/v1/surveys/" + generated + "/draft", edited, match);
  CHECK(answer.status == 200);
  const auto saved = json_of(answer.body);
  CHECK(text_at(saved, "/problems/0/pointer") == "/questions/1/options");
  CHECK(text_at(saved, "/lint/findings/0/rule") == "sensitive-required");
  CHECK(text_at(saved, "/lint/findings/0/question_id") == "q1");
  CHECK(text_at(saved, "/lint/findings/0/span/start") == "22");
  CHECK(text_at(saved, "/fixes/0/edits/0/path") == "/questions/0/options/2");
  CHECK(text_at(saved, "/fixes/0/edits/0/value") == "Prefer not to say");
  CHECK(owner.send("PUT", "/api/v1/surveys/" + generated + "/draft", edited, match).status == 412);
  CHECK(owner.get("/api/v1/surveys/" + generated + "/draft?off=sensitive-required")
            .body.find("prison\" is a private matter") == std::string::npos);

  // Reading and changing are guarded by the ETag.
  const std::string id = create_survey(owner, "trial", {}, false);
  const std::string survey = "/api/v1/surveys/" + id;
  answer = owner.get(survey);
  const std::string tag = answer.field("ETag");
  CHECK(tag == "\"1\"");
  answer = owner.get(survey, "If-None-Match: " + tag + "\r\n");
  CHECK(answer.status == 304);
  CHECK(answer.body.empty());
  CHECK(answer.field("ETag") == tag);
  CHECK(owner.get(survey, "If-None-Match: \"7\"\r\n").status == 200);
  answer = owner.send("PUT", survey, survey_json("trial", R"("description":"Two minutes.",)"),
                      "If-Match: " + tag + "\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.field("ETag") == "\"2\"");
  answer = owner.send("PUT", survey, survey_json("trial"), "If-Match: " + tag + "\r\n");
  CHECK(answer.status == 412);
  CHECK(code_of(answer) == "revision_stale");
  CHECK(owner.send("PUT", survey, survey_json("trial"), "If-Match: \"two\"\r\n").status == 412);
  answer = owner.send("PUT", survey, survey_json("trial"), "If-Match: 2\r\n");
  CHECK(answer.status == 422);
  CHECK(code_of(answer) == "if_match_malformed");
  CHECK(world.client().send("PUT", survey, "{", "If-Match: 2\r\n").status == 401);
  CHECK(text_at(json_of(owner.get(survey).body), "/description") == "Two minutes.");
  CHECK(owner.post(survey + "/publish", {}, "If-Match: \"1\"\r\n").status == 412);

  // What is not published is not there for the public.
  CHECK(anyone.get("/api/v1/public/surveys/trial").status == 404);
  answer = owner.post(survey + "/publish", {}, "If-Match: \"2\"\r\n");
  CHECK(answer.status == 200);
  CHECK(text_at(json_of(answer.body), "/state") == "published");
  answer = anyone.get("/api/v1/public/surveys/trial");
  CHECK(answer.status == 200);
  CHECK(text_at(json_of(answer.body), "/version") == "1");
  CHECK(text_at(json_of(answer.body), "/questionnaire/questions/0/kind") == "nps");

  // Answers.
  const std::string submit = "/api/v1/public/surveys/trial/responses";
  answer = anyone.post(submit, answer_body, "Idempotency-Key: k-1\r\n");
  CHECK(answer.status == 201);
  const std::string first = text_at(json_of(answer.body), "/id");
  CHECK(text_at(json_of(answer.body), "/repeated") == "false");
  answer = anyone.post(submit, answer_body, "Idempotency-Key: k-1\r\n");
  CHECK(answer.status == 201);
  CHECK(text_at(json_of(answer.body), "/id") == first);
  CHECK(text_at(json_of(answer.body), "/repeated") == "true");
  answer = anyone.post(submit, R"({"answers":{"q1":1}})", "Idempotency-Key: k-1\r\n");
  CHECK(answer.status == 409);
  CHECK(code_of(answer) == "idempotency_key_reused");
  CHECK(anyone.post(submit, answer_body, "Idempotency-Key: a b\r\n").status == 422);
  CHECK(anyone.post(submit, answer_body, "Idempotency-Key: " + std::string(201, 'k') + "\r\n")
            .status == 422);

  // Everything that is wrong is told at once, each with its place.
  answer = anyone.post(submit, R"({"answers":{"q1":42,"q3":["Boards","Nope"],
      "q4":{"Speed":"Awful"},"q5":["Cost","Cost","Help"],"q6":2000,"q7":"2026-02-30",
      "q8":{"email":"nobody"},"q9":"maybe","q99":"x"},
      "other":{"q2":"words"},"hidden":{"secret":"x"},"language":"xx"})");
  CHECK(answer.status == 422);
  auto pointers = pointers_of(answer.body);
  std::sort(pointers.begin(), pointers.end());
  CAPTURE(answer.body);
  CHECK(pointers == std::vector<std::string>{"/answers/q1", "/answers/q3/1", "/answers/q4/Speed",
                                             "/answers/q5/1", "/answers/q6", "/answers/q7",
                                             "/answers/q8/email", "/answers/q9", "/answers/q99",
                                             "/hidden/secret", "/language", "/other/q2"});
  CHECK(pointers_of(anyone.post(submit, R"({"answers":{}})").body) ==
        std::vector<std::string>{"/answers/q1"});

  // What was submitted is read back as it was.
  answer = owner.get("/api/v1/responses/" + first);
  CHECK(answer.status == 200);
  const auto stored = json_of(answer.body);
  CHECK(text_at(stored, "/answers/q2") == "Fast, \"really\" fast");
  CHECK(text_at(stored, "/answers/q9") == "yes");
  CHECK(text_at(stored, "/other/q3") == "=the calendar");
  CHECK(text_at(stored, "/hidden/plan") == "pro");
  CHECK(text_at(stored, "/version") == "1");

  // A run: accepted, polled, completed, and the second time already there.
  for (int i = 0; i < 40; ++i)
    CHECK(anyone
              .post(submit, R"({"answers":{"q1":)" + std::to_string(i % 11) + R"(,"q2":")" +
                                (i % 2 ? "The mobile app is slow and it crashes"
                                       : "Support answered quickly and was friendly") +
                                R"("}})")
              .status == 201);
  answer = owner.post(survey + "/insight-runs", "{}");
  CHECK(answer.status == 202);
  const std::string run = text_at(json_of(answer.body), "/id");
  CHECK(answer.field("Location") == "/api/v1/insight-runs/" + run);
  CHECK(finished_state(owner, run) == "completed");
  answer = owner.post(survey + "/insight-runs", "{}");
  CHECK(answer.status == 200);
  CHECK(text_at(json_of(answer.body), "/id") == run);
  CHECK(text_at(json_of(answer.body), "/cached") == "true");
  answer = owner.post(survey + "/insight-runs", R"({"by":["nothing"]})");
  CHECK((answer.status == 422 ||
         finished_state(owner, text_at(json_of(answer.body), "/id")) == "failed"));
  answer = owner.get("/api/v1/insight-runs/" + run + "/findings");
  CHECK(answer.status == 200);
  CHECK(text_at(json_of(answer.body), "/responses_used") == "41");
  const struct {
    const char *format, *media, *part;
  } reports[] = {{"html", "text/html", "<svg"},
                 {"markdown", "text/markdown", "# "},
                 {"json", "application/json", "\"summary\""},
                 {"csv", "text/csv", ","}};
  for (const auto& report : reports) {
    CAPTURE(report.format);
    answer = owner.get("/api/v1/insight-runs/" + run + "/report?format=" + report.format);
    CHECK(answer.status == 200);
    CHECK(answer.field("Content-Type").starts_with(report.media));
    CHECK(answer.body.find(report.part) != std::string::npos);
  }
  CHECK(owner.get("/api/v1/insight-runs/" + run + "/report?format=pdf").status == 422);
  // One more answer, and the cache no longer holds.
  CHECK(anyone.post(submit, R"({"answers":{"q1":2}})").status == 201);
  answer = owner.post(survey + "/insight-runs", "{}");
  CHECK(answer.status == 202);
  CHECK(text_at(json_of(answer.body), "/id") != run);
}

TEST_CASE("surveys that take no answers say why") {
  HttpWorld world;
  auto owner = world.client(world.workspace("First"));
  const std::string closed = create_survey(owner, "closed");
  CHECK(owner.post("/api/v1/surveys/" + closed + "/close").status == 200);
  create_survey(owner, "later", R"("opens_at":"2999-01-01T00:00:00Z",)");
  create_survey(owner, "over", R"("closes_at":"2001-01-01T00:00:00Z",)");
  create_survey(owner, "full", R"("response_limit":1,)");
  auto anyone = world.client();
  const std::string body = R"({"answers":{"q1":3}})";
  CHECK(
      anyone.post("/api/v1/public/surveys/full/responses", body, "Idempotency-Key: a\r\n").status ==
      201);
  CHECK(
      anyone.post("/api/v1/public/surveys/full/responses", body, "Idempotency-Key: a\r\n").status ==
      201);
  const struct {
    const char *slug, *code;
    int status;
  } rows[] = {{"closed", "survey_closed", 409},
              {"later", "survey_not_open", 409},
              {"over", "survey_closed", 409},
              {"full", "survey_full", 409},
              {"nowhere", "survey_unknown", 404}};
  for (const auto& row : rows) {
    CAPTURE(row.slug);
    const std::string path = "/api/v1/public/surveys/" + std::string(row.slug);
    // A wrong answer does not hide that there is nothing to answer.
    for (const std::string& sent : {body, std::string(R"({"answers":{"q1":99}})")}) {
      const auto answer = anyone.post(path + "/responses", sent);
      CHECK(answer.status == row.status);
      CHECK(code_of(answer) == row.code);
    }
    const auto answer = anyone.get(path);
    CHECK(answer.status == row.status);
    CHECK(code_of(answer) == row.code);
  }
  CHECK(owner.post("/api/v1/surveys/" + closed + "/reopen").status == 200);
  CHECK(anyone.post("/api/v1/public/surveys/closed/responses", body).status == 201);
  CHECK(owner.post("/api/v1/surveys/" + closed + "/archive").status == 200);
  CHECK(owner.post("/api/v1/surveys/" + closed + "/publish").status == 409);
}

TEST_CASE("pages, exports and an import hold every response exactly once") {
  constexpr int count = 130;
  HttpWorld world;
  auto owner = world.client(world.workspace("First"));
  auto anyone = world.client();
  const std::string id = create_survey(owner, "trial");
  const std::string survey = "/api/v1/surveys/" + id;
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    json::object answers{{"q1", i % 11},
                         {"q2", "Line one\nsays \"" + std::to_string(i) + "\"; =SUM(A1), ünï"},
                         {"q4", json::object{{"Speed", "Good"}}},
                         {"q5", json::array{"Help", "Cost", "Speed"}}};
    json::object body{{"answers", answers}};
    if (i % 3 == 0) {
      body["answers"].as_object()["q3"] = json::array{"Boards", "else"};
      body["other"] = json::object{{"q3", "-own; words " + std::to_string(i)}};
      body["hidden"] = json::object{{"plan", "@pro"}};
    }
    const auto answer =
        anyone.post("/api/v1/public/surveys/trial/responses", serialize(json::value(body)));
    REQUIRE(answer.status == 201);
    ids.push_back(text_at(json_of(answer.body), "/id"));
  }

  std::vector<std::string> seen;
  std::string next;
  do {
    const auto page = json_of(
        owner.get(survey + "/responses?limit=7" + (next.empty() ? "" : "&after=" + next)).body);
    for (const json::value& item : page.at_pointer("/items").as_array())
      seen.push_back(text_at(item, "/id"));
    next = text_at(page, "/next");
  } while (!next.empty() && seen.size() < 2 * count);
  CHECK(seen == ids);
  CHECK(owner.get(survey + "/responses?limit=0").status == 422);
  CHECK(owner.get(survey + "/responses?limit=many").status == 422);
  CHECK(owner.get(survey + "/responses?colour=red").status == 422);
  // A cursor of elsewhere does not start over.
  CHECK(owner.get(survey + "/responses?after=nonsense").status == 422);

  const auto jsonl = owner.get(survey + "/responses/export?format=jsonl");
  CHECK(jsonl.status == 200);
  CHECK(jsonl.field("Transfer-Encoding") == "chunked");
  CHECK(jsonl.field("Content-Type") == "application/x-ndjson");
  const auto lines = lines_of(jsonl.body);
  REQUIRE(lines.size() == count);
  for (int i = 0; i < count; ++i) {
    const auto line = json_of(lines[static_cast<std::size_t>(i)]);
    CHECK(text_at(line, "/id") == ids[static_cast<std::size_t>(i)]);
    CHECK(text_at(line, "/answers/q2") ==
          "Line one\nsays \"" + std::to_string(i) + "\"; =SUM(A1), ünï");
    CHECK(text_at(line, "/other/q3") == (i % 3 == 0 ? "-own; words " + std::to_string(i) : ""));
  }
  const auto csv = owner.get(survey + "/responses/export");
  CHECK(csv.field("Transfer-Encoding") == "chunked");
  CHECK(csv.field("Content-Type") == "text/csv; charset=utf-8");
  CHECK(csv.body.find(",-own") == std::string::npos);
  CHECK(csv.body.find(",@pro") == std::string::npos);

  // What the table holds comes back through an import, once.
  for (const char* format : {"csv", "jsonl"}) {
    CAPTURE(format);
    const std::string copy =
        "/api/v1/surveys/" + create_survey(owner, std::string("copy-") + format) + "/responses";
    const std::string import = copy + "/import?format=" + format;
    const std::string& table = std::string_view(format) == "csv" ? csv.body : jsonl.body;
    const auto media = std::string("Content-Type: ") +
                       (std::string_view(format) == "csv" ? "text/csv" : "application/x-ndjson") +
                       "\r\n";
    auto report = json_of(owner.post(import, table, media).body);
    CHECK(text_at(report, "/report/imported") == std::to_string(count));
    CHECK(text_at(report, "/report/rejected") == "0");
    report = json_of(owner.post(import, table, media).body);
    CHECK(text_at(report, "/report/imported") == "0");
    CHECK(text_at(report, "/report/already_there") == std::to_string(count));
    const auto again = lines_of(owner.get(copy + "/export?format=jsonl").body);
    REQUIRE(again.size() == lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
      for (const char* part : {"/answers", "/other", "/hidden"})
        CHECK(text_at(json_of(again[i]), part) == text_at(json_of(lines[i]), part));
  }

  const auto mixed = owner.post(survey + "/responses/import",
                                "q1,q6,q2\n9,10,fine\n77,10,bad score\n3,many,bad number\n5,6,ok\n",
                                "Content-Type: text/csv\r\n");
  CHECK(mixed.status == 200);
  const auto report = json_of(mixed.body);
  CHECK(text_at(report, "/report/rows") == "4");
  CHECK(text_at(report, "/report/imported") == "2");
  CHECK(text_at(report, "/report/rejected") == "2");
  const auto quarantine = lines_of(text_at(report, "/quarantine"));
  REQUIRE(quarantine.size() == 3);
  CHECK(quarantine[1].starts_with("3,out_of_scale,"));
  CHECK(quarantine[1].find("bad score") != std::string::npos);
  CHECK(quarantine[2].starts_with("4,"));
  CHECK(owner.post(survey + "/responses/import", "").status == 422);
  CHECK(owner.post(survey + "/responses/import", "a,b\n1,2\n").status == 422);
  // Past the usual limit, because a file may be large.
  std::string large = "q1,q2\n";
  while (large.size() < (2u << 20)) large += "99," + std::string(1000, 'x') + "\n";
  CHECK(owner.post(survey + "/responses/import", large).status == 200);
}

TEST_CASE("a queued run can be cancelled by its job or by itself") {
  HttpWorld world;
  auto owner = world.client(world.workspace("First"));
  const std::string id = create_survey(owner, "trial");
  for (const bool by_job : {true, false}) {
    CAPTURE(by_job);
    const auto run = json_of(
        owner.post("/api/v1/surveys/" + id + "/insight-runs", R"({"force_refresh":true})").body);
    const std::string run_path = "/api/v1/insight-runs/" + text_at(run, "/id");
    const std::string job_path = "/api/v1/jobs/" + text_at(run, "/job_id");
    CHECK(text_at(json_of(owner.get(job_path).body), "/state") == "queued");
    CHECK(owner.get(run_path + "/findings").status == 409);
    const auto answer = owner.send("DELETE", by_job ? job_path : run_path);
    CHECK(answer.status == 200);
    CHECK(text_at(json_of(owner.get(job_path).body), "/state") == "cancelled");
    CHECK(text_at(json_of(owner.get(run_path).body), "/state") == "cancelled");
    CHECK(world.engine.work_until_idle().value() == 0);
    CHECK(owner.send("DELETE", by_job ? job_path : run_path).status == 409);
    CHECK(owner.get(run_path + "/findings").status == 409);
    CHECK(answer.body.find("lease") == std::string::npos);
    const auto again = owner.post(job_path + "/retry", "");
    CHECK(text_at(json_of(again.body), "/state") == "queued");
    CHECK(owner.post(job_path + "/retry", "").status == 409);
    CHECK(world.engine.work_until_idle().value() == 1);
    CHECK(text_at(json_of(owner.get(run_path).body), "/state") == "completed");
    CHECK(owner.get("/api/v1/jobs?state=completed&limit=1").body.find(text_at(run, "/job_id")) !=
          std::string::npos);
  }
  CHECK(owner.get("/api/v1/jobs?state=asleep").status == 422);
  CHECK(json_of(owner.get("/api/v1/job-stats").body).at_pointer("/kinds/0/completed").as_int64() ==
        2);
}

TEST_CASE("a schedule starts runs by itself, and is refused when it cannot be read") {
  HttpWorld world;
  auto owner = world.client(world.workspace("First"));
  const std::string path = "/api/v1/surveys/" + create_survey(owner, "trial") + "/insight-schedule";
  CHECK(owner.get(path).status == 404);
  CHECK(owner.send("PUT", path, R"({"cron":"61 * * * *"})").status == 422);
  CHECK(owner.send("PUT", path, R"({"cron":"@hourly"})").status == 200);
  CHECK(text_at(json_of(owner.get(path).body), "/cron") == "@hourly");
  CHECK(owner.send("DELETE", path).status == 200);
  CHECK(owner.send("DELETE", path).status == 404);
}

TEST_CASE("keys open what their role opens, until they are revoked") {
  HttpWorld world;
  auto owner = world.client(world.workspace("First"));
  const auto made = json_of(owner.post("/api/v1/api-keys", R"({"name":"a","role":"admin"})").body);
  const std::string key = text_at(made, "/key"), id = text_at(made, "/details/id");
  CHECK(text_at(made, "/details/digest").empty());
  auto admin = world.client(key);
  const auto list = admin.get("/api/v1/api-keys");
  CHECK(list.status == 200);
  CHECK(json_of(list.body).at_pointer("/items").as_array().size() == 2);
  CHECK(list.body.find(key) == std::string::npos);
  CHECK(list.body.find("digest") == std::string::npos);
  // Nobody makes a key that is mightier than his own.
  CHECK(admin.post("/api/v1/api-keys", R"({"name":"b","role":"owner"})").status == 403);
  CHECK(admin.post("/api/v1/api-keys", R"({"name":"","role":"viewer"})").status == 422);
  CHECK(admin.post("/api/v1/api-keys", R"({"name":"b","role":"king"})").status == 422);
  CHECK(owner.send("DELETE", "/api/v1/api-keys/" + id).status == 200);
  const auto refused = admin.get("/api/v1/surveys");
  CHECK(refused.status == 401);
  CHECK(refused.field("WWW-Authenticate") == "Bearer");
  for (const char* fields :
       {"Authorization: Basic YTpi\r\n", "Authorization: Bearer\r\n", "Authorization: Bearer \r\n",
        "Authorization: Bearer nonsense\r\n", "Authorization: \r\n"})
    CHECK(world.client().get("/api/v1/surveys", fields).status == 401);
}

TEST_CASE("an application with a login of its own says who calls") {
  auto options = HttpWorld::quick();
  std::atomic<bool> dismissed{false};
  std::optional<WorkspaceId> home;
  options.authenticate = [&](const http::Credentials& shown) -> Result<identity::Actor> {
    if (shown.bearer != "cookie-of-ana" || dismissed)
      return fail(Code::unauthenticated, "session_unknown", "Sign in at the shop.");
    return identity::Actor{.workspace = *home, .role = identity::Role::viewer};
  };
  HttpWorld world(HttpWorld::Jobs::leave, std::move(options));
  const std::string key = world.workspace("First");
  home = world.engine.authenticate(key).value().workspace;
  auto ana = world.client("cookie-of-ana");
  CHECK(ana.get("/api/v1/surveys").status == 200);
  CHECK(ana.post("/api/v1/surveys", survey_json("trial")).status == 403);  // a viewer only looks
  // The engine's own keys are no keys here.
  CHECK(code_of(world.client(key).get("/api/v1/surveys")) == "session_unknown");
  CHECK(world.client().get("/api/v1/surveys").status == 401);
  dismissed = true;
  CHECK(code_of(ana.get("/api/v1/surveys")) == "session_unknown");
}
