// One request with an id and a trace, followed through the log, the job it queues, the metrics and
// the spans.
#include "http/serve.hpp"
#include "support/child.hpp"
#include "support/collector.hpp"
#include "support/exposition.hpp"
#include "support/http_world.hpp"

#include <future>
#include <map>
#include <mutex>

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr std::string_view caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view caller_trace = caller.substr(3, 32);

/// The whole product behind two ports, with everything it tells kept.
struct WatchedWorld {
  WatchedWorld()
      : observer(
            {.level = observe::Level::debug,
             .format = observe::LogFormat::json,
             .sink =
                 [this](std::string_view line) {
                   const std::lock_guard lock(mutex);
                   log_text.append(line).append("\n");
                 }},
            {.endpoint = collector.url("/v1/traces"), .interval = std::chrono::milliseconds(20)}),
        engine(Engine::open({.database = "sqlite:" + (folder / "a.db"), .observer = &observer})
                   .value()) {
    std::promise<http::Listening> ready;
    serving = std::jthread([this, &ready](std::stop_token stop) {
      http::ServeOptions options{.port = 0, .request_workers = 4};
      options.metrics.port = 0;
      const auto served = http::serve(engine, options, std::move(stop),
                                      [&](const http::Listening& at) { ready.set_value(at); });
      CHECK(served);
    });
    listening = ready.get_future().get();
    const auto made = engine.create_workspace("First").value();
    key = made.key.key;
    workspace = made.workspace.id.str();
  }

  HttpClient client(std::string with_key) {
    return HttpClient(listening.port, std::move(with_key));
  }

  RawClient::Answer ask_metrics(const std::string& method, const std::string& path) {
    RawClient client(*listening.metrics_port);
    client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    return client.receive();
  }
  Exposition metrics() { return Exposition::parse(ask_metrics("GET", "/metrics").body); }

  std::string text() {
    const std::lock_guard lock(mutex);
    return log_text;
  }
  /// The lines of an event whose member has this value.
  std::vector<json::value> lines(std::string_view event, std::string_view name,
                                 std::string_view value) {
    std::vector<json::value> out;
    std::istringstream in(text());
    for (std::string line; std::getline(in, line);) {
      json::value read = json_of(line);
      if (text_at(read, "/event") == event && text_at(read, "/" + std::string(name)) == value)
        out.push_back(std::move(read));
    }
    return out;
  }
  /// All spans that were sent by now, by name.
  std::map<std::string, json::value> spans() {
    observer.tracer.flush();
    std::map<std::string, json::value> out;
    for (const auto& one : collector.received()) {
      const json::value body = json_of(one.body);
      boost::system::error_code ignored;
      const json::value* list = body.find_pointer("/resourceSpans/0/scopeSpans/0/spans", ignored);
      REQUIRE(list != nullptr);
      for (const json::value& span : list->as_array()) out[text_at(span, "/name")] = span;
    }
    return out;
  }

  TemporaryFolder folder;
  std::mutex mutex;
  std::string log_text;
  Collector collector;
  observe::Observer observer;
  Engine engine;
  http::Listening listening;
  std::string key, workspace;
  std::jthread serving;
};

/// What the metrics say once a condition holds of them; work ends a moment after its result shows.
template <class Holds>
Exposition awaited(WatchedWorld& world, const Holds& holds) {
  for (int i = 0;; ++i) {
    Exposition out = world.metrics();
    if (holds(out) || i == 500) return out;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::string attribute(const json::value& span, std::string_view key) {
  for (const json::value& one : span.at("attributes").as_array())
    if (text_at(one, "/key") == key)
      return text_at(one, "/value/stringValue") + text_at(one, "/value/intValue");
  return {};
}

}  // namespace

TEST_CASE("one request id and one trace, from the header to the end of the job") {
  WatchedWorld world;
  HttpClient owner = world.client(world.key);
  const std::string survey =
      text_at(json_of(owner.post("/api/v1/surveys", survey_json("trial")).body), "/id");
  REQUIRE(owner.post("/api/v1/surveys/" + survey + "/publish", "{}").status == 200);
  REQUIRE(owner
              .post("/api/v1/public/surveys/trial/responses",
                    R"({"answers":{"q1":7,"q2":"Boards are slow."}})")
              .status == 201);
  const auto answer =
      owner.post("/api/v1/surveys/" + survey + "/insight-runs", "{}",
                 "X-Request-Id: follow-me_1\r\ntraceparent: " + std::string(caller) + "\r\n");
  REQUIRE(answer.status == 202);
  CHECK(answer.field("X-Request-Id") == "follow-me_1");
  const std::string job = text_at(json_of(answer.body), "/job_id");
  const std::string run = text_at(json_of(answer.body), "/id");

  const Exposition metrics = awaited(world, [](const Exposition& out) {
    return out.value("insightflow_job_attempts_total",
                     {{"kind", "insight_run"}, {"outcome", "completed"}}) == "1";
  });
  const auto shown = owner.get("/api/v1/jobs/" + job);
  CHECK(text_at(json_of(shown.body), "/state") == "completed");
  CHECK(text_at(json_of(shown.body), "/request_id") == "follow-me_1");
  CHECK(shown.body.find("traceparent") == std::string::npos);

  SUBCASE("in the log") {
    const auto requests = world.lines("request", "request_id", "follow-me_1");
    REQUIRE(requests.size() == 1);
    CHECK(text_at(requests[0], "/route") == "insights.start");
    CHECK(text_at(requests[0], "/method") == "POST");
    CHECK(text_at(requests[0], "/status") == "202");
    CHECK(text_at(requests[0], "/workspace") == world.workspace);
    CHECK(std::stoi(text_at(requests[0], "/microseconds")) > 0);
    CHECK(std::stoul(text_at(requests[0], "/bytes")) > answer.body.size());
    for (const char* event : {"job_start", "job_end"}) {
      const auto lines = world.lines(event, "request_id", "follow-me_1");
      REQUIRE(lines.size() == 1);
      CHECK(text_at(lines[0], "/job_id") == job);
      CHECK(text_at(lines[0], "/kind") == "insight_run");
      CHECK(text_at(lines[0], "/subject") == run);
      CHECK(text_at(lines[0], "/workspace") == world.workspace);
      CHECK(text_at(lines[0], "/attempt") == "1");
    }
    CHECK(text_at(world.lines("job_end", "job_id", job)[0], "/outcome") == "completed");
  }
  SUBCASE("in the metrics") {
    CHECK(metrics.problems == std::vector<std::string>());
    const auto requests = [&](const char* route, const char* status) {
      return metrics.value("insightflow_http_requests_total",
                           {{"route", route}, {"status", status}});
    };
    CHECK(requests("insights.start", "2xx") == "1");
    CHECK(requests("insights.start", "5xx") == "0");
    CHECK(requests("public.respond", "2xx") == "1");
    CHECK(metrics.value("insightflow_http_request_duration_seconds_count",
                        {{"route", "insights.start"}}) == "1");
    CHECK(metrics.value("insightflow_job_duration_seconds_count", {{"kind", "insight_run"}}) ==
          "1");
    CHECK(metrics.value("insightflow_job_attempts_total",
                        {{"kind", "insight_run"}, {"outcome", "failed"}}) == "0");
    CHECK(metrics.value("insightflow_job_workers", {}) == "1");
    CHECK(metrics.value("insightflow_http_requests_in_flight", {}) == "0");
    CHECK(std::stol(metrics.value("insightflow_database_commits_total", {})) > 4);
    CHECK(std::stol(metrics.value("insightflow_database_writes_total", {})) >=
          std::stol(metrics.value("insightflow_database_commits_total", {})));
    CHECK(std::stol(metrics.value("insightflow_database_size_bytes", {})) > 10'000);
    CHECK(std::stol(metrics.value("insightflow_database_free_bytes", {})) > 0);
    CHECK(metrics.value("insightflow_scrape_errors_total", {}) == "0");
  }
  SUBCASE("in the traces") {
    auto spans = world.spans();
    REQUIRE(spans.contains("POST /surveys/{survey_id}/insight-runs"));
    const json::value& request = spans["POST /surveys/{survey_id}/insight-runs"];
    CHECK(text_at(request, "/traceId") == caller_trace);
    CHECK(text_at(request, "/parentSpanId") == caller.substr(36, 16));
    CHECK(attribute(request, "request.id") == "follow-me_1");
    CHECK(attribute(request, "http.response.status_code") == "202");
    CHECK(attribute(request, "workspace.id") == world.workspace);
    const json::value& operation = spans["insights.start"];
    CHECK(text_at(operation, "/traceId") == caller_trace);
    CHECK(text_at(operation, "/parentSpanId") == text_at(request, "/spanId"));
    const json::value& attempt = spans["job insight_run"];
    CHECK(text_at(attempt, "/links/0/traceId") == caller_trace);
    CHECK(text_at(attempt, "/links/0/spanId") == text_at(request, "/spanId"));
    CHECK(attribute(attempt, "request.id") == "follow-me_1");
    CHECK(attribute(attempt, "job.outcome") == "completed");
  }
}

TEST_CASE("a key never reaches a log, a metric or a trace") {
  WatchedWorld world;
  HttpClient owner = world.client(world.key);
  const std::string survey =
      text_at(json_of(owner.post("/api/v1/surveys", survey_json("trial")).body), "/id");
  const std::string fields = "Idempotency-Key: " + world.key + "\r\nX-Request-Id: " + world.key +
                             "\r\ntraceparent: " + world.key + "\r\nUser-Agent: " + world.key +
                             "\r\n";
  CHECK(owner.get("/api/v1/surveys?" + world.key + "=" + world.key, fields).status == 422);
  CHECK(owner.get("/api/v1/surveys/" + world.key, fields).status == 404);
  CHECK(owner.get("/" + world.key, fields).status == 404);
  CHECK(owner.get("/s/" + world.key, fields).status == 404);
  CHECK(owner.post("/api/v1/api-keys", R"({"name":")" + world.key + R"(","role":"viewer"})", fields)
            .status == 201);
  CHECK(owner.post("/api/v1/surveys", "{\"" + world.key, fields).status == 400);
  HttpClient stranger = world.client(world.key + "0");
  CHECK(stranger.get("/api/v1/surveys", fields).status == 401);
  CHECK(owner.post("/api/v1/surveys/" + survey + "/publish", "{}", fields).status == 200);
  CHECK(owner.post("/api/v1/surveys/" + survey + "/insight-runs", "{}", fields).status == 202);
  const Exposition metrics = awaited(world, [](const Exposition& out) {
    return out.value("insightflow_job_attempts_total",
                     {{"kind", "insight_run"}, {"outcome", "completed"}}) == "1";
  });
  (void)world.spans();

  const std::string log = world.text();
  CHECK(log.find("job_end") != std::string::npos);
  CHECK(log.find("if_***") != std::string::npos);  // The paths were logged, and masked.
  const std::string secret = world.key.substr(3);
  CHECK(log.find(secret) == std::string::npos);
  CHECK(world.ask_metrics("GET", "/metrics").body.find(secret) == std::string::npos);
  for (const auto& sent : world.collector.received())
    CHECK(sent.body.find(secret) == std::string::npos);
  // Nor do ids: what has no bound is no label.
  CHECK(world.ask_metrics("GET", "/metrics").body.find(survey) == std::string::npos);
  CHECK(metrics.value("insightflow_http_requests_total", {{"route", "none"}, {"status", "4xx"}}) ==
        "1");
}

TEST_CASE("the metrics have a door of their own") {
  WatchedWorld world;
  HttpClient anyone = world.client("");
  CHECK(anyone.get("/metrics").status == 404);
  const auto answer = world.ask_metrics("GET", "/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(Exposition::parse(answer.body).problems == std::vector<std::string>());
  CHECK(world.ask_metrics("GET", "/healthz").status == 200);
  CHECK(world.ask_metrics("GET", "/api/v1/surveys").status == 404);
  CHECK(world.ask_metrics("POST", "/metrics").status == 405);
}

TEST_CASE("serve and work tell where their metrics are") {
  TemporaryFolder folder;
  const std::string database = folder / "a.db";
  {
    Engine engine = Engine::open({.database = "sqlite:" + database}).value();
    (void)engine.create_workspace("First").value();
  }
  const auto port_in = [](const std::string& text) {
    const std::size_t end = text.rfind("/metrics");
    REQUIRE(end != text.npos);
    return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':', end) + 1)));
  };
  const auto scrape = [](std::uint16_t port) {
    RawClient client(port);
    client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    return Exposition::parse(client.receive().body);
  };
  Child serve({INSIGHTFLOW_COMMAND, "--db", database, "--json", "serve", "--port", "0",
               "--metrics-port", "0", "--job-workers", "0"},
              "/dev/null", folder / "out", folder / "err");
  Child work({INSIGHTFLOW_COMMAND, "--db", database, "work", "--concurrency", "3", "--metrics-port",
              "0", "--log-format", "text"},
             "/dev/null", folder / "work-out", folder / "work-err");
  const Exposition of_serve = scrape(port_in(await_line(folder / "out")));
  const Exposition of_work = scrape(port_in(await_line(folder / "work-err")));
  CHECK(of_serve.problems == std::vector<std::string>());
  CHECK(of_serve.value("insightflow_job_workers", {}) == "0");
  CHECK(of_work.value("insightflow_job_attempts_total",
                      {{"kind", "insight_run"}, {"outcome", "lost"}}) == "0");
  for (Child* child : {&serve, &work}) {
    child->signal(SIGTERM);
    CHECK(child->wait() == 0);
  }
}

TEST_CASE("what serve and work are told wrongly") {
  TemporaryFolder folder;
  const std::string database = folder / "a.db";
  {
    Engine engine = Engine::open({.database = "sqlite:" + database}).value();
    (void)engine.create_workspace("First").value();
  }
  const std::vector<std::vector<std::string>> rows{
      {"serve", "--port", "0", "--log-format", "xml"},
      {"serve", "--port", "0", "--log-level", "loud"},
      {"serve", "--port", "0", "--metrics-port", "no"},
      {"serve", "--port", "0", "--metrics-port", "0", "--metrics-address", "nowhere"},
      {"work", "--log-level", ""},
      {"work", "--metrics-port", "70000"}};
  for (const auto& row : rows) {
    CAPTURE(row.back());
    std::vector<std::string> arguments{INSIGHTFLOW_COMMAND, "--db", database};
    arguments.insert(arguments.end(), row.begin(), row.end());
    Child child(arguments, "/dev/null", folder / "out", folder / "err");
    CHECK(child.wait() == 2);
    CHECK(file_text(folder / "err").find("insightflow:") == 0);
  }
}
