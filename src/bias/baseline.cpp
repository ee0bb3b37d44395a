#include "bias/subject.hpp"

#include <insightflow/bias/baseline.hpp>
#include <insightflow/security/digest.hpp>

#include <algorithm>

namespace insightflow::bias {

namespace {

/// Adds words with every run of blanks as one, so that a rewrapped text is the same text.
void add_words(std::string& out, std::string_view text) {
  bool blank = false;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_blank && blank) out += ' ';
    if (!is_blank) out += c;
    blank = is_blank;
  }
  out += '\x1f';
}

std::string words_of(const Finding& finding, const survey::Questionnaire& survey) {
  std::string out;
  if (const std::string_view text = field_text(finding, survey); !text.empty()) {
    add_words(out, text);
    return out;
  }
  const survey::Question* question = question_of(finding, survey);
  if (!question) return out;
  add_words(out, question->text);
  if (finding.field == "options")
    for (const survey::Option& option : question->options) add_words(out, option.label);
  if (finding.field == "rows")
    for (const survey::Option& row : question->rows) add_words(out, row.label);
  if (finding.field == "scale" && question->scale)
    for (const auto& [value, label] : question->scale->labels) {
      add_words(out, value);
      add_words(out, label);
    }
  return out;
}

}  // namespace

std::string fingerprint(const Finding& finding, const survey::Questionnaire& survey) {
  return security::sha256(finding.rule + '\n' + finding.question_id + '\n' +
                          words_of(finding, survey))
      .substr(0, 16);
}

void add(Baseline& baseline, const std::string& file, const Report& report,
         const survey::Questionnaire& survey) {
  for (const Finding& finding : report.findings)
    baseline.findings.push_back(
        {file, finding.rule, finding.question_id, fingerprint(finding, survey), finding.message});
}

BaselineFilter::BaselineFilter(const Baseline& baseline) {
  for (const KnownFinding& known : baseline.findings) {
    by_fingerprint_[known.fingerprint].push_back(entries_.size());
    entries_.push_back({known});
  }
  // The first entry of a list is taken from its end.
  for (auto& [fingerprint, places] : by_fingerprint_) std::reverse(places.begin(), places.end());
}

void BaselineFilter::apply(Report& report, const survey::Questionnaire& survey) {
  std::vector<Finding> fresh;
  for (Finding& finding : report.findings) {
    const auto found = by_fingerprint_.find(fingerprint(finding, survey));
    if (found == by_fingerprint_.end() || found->second.empty()) {
      fresh.push_back(std::move(finding));
      continue;
    }
    entries_[found->second.back()].used = true;
    found->second.pop_back();
    report.known.push_back(std::move(finding));
  }
  report.findings = std::move(fresh);
  recount(report);
}

std::vector<KnownFinding> BaselineFilter::stale(const std::string& file) const {
  std::vector<KnownFinding> out;
  for (const Entry& entry : entries_)
    if (!entry.used && entry.finding.file == file) out.push_back(entry.finding);
  return out;
}

}  // namespace insightflow::bias

namespace insightflow {
template const Type& type_of<bias::Baseline>();
}  // namespace insightflow
