#include <report/html_page.hpp>
#include <report/words.hpp>

#include <algorithm>

namespace insightflow::report {

namespace {

using insight::QuestionFindings;

/// Metrics that deserve a place on the first screen, most telling first.
constexpr std::array<std::string_view, 4> key_metrics{"nps", "csat", "ces", "mean"};

/// With more columns than this the intervals would push the table off the page; they stay in the
/// narrow layout and in the CSV.
constexpr std::size_t most_segments_with_intervals = 6;

const analysis::Metric* key_metric(const QuestionFindings& question) {
  for (const std::string_view name : key_metrics)
    if (const auto* metric = words::find(question.metrics, name)) return metric;
  return nullptr;
}

/// Stands in each cell on a narrow screen, where the table has no head.
std::string segment_head(const insight::Breakdown& segment) {
  return std::string(words::name(segment)) + ", n = " + count(segment.base);
}

std::string question_anchor(std::size_t number) {
  return "question-" + std::to_string(number);
}

}  // namespace

std::string to_html(const insight::Findings& findings, const HtmlOptions& options) {
  return HtmlPage(findings, options).build();
}

std::string HtmlPage::build() {
  page_.raw("<!DOCTYPE html>\n");
  {
    const auto html = page_.open(
        "html", {{"xmlns", "http://www.w3.org/1999/xhtml"}, {"lang", "en"}, {"xml:lang", "en"}});
    head();
    const auto body = page_.open("body");
    page_.raw("\n");
    page_.element("a", {{"class", "skip"}, {"href", "#content"}}, "Skip to the findings");
    const auto main = page_.open("main", {{"id", "content"}});
    first_screen();
    recommendations();
    contents();
    for (std::size_t i = 0; i < findings_.questions.size(); ++i)
      question(findings_.questions[i], i + 1);
    cross_tabs();
    drivers();
    personas();
    trends();
    waves();
    quality();
    method();
  }
  page_.raw("\n");
  return page_.take();
}

void HtmlPage::head() {
  const auto head = page_.open("head");
  page_.leaf("meta", {{"charset", "utf-8"}});
  page_.leaf("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  page_.leaf("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  page_.leaf("meta", {{"name", "generator"}, {"content", "InsightFlow"}});
  page_.leaf("meta", {{"http-equiv", "Content-Security-Policy"},
                      {"content", "default-src 'none'; style-src 'unsafe-inline'"}});
  page_.element("title", {}, findings_.title.empty() ? "Findings" : findings_.title);
  const auto style = page_.open("style");
  page_.raw(style_sheet());
}

void HtmlPage::first_screen() {
  {
    const auto header = page_.open("header", {{"class", "masthead"}});
    page_.element("p", {{"class", "eyebrow"}}, "Findings");
    {
      const auto title = page_.open("h1");
      page_.foreign(findings_.title.empty() ? "Findings" : findings_.title);
    }
    page_.element("p", {{"class", "base"}}, words::base_line(findings_));
  }
  if (!findings_.summary.empty()) {
    const auto section =
        page_.open("section", {{"class", "summary"}, {"aria-labelledby", "summary"}});
    page_.element("h2", {{"id", "summary"}}, "In short");
    const auto list = page_.open("ol");
    for (const insight::Statement& statement : findings_.summary) {
      const auto item = page_.open("li");
      {
        const auto words = page_.open("p", {{"class", "statement"}});
        page_.foreign(statement.text);
      }
      evidence(statement.evidence);
    }
  }
  tiles();
  page_.raw("\n");
}

void HtmlPage::tile(std::string_view label, std::string_view about, std::string_view value,
                    std::string_view below) {
  const auto tile = page_.open("div", {{"class", "tile"}});
  page_.element("dt", {}, label);
  page_.element("dd", {{"class", "figure"}}, value);
  if (!below.empty()) page_.element("dd", {{"class", "below"}}, below);
  if (!about.empty()) {
    const auto line = page_.open("dd", {{"class", "about"}});
    page_.foreign(about);
  }
}

void HtmlPage::tiles() {
  const auto section = page_.open("section", {{"aria-labelledby", "figures"}});
  page_.element("h2", {{"id", "figures"}}, "Key figures");
  const auto list = page_.open("dl", {{"class", "tiles"}});
  tile("Answers used", "", count(findings_.responses_used),
       "of " + counted(findings_.responses_total, "answer"));
  std::size_t left = options_.key_figures;
  for (const QuestionFindings& question : findings_.questions) {
    if (left == 0) break;
    if (const auto* metric = key_metric(question)) {
      const MetricWords words = words_of(*metric);
      tile(
          metric->name == "mean" ? std::string(words::kind(question.kind)) + ", mean" : words.label,
          question.text, words.value,
          (words.interval.empty() ? "of " + counted(metric->base, "answer")
                                  : words.interval + ", n = " + count(metric->base)) +
              (metric->base < words::small_base ? ", few" : ""));
      --left;
    } else if (!question.themes.empty() && question.kind == survey::Kind::open_text &&
               question.used >= words::small_base) {
      const insight::Theme& top = question.themes.front();
      tile("Most frequent theme: " + top.label, question.text, percent(top.share),
           percent_range(top.interval) + ", n = " + count(question.used));
      --left;
    }
  }
}

void HtmlPage::contents() {
  if (findings_.questions.size() < 4) return;
  const auto nav = page_.open("nav", {{"aria-label", "Questions"}});
  unfold("Questions in this report", [&] {
    const auto list = page_.open("ol");
    for (std::size_t i = 0; i < findings_.questions.size(); ++i) {
      const auto item = page_.open("li");
      const auto link = page_.open("a", {{"href", "#" + question_anchor(i + 1)}});
      const QuestionFindings& question = findings_.questions[i];
      page_.foreign(question.text.empty() ? question.question_id : question.text);
    }
  });
}

void HtmlPage::question(const QuestionFindings& question, std::size_t number) {
  const std::string anchor = question_anchor(number);
  const auto section = page_.open("section", {{"class", "question"}, {"aria-labelledby", anchor}});
  {
    const auto heading = page_.open("h2", {{"id", anchor}});
    page_.foreign(question.text.empty() ? question.question_id : question.text);
  }
  page_.element("p", {{"class", "meta"}}, words::answered_line(question));
  metrics_line(question);
  nps(question);
  distribution(question);
  rows(question);
  sentiment(question);
  themes(question);
  keyphrases(question);
  notes(question.notes);
}

void HtmlPage::cross_tabs() {
  if (findings_.cross_tabs.empty()) return;
  const auto section =
      page_.open("section", {{"class", "question"}, {"aria-labelledby", "compared"}});
  page_.element("h2", {{"id", "compared"}}, "Groups compared");
  for (const insight::CrossTab& table : findings_.cross_tabs) cross_tab(table);
}

void HtmlPage::cross_tab(const insight::CrossTab& table) {
  const auto figure = page_.open("figure");
  {
    const auto caption = page_.open("figcaption");
    {
      const auto heading = page_.open("h3");
      page_.foreign(words::question_text(findings_, table.question_id));
      page_.plain(" \u00b7 by ");
      page_.foreign(words::question_text(findings_, table.by));
    }
    page_.element("p", {}, words::cross_tab(table));
  }
  // Rows are what is compared, columns the segments: themes are many, segments few.
  std::vector<const analysis::Share*> lines;
  std::vector<std::string> metrics;
  double most = 0;
  for (const insight::Breakdown& segment : table.segments) {
    for (const analysis::Share& share : segment.distribution) {
      most = std::max(most, share.share);
      if (std::none_of(lines.begin(), lines.end(),
                       [&](const auto* l) { return l->id == share.id; }))
        lines.push_back(&share);
    }
    for (const analysis::Metric& metric : segment.metrics)
      if (std::find(metrics.begin(), metrics.end(), metric.name) == metrics.end())
        metrics.push_back(metric.name);
  }
  if (lines.empty() && metrics.empty()) return;
  const auto scroll = page_.open(
      "div", {{"class", "scroll"}, {"tabindex", "0"}, {"role", "group"}, {"aria-label", "Table"}});
  const bool wide = table.segments.size() > most_segments_with_intervals;
  const auto heat = page_.open("table", {{"class", wide ? "heat wide" : "heat"}});
  {
    const auto head = page_.open("thead");
    const auto row = page_.open("tr");
    { const auto corner = page_.open("td"); }
    for (const insight::Breakdown& segment : table.segments) {
      const auto cell = page_.open("th", {{"scope", "col"}});
      page_.foreign(words::name(segment));
      page_.element(
          "small", {},
          "n = " + count(segment.base) + (segment.base < words::small_base ? ", few" : ""));
    }
  }
  const auto body = page_.open("tbody");
  for (const std::string& metric : metrics) {
    const auto row = page_.open("tr");
    page_.element("th", {{"scope", "row"}}, words_of({metric, 0, {}, 0}).label);
    for (const insight::Breakdown& segment : table.segments) {
      const auto cell = page_.open("td", {{"data-head", segment_head(segment)}});
      const auto* found = words::find(segment.metrics, metric);
      if (found == nullptr) continue;
      const MetricWords words = words_of(*found);
      marked(words.value, words::test_of(table, metric, segment.id));
      if (!words.interval.empty()) page_.element("small", {}, words.interval);
    }
  }
  for (const analysis::Share* line : lines) {
    const auto row = page_.open("tr");
    {
      const auto head = page_.open("th", {{"scope", "row"}});
      page_.foreign(words::name(*line));
    }
    for (const insight::Breakdown& segment : table.segments) {
      const auto* share = words::find(segment.distribution, line->id);
      if (share == nullptr) {
        page_.element("td", {{"data-head", segment_head(segment)}}, "\u2013");
        continue;
      }
      const double heat_of = most > 0 ? share->share / most : 0;
      const auto cell =
          page_.open("td", {{"data-head", segment_head(segment)},
                            {"style", "--share:" + decimal(heat_of * 0.42, 3)},
                            {"class", segment.base < words::small_base ? "few" : ""}});
      marked(percent(share->share), words::test_of(table, line->id, segment.id));
      page_.element("small", {}, percent_range(share->interval));
    }
  }
}

void HtmlPage::method() {
  const auto section = page_.open("section", {{"class", "method"}, {"aria-labelledby", "method"}});
  page_.element("h2", {{"id", "method"}}, "Method and notes");
  std::vector<std::string> all = findings_.notes;
  if (findings_.weighting)
    all.push_back(words::weighting(*findings_.weighting, findings_.responses_total));
  if (words::shows_intervals(findings_)) all.emplace_back(words::interval_note);
  if (const std::string tests = words::tests_note(findings_); !tests.empty()) all.push_back(tests);
  for (std::string& one : words::spoken(findings_)) all.push_back(std::move(one));
  notes(all);
  const insight::Manifest& manifest = findings_.manifest;
  unfold("How to get the same result again", [&] {
    page_.element("p", {},
                  "The same answers, survey version, settings and seed give this document again, "
                  "byte for byte. Every quote is verbatim from the answer whose id stands below "
                  "it.");
    std::vector<Cells> cells{{"Engine", manifest.engine + " " + manifest.engine_version},
                             {"Answers read", count(manifest.responses)},
                             {"Seed", std::to_string(manifest.seed)},
                             {"Digest of the answers", manifest.inputs_digest}};
    if (!manifest.survey_id.empty()) {
      cells.push_back({"Survey", manifest.survey_id});
      cells.push_back({"Survey version", std::to_string(manifest.survey_version)});
      cells.push_back({"Digest of the survey", manifest.survey_digest});
    }
    for (const auto& [name, value] : manifest.settings)
      cells.push_back({"Setting: " + name, value});
    const std::vector<TableColumn> columns{{"What", false}, {"Value", false}};
    table(columns, cells);
  });
}

charts::Caption HtmlPage::caption(std::string title, std::string description) {
  return {"chart-" + std::to_string(++charts_), std::move(title), std::move(description)};
}

void HtmlPage::figure(const std::string& title, std::string_view chart, std::string_view legend,
                      std::string_view table_name, std::span<const TableColumn> columns,
                      std::span<const Cells> cells) {
  const auto figure = page_.open("figure");
  {
    const auto caption = page_.open("figcaption");
    const auto heading = page_.open("h3");
    page_.foreign(title);
  }
  page_.raw(chart).raw(legend);
  unfold(table_name, [&] { table(columns, cells); });
  page_.raw("\n");
}

void HtmlPage::table(std::span<const TableColumn> columns, std::span<const Cells> cells) {
  const auto table = page_.open("table");
  {
    const auto head = page_.open("thead");
    const auto row = page_.open("tr");
    for (const TableColumn& column : columns)
      page_.element("th", {{"scope", "col"}, {"class", column.number ? "number" : ""}},
                    column.head);
  }
  const auto body = page_.open("tbody");
  for (const Cells& line : cells) {
    const auto row = page_.open("tr");
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool number = columns[i].number;
      if (i == 0) {
        const auto cell = page_.open("th", {{"scope", "row"}});
        page_.foreign(line[i]);
      } else {
        const auto cell =
            page_.open("td", {{"class", number ? "number" : ""}, {"data-head", columns[i].head}});
        page_.foreign(line[i]);
      }
    }
  }
}

void HtmlPage::unfold(std::string_view summary, const std::function<void()>& content) {
  const auto details = page_.open("details");
  page_.element("summary", {}, summary);
  content();
}

void HtmlPage::evidence(std::span<const insight::Evidence> evidence) {
  std::vector<insight::Evidence> spoken;
  std::string values;
  for (const insight::Evidence& one : evidence) {
    if (insight::own_words(findings_, one))
      spoken.push_back(one);
    else
      (values += values.empty() ? "" : ", ") += one.response_id;
  }
  quotes(spoken);
  if (!values.empty())
    unfold("Some of these answers", [&] { page_.element("p", {{"class", "cites"}}, values); });
}

void HtmlPage::quotes(std::span<const insight::Evidence> evidence) {
  const std::size_t shown = std::min(evidence.size(), options_.quotes);
  for (const insight::Evidence& one : evidence.first(shown)) quote(one);
  const auto rest = evidence.subspan(shown);
  if (rest.empty()) return;
  unfold(counted(static_cast<std::int64_t>(rest.size()), "more quote"), [&] {
    for (const insight::Evidence& one : rest) quote(one);
  });
}

void HtmlPage::quote(const insight::Evidence& evidence) {
  const std::string anchor = "quote-" + std::to_string(++quotes_);
  const auto block = page_.open("blockquote", {{"id", anchor}});
  {
    const bool foreign = !findings_.language.empty() && findings_.language != "en";
    const auto words = foreign ? page_.open("p", {{"dir", "auto"}, {"lang", findings_.language}})
                               : page_.open("p", {{"dir", "auto"}});
    page_.foreign(evidence.quote);
  }
  const auto footer = page_.open("footer");
  page_.element("a", {{"href", "#" + anchor}}, evidence.response_id);
}

void HtmlPage::notes(std::span<const std::string> notes) {
  if (notes.empty()) return;
  const auto list = page_.open("ul", {{"class", "notes"}});
  for (const std::string& note : notes) {
    const auto item = page_.open("li");
    page_.foreign(note);
  }
}

}  // namespace insightflow::report
