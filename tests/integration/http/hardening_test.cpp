// What every answer carries, whom it lets read it, and what no error tells; over real connections.
#include "http/serve.hpp"
#include "http/watch.hpp"
#include "support/event_client.hpp"
#include "support/html_page.hpp"
#include "support/http_world.hpp"
#include "support/tls_peer.hpp"

#include <insightflow/operations.hpp>

#include <filesystem>
#include <future>

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr const char* some_id = "019301ab-0000-7000-8000-000000000000";

std::string path_of(const Operation& operation) {
  std::string out(base_path);
  bool inside = false;
  for (const char c : operation.path) {
    if (c == '{') out += some_id;
    if (!inside && c != '{') out += c;
    inside = c == '{' || (inside && c != '}');
  }
  return out;
}

std::string request(std::string_view method, std::string_view path, std::string_view fields = {},
                    std::string_view body = {}) {
  return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" +
         std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

RawClient::Answer ask(std::uint16_t port, const std::string& text, bool bodiless = false) {
  RawClient client(port);
  client.send(text);
  return client.receive(bodiless);
}

/// Checks what every answer must carry.
void check_fields(const RawClient::Answer& answer, bool page, bool secure) {
  CHECK(answer.field("X-Content-Type-Options") == "nosniff");
  CHECK(answer.field("Referrer-Policy") == "no-referrer");
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(answer.field("Cross-Origin-Resource-Policy") == "same-origin");
  const std::string policy = answer.field("Content-Security-Policy");
  CHECK(policy.starts_with("default-src 'none'; "));
  CHECK(policy.find("frame-ancestors") != std::string::npos);
  if (page) {
    CHECK(answer.field("Cross-Origin-Opener-Policy") == "same-origin");
    CHECK(answer.field("Permissions-Policy").find("camera=()") != std::string::npos);
    CHECK(policy.find("unsafe") == std::string::npos);
  }
  CHECK((answer.field("Strict-Transport-Security") == "max-age=31536000") == secure);
  CHECK((answer.field("Strict-Transport-Security") == "") == !secure);
  CHECK(answer.field("Server") == "");
  CHECK(answer.field("X-Powered-By") == "");
  CHECK(answer.field("Set-Cookie") == "");
}

struct Address {
  std::string_view name;
  std::string text;
  bool page = false;
};

/// One request for everything there is, and for some of what there is not.
std::vector<Address> addresses(const std::string& key) {
  std::vector<Address> out;
  const std::string with = "Authorization: Bearer " + key + "\r\n";
  for (const Operation& operation : operations()) {
    out.push_back({operation.name, request(operation.method, path_of(operation))});
    if (!operation.endless)
      out.push_back({operation.name, request(operation.method, path_of(operation), with,
                                             operation.body != nullptr ? "{}" : "")});
  }
  for (const std::string_view path :
       {"/", "/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json", "/nothing",
        "/api/v1/nothing", "/%zz"})
    out.push_back({path, request("GET", path)});
  for (const char* path : {"/s/trial", "/s/trial?lang=de", "/s/nothing"})
    out.push_back({path, request("GET", path), true});
  out.push_back({"a form", request("POST", "/s/trial", "", "page=0&go=next"), true});
  out.push_back({"a method", request("PUT", "/healthz")});
  out.push_back({"no method", request("BREW", "/healthz")});
  out.push_back({"no request", "nonsense\r\n\r\n"});
  out.push_back({"no host", "GET / HTTP/1.1\r\n\r\n"});
  out.push_back({"too long", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x')});
  out.push_back(
      {"too much", "POST /s/trial HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n"});
  return out;
}

}  // namespace

TEST_CASE("every answer tells browsers to be careful") {
  HttpWorld world;
  const std::string key = world.workspace("First");
  auto owner = world.client(key);
  const auto made = owner.post("/api/v1/surveys", survey_json("trial"));
  REQUIRE(owner.post("/api/v1/surveys/" + text_at(json_of(made.body), "/id") + "/publish").status ==
          200);
  for (const Address& address : addresses(key)) {
    CAPTURE(address.name);
    CAPTURE(address.text);
    const auto answer = ask(world.port, address.text);
    CAPTURE(answer.head);
    REQUIRE(answer.status >= 200);
    check_fields(answer, address.page, false);
    // Without origins to let in, nobody is let in.
    CHECK(answer.head.find("Access-Control") == std::string::npos);
  }
  const EventClient events(world.port, key);
  CHECK(events.status == 200);
  RawClient::Answer head;
  head.head = events.head;
  check_fields(head, false, false);
}

TEST_CASE("over TLS the same, and browsers are told to come back that way") {
  HttpWorld plain;
  const Certificate certificate(plain.folder);
  http::Options options{.workers = 4};
  options.tls = http::Tls::load({certificate.certificate, certificate.key}).value();
  http::Server server(
      options, [&](const http::Request& request) { return plain.application.handle(request); });
  const TlsTunnel tunnel(server.start().value());
  const std::string key = plain.workspace("First");
  for (const std::string_view path : {"/", "/healthz", "/s/nothing", "/api/v1/surveys", "/%zz"}) {
    CAPTURE(path);
    check_fields(ask(tunnel.port, request("GET", path)), path == "/s/nothing", true);
  }
  // Events and a WebSocket, through the same connections.
  auto owner = HttpClient(tunnel.port, key);
  EventClient events(tunnel.port, key);
  CHECK(events.status == 200);
  SocketClient socket(tunnel.port, key);
  REQUIRE(socket.status == 101);
  const auto made = owner.post("/api/v1/surveys", survey_json("trial"));
  REQUIRE(owner.post("/api/v1/surveys/" + text_at(json_of(made.body), "/id") + "/publish").status ==
          200);
  const auto event = events.next();
  REQUIRE(event);
  CHECK(event->type.starts_with("survey."));
  CHECK(socket.receive().payload.find("ready") != std::string::npos);
  CHECK(socket.receive().payload.find("survey.") != std::string::npos);
}

TEST_CASE("behind a proxy it is the proxy that knows, if it is trusted") {
  HttpWorld::Jobs jobs = HttpWorld::Jobs::leave;
  http::ApplicationOptions options = HttpWorld::quick();
  for (const bool trusted : {false, true}) {
    CAPTURE(trusted);
    if (trusted) options.trusted_proxies.push_back(http::Network::parse("127.0.0.1").value());
    HttpWorld world(jobs, options);
    auto client = world.client();
    const auto told = [&](const char* fields) {
      return client.get("/healthz", fields).field("Strict-Transport-Security") != "";
    };
    CHECK(told("X-Forwarded-Proto: https\r\n") == trusted);
    CHECK_FALSE(told("X-Forwarded-Proto: http\r\n"));
    CHECK_FALSE(told("X-Forwarded-Proto: HTTPS, https\r\n"));
    CHECK_FALSE(told(""));
  }
}

TEST_CASE("pages of other origins read what they are let read") {
  http::ApplicationOptions options = HttpWorld::quick();
  options.cors_origins = {"https://app.example", "http://127.0.0.1:3000"};
  HttpWorld world(HttpWorld::Jobs::leave, options);
  const std::string key = world.workspace("First");
  struct Row {
    std::string_view name;
    const char* method;
    const char* path;
    std::string fields;
    int status;
    std::string origin;   ///< Access-Control-Allow-Origin.
    std::string methods;  ///< Access-Control-Allow-Methods.
    bool varies = true;
  };
  const std::string app = "Origin: https://app.example\r\n";
  const std::string asks =
      "Access-Control-Request-Method: PUT\r\n"
      "Access-Control-Request-Headers: authorization,if-match\r\n";
  const Row rows[] = {
      {"no origin", "GET", "/healthz", "", 200, "", ""},
      {"known", "GET", "/healthz", app, 200, "https://app.example", ""},
      {"the other", "GET", "/api/v1/surveys", "Origin: http://127.0.0.1:3000\r\n", 401,
       "http://127.0.0.1:3000", ""},
      {"an error can be read", "GET", "/api/v1/nothing", app, 404, "https://app.example", ""},
      {"stranger", "GET", "/healthz", "Origin: https://evil.example\r\n", 200, "", ""},
      {"null", "GET", "/healthz", "Origin: null\r\n", 200, "", ""},
      {"another scheme", "GET", "/healthz", "Origin: http://app.example\r\n", 200, "", ""},
      {"another port", "GET", "/healthz", "Origin: https://app.example:8443\r\n", 200, "", ""},
      {"a longer name", "GET", "/healthz", "Origin: https://app.example.evil\r\n", 200, "", ""},
      {"a shorter name", "GET", "/healthz", "Origin: https://app.exampl\r\n", 200, "", ""},
      {"two", "GET", "/healthz", "Origin: https://app.example https://b\r\n", 200, "", ""},
      {"case", "GET", "/healthz", "Origin: https://App.example\r\n", 200, "", ""},
      {"preflight", "OPTIONS", "/api/v1/surveys", app + asks, 204, "https://app.example",
       "POST, GET, HEAD"},
      {"preflight of one", "OPTIONS", "/healthz", app + asks, 204, "https://app.example",
       "GET, HEAD"},
      {"preflight of a stranger", "OPTIONS", "/api/v1/surveys",
       "Origin: https://evil.example\r\n" + asks, 405, "", ""},
      {"preflight of nobody", "OPTIONS", "/api/v1/surveys", asks, 405, "", ""},
      {"no preflight", "OPTIONS", "/api/v1/surveys", app, 405, "https://app.example", ""},
      {"preflight of nothing", "OPTIONS", "/api/v1/nothing", app + asks, 404, "https://app.example",
       ""},
      {"a page", "GET", "/s/nothing", app, 404, "", "", false},
      {"preflight of a page", "OPTIONS", "/s/nothing", app + asks, 405, "", "", false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto answer = ask(world.port, request(row.method, row.path, row.fields));
    CAPTURE(answer.head);
    CHECK(answer.status == row.status);
    CHECK(answer.field("Access-Control-Allow-Origin") == row.origin);
    CHECK(answer.field("Access-Control-Allow-Methods") == row.methods);
    CHECK(answer.field("Access-Control-Allow-Credentials") == "");
    CHECK((answer.head.find("\r\nVary: Origin\r\n") != std::string::npos) == row.varies);
    if (row.methods != "") {
      CHECK(answer.field("Access-Control-Allow-Headers").find("If-Match") != std::string::npos);
      CHECK(answer.field("Access-Control-Allow-Headers").find("Authorization") !=
            std::string::npos);
      CHECK(answer.field("Access-Control-Max-Age") == "600");
    }
    if (row.origin != "")
      CHECK(answer.field("Access-Control-Expose-Headers").find("ETag") != std::string::npos);
  }
}

TEST_CASE("no error tells what is inside") {
  HttpWorld world;
  const std::string key = world.workspace("First");
  auto owner = world.client(key);
  const auto made = owner.post("/api/v1/surveys", survey_json("trial"));
  REQUIRE(owner.post("/api/v1/surveys/" + text_at(json_of(made.body), "/id") + "/publish").status ==
          200);
  // The database of a careless operator: tables are gone, and rows hold what nobody wrote.
  REQUIRE(world.engine.database().write([](storage::Tx& tx) -> Result<void> {
    for (const char* sql :
         {"PRAGMA foreign_keys = OFF", "ALTER TABLE surveys RENAME TO surveys_gone",
          "ALTER TABLE projects RENAME TO projects_gone", "ALTER TABLE jobs RENAME TO jobs_gone",
          "ALTER TABLE users RENAME TO users_gone",
          "ALTER TABLE responses RENAME TO responses_gone"}) {
      BOOST_OUTCOME_TRY(tx.execute(sql));
    }
    return success();
  }));
  int failures = 0;
  for (const Address& address : addresses(key)) {
    CAPTURE(address.name);
    const auto answer = ask(world.port, address.text);
    CAPTURE(answer.body.substr(0, 400));
    failures += answer.status >= 500;
    if (answer.status < 400) continue;
    for (const std::string& inside :
         {std::string("SELECT"), std::string("INSERT"), std::string("UPDATE "),
          std::string("no such table"), std::string("sqlite"), std::string("SQLite"),
          std::string("_gone"), std::string("std::"), std::string(".cpp"), std::string(".hpp"),
          world.folder.path().string(), std::string("a.db")})
      CHECK_MESSAGE(answer.body.find(inside) == std::string::npos, "tells " << inside);
  }
  CHECK(failures > 20);
}

TEST_CASE("no error tells where files are") {
  TemporaryFolder folder;
  // The file of the master keys leads nowhere.
  std::filesystem::create_symlink(folder / "none/key", folder / "a.db.key");
  std::string log;
  observe::Observer observer(
      {.sink = [&](std::string_view line) { log.append(line).append("\n"); }}, {});
  auto engine =
      Engine::open({.database = "sqlite:" + (folder / "a.db"), .observer = &observer}).value();
  const http::Application application(engine);
  http::Watch watch(observer, application.route_names(), true);
  http::Options options{.workers = 1};
  options.on_answer = [&](const http::Request& request, const http::Answered& answered) {
    watch.answered(request, answered);
  };
  http::Server server(options,
                      [&](const http::Request& request) { return application.handle(request); });
  const auto answer = ask(server.start().value(), request("GET", "/.well-known/jwks.json"));
  server.stop();
  CHECK(answer.status >= 400);
  CHECK(answer.body.find("master_key_missing") != std::string::npos);
  CHECK(answer.body.find("a.db") == std::string::npos);
  CHECK(log.find("a.db.key") != std::string::npos);  // But the operator is told.
}

TEST_CASE("refused forms are counted by reason") {
  TemporaryFolder folder;
  observe::Observer observer({.level = observe::Level::off}, {});
  auto engine =
      Engine::open({.database = "sqlite:" + (folder / "a.db"), .observer = &observer}).value();
  const http::Application application(engine);
  http::Server server({.workers = 2},
                      [&](const http::Request& request) { return application.handle(request); });
  const std::uint16_t port = server.start().value();
  HttpClient owner(port, engine.create_workspace("First").value().key.key), guest(port);
  const auto made = owner.post("/api/v1/surveys", R"({"title":"W","slug":"week","questions":[
    {"id":"use","kind":"yes_no","text":"Used?"}]})");
  REQUIRE(owner.post("/api/v1/surveys/" + text_at(json_of(made.body), "/id") + "/publish").status ==
          200);
  const HtmlForm form{HtmlPage(guest.get("/s/week").body)};
  constexpr std::string_view type = "Content-Type: application/x-www-form-urlencoded\r\n";
  CHECK(guest.post("/s/week", form.body("go", "next"), type).status == 422);
  CHECK(guest.post("/s/week", form.body("go", "next") + "&homepage=x", type).status == 422);
  CHECK(guest.post("/s/week", "page=0&go=next", type).status == 422);
  CHECK(guest.post("/s/week", "page=0&go=next", type).status == 422);
  const std::string text = engine.metrics();
  for (const char* line :
       {"reason=\"hurried\"} 1\n", "reason=\"trapped\"} 1\n", "reason=\"forged\"} 2\n"})
    CHECK(text.find("insightflow_form_refusals_total{" + std::string(line)) != std::string::npos);
}

TEST_CASE("serve speaks TLS by files, refuses what it cannot use, and takes renewed ones") {
  TemporaryFolder folder;
  const Certificate certificate(folder);
  auto engine = Engine::open({.database = "sqlite:" + (folder / "a.db")}).value();
  http::ServeOptions options{.port = 0, .job_workers = 0, .request_workers = 2};
  options.tls = http::TlsFiles{certificate.certificate, folder / "none"};
  const auto refused = http::serve(engine, options, {}, [](const http::Listening&) {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "tls_key_unreadable");

  options.tls->key = certificate.key;
  std::promise<std::uint16_t> ready;
  std::jthread serving([&](std::stop_token stop) {
    CHECK(http::serve(engine, options, std::move(stop),
                      [&](const http::Listening& at) { ready.set_value(at.port); }));
  });
  const std::uint16_t port = ready.get_future().get();
  CHECK(TlsPeer(port).name() == "insightflow test");
  certificate.make({.name = "renewed"});
  std::string name;
  for (int i = 0; i < 200 && name != "renewed"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    name = TlsPeer(port).name();
  }
  CHECK(name == "renewed");
}

TEST_CASE("serve says what is wrong with its options, and does not begin") {
  TemporaryFolder folder;
  const std::string database = folder / "a.db", err = folder / "err";
  const Certificate good(folder, "good"), other(folder, "other");
  const Certificate old(folder, "old", {.from_s = -7200, .until_s = -3600});
  Child made({INSIGHTFLOW_COMMAND, "--db", database, "init"}, "/dev/null", folder / "init", err);
  REQUIRE(made.wait() == 0);
  struct Row {
    std::vector<std::string> options;
    std::string_view says;
  };
  const Row rows[] = {
      {{"--tls-certificate", good.certificate}, "--tls-key"},
      {{"--tls-key", good.key}, "--tls-certificate"},
      {{"--tls-certificate", folder / "none", "--tls-key", good.key}, "none', cannot be read"},
      {{"--tls-certificate", good.certificate, "--tls-key", other.key}, "does not belong"},
      {{"--cors-origin", "*"}, "'*' is no origin"},
      {{"--cors-origin", "https://app.example/"}, "is no origin"},
      {{"--form-time", "5"}, "is no time for a form"},
      {{"--proof-of-work", "25"}, "--proof-of-work"},
      {{"--proof-of-work", "-1"}, "--proof-of-work"},
      {{"--trusted-proxy", "somewhere"}, "somewhere"}};
  for (const Row& row : rows) {
    std::vector<std::string> arguments{
        INSIGHTFLOW_COMMAND, "--db", database, "serve", "--port", "0"};
    arguments.insert(arguments.end(), row.options.begin(), row.options.end());
    CAPTURE(row.says);
    Child child(arguments, "/dev/null", folder / "out", err);
    CHECK(child.wait() == 2);
    CHECK(file_text(err).find(row.says) != std::string::npos);
    CHECK(file_text(folder / "out") == "");
  }
  // One that has run out is served, and said to have.
  Child child({INSIGHTFLOW_COMMAND, "--db", database, "serve", "--port", "0", "--tls-certificate",
               old.certificate, "--tls-key", old.key},
              "/dev/null", folder / "out", err);
  CHECK(await_line(folder / "out").starts_with("Listening on https://127.0.0.1:"));
  CHECK(file_text(err).find("tls_certificate_expired") != std::string::npos);
  child.signal(SIGTERM);
  CHECK(child.wait() == 0);
}
