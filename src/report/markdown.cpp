#include <insightflow/report/report.hpp>

#include <report/format.hpp>
#include <report/words.hpp>

#include <algorithm>
#include <utility>

namespace insightflow::report {

namespace {

using insight::QuestionFindings;

constexpr std::size_t quotes_each = 3;
constexpr std::size_t themes_told = 10;

class Document {
 public:
  void heading(int level, std::string_view text) {
    paragraph(std::string(static_cast<std::size_t>(level), '#') + " " + escape_markdown(text));
  }
  /// `markdown` is escaped already.
  void paragraph(std::string_view markdown) { (out_ += markdown) += "\n\n"; }
  void say(std::string_view text) { paragraph(escape_markdown(text)); }

  void quotes(const std::vector<insight::Evidence>& evidence, std::string_view indent = "") {
    for (std::size_t i = 0; i < evidence.size() && i < quotes_each; ++i) {
      ((out_ += indent) += "> ") += escape_markdown(evidence[i].quote);
      (((out_ += " \u2014 ") += code(evidence[i].response_id)) += "\n") += "\n";
    }
  }

  using Cells = std::vector<std::string>;
  /// The first column is text, the others are figures. Cells are escaped here.
  void table(const Cells& head, const std::vector<Cells>& rows) {
    line(head);
    for (std::size_t i = 0; i < head.size(); ++i) out_ += i == 0 ? "|:---" : "|---:";
    out_ += "|\n";
    for (const Cells& cells : rows) line(cells);
    out_ += "\n";
  }

  void list(const std::vector<std::string>& items) {
    for (const std::string& item : items) ((out_ += "- ") += escape_markdown(item)) += "\n";
    if (!items.empty()) out_ += "\n";
  }

  void raw(std::string_view markdown) { out_ += markdown; }
  std::string take() {
    while (out_.size() > 1 && out_[out_.size() - 2] == '\n') out_.pop_back();
    return std::move(out_);
  }

 private:
  static std::string code(std::string_view id) {
    // Ids are ours or "row:17"; anything else is told as text.
    const bool safe = id.find_first_not_of(
                          "0123456789abcdefghijklmnopqrstuvwxyz"
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ:._-") == id.npos;
    return safe ? "`" + std::string(id) + "`" : escape_markdown(id);
  }

  void line(const Cells& cells) {
    for (const std::string& cell : cells) (out_ += "| ") += escape_markdown(cell) + " ";
    out_ += "|\n";
  }

  std::string out_;
};

void metrics(Document& out, const std::vector<analysis::Metric>& list) {
  std::string line;
  for (const analysis::Metric& metric : list) {
    const MetricWords words = words_of(metric);
    if (!line.empty()) line += " \u00b7 ";
    line += escape_markdown(words.label) + " **" + words.value + "**";
    if (!words.interval.empty()) line += " (" + words.interval + ")";
  }
  if (!line.empty()) out.paragraph(line);
}

void rows(Document& out, const QuestionFindings& question) {
  if (question.rows.empty()) return;
  out.say(words::rows(question) + ".");
  const insight::Breakdown& first = question.rows.front();
  Document::Cells head{"Row", "Answers"};
  for (const analysis::Metric& metric : first.metrics) head.push_back(words_of(metric).label);
  for (const analysis::Share& share : first.distribution) head.emplace_back(words::name(share));
  std::vector<Document::Cells> lines;
  for (const insight::Breakdown& row : question.rows) {
    Document::Cells line{std::string(words::name(row)), count(row.base)};
    for (const analysis::Metric& metric : first.metrics) {
      const auto* found = words::find(row.metrics, metric.name);
      line.push_back(found != nullptr ? words_of(*found).value : "");
    }
    for (const analysis::Share& share : first.distribution) {
      const auto* found = words::find(row.distribution, share.id);
      line.push_back(found != nullptr ? percent(found->share) : "");
    }
    lines.push_back(std::move(line));
  }
  out.table(head, lines);
}

void themes(Document& out, const QuestionFindings& question) {
  if (question.themes.empty()) return;
  out.say(words::themes(question) + ".");
  std::vector<Document::Cells> lines;
  for (const insight::Theme& theme : question.themes)
    lines.push_back({theme.label, count(theme.size), percent(theme.share),
                     percent_range(theme.interval), words::mix(theme.sentiment)});
  out.table({"Theme", "Answers", "Share", "95 % interval", "Mood"}, lines);
  for (std::size_t i = 0; i < question.themes.size() && i < themes_told; ++i) {
    if (question.themes[i].quotes.empty()) continue;
    out.paragraph("**" + escape_markdown(question.themes[i].label) + "** (" +
                  words::theme_size(question.themes[i], question.used) + ")");
    if (const std::string& about = words::about(question.themes[i]); !about.empty())
      out.say(about);
    out.quotes(question.themes[i].quotes);
  }
}

void question(Document& out, const QuestionFindings& question) {
  out.heading(2, question.text.empty() ? question.question_id : question.text);
  out.say(words::answered_line(question));
  metrics(out, question.metrics);
  if (!question.distribution.empty()) {
    out.say(words::distribution(question) + ".");
    std::vector<Document::Cells> lines;
    for (const analysis::Share& share : question.distribution)
      lines.push_back({words::full_name(share), count(share.count), percent(share.share),
                       percent_range(share.interval)});
    out.table({"Answer", "Count", "Share", "95 % interval"}, lines);
  }
  rows(out, question);
  if (question.sentiment && words::total(*question.sentiment) > 0)
    out.say(words::sentiment(*question.sentiment) + " (" + words::mix(*question.sentiment) + ").");
  themes(out, question);
  if (!question.keyphrases.empty()) {
    std::string line = "Keyphrases: ";
    for (std::size_t i = 0; i < question.keyphrases.size(); ++i)
      line += (i == 0 ? "" : ", ") + question.keyphrases[i].text + " (" +
              count(question.keyphrases[i].count) + ")";
    out.say(line);
  }
  out.list(question.notes);
}

/// An arrow where a group differs from everybody else beyond chance.
std::string mark(const insight::CrossTest* test) {
  if (test == nullptr || !test->verdict.significant) return {};
  return test->difference > 0 ? "\u25b2 " : "\u25bc ";
}

void cross_tab(Document& out, const insight::Findings& findings, const insight::CrossTab& table) {
  out.heading(3, std::string(words::question_text(findings, table.question_id)) + " \u00b7 by " +
                     std::string(words::question_text(findings, table.by)));
  out.say(words::cross_tab(table));
  Document::Cells head{""};
  std::vector<Document::Cells> lines;
  std::vector<const analysis::Share*> shares;
  std::vector<std::string> names;
  for (const insight::Breakdown& segment : table.segments) {
    head.push_back(std::string(words::name(segment)) + " (n = " + count(segment.base) + ")");
    for (const analysis::Share& share : segment.distribution)
      if (std::none_of(shares.begin(), shares.end(),
                       [&](const auto* known) { return known->id == share.id; }))
        shares.push_back(&share);
    for (const analysis::Metric& metric : segment.metrics)
      if (std::find(names.begin(), names.end(), metric.name) == names.end())
        names.push_back(metric.name);
  }
  for (const std::string& name : names) {
    Document::Cells line{words_of({name, 0, {}, 0}).label};
    for (const insight::Breakdown& segment : table.segments) {
      const auto* found = words::find(segment.metrics, name);
      const MetricWords words = found != nullptr ? words_of(*found) : MetricWords{};
      line.push_back(
          mark(words::test_of(table, name, segment.id)) +
          (words.interval.empty() ? words.value : words.value + " (" + words.interval + ")"));
    }
    lines.push_back(std::move(line));
  }
  for (const analysis::Share* share : shares) {
    Document::Cells line{std::string(words::name(*share))};
    for (const insight::Breakdown& segment : table.segments) {
      const auto* found = words::find(segment.distribution, share->id);
      line.push_back(found != nullptr ? mark(words::test_of(table, share->id, segment.id)) +
                                            percent(found->share)
                                      : "");
    }
    lines.push_back(std::move(line));
  }
  if (!lines.empty()) out.table(head, lines);
}

void recommendations(Document& out, const insight::Findings& findings) {
  if (findings.recommendations.empty()) return;
  out.heading(2, "What to do");
  for (std::size_t i = 0; i < findings.recommendations.size(); ++i) {
    const insight::Recommendation& one = findings.recommendations[i];
    out.paragraph(std::to_string(i + 1) + ". " + escape_markdown(one.text));
    std::string figures = "Figures: ";
    for (std::size_t f = 0; f < one.figures.size(); ++f) {
      const MetricWords words = words_of(one.figures[f]);
      figures += (f == 0 ? "" : "; ") + words.label + " " + words.value +
                 (words.interval.empty() ? "" : " (" + words.interval + ")") +
                 ", n = " + count(one.figures[f].base);
    }
    out.paragraph("   " + escape_markdown(figures));
    std::vector<insight::Evidence> spoken = one.evidence;
    std::erase_if(spoken, [&](const auto& e) { return !insight::own_words(findings, e); });
    out.quotes(spoken, "   ");
  }
}

void drivers(Document& out, const insight::Findings& findings) {
  if (findings.drivers.empty()) return;
  out.heading(2, "What goes together with the scores");
  for (const insight::DriverFindings& model : findings.drivers) {
    out.heading(3, words::question_text(findings, model.question_id));
    out.say(words::drivers(findings, model));
    std::vector<Document::Cells> lines;
    for (const analysis::Driver& driver : model.drivers) {
      const MetricWords effect =
          words_of({"effect", driver.effect, driver.effect_interval, driver.base});
      lines.push_back({driver.label,
                       percent(driver.weight) + " (" + percent_range(driver.weight_interval) + ")",
                       effect.value + " (" + effect.interval + ")",
                       driver.told_from_chance ? "yes" : "no"});
    }
    if (!lines.empty())
      out.table({"What", "Part of what explains it", "Effect", "Beyond chance"}, lines);
  }
}

void personas(Document& out, const insight::Findings& findings) {
  if (!findings.personas) return;
  out.heading(2, "Groups that answer alike");
  if (findings.personas->personas.empty()) out.say(findings.personas->abstained);
  for (const insight::Persona& persona : findings.personas->personas) {
    out.paragraph("**" + escape_markdown(persona.name) +
                  "**: " + counted(persona.size, "respondent") + ", " + percent(persona.share) +
                  " (" + percent_range(persona.interval) + ")");
    if (!persona.description.empty()) out.say(persona.description);
    std::vector<std::string> traits;
    for (const analysis::Trait& trait : persona.traits) traits.push_back(words::trait(trait));
    out.list(traits);
    out.quotes(persona.quotes);
  }
}

void changes(Document& out, const insight::Findings& findings) {
  if (!findings.trends.empty()) {
    out.heading(2, "Over time");
    for (const insight::Trend& trend : findings.trends) {
      out.say(words::trend(findings, trend));
      if (!trend.item.empty() && !trend.verdict.significant) continue;
      std::vector<Document::Cells> lines;
      for (const insight::TrendPoint& point : trend.points) {
        const MetricWords words = words_of({trend.metric, point.value, point.interval, 0});
        lines.push_back({point.period, count(point.base), point.base > 0 ? words.value : "",
                         point.base > 0 ? words.interval : ""});
      }
      out.table({"From", "Answers", "Value", "95 % interval"}, lines);
    }
  }
  if (findings.waves.empty()) return;
  out.heading(2, "Since the previous wave");
  std::vector<Document::Cells> lines;
  for (const insight::WaveChange& one : findings.waves) {
    const auto shown = [&](double value) { return words_of({one.metric, value, {}, 0}).value; };
    lines.push_back({words::wave_subject(findings, one),
                     shown(one.before) + " (n = " + count(one.base_before) + ")",
                     shown(one.now) + " (n = " + count(one.base_now) + ")",
                     std::string(words::chance(one.verdict))});
  }
  out.table({"Figure", "Before", "Now", "Verdict"}, lines);
}

void quality(Document& out, const insight::Findings& findings) {
  if (findings.quality.empty()) return;
  out.heading(2, "How far the answers can be trusted");
  out.say("These answers are counted like all others.");
  std::vector<std::string> lines;
  for (const insight::QualityFlag& flag : findings.quality)
    lines.push_back(words::quality_name(flag) + ": " + words::quality(flag));
  out.list(lines);
}

}  // namespace

std::string to_markdown(const insight::Findings& findings) {
  Document out;
  out.heading(1, findings.title.empty() ? "Findings" : findings.title);
  out.say(words::base_line(findings) + ".");
  if (!findings.summary.empty()) {
    out.heading(2, "In short");
    for (std::size_t i = 0; i < findings.summary.size(); ++i) {
      out.paragraph(std::to_string(i + 1) + ". " + escape_markdown(findings.summary[i].text));
      std::vector<insight::Evidence> spoken = findings.summary[i].evidence;
      std::erase_if(spoken, [&](const auto& one) { return !insight::own_words(findings, one); });
      out.quotes(spoken, i < 9 ? "   " : "    ");
    }
  }
  recommendations(out, findings);
  for (const QuestionFindings& one : findings.questions) question(out, one);
  if (!findings.cross_tabs.empty()) {
    out.heading(2, "Groups compared");
    for (const insight::CrossTab& table : findings.cross_tabs) cross_tab(out, findings, table);
  }
  drivers(out, findings);
  personas(out, findings);
  changes(out, findings);
  quality(out, findings);
  out.heading(2, "Method and notes");
  std::vector<std::string> notes = findings.notes;
  if (findings.weighting)
    notes.push_back(words::weighting(*findings.weighting, findings.responses_total));
  if (words::shows_intervals(findings)) notes.emplace_back(words::interval_note);
  if (const std::string tests = words::tests_note(findings); !tests.empty()) notes.push_back(tests);
  const insight::Manifest& manifest = findings.manifest;
  notes.push_back("Engine: " + manifest.engine + " " + manifest.engine_version + ", seed " +
                  std::to_string(manifest.seed) + ", " + counted(manifest.responses, "answer") +
                  " read.");
  for (std::string& one : words::spoken(findings)) notes.push_back(std::move(one));
  if (!manifest.inputs_digest.empty())
    notes.push_back("Digest of the answers: " + manifest.inputs_digest);
  out.list(notes);
  return out.take();
}

}  // namespace insightflow::report
