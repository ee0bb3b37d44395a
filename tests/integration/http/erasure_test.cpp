// Marked texts go into everything the product keeps, over HTTP and with a model behind it; then
// they are erased, and every file is searched for them.
#include "support/http_world.hpp"
#include "support/scripted_model.hpp"

#include <insightflow/llm/gateway.hpp>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

using namespace insightflow;
using namespace insightflow::test;

namespace {

llm::Settings settings_of(const ScriptedLlm& server) {
  llm::Settings out;
  out.providers = {server.provider()};
  out.models = {
      {.name = "m", .provider = "scripted", .model = "scripted-1", .context_tokens = 64'000}};
  out.retry.attempts = 1;
  return out;
}

/// A word of its own for each respondent, which no detector of personal data knows.
std::string mark_of(int person) {
  return "Quellbrunn" + std::to_string(1'000 + person);
}

constexpr std::array<std::string_view, 8> said{
    "The calendar sync is broken and I lose meetings.",
    "Calendar sync never works on my phone.",
    "Please fix the calendar sync, it breaks every week.",
    "The price is too high for a small team.",
    "Too expensive, the price went up again.",
    "The price of the team plan is more than we can pay.",
    "Support answered quickly and was very friendly.",
    "Great support, friendly and quick to answer."};

struct ErasureWorld {
  ErasureWorld()
      : observer({.level = observe::Level::debug,
                  .format = observe::LogFormat::json,
                  .sink =
                      [this](std::string_view line) {
                        const std::lock_guard lock(mutex);
                        std::ofstream(folder / "log", std::ios::app) << line << "\n";
                      }}),
        engine(Engine::open({.database = "sqlite:" + (folder / "a.db"),
                             .observer = &observer,
                             .llm = settings_of(server)})
                   .value()),
        application(engine),
        http({.workers = 4, .body_limit = &http::Application::body_limit},
             [this](const http::Request& request) { return application.handle(request); }),
        port(http.start().value()) {
    server.answer_with(plays_well(llm::Wire::openai));
  }

  HttpClient workspace(const std::string& name) {
    keys[name] = engine.create_workspace(name).value().key.key;
    return HttpClient(port, keys[name]);
  }
  std::string survey(HttpClient& owner, const std::string& slug) {
    const std::string id =
        text_at(json_of(owner.post("/api/v1/surveys", survey_json(slug)).body), "/id");
    REQUIRE(owner.post("/api/v1/surveys/" + id + "/publish").status == 200);
    return id;
  }
  /// A respondent's answer; gives its id.
  std::string answer(const std::string& slug, int person) {
    const std::string mark = mark_of(person);
    const std::string body =
        R"({"answers":{"q1":)" + std::to_string(person % 11) + R"(,"q2":")" + mark + ": " +
        std::string(said[static_cast<std::size_t>(person) % said.size()]) + R"( Visit )" +
        std::to_string(person) + R"(.",)" + R"("q3":["else"],"q8":{"name":")" + mark +
        R"(","email":")" + mark + R"(@example.org"}},"other":{"q3":"the board of )" + mark +
        R"("},"hidden":{"plan":"plan-)" + mark + "\"}}";
    HttpClient anyone(port);
    // Sent twice, as a phone does on a bad line.
    const std::string key = "Idempotency-Key: try-" + mark + "\r\n";
    const auto path = "/api/v1/public/surveys/" + slug + "/responses";
    const auto first = anyone.post(path, body, key);
    REQUIRE(first.status == 201);
    REQUIRE(anyone.post(path, body, key).body.find(text_at(json_of(first.body), "/id")) !=
            std::string::npos);
    return text_at(json_of(first.body), "/id");
  }
  std::string run(HttpClient& owner, const std::string& survey) {
    const auto made = json_of(owner.post("/api/v1/surveys/" + survey + "/insight-runs", "{}").body);
    REQUIRE(engine.work_until_idle());
    const std::string id = text_at(made, "/id");
    REQUIRE(text_at(json_of(owner.get("/api/v1/insight-runs/" + id).body), "/state") ==
            "completed");
    return id;
  }
  json::value erase(HttpClient& owner, const std::string& body) {
    const auto made = owner.post("/api/v1/erasures", body);
    REQUIRE(made.status == 202);
    CHECK(made.field("Location") ==
          "/api/v1/erasures/" + text_at(json_of(made.body), "/erasure/id"));
    REQUIRE(engine.work_until_idle());
    return json_of(
        owner.get("/api/v1/erasures/" + text_at(json_of(made.body), "/erasure/id")).body);
  }

  /// The files below the folder that hold a text, the log of the database among them.
  std::vector<std::string> holding(std::string_view text) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream bytes;
      bytes << file.rdbuf();
      if (bytes.str().find(text) != std::string::npos)
        out.push_back(entry.path().filename().string());
    }
    return out;
  }
  std::int64_t rows(std::string_view sql) {
    return engine.database()
        .read([&](storage::Tx& tx) { return tx.find<std::int64_t>(sql); })
        .value()
        .value_or(-1);
  }

  std::map<std::string, std::string> keys;  ///< Of the owners.
  TemporaryFolder folder;
  std::mutex mutex;
  ScriptedLlm server{llm::Wire::openai};
  observe::Observer observer;
  Engine engine;
  http::Application application;
  http::Server http;
  std::uint16_t port;
};

}  // namespace

TEST_CASE("no file holds what was erased, and what was not is all there") {
  ErasureWorld world;
  auto owner = world.workspace("First");
  auto other = world.workspace("Second");
  const std::string survey = world.survey(owner, "trial");
  const std::string theirs = world.survey(other, "theirs");

  // Many answers, so that pages of the database are split while they come in.
  constexpr int people = 300;
  std::vector<std::string> ids;
  for (int i = 0; i < people; ++i) ids.push_back(world.answer("trial", i));
  // The other workspace knows one person of the same name.
  const std::string namesake = world.answer("theirs", 7);
  const std::string run = world.run(owner, survey);
  const std::string report = owner.get("/api/v1/insight-runs/" + run + "/report?format=html").body;
  CHECK(report.find("Quellbrunn") != std::string::npos);
  const std::string exported =
      owner.get("/api/v1/surveys/" + survey + "/responses/export?format=jsonl").body;
  CHECK(exported.find(mark_of(7)) != std::string::npos);
  CHECK(world.rows("SELECT count(*) FROM llm_cache WHERE reply LIKE '%Quellbrunn%'") > 0);

  // One person by name, one by what the link carried, the rest but ten by their responses.
  REQUIRE(!world.holding(mark_of(8)).empty());
  const auto person = world.erase(owner, R"({"texts":[")" + mark_of(8) + R"("]})");
  CHECK(text_at(person, "/state") == "completed");
  CHECK(text_at(person, "/removed/responses") == "1");
  CHECK(text_at(person, "/removed/idempotency_keys") == "1");
  CHECK(text_at(person, "/removed/insight_runs") == "1");
  CHECK(text_at(person, "/removed/llm_cache") != "");
  CHECK(text_at(person, "/copies_taken") == "2");
  CHECK(text_at(person, "/audit_digest").size() == 64);
  CHECK(world.holding(mark_of(8)) == std::vector<std::string>{});
  CHECK(owner.get("/api/v1/insight-runs/" + run + "/report").status == 404);

  CHECK(text_at(world.erase(
                    owner, R"({"respondent":{"field":"plan","value":"plan-)" + mark_of(9) + "\"}}"),
                "/removed/responses") == "1");
  std::string list;
  for (int i = 10; i < people - 10; ++i)
    list += (list.empty() ? "\"" : ",\"") + ids[static_cast<std::size_t>(i)] + "\"";
  CHECK(text_at(world.erase(owner, R"({"response_ids":[)" + list + "]}"), "/removed/responses") ==
        std::to_string(people - 20));
  for (int i = 8; i < people - 10; ++i) {
    CAPTURE(i);
    CHECK(world.holding(mark_of(i)) == std::vector<std::string>{});
  }

  // The namesake, and everybody who was not named, are where they were.
  CHECK(text_at(world.erase(owner, R"({"texts":[")" + mark_of(7) + R"("]})"),
                "/removed/responses") == "1");
  CHECK(other.get("/api/v1/responses/" + namesake).body.find(mark_of(7)) != std::string::npos);
  CHECK(owner.get("/api/v1/responses/" + ids[7]).status == 404);
  CHECK(owner.get("/api/v1/responses/" + ids[6]).body.find(mark_of(6)) != std::string::npos);
  CHECK(world.rows("SELECT count(*) FROM responses") == 18);
  world.run(owner, survey);
  CHECK(owner.get("/api/v1/surveys/" + survey + "/responses/export").body.find(mark_of(8)) ==
        std::string::npos);

  // The certificates and the trail tell of it without telling whom.
  CHECK(owner.get("/api/v1/erasures").body.find("Quellbrunn") == std::string::npos);
  CHECK(owner.get("/api/v1/audit").body.find("Quellbrunn") == std::string::npos);
  CHECK(owner.get("/api/v1/jobs").body.find("Quellbrunn") == std::string::npos);
  CHECK(text_at(json_of(other.get("/api/v1/erasures").body), "/items") == "[]");

  // A backup made afterwards holds nothing of it either.
  REQUIRE(world.engine.backup(world.folder / "copy.db"));
  CHECK(world.holding(mark_of(8)) == std::vector<std::string>{});
}

TEST_CASE("a reply of a model that comes after the erasure is not kept") {
  ErasureWorld world;
  auto owner = world.workspace("First");
  const std::string survey = world.survey(owner, "trial");
  for (int i = 0; i < 40; ++i) world.answer("trial", i);
  const auto play = plays_well(llm::Wire::openai);
  std::atomic<bool> begun = false, erased = false;
  // While the model thinks, what it was told is erased.
  const auto made = json_of(owner.post("/api/v1/surveys/" + survey + "/insight-runs", "{}").body);
  world.server.answer_with([&](const SeenRequest& request) {
    // The worker lets go of the call as soon as its job is gone, so this thread has its own client.
    if (!begun.exchange(true)) {
      HttpClient eraser(world.port, world.keys.at("First"));
      const auto asked = eraser.post("/api/v1/erasures", R"({"texts":[")" + mark_of(8) + R"("]})");
      CHECK(asked.status == 202);
      std::jthread([&] { (void)world.engine.work_until_idle(); }).join();
      const std::string listed = eraser.get("/api/v1/erasures").body;
      CAPTURE(listed);
      CHECK(text_at(json_of(listed), "/items/0/state") == "completed");
      erased = true;
    }
    return play(request);
  });
  (void)world.engine.work_until_idle();
  REQUIRE(begun);
  while (!erased) std::this_thread::yield();
  CHECK(owner.get("/api/v1/insight-runs/" + text_at(made, "/id")).status == 404);
  CHECK(world.holding(mark_of(8)) == std::vector<std::string>{});
  CHECK(world.rows("SELECT count(*) FROM llm_cache") == 0);
}
