#include "bias/json_source.hpp"
#include "bias/subject.hpp"

#include <insightflow/bias/render.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace insightflow::bias {

namespace {

struct Look {
  std::string_view word, colour;
};
constexpr std::array looks{Look{"note", "\x1b[36m"}, Look{"warning", "\x1b[33m"},
                           Look{"error", "\x1b[31m"}};
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view faint = "\x1b[2m";
constexpr std::string_view uncoloured = "\x1b[0m";

const Look& look_of(Severity severity) {
  return looks[static_cast<std::size_t>(severity)];
}

/// One character as a terminal shows it.
struct Cell {
  std::size_t byte = 0;  ///< In the text.
  std::string_view shown;
  std::size_t width = 1;
};

/// The character at `at`, which moves on. A terminal must not be steered by what a survey says:
/// control characters become blanks, and marks that turn the writing direction become visible.
Cell next_cell(std::string_view text, std::size_t& at) {
  Cell cell{at, {}, 1};
  const char32_t point = utf8::decode(text, at);
  if (point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029) {
    cell.shown = " ";
  } else if (point == utf8::invalid_code_point || (point >= 0x202A && point <= 0x202E) ||
             (point >= 0x2066 && point <= 0x2069) || point == 0x200E || point == 0x200F) {
    cell.shown = "\uFFFD";
  } else {
    cell.shown = text.substr(cell.byte, at - cell.byte);
    const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(point));
    cell.width = static_cast<std::size_t>(std::max(width, 0));
  }
  return cell;
}

std::string clean(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) out += next_cell(text, at).shown;
  return out;
}

/// The line the span begins in, cut to `width` columns around it, and carets below the words.
void draw(std::string& out, std::string_view text, Span span, const TextStyle& style,
          std::string_view colour) {
  constexpr std::string_view indent = "    ", ellipsis = "…";
  const auto start = std::min(static_cast<std::size_t>(span.start), text.size());
  auto end = std::min(std::max(static_cast<std::size_t>(span.end), start), text.size());
  std::size_t from = start == 0 ? text.npos : text.rfind('\n', start - 1);
  from = from == text.npos ? 0 : from + 1;
  const std::size_t to = std::min(text.find('\n', start), text.size());
  end = std::min(end, to);

  std::vector<Cell> cells;
  std::size_t total = 0, before = 0, marked = 0;
  for (std::size_t at = from; at < to;) {
    cells.push_back(next_cell(text, at));
    const Cell& cell = cells.back();
    total += cell.width;
    if (cell.byte < start) before += cell.width;
    if (cell.byte >= start && cell.byte < end) marked += cell.width;
  }
  // Where the line is too long, the span stays in view with some words before it.
  const std::size_t room = std::max<std::size_t>(style.width, 40) - indent.size() - 2;
  std::size_t skip = 0;
  if (total > room && before + marked > room * 3 / 4)
    skip = before - std::min(before, room > marked ? (room - marked) / 2 : room / 8);
  std::size_t first = 0, skipped = 0;
  while (first < cells.size() && skipped < skip) skipped += cells[first++].width;
  while (first < cells.size() && first > 0 && cells[first].width == 0) ++first;

  const bool cut_front = first > 0;
  std::string line, carets;
  std::size_t used = 0, last = first;
  bool lit = false;
  for (; last < cells.size() && used + cells[last].width <= room; ++last) {
    const Cell& cell = cells[last];
    const bool inside = cell.byte >= start && cell.byte < end;
    if (!colour.empty() && inside != lit) (line += inside ? colour : uncoloured);
    lit = inside;
    line += cell.shown;
    if (cell.byte < start)
      carets.append(cell.width, ' ');
    else if (inside)
      carets.append(cell.width, '^');
    used += cell.width;
  }
  if (!colour.empty() && lit) line += uncoloured;
  if (carets.find('^') == carets.npos) carets += '^';
  ((out += indent) += cut_front ? ellipsis : "") += line;
  ((out += last < cells.size() ? ellipsis : "") += "\n") += indent;
  (out += cut_front ? " " : "") += colour;
  // Colour begins at the carets, which changes nothing to see.
  ((out += carets) += colour.empty() ? "" : uncoloured) += '\n';
}

std::string count(std::int64_t number, std::string_view thing) {
  return std::to_string(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

json::object error_entry(const Error& error) {
  json::array details;
  for (const Problem& problem : error.problems)
    details.push_back(json::object{
        {"pointer", problem.pointer}, {"code", problem.reason}, {"message", problem.detail}});
  return {{"code", error.reason}, {"message", error.detail}, {"details", std::move(details)}};
}

std::string tenths(double value) {
  const auto whole = static_cast<std::int64_t>(value * 10 + 0.5);
  return std::to_string(whole / 10) + "." + std::to_string(whole % 10);
}

/// "survey.json:12:5: ", or nothing where the source is not known.
class Locator {
 public:
  explicit Locator(const Linted* linted) : linted_(linted) {
    if (!linted || linted->source.empty()) return;
    if (auto source = JsonSource::read(linted->source)) {
      source_ = std::move(source).value();
      lines_.emplace(linted->source);
    }
  }
  std::string operator()(const Finding& finding) const {
    if (!linted_) return {};
    const std::string file = clean(linted_->file == "-" ? "standard input" : linted_->file);
    if (!source_) return file + ": ";
    const ByteRange range =
        range_of(*source_, finding.pointer, static_cast<std::size_t>(finding.span.start),
                 static_cast<std::size_t>(finding.span.end));
    const Place place = lines_->place(range.start);
    return file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
  }

 private:
  const Linted* linted_;
  std::optional<JsonSource> source_;
  std::optional<LineTable> lines_;
};

void append_finding(std::string& out, const Finding& finding, const survey::Questionnaire& survey,
                    const TextStyle& style, const Locator& locate) {
  const Look& look = look_of(finding.severity);
  const auto dyed = [&](std::string_view colour, std::string_view text) {
    return style.colour ? std::string(colour) + std::string(text) + std::string(uncoloured)
                        : std::string(text);
  };
  out += locate(finding);
  out += finding.question_id.empty() ? std::string("survey") : clean(finding.question_id);
  out += ": " + dyed(look.colour, look.word) + " [" + dyed(bold, finding.rule) + "] " +
         clean(finding.message) + "\n";
  const std::string_view text = field_text(finding, survey);
  if (!text.empty()) draw(out, text, finding.span, style, style.colour ? look.colour : "");
  if (!finding.suggestion.empty()) out += "    → " + clean(finding.suggestion) + "\n";
  if (style.explain)
    if (const Rule* rule = find_rule(finding.rule))
      out += "    " + dyed(faint, std::string(rule->why) + " (" + std::string(rule->source) + ")") +
             "\n";
  out += '\n';
}

void append_summary(std::string& out, const Report& report) {
  const Counts& counts = report.counts;
  out += count(counts.questions, "question") + ": " + count(counts.errors, "error") + ", " +
         count(counts.warnings, "warning") + ", " + count(counts.notes, "note");
  if (!report.suppressed.empty())
    out += ", " + std::to_string(report.suppressed.size()) + " suppressed";
  if (!report.known.empty()) out += ", " + std::to_string(report.known.size()) + " in the baseline";
  out += ".\n";
  std::string_view between;
  for (const FigureLine& line : figure_lines(report.measures)) {
    ((out += between) += line.label) += ": " + clean(line.value) + ".";
    between = " ";
  }
  if (!between.empty()) out += '\n';
  for (const KnownFinding& entry : report.stale)
    out += "The baseline names " + clean(entry.rule) +
           (entry.question_id.empty() ? "" : " in " + clean(entry.question_id)) +
           ", which is found no more. Write the baseline anew.\n";
  if (!report.not_run.empty())
    out += count(static_cast<std::int64_t>(report.not_run.size()), "rule") +
           " could not run for the language \"" + clean(report.language) + "\".\n";
}

std::string text_of(const Report& report, const survey::Questionnaire& survey,
                    const TextStyle& style, const Linted* linted) {
  std::string out;
  const Locator locate(linted);
  for (const Finding& finding : report.findings)
    append_finding(out, finding, survey, style, locate);
  append_summary(out, report);
  return out;
}

}  // namespace

std::string to_text(const Report& report, const survey::Questionnaire& survey,
                    const TextStyle& style) {
  return text_of(report, survey, style, nullptr);
}

std::string to_text(const Linted& linted, const TextStyle& style) {
  if (linted.error) return clean(linted.error->detail) + "\n";
  return text_of(linted.report, linted.survey, style, &linted);
}

std::string to_json_document(const Report& report) {
  return pretty(to_json(report));
}

std::string to_json_document(std::span<const Linted> all) {
  json::array files;
  Counts sum;
  for (const Linted& linted : all) {
    if (linted.error) {
      files.push_back(json::object{{"file", linted.file}, {"error", error_entry(*linted.error)}});
      continue;
    }
    const Counts& counts = linted.report.counts;
    sum.errors += counts.errors;
    sum.warnings += counts.warnings;
    sum.notes += counts.notes;
    sum.questions += counts.questions;
    files.push_back(json::object{{"file", linted.file}, {"report", to_json(linted.report)}});
  }
  return pretty(json::object{{"files", std::move(files)}, {"counts", to_json(sum)}});
}

std::vector<FigureLine> figure_lines(const Measures& measures) {
  if (measures.questions == 0) return {};
  const auto minutes = [](double value) { return tenths(value) + " minutes"; };
  const auto open = static_cast<std::int64_t>(
      measures.open_share * static_cast<double>(measures.questions) + 0.5);
  std::vector<FigureLine> out{{"Predicted minutes", tenths(measures.minutes)}};
  if (measures.reading_grade > 0) out.push_back({"Reading grade", tenths(measures.reading_grade)});
  out.push_back(
      {"Open questions", std::to_string(open) + " of " + std::to_string(measures.questions)});
  if (measures.longest_path.questions < measures.questions)
    out.push_back({"Longest path", count(measures.longest_path.questions, "question") + ", " +
                                       minutes(measures.longest_path.minutes)});
  if (measures.pages.size() > 1) {
    const auto heaviest = std::max_element(
        measures.pages.begin(), measures.pages.end(),
        [](const PageBurden& a, const PageBurden& b) { return a.minutes < b.minutes; });
    out.push_back({"Heaviest page", (heaviest->section.empty() ? "" : heaviest->section + ", ") +
                                        count(heaviest->questions, "question") + ", " +
                                        minutes(heaviest->minutes)});
  }
  return out;
}

std::string explain(std::string_view rule_id) {
  if (rule_id == suppression_id)
    return "suppression: What the acceptances themselves give reason to say\n\n"
           "An acceptance without a reason is not honoured (warning); one that matches no finding, "
           "or names no\nrule, should be deleted (note).\n";
  const Rule* rule = find_rule(rule_id);
  if (!rule) return {};
  const std::string id(rule->id);
  const std::string languages =
      rule->languages.empty() ? "every language" : "languages: " + std::string(rule->languages);
  return id + ": " + std::string(rule->title) + "\nLevel " + std::string(slug(rule->level)) +
         ", severity " + std::string(slug(rule->severity)) + ", " + languages + ".\n\n" +
         std::string(rule->why) + "\nSource: " + std::string(rule->source) +
         "\nExamples: docs/rules/" + id + ".md" +
         "\n\nTo accept a finding, say why in the question or, for all of them, in the "
         "questionnaire:\n  \"lint\": {\"allow\": [{\"rule\": \"" +
         id +
         "\", \"reason\": \"…\"}]}\nTo switch the rule off, in .insightflow-lint.json:\n"
         "  {\"rules\": {\"" +
         id + "\": \"off\"}}\n";
}

std::string rule_list() {
  std::size_t widest = 0;
  for (const Rule& rule : rules()) widest = std::max(widest, rule.id.size());
  std::string out;
  std::optional<Level> level;
  for (const Rule& rule : rules()) {
    if (level != rule.level) out += (level ? "\n" : "") + std::string(slug(rule.level)) + "\n";
    level = rule.level;
    out += "  " + std::string(rule.id) + std::string(widest + 2 - rule.id.size(), ' ');
    const std::string_view severity = slug(rule.severity);
    out += std::string(severity) + std::string(9 - severity.size(), ' ');
    out += std::string(rule.title) +
           (rule.languages.empty() ? "" : " (" + std::string(rule.languages) + ")") + "\n";
  }
  return out;
}

}  // namespace insightflow::bias

namespace insightflow {
template const Type& type_of<bias::Report>();
}  // namespace insightflow
