#include "support/collector.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/observe/observer.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace insightflow;
using namespace insightflow::observe;
using test::Collector;

namespace {

constexpr std::string_view caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view silent_caller =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

TraceOptions to(const Collector& collector) {
  return {.endpoint = collector.url("/v1/traces"),
          .service_name = "tested",
          .service_version = "9.8",
          .interval = std::chrono::milliseconds(20)};
}

json::object json_of(std::string_view text) {
  const auto read = parse_json(text);
  REQUIRE(read);
  return read.value().as_object();
}

/// A member that has to be there, of a thing that has exactly these members and perhaps others.
const json::value& member(const json::value& of, std::string_view name) {
  CAPTURE(name);
  const json::value* found = of.as_object().if_contains(name);
  REQUIRE(found != nullptr);
  return *found;
}

std::string text_of(const json::value& of, std::string_view name) {
  return std::string(member(of, name).as_string());
}

std::map<std::string, std::string> attributes_of(const json::value& of) {
  std::map<std::string, std::string> out;
  for (const json::value& one : member(of, "attributes").as_array()) {
    const json::object& value = member(one, "value").as_object();
    REQUIRE(value.size() == 1);
    const auto& only = *value.begin();
    out[text_of(one, "key")] =
        std::string(only.key()) + " " + std::string(only.value().as_string());
  }
  return out;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

TEST_CASE("traceparent is read as W3C Trace Context says") {
  struct Row {
    std::string_view header;
    bool good;
    bool sampled = false;
  };
  const Row rows[] = {
      {caller, true, true},
      {silent_caller, true, false},
      {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03", true, true},
      {"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true, true},
      {"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes", true, true},
      {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false},
      {"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x", false},
      {"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
      {"00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
      {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
      {"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false},
      {"00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01", false},
      {"00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
      {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0", false},
      {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", false},
      {"", false},
      {"00", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header);
    const auto read = parse_traceparent(row.header);
    CHECK(read.has_value() == row.good);
    if (!read) continue;
    CHECK(read->sampled == row.sampled);
    CHECK(trace_id_text(*read) == "0af7651916cd43dd8448eb211c80319c");
    CHECK(parse_traceparent(traceparent(*read)) == read);
  }
}

TEST_CASE("a collector gets OTLP's JSON") {
  Collector collector;
  std::string parent_of_child, job_context;
  {
    Tracer tracer(to(collector));
    REQUIRE(tracer.active());
    Span request = tracer.start("GET /surveys", SpanKind::server, caller);
    request.set("http.route", "/surveys");
    request.set("http.response.status_code", 503);
    request.set("empty", "");
    parent_of_child = request.traceparent();
    CHECK(parent_of_child.starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    CHECK(parent_of_child != caller);
    { const Span operation = tracer.start("surveys.list", SpanKind::internal, parent_of_child); }
    request.fail("database_busy");
    request.end();
    request.end();
    Span job = tracer.start_linked("job insight_run", SpanKind::consumer, parent_of_child);
    job_context = job.traceparent();
    job = Span();
    tracer.flush();
    CHECK(tracer.counts().exported == 3);
    CHECK(tracer.counts().dropped == 0);
  }
  const auto received = collector.received();
  REQUIRE(!received.empty());
  CHECK(received[0].head.starts_with("POST /v1/traces HTTP/1.1\r\n"));
  CHECK(received[0].head.find("Content-Type: application/json") != std::string::npos);

  std::map<std::string, json::value> spans;
  for (const auto& one : received) {
    const json::object body = json_of(one.body);
    CHECK(body.size() == 1);
    const json::array& resources = body.at("resourceSpans").as_array();
    REQUIRE(resources.size() == 1);
    const auto resource = attributes_of(member(resources[0], "resource"));
    CHECK(resource == std::map<std::string, std::string>{{"service.name", "stringValue tested"},
                                                         {"service.version", "stringValue 9.8"}});
    const json::array& scopes = member(resources[0], "scopeSpans").as_array();
    REQUIRE(scopes.size() == 1);
    CHECK(text_of(member(scopes[0], "scope"), "name") == "insightflow");
    for (const json::value& span : member(scopes[0], "spans").as_array())
      spans[text_of(span, "name")] = span;
  }
  REQUIRE(spans.size() == 3);
  for (const auto& each : spans) {
    const json::value& span = each.second;
    CAPTURE(each.first);
    CHECK(is_hex(text_of(span, "traceId"), 32));
    CHECK(is_hex(text_of(span, "spanId"), 16));
    const std::int64_t start = std::stoll(text_of(span, "startTimeUnixNano"));
    const std::int64_t end = std::stoll(text_of(span, "endTimeUnixNano"));
    CHECK(start > 1'600'000'000'000'000'000);
    CHECK(end >= start);
  }
  const json::value& request = spans["GET /surveys"];
  CHECK(text_of(request, "traceId") == caller.substr(3, 32));
  CHECK(text_of(request, "parentSpanId") == caller.substr(36, 16));
  CHECK(text_of(request, "spanId") == parent_of_child.substr(36, 16));
  CHECK(member(request, "kind") == 2);
  CHECK(attributes_of(request) ==
        std::map<std::string, std::string>{{"http.route", "stringValue /surveys"},
                                           {"http.response.status_code", "intValue 503"}});
  CHECK(member(member(request, "status"), "code") == 2);
  CHECK(text_of(member(request, "status"), "message") == "database_busy");

  const json::value& operation = spans["surveys.list"];
  CHECK(text_of(operation, "parentSpanId") == text_of(request, "spanId"));
  CHECK(text_of(operation, "traceId") == text_of(request, "traceId"));
  CHECK(member(operation, "kind") == 1);
  CHECK_FALSE(operation.as_object().contains("status"));

  const json::value& job = spans["job insight_run"];
  CHECK(text_of(job, "spanId") == job_context.substr(36, 16));
  CHECK(text_of(job, "traceId") != text_of(request, "traceId"));
  CHECK_FALSE(job.as_object().contains("parentSpanId"));
  CHECK(member(job, "kind") == 5);
  const json::array& links = member(job, "links").as_array();
  REQUIRE(links.size() == 1);
  CHECK(text_of(links[0], "traceId") == text_of(request, "traceId"));
  CHECK(text_of(links[0], "spanId") == text_of(request, "spanId"));
}

TEST_CASE("without an endpoint nothing is recorded and the caller's context is passed on") {
  Tracer tracer;
  CHECK_FALSE(tracer.active());
  Span span = tracer.start("a", SpanKind::server, caller);
  CHECK_FALSE(span.recording());
  CHECK(span.traceparent() == caller);
  CHECK(tracer.start("a", SpanKind::server, "rubbish").traceparent().empty());
  CHECK(tracer.start("a", SpanKind::server).traceparent().empty());
  CHECK(tracer.start_linked("a", SpanKind::consumer, caller).traceparent() == caller);
  span.set("a", "b");
  span.fail("c");
  span.end();
  tracer.flush();
  CHECK(tracer.counts().exported == 0);
}

TEST_CASE("a trace is kept when its caller keeps it, and else by its share") {
  Collector collector;
  TraceOptions options = to(collector);
  options.ratio = 0;
  {
    Tracer none(options);
    CHECK(none.start("a", SpanKind::server, caller).recording());
    CHECK_FALSE(none.start("a", SpanKind::server, silent_caller).recording());
    const Span own = none.start("a", SpanKind::server);
    CHECK_FALSE(own.recording());
    CHECK(own.traceparent().ends_with("-00"));
    CHECK_FALSE(none.start_linked("a", SpanKind::consumer, silent_caller).recording());
    CHECK(none.start_linked("a", SpanKind::consumer, caller).recording());
  }
  options.ratio = 0.25;
  options.most_waiting = 4'000;
  Tracer some(options);
  int kept = 0;
  for (int i = 0; i < 4'000; ++i) kept += some.start("a", SpanKind::server).recording();
  CHECK(kept > 800);
  CHECK(kept < 1'200);
}

TEST_CASE("a collector that is gone, hangs or refuses costs spans and nothing else") {
  struct Row {
    const char* name;
    std::function<int(std::size_t)> status;
    bool listens = true;
  };
  const Row rows[] = {{"gone", nullptr, false},
                      {"hangs", [](std::size_t) { return 0; }},
                      {"closes", [](std::size_t) { return -1; }},
                      {"refuses", [](std::size_t) { return 400; }},
                      {"overloaded", [](std::size_t) { return 503; }}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::optional<Collector> collector;
    collector.emplace(row.status ? row.status : [](std::size_t) { return 200; });
    TraceOptions options = to(*collector);
    options.most_waiting = 100;
    options.batch = 20;
    options.timeout = std::chrono::milliseconds(300);
    options.shutdown = std::chrono::milliseconds(200);
    if (!row.listens) collector.reset();
    constexpr int spans = 20'000;
    std::int64_t most = 0;
    const auto begun = std::chrono::steady_clock::now();
    {
      Tracer tracer(options);
      for (int i = 0; i < spans; ++i) {
        tracer.start("a span with a name of some length", SpanKind::internal)
            .set("attribute", "value");
        if (i % 100 == 0) most = std::max(most, tracer.counts().waiting);
      }
      // Making them never waited for the collector, which would have taken a minute.
      CHECK(tracer.counts().dropped > 0);
      CHECK(tracer.counts().exported == 0);
    }
    const auto took = std::chrono::steady_clock::now() - begun;
    CHECK(most <= 100);
    CHECK(took < std::chrono::seconds(20));
  }
}

TEST_CASE("a batch that is refused for now is sent once more") {
  Collector collector([](std::size_t request) { return request == 0 ? 503 : 200; });
  Tracer tracer(to(collector));
  tracer.start("a", SpanKind::internal).end();
  tracer.flush();
  CHECK(tracer.counts().exported == 1);
  CHECK(tracer.counts().dropped == 0);
  const auto received = collector.received();
  REQUIRE(received.size() == 2);
  CHECK(received[0].body == received[1].body);
}

TEST_CASE("a full batch is sent before its time") {
  Collector collector;
  TraceOptions options = to(collector);
  options.interval = std::chrono::hours(1);
  options.batch = 10;
  Tracer tracer(options);
  for (int i = 0; i < 25; ++i) tracer.start("a", SpanKind::internal).end();
  while (tracer.counts().exported < 20) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  tracer.flush();
  CHECK(tracer.counts().exported == 25);
}

TEST_CASE("the environment's names are those of OpenTelemetry") {
  using Environment = std::map<std::string, std::string>;
  struct Row {
    Environment environment;
    std::string endpoint;
    std::string service = "insightflow";
    double ratio = 1;
    std::vector<std::string> headers{};
  };
  const Row rows[] = {
      {{}, ""},
      {{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"}}, "http://c:4318/v1/traces"},
      {{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318//"}}, "http://c:4318/v1/traces"},
      {{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t/x"}},
       "http://t/x"},
      {{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"}, {"OTEL_SDK_DISABLED", "True"}}, ""},
      {{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"}, {"OTEL_SDK_DISABLED", "no"}},
       "http://c/v1/traces"},
      {{{"OTEL_SERVICE_NAME", "mine"}, {"OTEL_TRACES_SAMPLER_ARG", "0.25"}}, "", "mine", 0.25},
      {{{"OTEL_TRACES_SAMPLER_ARG", "1.5"}}, ""},
      {{{"OTEL_TRACES_SAMPLER_ARG", "-1"}}, ""},
      {{{"OTEL_TRACES_SAMPLER_ARG", "half"}}, ""},
      {{{"OTEL_TRACES_SAMPLER_ARG", "nan"}}, ""},
      {{{"OTEL_EXPORTER_OTLP_HEADERS", "a=1,b=2=3,bad,=worse,x=y\r\nz: 1"}},
       "",
       "insightflow",
       1,
       {"a: 1", "b: 2=3"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.endpoint);
    const TraceOptions read = trace_options([&](const char* name) {
      const auto found = row.environment.find(name);
      return found == row.environment.end() ? std::string() : found->second;
    });
    CHECK(read.endpoint == row.endpoint);
    CHECK(read.service_name == row.service);
    CHECK(read.ratio == row.ratio);
    CHECK(read.headers == row.headers);
  }
}

TEST_CASE("a span for work within a context") {
  CHECK_FALSE(start_span(Ctx{}, "llm summarize", SpanKind::client).recording());
  Collector collector;
  Observer observer({.sink = [](std::string_view) {}}, to(collector));
  Ctx ctx;
  ctx.origin.traceparent = caller;
  ctx.observer = &observer;
  const Span span = start_span(ctx, "llm summarize", SpanKind::client);
  CHECK(span.recording());
  CHECK(span.traceparent().substr(3, 32) == caller.substr(3, 32));
}
