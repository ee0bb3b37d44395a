#include "bias/markup.hpp"

#include <insightflow/bias/render.hpp>

#include <map>

namespace insightflow::bias {

namespace {

/// What a case of the suite says: the whole first, then question by question.
struct Case {
  std::string name;
  std::vector<const Finding*> loud, quiet;
};

std::vector<Case> cases_of(const Linted& linted) {
  std::vector<Case> out{{"questionnaire", {}, {}}};
  std::map<std::string_view, std::size_t> place;
  for (const survey::Question& question : linted.survey.questions)
    if (place.emplace(question.id, out.size()).second) out.push_back({question.id, {}, {}});
  for (const Finding& finding : linted.report.findings) {
    const auto found = place.find(finding.question_id);
    Case& one = out[found == place.end() ? 0 : found->second];
    (finding.severity >= Severity::warning ? one.loud : one.quiet).push_back(&finding);
  }
  return out;
}

std::string lines_of(const std::vector<const Finding*>& findings) {
  std::string out;
  for (const Finding* finding : findings) {
    out += std::string(slug(finding->severity)) + " [" + finding->rule + "] " + finding->message;
    if (!finding->suggestion.empty()) out += " → " + finding->suggestion;
    out += " (" + finding->pointer + ")\n";
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

std::string counts(std::size_t tests, std::size_t failures, std::size_t errors) {
  return attribute("tests", std::to_string(tests)) +
         attribute("failures", std::to_string(failures)) +
         attribute("errors", std::to_string(errors)) + attribute("time", "0");
}

/// A suite with one case: the file could not be read.
std::string unread(const Error& error, const std::string& file) {
  return "  <testsuite" + attribute("name", file) + counts(1, 0, 1) + ">\n    <testcase" +
         attribute("classname", file) + attribute("name", "read") + attribute("time", "0") +
         ">\n      <error" + attribute("type", error.reason) + attribute("message", error.detail) +
         "/>\n    </testcase>\n  </testsuite>\n";
}

}  // namespace

std::string to_junit(std::span<const Linted> all) {
  std::string body;
  std::size_t tests = 0, failures = 0, errors = 0;
  for (const Linted& linted : all) {
    const std::string file = linted.file == "-" ? "stdin" : linted.file;
    if (linted.error) {
      body += unread(*linted.error, file);
      ++tests;
      ++errors;
      continue;
    }
    const std::vector<Case> cases = cases_of(linted);
    std::size_t failed = 0;
    std::string inner;
    for (const Case& one : cases) {
      inner += "    <testcase" + attribute("classname", file) + attribute("name", one.name) +
               attribute("time", "0") + ">\n";
      if (!one.loud.empty()) {
        ++failed;
        inner += "      <failure" + attribute("type", one.loud.front()->rule) +
                 attribute("message", one.loud.front()->message) + ">" +
                 escaped(lines_of(one.loud)) + "</failure>\n";
      }
      if (!one.quiet.empty())
        inner += "      <system-out>" + escaped(lines_of(one.quiet)) + "</system-out>\n";
      inner += "    </testcase>\n";
    }
    body += "  <testsuite" + attribute("name", file) + counts(cases.size(), failed, 0) + ">\n" +
            inner + "  </testsuite>\n";
    tests += cases.size();
    failures += failed;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
         attribute("name", "insightflow lint") + counts(tests, failures, errors) + ">\n" + body +
         "</testsuites>\n";
}

}  // namespace insightflow::bias
