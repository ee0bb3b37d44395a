#include "http/application.hpp"
#include "support/child.hpp"
#include "support/event_client.hpp"
#include "support/http_world.hpp"

#include <set>

using namespace insightflow;
using namespace insightflow::test;
using namespace std::chrono_literals;

namespace {

struct EventWorld {
  explicit EventWorld(http::Options options = {}, http::ApplicationOptions application_options = {})
      : engine(
            Engine::open({.database = "sqlite:" + (folder / "a.db"), .event_poll = 10ms}).value()),
        application(engine, std::move(application_options)),
        server(std::move(options),
               [this](const http::Request& request) { return application.handle(request); }),
        port(server.start().value()) {}

  /// The ids in the log that were added.
  std::int64_t add(int count = 1, WorkspaceId to = {}, const std::string& data = "{}") {
    std::int64_t last = 0;
    events::Log log(engine.database(), system_clock());
    REQUIRE(engine.database().write([&](storage::Tx& tx) -> Result<void> {
      for (int i = 0; i < count; ++i) {
        BOOST_OUTCOME_TRY(last, log.append(tx, to ? to : first.workspace.id,
                                           {.type = "survey.answers", .data = data}));
      }
      return success();
    }));
    return last;
  }
  const std::string& key() const { return first.key.key; }
  /// True once so many follow the events.
  bool watched_by(std::size_t count) const {
    for (int i = 0; i < 2000 && engine.events().watching() != count; ++i)
      std::this_thread::sleep_for(10ms);
    return engine.events().watching() == count;
  }

  TemporaryFolder folder;
  Engine engine;
  identity::NewWorkspace first = engine.create_workspace("First").value();
  identity::NewWorkspace second = engine.create_workspace("Second").value();
  http::Application application;
  http::Server server;
  std::uint16_t port;
};

http::Options small(http::Options options = {}) {
  options.workers = 4;
  return options;
}

}  // namespace

TEST_CASE("events come as they happen, each with its id") {
  EventWorld world(small());
  EventClient client(world.port, world.key());
  CHECK(client.status == 200);
  CHECK(client.head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(client.head.find("Cache-Control: no-store\r\n") != std::string::npos);
  const std::int64_t id = world.add();
  const auto frame = client.next();
  REQUIRE(frame);
  CHECK(frame->id == std::to_string(id));
  CHECK(frame->type == "survey.answers");
  const auto json = json_of(frame->data);
  CHECK(text_at(json, "/id") == std::to_string(id));
  CHECK(text_at(json, "/type") == "survey.answers");
}

TEST_CASE("a client that is cut again and again misses nothing and gets nothing twice") {
  EventWorld world(small());
  constexpr int total = 400;
  std::jthread writer([&] {
    for (int i = 0; i < total / 4; ++i) world.add(4);
  });
  std::string last = "0";
  std::int64_t expected = 1;
  for (int round = 1; expected <= total; ++round) {
    CAPTURE(round);
    const bool by_query = round % 2 == 0;
    EventClient client(world.port, world.key(),
                       by_query ? "?after=" + last : std::string("?after=0"),
                       by_query ? std::string() : "Last-Event-ID: " + last + "\r\n");
    REQUIRE(client.status == 200);
    for (int i = 0; i < 1 + round * 7 % 60 && expected <= total; ++i) {
      const auto frame = client.next();
      REQUIRE(frame);
      REQUIRE(frame->id == std::to_string(expected));
      ++expected;
    }
    last = client.last_id;
  }
  CHECK(expected == total + 1);
}

TEST_CASE("what cannot be resumed is told, and what is not an id is refused") {
  EventWorld world(small());
  world.add(5);
  events::Log log(world.engine.database(), system_clock());
  REQUIRE(log.purge({.count = 2}));
  EventClient client(world.port, world.key(), {}, "Last-Event-ID: 1\r\n");
  const auto reset = client.next();
  REQUIRE(reset);
  CHECK(reset->type == "reset");
  CHECK(reset->id == "5");
  CHECK(world.add() == 6);
  CHECK(client.next()->id == "6");
  HttpClient plain(world.port, world.key());
  for (const char* wrong : {"x", "-1", "1.5", "99999999999999999999", "1 2"}) {
    CAPTURE(wrong);
    CHECK(plain.get("/api/v1/events", "Last-Event-ID: " + std::string(wrong) + "\r\n").status ==
          422);
  }
  for (const char* wrong : {"?after=-1", "?after=x", "?types=job", "?types=a,b", "?key=x"}) {
    CAPTURE(wrong);
    CHECK(plain.get("/api/v1/events" + std::string(wrong)).status == 422);
  }
  CHECK(HttpClient(world.port).get("/api/v1/events").status == 401);
  CHECK(HttpClient(world.port, "if_wrong").get("/api/v1/events").status == 401);
  CHECK(plain.send("HEAD", "/api/v1/events").field("Content-Type") == "text/event-stream");
  CHECK(plain.get("/healthz").status == 200);
}

TEST_CASE("each workspace hears of itself alone, and each reader of the types it wants") {
  EventWorld world(small());
  EventClient ours(world.port, world.key()), theirs(world.port, world.second.key.key);
  EventClient jobs(world.port, world.key(), "?types=job.*");
  SocketClient socket(world.port, world.second.key.key);
  CHECK(text_at(json_of(socket.receive().payload), "/type") == "ready");
  CHECK(world.watched_by(4));
  const auto id = world.add(3);
  const auto other = world.add(1, world.second.workspace.id);
  CHECK(theirs.next()->id == std::to_string(other));
  CHECK(text_at(json_of(socket.receive().payload), "/id") == std::to_string(other));
  for (std::int64_t i = id - 2; i <= id; ++i) CHECK(ours.next()->id == std::to_string(i));
  auto owner = HttpClient(world.port, world.key());
  const auto made = owner.post("/api/v1/surveys", survey_json("trial"));
  const std::string survey = "/api/v1/surveys/" + text_at(json_of(made.body), "/id");
  for (const char* step : {"/publish", "/close", "/reopen", "/archive"})
    CHECK(owner.post(survey + step).status == 200);
  for (const char* type :
       {"survey.published", "survey.closed", "survey.reopened", "survey.archived"})
    CHECK(ours.next()->type == type);
  CHECK(owner.post(survey + "/insight-runs", "{}").status == 202);
  REQUIRE(world.engine.work_until_idle());
  std::set<std::string> seen;
  while (!seen.contains("job.completed")) seen.insert(jobs.next().value().type);
  CHECK(seen.contains("job.queued"));
  CHECK(seen.contains("job.started"));
}

TEST_CASE("answers that come in are told once a second, with their number") {
  EventWorld world(small());
  auto owner = HttpClient(world.port, world.key());
  const auto made = owner.post("/api/v1/surveys", survey_json("trial"));
  const std::string id = text_at(json_of(made.body), "/id");
  REQUIRE(owner.post("/api/v1/surveys/" + id + "/publish").status == 200);
  EventClient client(world.port, world.key(), "?types=survey.answers");
  CHECK(world.watched_by(1));
  auto anyone = HttpClient(world.port);
  for (int i = 0; i < 100; ++i)
    REQUIRE(
        anyone.post("/api/v1/public/surveys/trial/responses", R"({"answers":{"q1":9}})").status ==
        201);
  int told = 0;
  for (std::string count; count != "100"; ++told) {
    const auto frame = client.next();
    REQUIRE(frame);
    const auto json = json_of(frame->data);
    CHECK(text_at(json, "/subject") == id);
    count = text_at(json, "/data/responses");
  }
  CHECK(told < 20);
}

TEST_CASE("silence is filled with heartbeats") {
  EventWorld world(small({.heartbeat = 40ms}));
  EventClient client(world.port, world.key());
  client.until_beat = true;
  client.next();  // How soon to come back.
  for (int i = 0; i < 3; ++i) client.next();
  CHECK(client.beats >= 3);
  world.add();
  client.until_beat = false;
  CHECK(client.next());
}

TEST_CASE("who reads too slowly is cut, holds no memory, and can go on") {
  EventWorld world(small({.write_timeout = 400ms}));
  EventClient slow(world.port, world.key(), {}, {}, 4096);
  EventClient quick(world.port, world.key());
  CHECK(world.watched_by(2));
  constexpr int total = 4000;
  const std::string data = R"({"text":")" + std::string(2000, 'x') + "\"}";
  for (int i = 0; i < total / 100; ++i) world.add(100, {}, data);
  for (int i = 1; i <= total; ++i) REQUIRE(quick.next()->id == std::to_string(i));
  CHECK(world.watched_by(1));
  CHECK(slow.await_cut());
  // Of eight megabytes only what the kernel took was ever meant for it.
  CHECK(slow.bytes < 1'000'000);
  EventClient again(world.port, world.key(), {}, "Last-Event-ID: 3990\r\n");
  for (int i = 3991; i <= total; ++i) CHECK(again.next()->id == std::to_string(i));
}

TEST_CASE("a key that is revoked ends what it opened") {
  EventWorld world(small());
  auto owner = HttpClient(world.port, world.key());
  const auto made = json_of(owner.post("/api/v1/api-keys", R"({"name":"a","role":"viewer"})").body);
  const std::string key = text_at(made, "/key");
  EventClient stream(world.port, key), kept(world.port, world.key());
  SocketClient socket(world.port, key);
  CHECK(socket.status == 101);
  CHECK(text_at(json_of(socket.receive().payload), "/type") == "ready");
  CHECK(world.watched_by(3));
  REQUIRE(owner.send("DELETE", "/api/v1/api-keys/" + text_at(made, "/details/id")).status == 200);
  CHECK(stream.await_end());
  CHECK(socket.receive().close_code() == 1008);
  CHECK(EventClient(world.port, key).status == 401);
  CHECK(SocketClient(world.port, key).status == 401);
  world.add();
  CHECK(kept.next());
}

TEST_CASE("a connection that follows holds no worker") {
  EventWorld world(small({.heartbeat = 50ms}));
  std::vector<std::unique_ptr<EventClient>> clients;
  for (int i = 0; i < 40; ++i)
    clients.push_back(std::make_unique<EventClient>(world.port, world.key()));
  CHECK(HttpClient(world.port).get("/readyz").status == 200);
  const auto id = world.add();
  for (auto& client : clients) CHECK(client->next()->id == std::to_string(id));
  clients.clear();
  CHECK(world.watched_by(0));
}

TEST_CASE("a server that stops ends its streams at once") {
  EventWorld world(small());
  EventClient stream(world.port, world.key());
  SocketClient socket(world.port, world.key());
  CHECK(text_at(json_of(socket.receive().payload), "/type") == "ready");
  std::jthread stop([&] { world.server.stop(); });
  CHECK(stream.await_end());
  CHECK(socket.receive().close_code() == 1001);
  CHECK(world.watched_by(0));
}

TEST_CASE("a WebSocket says the same, and goes on where it is told to") {
  EventWorld world(small());
  world.add(3);
  SocketClient socket(world.port, world.key(), "?after=1");
  CHECK(socket.status == 101);
  CHECK(socket.head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") !=
        std::string::npos);
  CHECK(socket.receive().payload == R"({"type":"ready"})");
  CHECK(text_at(json_of(socket.receive().payload), "/id") == "2");
  CHECK(text_at(json_of(socket.receive().payload), "/id") == "3");
  // From elsewhere, on the same connection.
  CHECK(socket.say(R"({"after":2})"));
  CHECK(socket.receive().payload == R"({"type":"ready"})");
  CHECK(text_at(json_of(socket.receive().payload), "/id") == "3");
  CHECK(world.add() == 4);
  const auto frame = socket.receive();
  CHECK(frame.code == SocketClient::text);
  const auto stream = EventClient(world.port, world.key(), "?after=3").next();
  CHECK(frame.payload == stream.value().data);
  CHECK(socket.send(SocketClient::ping, "are you there"));
  const auto pong = socket.receive();
  CHECK(pong.code == SocketClient::pong);
  CHECK(pong.payload == "are you there");
  REQUIRE(world.engine.events().send_transient(
      world.first.workspace.id, {.type = "llm.delta", .data = R"({"text":"Hello"})"}));
  CHECK(socket.receive().payload.find("Hello") != std::string::npos);
  CHECK(socket.send(SocketClient::closing, "\x03\xE8"));
  CHECK(socket.receive().close_code() == 1000);
  CHECK(world.watched_by(0));
}

TEST_CASE("the key of a WebSocket may come in its first message") {
  EventWorld world(small({.header_timeout = 1000ms}));
  world.add(2);
  SocketClient socket(world.port);
  CHECK(socket.status == 101);
  CHECK(socket.say(R"({"key":")" + world.key() + R"(","after":1,"types":["survey.*"]})"));
  CHECK(socket.receive().payload == R"({"type":"ready"})");
  CHECK(text_at(json_of(socket.receive().payload), "/id") == "2");

  struct Row {
    std::string said;
    std::string code;
  };
  const Row rows[] = {{R"({"key":"if_wrong"})", "key_unknown"},
                      {R"({"after":1})", "key_missing"},
                      {"{}", "key_missing"},
                      {R"({"kee":"x"})", "field_unknown"},
                      {R"({"key":")" + world.key() + R"(","after":-1})", "out_of_range"},
                      {R"({"key":")" + world.key() + R"(","types":["no"]})", "event_type_unknown"},
                      {"hello", "json_malformed"},
                      {"", "json_malformed"}};
  for (const Row& row : rows) {
    CAPTURE(row.said);
    SocketClient other(world.port);
    CHECK(other.say(row.said));
    const auto answer = json_of(other.receive().payload);
    CHECK(text_at(answer, "/type") == "error");
    CHECK(text_at(answer, "/error/code") == row.code);
    CHECK(other.receive().close_code() == 1008);
  }
  // Who does not say who it is has to go.
  SocketClient silent(world.port);
  silent.deaf = true;
  CHECK(silent.receive().code == 0);
  CHECK(SocketClient(world.port, "if_wrong").status == 401);
}

TEST_CASE("pages of other origins do not get a WebSocket") {
  EventWorld world(small(), {.allowed_origins = {"https://app.example"}});
  struct Row {
    const char* fields;
    int status;
  };
  const Row rows[] = {{"", 101},
                      {"Origin: http://a.example\r\n", 101},
                      {"Origin: https://a.example\r\n", 101},
                      {"Origin: https://app.example\r\n", 101},
                      {"Origin: http://app.example\r\n", 403},
                      {"Origin: https://app.example.evil\r\n", 403},
                      {"Origin: https://a.example.evil\r\n", 403},
                      {"Origin: https://evil/a.example\r\n", 403},
                      {"Origin: https://a.example:444\r\n", 403},
                      {"Origin: null\r\n", 403},
                      {"Origin: \r\n", 403}};
  for (const Row& row : rows) {
    CAPTURE(row.fields);
    CHECK(SocketClient(world.port, world.key(), {}, row.fields).status == row.status);
  }
  HttpClient plain(world.port, world.key());
  const auto refused = plain.get("/api/v1/ws");
  CHECK(refused.status == 426);
  CHECK(refused.field("Upgrade") == "websocket");
  CHECK(plain.get("/api/v1/ws?types=no").status == 422);
  CHECK(plain.post("/api/v1/ws").status == 405);
}

TEST_CASE("a WebSocket closes on what it does not take") {
  EventWorld world(small({.heartbeat = 60ms, .max_message = 512}));
  const auto ready = [&](SocketClient& socket) {
    CHECK(socket.receive().payload == R"({"type":"ready"})");
  };
  {
    SocketClient socket(world.port, world.key());
    ready(socket);
    CHECK(socket.say(std::string(513, ' ')));
    CHECK(socket.receive().close_code() == 1009);
  }
  {
    SocketClient socket(world.port, world.key());
    ready(socket);
    CHECK(socket.send(SocketClient::binary, "{}"));
    CHECK(socket.receive().close_code() == 1003);
  }
  {
    SocketClient socket(world.port, world.key());
    ready(socket);
    CHECK(socket.say("\xFF"));
    CHECK(socket.receive().close_code() == 1007);
  }
  {
    // Pings are answered for as long as the client lives …
    SocketClient socket(world.port, world.key());
    ready(socket);
    std::jthread later([&] {
      std::this_thread::sleep_for(400ms);
      world.add();
    });
    CHECK(socket.receive().code == SocketClient::text);
    CHECK(socket.pings >= 2);
    // … and missed when it does not.
    socket.deaf = true;
    CHECK(socket.receive().code == 0);
  }
  CHECK(world.watched_by(0));
}

TEST_CASE("what a worker in another process does is told by this one") {
  EventWorld world(small());
  auto owner = HttpClient(world.port, world.key());
  const auto made = owner.post("/api/v1/surveys", survey_json("trial"));
  const std::string survey = "/api/v1/surveys/" + text_at(json_of(made.body), "/id");
  REQUIRE(owner.post(survey + "/publish").status == 200);
  EventClient stream(world.port, world.key(), "?types=job.*");
  SocketClient socket(world.port, world.key(), "?types=job.completed");
  CHECK(socket.receive().payload == R"({"type":"ready"})");
  const auto run = json_of(owner.post(survey + "/insight-runs", "{}").body);
  Child work({INSIGHTFLOW_COMMAND, "--db", world.folder / "a.db", "--workspace", "First", "work"},
             "/dev/null", world.folder / "out", world.folder / "err");
  std::vector<std::string> types;
  while (types.empty() || types.back() != "job.completed") {
    const auto frame = stream.next();
    REQUIRE(frame);
    const auto json = json_of(frame->data);
    CHECK(text_at(json, "/subject") == text_at(run, "/job_id"));
    CHECK(text_at(json, "/data/subject") == text_at(run, "/id"));
    types.push_back(frame->type);
  }
  CHECK(types.front() == "job.queued");
  CHECK(types.at(1) == "job.started");
  CHECK(text_at(json_of(socket.receive().payload), "/subject") == text_at(run, "/job_id"));
  work.signal(SIGTERM);
  work.wait();
}
