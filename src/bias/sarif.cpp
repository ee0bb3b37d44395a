#include "bias/json_source.hpp"

#include <insightflow/bias/baseline.hpp>
#include <insightflow/bias/render.hpp>
#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow::bias {

namespace {

json::object message(std::string_view text) {
  return {{"text", text}};
}

/// "double-barrelled" as "DoubleBarrelled": SARIF wants names that read as one word.
std::string one_word(std::string_view id) {
  std::string out;
  bool upper = true;
  for (const char c : id) {
    if (c != '-') out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    upper = c == '-';
  }
  return out;
}

/// A path as a URI reference (RFC 3986): relative where the path is.
std::string uri_of(std::string_view path) {
  if (path == "-") return "stdin.json";
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view safe = "-._~/";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       safe.find(c) != safe.npos;
    if (plain)
      out += c;
    else
      ((out += '%') += hex[byte >> 4]) += hex[byte & 15];
  }
  return out;
}

json::object rule_entry(const Rule& rule) {
  const std::string languages(rule.languages);
  json::array tags{std::string(slug(rule.level))};
  const std::string advice = explain(rule.id);
  json::object properties{{"tags", std::move(tags)}, {"source", rule.source}};
  if (!languages.empty()) properties["languages"] = languages;
  return {{"id", rule.id},
          {"name", one_word(rule.id)},
          {"shortDescription", message(rule.title)},
          {"fullDescription", message(rule.why)},
          {"help", message(advice)},
          {"defaultConfiguration", json::object{{"level", slug(rule.severity)}}},
          {"properties", std::move(properties)}};
}

json::array rule_entries() {
  json::array out;
  for (const Rule& rule : rules()) out.push_back(rule_entry(rule));
  out.push_back(json::object{
      {"id", suppression_id},
      {"name", one_word(suppression_id)},
      {"shortDescription", message("What acceptances of findings give reason to say")},
      {"fullDescription",
       message("An acceptance needs a reason, and should be deleted once it matches nothing.")},
      {"help", message(explain(suppression_id))},
      {"defaultConfiguration", json::object{{"level", "warning"}}},
      {"properties", json::object{{"tags", json::array{"questionnaire"}}}}});
  return out;
}

/// One file's results, in order.
class Results {
 public:
  Results(const Linted& linted, std::size_t artifact) : linted_(linted), artifact_(artifact) {
    if (linted.source.empty()) return;
    if (auto source = JsonSource::read(linted.source)) {
      source_ = std::move(source).value();
      lines_.emplace(linted.source);
    }
  }

  void append(json::array& out) const {
    for (const Finding& finding : linted_.report.findings) out.push_back(result(finding));
    for (const Suppressed& suppressed : linted_.report.suppressed) {
      json::object one = result(suppressed.finding);
      one["suppressions"] =
          json::array{json::object{{"kind", "inSource"}, {"justification", suppressed.reason}}};
      out.push_back(std::move(one));
    }
    for (const Finding& finding : linted_.report.known) {
      json::object one = result(finding);
      one["suppressions"] = json::array{
          json::object{{"kind", "external"}, {"justification", "Known from the baseline."}}};
      out.push_back(std::move(one));
    }
  }

 private:
  json::object region(const Finding& finding) const {
    const ByteRange range =
        range_of(*source_, finding.pointer, static_cast<std::size_t>(finding.span.start),
                 static_cast<std::size_t>(finding.span.end));
    const Place from = lines_->place(range.start), to = lines_->place(range.end);
    return {{"startLine", from.line},       {"startColumn", from.column},
            {"endLine", to.line},           {"endColumn", to.column},
            {"charOffset", from.character}, {"charLength", to.character - from.character}};
  }

  json::object result(const Finding& finding) const {
    json::object physical{
        {"artifactLocation", json::object{{"uri", uri_of(linted_.file)}, {"index", artifact_}}}};
    if (source_) physical["region"] = region(finding);
    json::object logical{{"fullyQualifiedName", finding.pointer},
                         {"kind", finding.question_id.empty() ? "object" : "member"}};
    if (!finding.question_id.empty()) logical["name"] = finding.question_id;
    std::string text = finding.message;
    if (!finding.suggestion.empty()) text += " → " + finding.suggestion;
    std::size_t index = rules().size();
    if (const Rule* rule = find_rule(finding.rule))
      index = static_cast<std::size_t>(rule - rules().data());
    return {{"ruleId", finding.rule},
            {"ruleIndex", index},
            {"level", slug(finding.severity)},
            {"message", message(text)},
            {"locations",
             json::array{json::object{{"physicalLocation", std::move(physical)},
                                      {"logicalLocations", json::array{std::move(logical)}}}}},
            {"partialFingerprints",
             json::object{{"questionnaireFinding/v1", fingerprint(finding, linted_.survey)}}},
            {"properties", json::object{{"confidence", slug(finding.confidence)},
                                        {"field", finding.field},
                                        {"span", to_json(finding.span)}}}};
  }

  const Linted& linted_;
  const std::size_t artifact_;
  std::optional<JsonSource> source_;
  std::optional<LineTable> lines_;
};

/// What kept a file from being checked.
json::object notification(const Linted& linted, std::size_t artifact) {
  const json::object location{
      {"physicalLocation",
       json::object{
           {"artifactLocation", json::object{{"uri", uri_of(linted.file)}, {"index", artifact}}}}}};
  return {{"level", "error"},
          {"descriptor", json::object{{"id", linted.error->reason}}},
          {"message", message(linted.error->detail)},
          {"locations", json::array{location}}};
}

}  // namespace

std::string to_sarif(std::span<const Linted> all, std::string_view version) {
  json::array artifacts, results, failures;
  for (std::size_t i = 0; i < all.size(); ++i) {
    artifacts.push_back(json::object{{"location", json::object{{"uri", uri_of(all[i].file)}}}});
    if (all[i].error)
      failures.push_back(notification(all[i], i));
    else
      Results(all[i], i).append(results);
  }
  json::object invocation{{"executionSuccessful", failures.empty()}};
  if (!failures.empty()) invocation["toolExecutionNotifications"] = std::move(failures);
  json::object driver{{"name", "InsightFlow"},
                      {"version", version},
                      {"semanticVersion", version},
                      {"rules", rule_entries()}};
  json::object run{{"tool", json::object{{"driver", std::move(driver)}}},
                   {"columnKind", "unicodeCodePoints"},
                   {"invocations", json::array{std::move(invocation)}},
                   {"artifacts", std::move(artifacts)},
                   {"results", std::move(results)}};
  return pretty(json::object{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                             {"version", "2.1.0"},
                             {"runs", json::array{std::move(run)}}});
}

}  // namespace insightflow::bias
