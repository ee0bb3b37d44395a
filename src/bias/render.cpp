#include <insightflow/bias/render.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/value.hpp>

#include <array>
#include <charconv>

namespace insightflow::bias {

namespace {

struct Look {
  std::string_view word, colour;
};
constexpr std::array looks{Look{"note", "\x1b[36m"}, Look{"warning", "\x1b[33m"},
                           Look{"error", "\x1b[31m"}};
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view plain = "\x1b[0m";

/// The words of the field a finding is about; empty where the field is no text.
std::string_view field_text(const Finding& finding, const survey::Questionnaire& survey) {
  const survey::Question* question = survey::find(survey, finding.question_id);
  if (!question) return {};
  if (finding.field == "text") return question->text;
  const std::string_view field = finding.field;
  if (constexpr std::string_view options = "options/"; field.starts_with(options)) {
    std::size_t at = 0;
    std::from_chars(field.data() + options.size(), field.data() + field.size(), at);
    if (at < question->options.size()) return question->options[at].label;
  }
  if (constexpr std::string_view labels = "scale/labels/";
      field.starts_with(labels) && question->scale) {
    const auto label = question->scale->labels.find(std::string(field.substr(labels.size())));
    if (label != question->scale->labels.end()) return label->second;
  }
  return {};
}

/// One line with the span in it, cut to what fits, and carets below.
void draw(std::string& out, std::string_view text, Span span, std::string_view colour) {
  constexpr std::size_t width = 88;
  auto start = std::min(static_cast<std::size_t>(span.start), text.size());
  auto end = std::min(std::max(static_cast<std::size_t>(span.end), start), text.size());
  std::size_t from = text.substr(0, start).rfind('\n');
  from = from == text.npos ? 0 : from + 1;
  std::size_t to = text.find('\n', start);
  if (to == text.npos) to = text.size();
  bool cut_front = false, cut_back = false;
  while (from < start && start - from > width / 2) {
    utf8::decode(text, from);
    cut_front = true;
  }
  std::size_t stop = from;
  for (std::size_t shown = 0; stop < to && shown < width; ++shown) utf8::decode(text, stop);
  cut_back = stop < to;
  end = std::min(end, stop);
  out += "    ";
  if (cut_front) out += "…";
  // A terminal must not be steered by what a survey says.
  for (const char c : text.substr(from, stop - from))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  if (cut_back) out += "…";
  out += "\n    ";
  out.append(utf8::length(text.substr(from, start - from)) + (cut_front ? 1 : 0), ' ');
  out += colour;
  out.append(std::max<std::size_t>(utf8::length(text.substr(start, end - start)), 1), '^');
  if (!colour.empty()) out += plain;
  out += '\n';
}

std::string count(std::int64_t number, std::string_view thing) {
  return std::to_string(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

}  // namespace

std::string to_text(const Report& report, const survey::Questionnaire& survey,
                    const TextStyle& style) {
  std::string out;
  for (const Finding& finding : report.findings) {
    const Look& look = looks[static_cast<std::size_t>(finding.severity)];
    out += finding.question_id.empty() ? std::string("survey") : finding.question_id;
    out += ": ";
    if (style.colour) out += look.colour;
    out += look.word;
    if (style.colour) out += plain;
    out += " [";
    if (style.colour) out += bold;
    out += finding.rule;
    if (style.colour) out += plain;
    out += "] " + finding.message + "\n";
    const std::string_view text = field_text(finding, survey);
    if (!text.empty()) draw(out, text, finding.span, style.colour ? look.colour : "");
    if (!finding.suggestion.empty()) out += "    → " + finding.suggestion + "\n";
    if (style.explain) {
      if (const Rule* rule = find_rule(finding.rule))
        out += "    " + std::string(rule->why) + " (" + std::string(rule->source) + ")\n";
    }
    out += '\n';
  }
  out += count(report.counts.questions, "question") + ": " + count(report.counts.errors, "error") +
         ", " + count(report.counts.warnings, "warning") + ", " +
         count(report.counts.notes, "note");
  if (!report.suppressed.empty())
    out += ", " + std::to_string(report.suppressed.size()) + " suppressed";
  out += ".\n";
  if (!report.not_run.empty())
    out += count(static_cast<std::int64_t>(report.not_run.size()), "rule") +
           " could not run for the language \"" + report.language + "\".\n";
  return out;
}

std::string to_json_document(const Report& report) {
  return pretty(to_json(report));
}

std::string explain(std::string_view rule_id) {
  const Rule* rule = find_rule(rule_id);
  if (!rule) return {};
  std::string out = std::string(rule->id) + ": " + std::string(rule->title) + "\n";
  out += "Level " + std::string(slug(rule->level)) + ", severity " +
         std::string(slug(rule->severity)) + ".\n\n";
  out += std::string(rule->why) + "\nSource: " + std::string(rule->source) + "\n";
  return out;
}

}  // namespace insightflow::bias

namespace insightflow {
template const Type& type_of<bias::Report>();
}  // namespace insightflow
