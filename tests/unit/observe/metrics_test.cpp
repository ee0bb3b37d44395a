#include "support/exposition.hpp"

#include <insightflow/observe/llm.hpp>
#include <insightflow/observe/observer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>

using namespace insightflow;
using namespace insightflow::observe;
using test::Exposition;

namespace {

Exposition read(const Metrics& metrics) {
  return Exposition::parse(metrics.text());
}

}  // namespace

TEST_CASE("the table follows the conventions of Prometheus") {
  std::set<std::string_view> names;
  for (const Metric& metric : metric_table()) {
    CAPTURE(metric.name);
    CHECK(names.insert(metric.name).second);
    CHECK((metric.name.starts_with("insightflow_") || metric.name.starts_with("process_")));
    CHECK(metric.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == metric.name.npos);
    CHECK(metric.name.ends_with("_total") == (metric.type == MetricType::counter));
    CHECK(metric.help.ends_with("."));
    CHECK(metric.bounds.empty() == (metric.type != MetricType::histogram));
    CHECK(std::ranges::is_sorted(metric.bounds));
    CHECK(std::ranges::adjacent_find(metric.bounds) == metric.bounds.end());
    bool ended = false;
    for (const std::string_view label : metric.labels) {
      CHECK((label.empty() || !ended));
      ended = ended || label.empty();
      CHECK(label != "le");
    }
    for (std::int64_t unit = metric.unit; unit != 1; unit /= 10) REQUIRE(unit % 10 == 0);
  }
}

TEST_CASE("counters and gauges as Prometheus reads them") {
  Metrics metrics;
  metrics.add(Measure::http_requests, {"surveys.get", "2xx"});
  metrics.add(Measure::http_requests, {"surveys.get", "2xx"}, 2);
  metrics.add(Measure::http_requests, {"page", "4xx"});
  metrics.set(Measure::http_requests_in_flight, {}, 7);
  metrics.add(Measure::http_requests_in_flight, {}, -2);
  metrics.set(Measure::process_cpu, {}, 1'205);
  const std::string text = metrics.text();
  CHECK(text.ends_with("\n"));
  CHECK(text.find("# TYPE insightflow_http_requests_total counter\n"
                  "insightflow_http_requests_total{route=\"page\",status=\"4xx\"} 1\n"
                  "insightflow_http_requests_total{route=\"surveys.get\",status=\"2xx\"} 3\n") !=
        text.npos);
  CHECK(text.find("\ninsightflow_http_requests_in_flight 5\n") != text.npos);
  CHECK(text.find("\nprocess_cpu_seconds_total 1.205\n") != text.npos);
  const Exposition read_back = Exposition::parse(text);
  CHECK(read_back.problems == std::vector<std::string>());
}

TEST_CASE("a histogram's buckets count everything up to their bound, the bound included") {
  Metrics metrics;
  // Bounds of requests begin with 0.5 ms, 1 ms.
  for (const std::int64_t microseconds : {-5, 0, 500, 501, 1'000, 99'999'999})
    metrics.record(Measure::http_request_duration, {"r"}, microseconds);
  const Exposition out = read(metrics);
  CHECK(out.problems == std::vector<std::string>());
  const std::string name = "insightflow_http_request_duration_seconds";
  CHECK(out.value(name + "_bucket", {{"route", "r"}, {"le", "0.0005"}}) == "3");
  CHECK(out.value(name + "_bucket", {{"route", "r"}, {"le", "0.001"}}) == "5");
  CHECK(out.value(name + "_bucket", {{"route", "r"}, {"le", "10"}}) == "5");
  CHECK(out.value(name + "_bucket", {{"route", "r"}, {"le", "+Inf"}}) == "6");
  CHECK(out.value(name + "_count", {{"route", "r"}}) == "6");
  CHECK(out.value(name + "_sum", {{"route", "r"}}) == "100.002");
}

TEST_CASE("label values are escaped, and read back as they were") {
  struct Row {
    std::string_view value;
    std::string_view written;
    std::string_view kept;
  };
  const std::string longest(100, 'x');
  const std::string cut_between = std::string(99, 'x') + "é" + "tail";
  const Row rows[] = {
      {"plain", "plain", "plain"},
      {"a\"b", "a\\\"b", "a\"b"},
      {"a\\b", "a\\\\b", "a\\b"},
      {"a\nb", "a\\nb", "a\nb"},
      {"} 1\nfake_total 2", "} 1\\nfake_total 2", "} 1\nfake_total 2"},
      {"größer", "größer", "größer"},
      {"\xFF\xFE", "other", "other"},
      {longest, longest, longest},
      {cut_between, std::string_view(longest).substr(0, 99),
       std::string_view(longest).substr(0, 99)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    Metrics metrics;
    metrics.add(Measure::http_response_bytes, {row.value}, 5);
    const std::string text = metrics.text();
    CHECK(text.find("{route=\"" + std::string(row.written) + "\"} 5\n") != text.npos);
    const Exposition out = Exposition::parse(text);
    CHECK(out.problems == std::vector<std::string>());
    CHECK(out.value("insightflow_http_response_bytes_total", {{"route", std::string(row.kept)}}) ==
          "5");
  }
}

TEST_CASE("labels without a bound do not fill the memory") {
  Metrics metrics;
  for (int i = 0; i < 5'000; ++i)
    metrics.add(Measure::http_response_bytes, {"made up " + std::to_string(i)});
  const Exposition out = read(metrics);
  CHECK(out.count("insightflow_http_response_bytes_total") == 1'001);
  CHECK(out.value("insightflow_http_response_bytes_total", {{"route", "other"}}) == "4000");
}

TEST_CASE("threads that count together lose nothing") {
  Metrics metrics;
  constexpr int threads = 8, rounds = 5'000;
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t)
      running.emplace_back([&] {
        for (int i = 0; i < rounds; ++i) {
          metrics.add(Measure::http_requests, {"route " + std::to_string(i % 50), "2xx"});
          metrics.record(Measure::http_request_duration, {"r"}, i);
          if (i % 1'000 == 0) (void)metrics.text();
        }
      });
  }
  const Exposition out = read(metrics);
  CHECK(out.problems == std::vector<std::string>());
  CHECK(out.count("insightflow_http_requests_total") == 50);
  CHECK(out.value("insightflow_http_requests_total", {{"route", "route 7"}, {"status", "2xx"}}) ==
        std::to_string(threads * rounds / 50));
  CHECK(out.value("insightflow_http_request_duration_seconds_count", {{"route", "r"}}) ==
        std::to_string(threads * rounds));
}

TEST_CASE("a series is found again, not made again") {
  Metrics metrics;
  Series& one = metrics.series(Measure::job_attempts, {"insight_run", "completed"});
  CHECK(&one == &metrics.series(Measure::job_attempts, {"insight_run", "completed"}));
  CHECK(&one != &metrics.series(Measure::job_attempts, {"insight_run", "failed"}));
  CHECK(one.value() == 0);
  metrics.set(Measure::job_queue_depth, {"k", "ready"}, 9);
  metrics.clear(Measure::job_queue_depth);
  CHECK(metrics.series(Measure::job_queue_depth, {"k", "ready"}).value() == 0);
}

TEST_CASE("what is counted of calls of language models") {
  Metrics metrics;
  const std::chrono::milliseconds took(1'500);
  llm_call(&metrics, {.task = "summarize",
                      .provider = "anthropic",
                      .model = "large",
                      .outcome = LlmOutcome::ok,
                      .took = took,
                      .input_tokens = 1'200,
                      .output_tokens = 80,
                      .cost_micros = 4'500});
  llm_call(&metrics, {.task = "summarize",
                      .provider = "anthropic",
                      .model = "large",
                      .outcome = LlmOutcome::rate_limited,
                      .took = took});
  llm_cache(&metrics, "summarize", true);
  llm_cache(&metrics, "summarize", false);
  llm_cache(&metrics, "summarize", false);
  llm_breaker(&metrics, "anthropic", "large", Breaker::open);
  llm_call(nullptr, {});
  llm_cache(nullptr, "", true);
  llm_breaker(nullptr, "", "", Breaker::closed);

  const Exposition out = read(metrics);
  CHECK(out.problems == std::vector<std::string>());
  const std::map<std::string, std::string> model{{"provider", "anthropic"}, {"model", "large"}};
  const auto with = [&](std::string name, std::string value) {
    auto labels = model;
    labels[std::move(name)] = std::move(value);
    return labels;
  };
  for (const auto& [outcome, count] : {std::pair("ok", "1"), std::pair("rate_limited", "1")}) {
    auto labels = with("outcome", outcome);
    labels["task"] = "summarize";
    CHECK(out.value("insightflow_llm_calls_total", labels) == count);
  }
  CHECK(out.value("insightflow_llm_call_duration_seconds_sum", model) == "3");
  CHECK(out.value("insightflow_llm_tokens_total", with("direction", "input")) == "1200");
  CHECK(out.value("insightflow_llm_tokens_total", with("direction", "output")) == "80");
  CHECK(out.value("insightflow_llm_cost_total", model) == "0.0045");
  CHECK(out.value("insightflow_llm_cache_lookups_total",
                  {{"task", "summarize"}, {"result", "miss"}}) == "2");
  CHECK(out.value("insightflow_llm_breaker_state", model) == "2");
}

TEST_CASE("the process describes itself") {
  Observer observer({.sink = [](std::string_view) {}});
  const Exposition out = Exposition::parse(observer.text());
  CHECK(out.problems == std::vector<std::string>());
  for (const char* name : {"process_start_time_seconds", "process_resident_memory_bytes",
                           "process_open_fds", "process_max_fds"}) {
    CAPTURE(name);
    CHECK(std::stod(out.value(name, {})) > 0);
  }
  const double now = static_cast<double>(system_clock().now().ms) / 1e3;
  const double start = std::stod(out.value("process_start_time_seconds", {}));
  CHECK(start > now - 86'400 * 30);
  CHECK(start <= now + 2);
}
