#include "bias/markup.hpp"
#include "bias/subject.hpp"

#include <insightflow/bias/render.hpp>

#include <algorithm>
#include <map>

namespace insightflow::bias {

namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark;
  --paper: #ffffff; --wash: #f5f4f0; --line: #dad7cf; --ink: #1c1f23; --soft: #5a616b;
  --error: #a3262a; --warning: #8a5a00; --note: #2b6297;
  --error-mark: #f6d5d3; --warning-mark: #f7e6c0; --note-mark: #d9e7f5; }
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #15181c; --wash: #1d2126; --line: #363c45; --ink: #e7e9ec; --soft: #a9b0ba;
  --error: #f39a93; --warning: #e5b95a; --note: #86b8e8;
  --error-mark: #5a2526; --warning-mark: #4d3b12; --note-mark: #23405c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 .4rem; padding-top: 1.2rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; font-weight: 600; }
p, ul, dl { margin: .35rem 0; }
.soft { color: var(--soft); font-size: .92rem; }
dl { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; }
dl div { display: flex; gap: .45rem; }
dt { color: var(--soft); } dd { margin: 0; font-weight: 600; }
article { margin: 1rem 0; padding: .8rem 1rem; background: var(--wash); border-radius: 6px;
  break-inside: avoid; }
.finding { margin: .8rem 0 0; padding-left: .8rem; border-left: 3px solid var(--line); }
.finding.error { border-color: var(--error); } .finding.warning { border-color: var(--warning); }
.finding.note { border-color: var(--note); }
.severity { font-weight: 600; } .error .severity { color: var(--error); }
.warning .severity { color: var(--warning); } .note .severity { color: var(--note); }
mark { color: inherit; border-radius: 3px; padding: 0 .1em; }
.error mark { background: var(--error-mark); } .warning mark { background: var(--warning-mark); }
.note mark { background: var(--note-mark); }
code { font: .9em ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
blockquote { margin: .3rem 0; padding: 0; }
)";

std::string element(std::string_view tag, std::string_view content, std::string_view css = {}) {
  std::string out = "<" + std::string(tag);
  if (!css.empty()) out += " class=\"" + std::string(css) + "\"";
  return out + ">" + std::string(content) + "</" + std::string(tag) + ">";
}

/// Words of the survey: isolated, so that their direction cannot reorder what stands around them.
std::string foreign(std::string_view text) {
  return "<bdi>" + escaped(text) + "</bdi>";
}

/// The field with the words meant marked.
std::string marked(std::string_view text, Span span) {
  const auto start = std::min(static_cast<std::size_t>(span.start), text.size());
  const auto end = std::min(std::max(static_cast<std::size_t>(span.end), start), text.size());
  std::string inner = escaped(text.substr(0, start));
  if (end > start) inner += element("mark", escaped(text.substr(start, end - start)));
  return "<bdi>" + inner + escaped(text.substr(end)) + "</bdi>";
}

std::string counted(std::int64_t n, std::string_view thing) {
  return std::to_string(n) + " " + std::string(thing) + (n == 1 ? "" : "s");
}

std::string finding_block(const Finding& finding, const survey::Questionnaire& survey) {
  std::string out = "<p>" + element("span", slug(finding.severity), "severity") + " " +
                    element("code", escaped(finding.rule)) + " " + foreign(finding.message) +
                    "</p>\n";
  if (const std::string_view text = field_text(finding, survey); !text.empty())
    out += element("blockquote", marked(text, finding.span)) + "\n";
  if (!finding.suggestion.empty()) out += element("p", "→ " + foreign(finding.suggestion)) + "\n";
  if (const Rule* rule = find_rule(finding.rule))
    out +=
        element("p", escaped(rule->why) + " <cite>" + escaped(rule->source) + "</cite>", "soft") +
        "\n";
  return element("div", "\n" + out, "finding " + std::string(slug(finding.severity))) + "\n";
}

struct Group {
  std::string title;
  std::string blocks;
};

/// Findings by question, in the order of the questionnaire; what is about the whole comes first.
std::vector<Group> groups_of(const Linted& linted) {
  std::map<std::size_t, Group> groups;
  for (const Finding& finding : linted.report.findings) {
    const survey::Question* question = question_of(finding, linted.survey);
    const std::size_t place =
        question ? static_cast<std::size_t>(question - linted.survey.questions.data()) + 1 : 0;
    Group& group = groups[place];
    if (group.title.empty())
      group.title = question
                        ? element("code", escaped(question->id)) + " " + foreign(question->text)
                        : "The questionnaire as a whole";
    group.blocks += finding_block(finding, linted.survey);
  }
  std::vector<Group> out;
  for (auto& [place, group] : groups) out.push_back(std::move(group));
  return out;
}

std::string figures(const Linted& linted) {
  std::string out;
  for (const FigureLine& line : figure_lines(linted.report.measures))
    out += "<div>" + element("dt", escaped(line.label)) + element("dd", escaped(line.value)) +
           "</div>";
  return out.empty() ? out : element("dl", out) + "\n";
}

std::string list(std::string_view head, const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string inner;
  for (const std::string& item : items) inner += element("li", item);
  return element("h3", head) + "\n" + element("ul", inner, "soft") + "\n";
}

std::string remarks(const Report& report) {
  std::vector<std::string> accepted, stale;
  for (const Suppressed& one : report.suppressed)
    accepted.push_back(element("code", escaped(one.finding.rule)) + " " +
                       element("code", escaped(one.finding.question_id)) + " " +
                       foreign(one.reason));
  for (const KnownFinding& one : report.stale)
    stale.push_back(element("code", escaped(one.rule)) + " " +
                    element("code", escaped(one.question_id)) + " " + foreign(one.message));
  std::string out = list("Accepted", accepted) + list("In the baseline, but found no more", stale);
  if (!report.known.empty())
    out += element("p",
                   counted(static_cast<std::int64_t>(report.known.size()), "finding") +
                       " known from the baseline.",
                   "soft") +
           "\n";
  if (!report.not_run.empty())
    out += element("p",
                   counted(static_cast<std::int64_t>(report.not_run.size()), "rule") +
                       " could not run for the language " +
                       element("code", escaped(report.language)) + ".",
                   "soft") +
           "\n";
  return out;
}

std::string totals(const Counts& counts) {
  return counted(counts.questions, "question") + ": " + counted(counts.errors, "error") + ", " +
         counted(counts.warnings, "warning") + ", " + counted(counts.notes, "note") + ".";
}

}  // namespace

std::string to_html(std::span<const Linted> all) {
  Counts sum;
  std::string body;
  for (const Linted& linted : all) {
    const std::string file = foreign(linted.file == "-" ? "standard input" : linted.file);
    if (linted.error) {
      const std::string why = "<p>" + element("span", "Not checked.", "severity") + " " +
                              foreign(linted.error->detail) + "</p>\n";
      body += element("section", "\n" + element("h2", file) + "\n" +
                                     element("div", "\n" + why, "finding error") + "\n") +
              "\n";
      continue;
    }
    const Counts& counts = linted.report.counts;
    sum.errors += counts.errors;
    sum.warnings += counts.warnings;
    sum.notes += counts.notes;
    sum.questions += counts.questions;
    std::string part = element("h2", foreign(linted.report.title)) + "\n";
    part +=
        element("p", file, "soft") + "\n" + element("p", totals(counts)) + "\n" + figures(linted);
    for (const Group& group : groups_of(linted))
      part += element("article", "\n" + element("h3", group.title) + "\n" + group.blocks) + "\n";
    body += element("section", "\n" + part + remarks(linted.report)) + "\n";
  }
  const std::string title = "Questionnaire check";
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += element("title", title) + "\n" + element("style", style) + "\n</head>\n<body>\n<main>\n";
  out += element("h1", title) + "\n";
  out += element("p", counted(static_cast<std::int64_t>(all.size()), "file") + ", " + totals(sum)) +
         "\n" + body + "</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace insightflow::bias
