#include "bias/inspection.hpp"

#include <insightflow/bias/baseline.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace insightflow::bias {

namespace {

bool speaks(const Rule& rule, std::string_view language) {
  if (rule.languages.empty()) return true;
  const std::string primary = lower(language.substr(0, language.find_first_of("-_")));
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
  finding.rule = suppression_id;
  finding.severity = severity;
  finding.confidence = Confidence::high;
  finding.question_id = permit.question_id;
  finding.field = permit.field;
  finding.pointer = permit.pointer;
  finding.message = std::move(message);
  finding.suggestion = std::move(suggestion);
  return finding;
}

/// Which acceptance covers a rule in a question: the question's own, else one for the whole.
class Permits {
 public:
  explicit Permits(const survey::Questionnaire& survey) : all_(permits_of(survey)) {
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (!blank(all_[i].allowance->reason))
        by_rule_[{all_[i].allowance->rule, all_[i].question_id}] = i;
  }

  Permit* cover(const Finding& finding) {
    auto found = by_rule_.find({finding.rule, finding.question_id});
    if (found == by_rule_.end()) found = by_rule_.find({finding.rule, {}});
    return found == by_rule_.end() ? nullptr : &all_[found->second];
  }
  const std::vector<Permit>& all() const { return all_; }

 private:
  std::vector<Permit> all_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> by_rule_;
};

/// What the acceptances themselves give reason to say. Those of rules that did not run are left
/// alone: nobody knows whether they are needed.
void judge(const Permits& permits, const std::set<std::string_view>& idle, Report& report,
           std::vector<Finding>& findings) {
  for (const Permit& permit : permits.all()) {
    const std::string& id = permit.allowance->rule;
    const std::string rule = quote(id);
    if (blank(permit.allowance->reason)) {
      findings.push_back(about(permit, Severity::warning,
                               "The suppression of " + rule + " gives no reason.",
                               "Say in `reason` why the finding is accepted."));
    } else if (!permit.used && !idle.contains(id)) {
      report.unused.push_back({permit.question_id, id, permit.pointer});
      findings.push_back(about(permit, Severity::note,
                               find_rule(id)
                                   ? "The suppression of " + rule + " matches no finding."
                                   : "The suppression names " + rule + ", which is not a rule.",
                               "Delete it."));
    }
  }
}

/// A rule's usual severity becomes the one asked for; what it says mildly stays at most as loud.
void restate(Finding& finding, const Options& options) {
  const auto wanted = options.severities.find(finding.rule);
  if (wanted == options.severities.end()) return;
  const Rule* rule = find_rule(finding.rule);
  const bool usual = !rule || finding.severity >= rule->severity;
  finding.severity = usual ? wanted->second : std::min(finding.severity, wanted->second);
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
  report.measures = measure(survey);

  // Nothing is dropped for its severity before acceptances and settings have been applied.
  Options thorough = options;
  thorough.least = Severity::note;
  Inspection inspection;
  inspect(survey, thorough, inspection);
  const std::set<std::string_view> off(options.off.begin(), options.off.end());
  std::set<std::string_view> idle = off;
  std::vector<const Rule*> active;
  for (const Rule& rule : rules()) {
    if (off.contains(rule.id)) continue;
    if (speaks(rule, survey.language)) {
      active.push_back(&rule);
    } else {
      report.not_run.emplace_back(rule.id);
      idle.insert(rule.id);
    }
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

  Permits permits(survey);
  std::vector<Finding> kept;
  for (Finding& finding : found) {
    restate(finding, options);
    if (Permit* accepted = permits.cover(finding)) {
      accepted->used = true;
      report.suppressed.push_back({std::move(finding), accepted->allowance->reason});
    } else {
      kept.push_back(std::move(finding));
    }
  }
  if (!off.contains(suppression_id)) {
    const std::size_t before = kept.size();
    judge(permits, idle, report, kept);
    for (std::size_t i = before; i < kept.size(); ++i) restate(kept[i], options);
  }
  for (Finding& finding : kept)
    if (finding.severity >= options.least) report.findings.push_back(std::move(finding));
  recount(report);
  return report;
}

void recount(Report& report) {
  report.counts.errors = report.counts.warnings = report.counts.notes = 0;
  for (const Finding& finding : report.findings) {
    report.counts.errors += finding.severity == Severity::error;
    report.counts.warnings += finding.severity == Severity::warning;
    report.counts.notes += finding.severity == Severity::note;
  }
}

}  // namespace insightflow::bias
