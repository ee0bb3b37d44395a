// The alert rules, the dashboard and the table in docs/operations are about metrics that exist.
#include "support/promql.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/observe/metrics.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace insightflow;
using namespace insightflow::observe;
using test::Promql;

namespace {

std::string document(const std::string& name) {
  std::ifstream in(std::string(INSIGHTFLOW_SOURCE_DIR) + "/docs/operations/" + name);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The labels a sample may have: those of its metric, a bucket's bound, and what Prometheus adds.
/// Nothing for a name that no metric gives.
std::optional<std::set<std::string>> labels_of(const std::string& sample) {
  std::set<std::string> out{"job", "instance"};
  if (sample == "up") return out;
  for (const Metric& metric : metric_table()) {
    const std::string name(metric.name);
    const bool histogram = metric.type == MetricType::histogram;
    const bool bucket = histogram && sample == name + "_bucket";
    if (!bucket && !(histogram && (sample == name + "_sum" || sample == name + "_count")) &&
        !(!histogram && sample == name))
      continue;
    for (const std::string_view label : metric.labels)
      if (!label.empty()) out.emplace(label);
    if (bucket) out.insert("le");
    return out;
  }
  return std::nullopt;
}

/// What is wrong with an expression, one line for each thing; "" when nothing is. `shown` are
/// labels that the result must have.
std::string problems_of(const std::string& expression, const std::set<std::string>& shown = {}) {
  const Promql read = Promql::parse(expression);
  std::string out;
  for (const std::string& problem : read.problems) out += problem + "\n";
  if (read.selectors.empty()) out += "names no metric\n";
  std::set<std::string> all;
  for (const auto& [sample, labels] : read.selectors) {
    const auto known = labels_of(sample);
    if (!known) {
      out += "no metric " + sample + "\n";
      continue;
    }
    all.insert(known->begin(), known->end());
    for (const std::string& label : labels)
      if (!known->contains(label)) out += sample + " has no label " + label + "\n";
  }
  for (const std::string& label : read.grouped)
    if (!all.contains(label)) out += "nothing has the label " + label + "\n";
  // Behind an aggregation there are the labels that it names and no others.
  const std::set<std::string>& left = read.aggregated ? read.grouped : all;
  for (const std::string& label : shown)
    if (!left.contains(label)) out += "the result has no label " + label + "\n";
  return out;
}

/// The words between {{ and }}, and behind $labels. there.
std::set<std::string> placeholders(const std::string& text, std::string_view prefix) {
  std::set<std::string> out;
  for (std::size_t at = 0; (at = text.find("{{", at)) != text.npos;) {
    const std::size_t end = text.find("}}", at);
    std::string inside = text.substr(at + 2, end - at - 2);
    inside.erase(0, inside.find_first_not_of(' '));
    at = end;
    if (!inside.starts_with(prefix)) continue;
    inside.erase(0, prefix.size());
    out.insert(inside.substr(0, inside.find_first_of(" |")));
  }
  return out;
}

/// One rule of the file: its keys, those below "labels" and "annotations" with these before them.
using Rule = std::map<std::string, std::string>;

/// The rules in the part of YAML that the file is written in; anything else fails the test.
std::vector<Rule> rules_in(const std::string& yaml) {
  std::vector<Rule> out;
  std::string block;
  std::istringstream in(yaml);
  for (std::string line; std::getline(in, line);) {
    CAPTURE(line);
    if (line.empty() || line.starts_with("#")) continue;
    if (line == "groups:" || line == "  - name: insightflow" || line == "    rules:") continue;
    const std::size_t indent = line.find_first_not_of(' ');
    std::string text = line.substr(indent);
    if (text.starts_with("- ")) {
      REQUIRE(indent == 6);
      out.emplace_back();
      text.erase(0, 2);
      block.clear();
    } else if (indent == 8) {
      block.clear();
    } else {
      REQUIRE(indent == 10);
      REQUIRE_FALSE(block.empty());
    }
    REQUIRE_FALSE(out.empty());
    const std::size_t colon = text.find(':');
    REQUIRE(colon != text.npos);
    const std::string key = text.substr(0, colon);
    std::string value = colon + 2 < text.size() ? text.substr(colon + 2) : "";
    if (value.empty()) {
      block = key + ".";
      continue;
    }
    if (value.starts_with('"')) {
      REQUIRE(value.size() > 1);
      REQUIRE(value.ends_with('"'));
      value = value.substr(1, value.size() - 2);
    } else {
      // What YAML would read otherwise than as plain text.
      CHECK(value.find(": ") == value.npos);
      CHECK(value.find(" #") == value.npos);
      CHECK(std::string_view("{}[]&*!|>'%@`").find(value[0]) == std::string_view::npos);
    }
    CHECK(out.back().emplace(block + key, value).second);
  }
  return out;
}

}  // namespace

TEST_CASE("expressions with a wrong name or label are found out") {
  struct Row {
    std::string expression;
    std::string problem;
    std::set<std::string> shown{};
  };
  const Row rows[] = {
      {"up == 0", ""},
      {"sum by (route) (rate(insightflow_http_requests_total{status=\"5xx\"}[5m])) > 0",
       "",
       {"route"}},
      {"sum(rate(insightflow_http_requests_total[5m])) by (status)", "", {"status"}},
      {"sum(insightflow_http_request_total)", "no metric insightflow_http_request_total\n"},
      {"insightflow_http_requests_total{code=\"5xx\"}",
       "insightflow_http_requests_total has no label code\n"},
      {"insightflow_job_workers{kind=\"a\"}", "insightflow_job_workers has no label kind\n"},
      {"sum by (kind) (insightflow_job_workers)", "nothing has the label kind\n"},
      {"sum(insightflow_job_oldest_ready_seconds)", "the result has no label kind\n", {"kind"}},
      {"insightflow_http_request_duration_seconds > 1",
       "no metric insightflow_http_request_duration_seconds\n"},
      {"histogram_quantile(0.9, sum by (le) (rate(insightflow_job_duration_seconds_sum[5m])))",
       "nothing has the label le\n"},
      {"sum(rate(insightflow_http_requests_total[5m])", "a bracket is not closed\n"},
      {"insightflow_http_requests_total{status=5xx}", "a label is not compared with a text\n"},
      {"rate(insightflow_http_requests_total[often])", "[often] is no time\n"},
      {"sume(up)", "no function sume\n"},
      {"1 + 1", "names no metric\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.expression);
    CHECK(problems_of(row.expression, row.shown) == row.problem);
  }
}

TEST_CASE("every alert is about metrics and labels that there are") {
  const auto rules = rules_in(document("alerts.yml"));
  CHECK(rules.size() >= 10);
  std::set<std::string> names;
  for (Rule rule : rules) {
    CAPTURE(rule["alert"]);
    CHECK(names.insert(rule["alert"]).second);
    CHECK(rule["alert"].starts_with("InsightFlow"));
    CHECK(problems_of(rule["expr"], placeholders(rule["annotations.summary"], "$labels.")) == "");
    CHECK(std::set<std::string>{"critical", "warning", "info"}.contains(rule["labels.severity"]));
    CHECK_FALSE(rule["annotations.summary"].empty());
    for (const auto& [key, value] : rule)
      CHECK(std::set<std::string>{"alert", "expr", "for", "labels.severity", "annotations.summary"}
                .contains(key));
  }
  // What an operator must hear of.
  for (const char* wanted : {"insightflow_http_requests_total", "insightflow_job_attempts_total",
                             "insightflow_job_queue_depth", "insightflow_job_oldest_ready_seconds",
                             "insightflow_llm_calls_total", "insightflow_llm_breaker_state",
                             "insightflow_database_free_bytes", "up{"})
    CHECK(document("alerts.yml").find(wanted) != std::string::npos);
}

TEST_CASE("every panel of the dashboard is about metrics and labels that there are") {
  const auto read = parse_json(document("grafana.json"));
  REQUIRE(read);
  const json::object& board = read.value().as_object();
  std::set<std::int64_t> ids;
  std::set<std::string> used;
  for (const json::value& each : board.at("panels").as_array()) {
    const json::object& panel = each.as_object();
    const std::string title(panel.at("title").as_string());
    CAPTURE(title);
    CHECK(ids.insert(panel.at("id").to_number<std::int64_t>()).second);
    if (panel.at("type") == "row") continue;
    CHECK_FALSE(panel.at("targets").as_array().empty());
    for (const json::value& target : panel.at("targets").as_array()) {
      const std::string expression(target.as_object().at("expr").as_string());
      const std::string legend(target.as_object().at("legendFormat").as_string());
      CAPTURE(expression);
      CHECK(problems_of(expression, placeholders(legend, "")) == "");
      for (const auto& [sample, labels] : Promql::parse(expression).selectors) used.insert(sample);
    }
  }
  for (const Metric& metric : metric_table()) {
    CAPTURE(metric.name);
    const std::string name(metric.name);
    CHECK((used.contains(name) || used.contains(name + "_bucket")));
  }
  for (const json::value& variable : board.at("templating").at("list").as_array()) {
    const std::string query(variable.as_object().at("query").as_string());
    constexpr std::string_view values = "label_values(";
    if (!query.starts_with(values)) continue;
    const std::size_t comma = query.find(", ");
    REQUIRE(comma != query.npos);
    const auto labels = labels_of(query.substr(values.size(), comma - values.size()));
    REQUIRE(labels);
    CHECK(labels->contains(query.substr(comma + 2, query.size() - comma - 3)));
  }
}

TEST_CASE("the table of metrics in the documentation is the table in the code") {
  constexpr std::string_view types[] = {"counter", "gauge", "histogram"};
  std::string table = "| metric | type | labels | what |\n|---|---|---|---|\n";
  for (const Metric& metric : metric_table()) {
    std::string labels;
    for (const std::string_view label : metric.labels)
      if (!label.empty()) labels.append(labels.empty() ? "`" : ", `").append(label).append("`");
    table.append("| `").append(metric.name).append("` | ");
    table.append(types[static_cast<std::size_t>(metric.type)]).append(" | ").append(labels);
    table.append(" | ").append(metric.help).append(" |\n");
  }
  CAPTURE(table);
  CHECK(document("README.md").find(table) != std::string::npos);
}

TEST_CASE("every alert is explained") {
  const std::string text = document("README.md");
  for (Rule rule : rules_in(document("alerts.yml"))) {
    CAPTURE(rule["alert"]);
    CHECK(text.find("`" + rule["alert"] + "`") != text.npos);
  }
}
