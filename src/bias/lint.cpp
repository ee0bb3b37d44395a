#include "bias/inspection.hpp"

#include <insightflow/bias/lint.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace insightflow::bias {

namespace {

bool speaks(const Rule& rule, std::string_view language) {
  if (rule.languages.empty()) return true;
  std::string primary;
  for (const char c : language.substr(0, language.find_first_of("-_")))
    primary += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return (" " + std::string(rule.languages) + " ").find(" " + primary + " ") != std::string::npos;
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

/// One `allow` entry, where it stands and whether it was needed.
struct Permit {
  const survey::Allowance* allowance;
  std::string question_id;  ///< Empty: holds everywhere.
  std::string field;
  std::string pointer;
  bool used = false;
};

std::vector<Permit> permits_of(const survey::Questionnaire& survey) {
  std::vector<Permit> out;
  const auto collect = [&](const std::optional<survey::LintNotes>& notes, const std::string& id,
                           const std::string& base) {
    if (!notes) return;
    for (std::size_t i = 0; i < notes->allow.size(); ++i)
      out.push_back({&notes->allow[i], id, "lint/allow/" + std::to_string(i),
                     base + "/lint/allow/" + std::to_string(i)});
  };
  collect(survey.lint, "", "");
  for (std::size_t i = 0; i < survey.questions.size(); ++i)
    collect(survey.questions[i].lint, survey.questions[i].id, "/questions/" + std::to_string(i));
  return out;
}

Finding about(const Permit& permit, Severity severity, std::string message,
              std::string suggestion) {
  Finding finding;
  finding.rule = "suppression";
  finding.severity = severity;
  finding.confidence = Confidence::high;
  finding.question_id = permit.question_id;
  finding.field = permit.field;
  finding.pointer = permit.pointer;
  finding.message = std::move(message);
  finding.suggestion = std::move(suggestion);
  return finding;
}

void suppress(const survey::Questionnaire& survey, const Options& options,
              std::vector<Finding> found, Report& report) {
  std::vector<Permit> permits = permits_of(survey);
  // The last of several that fit; one for the question before one for the whole survey.
  std::map<std::pair<std::string_view, std::string_view>, Permit*> by_place;
  for (Permit& permit : permits)
    if (!blank(permit.allowance->reason))
      by_place[{permit.allowance->rule, permit.question_id}] = &permit;
  const auto permit_at = [&](std::string_view rule, std::string_view question) {
    const auto found_at = by_place.find({rule, question});
    return found_at == by_place.end() ? nullptr : found_at->second;
  };
  for (Finding& finding : found) {
    Permit* accepted = permit_at(finding.rule, finding.question_id);
    if (!accepted) accepted = permit_at(finding.rule, "");
    if (accepted) {
      accepted->used = true;
      report.suppressed.push_back({std::move(finding), accepted->allowance->reason});
    } else {
      report.findings.push_back(std::move(finding));
    }
  }
  for (const Permit& permit : permits) {
    const std::string rule = quote(permit.allowance->rule);
    if (blank(permit.allowance->reason)) {
      report.findings.push_back(about(permit, Severity::warning,
                                      "The suppression of " + rule + " gives no reason.",
                                      "Say in `reason` why the finding is accepted."));
    } else if (!permit.used) {
      report.unused.push_back({permit.question_id, permit.allowance->rule, permit.pointer});
      if (options.least > Severity::note) continue;
      report.findings.push_back(
          about(permit, Severity::note,
                find_rule(permit.allowance->rule)
                    ? "The suppression of " + rule + " matches no finding."
                    : "The suppression names " + rule + ", which is not a rule.",
                "Delete it."));
    }
  }
}

}  // namespace

const Rule* find_rule(std::string_view id) {
  for (const Rule& rule : rules())
    if (rule.id == id) return &rule;
  return nullptr;
}

Report lint(const survey::Questionnaire& survey, const Options& options) {
  Report report;
  report.title = survey.title;
  report.language = survey.language;
  report.counts.questions = static_cast<std::int64_t>(survey.questions.size());

  Inspection inspection;
  inspect(survey, options, inspection);
  std::vector<const Rule*> active;
  for (const Rule& rule : rules()) {
    if (std::find(options.off.begin(), options.off.end(), rule.id) != options.off.end()) continue;
    if (speaks(rule, survey.language))
      active.push_back(&rule);
    else
      report.not_run.emplace_back(rule.id);
  }
  std::vector<Finding> found;
  for (const Item& item : inspection.items)
    for (const Rule* rule : active)
      if (rule->check_item) {
        Sink sink(inspection, *rule, found);
        rule->check_item(item, sink);
      }
  for (const Rule* rule : active)
    if (rule->check_survey) {
      Sink sink(inspection, *rule, found);
      rule->check_survey(inspection, sink);
    }
  suppress(survey, options, std::move(found), report);
  for (const Finding& finding : report.findings) {
    report.counts.errors += finding.severity == Severity::error;
    report.counts.warnings += finding.severity == Severity::warning;
    report.counts.notes += finding.severity == Severity::note;
  }
  return report;
}

}  // namespace insightflow::bias
