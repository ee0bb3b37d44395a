#include <report/html_page.hpp>
#include <report/words.hpp>

#include <algorithm>
#include <cmath>

/// What was computed over several questions: advice, drivers, groups, change, and risks.
namespace insightflow::report {

namespace {

constexpr std::size_t most_drivers = 8;

/// Lowest and highest value with some air, so that a line neither touches the frame nor
/// exaggerates.
void fit(charts::Course& course, bool share) {
  bool any = false;
  for (const charts::CoursePoint& point : course.points) {
    if (!point.value) continue;
    const double low = point.interval ? point.interval->low : *point.value;
    const double high = point.interval ? point.interval->high : *point.value;
    course.low = any ? std::min(course.low, low) : low;
    course.high = any ? std::max(course.high, high) : high;
    any = true;
  }
  if (share) course.low = 0;
  if (course.high <= course.low) course.high = course.low + 1;
}

bool is_share(std::string_view metric) {
  return metric == "share" || metric == "negative" || metric == "csat";
}

}  // namespace

void HtmlPage::marked(std::string_view value, const insight::CrossTest* test) {
  if (test == nullptr || !test->verdict.significant) {
    page_.plain(value);
    return;
  }
  const bool higher = test->difference > 0;
  const auto strong = page_.open(
      "b", {{"title", std::string(higher ? "higher" : "lower") + " than everybody else, " +
                          words::probability(test->verdict)}});
  page_.plain(std::string(higher ? "\u25b2" : "\u25bc") + std::string(no_break_space)).plain(value);
}

void HtmlPage::recommendations() {
  if (findings_.recommendations.empty()) return;
  const auto section =
      page_.open("section", {{"class", "advice"}, {"aria-labelledby", "recommendations"}});
  page_.element("h2", {{"id", "recommendations"}}, "What to do");
  const auto list = page_.open("ol");
  for (const insight::Recommendation& one : findings_.recommendations) {
    const auto item = page_.open("li");
    {
      const auto words = page_.open("p");
      page_.foreign(one.text);
    }
    evidence(one.evidence);
    unfold("Figures behind it", [&] {
      const std::vector<TableColumn> columns{
          {"Figure", false}, {"Value", true}, {"95 % interval", true}, {"Base", true}};
      std::vector<Cells> cells;
      for (const analysis::Metric& metric : one.figures) {
        const MetricWords words = words_of(metric);
        cells.push_back({words.label, words.value, words.interval, count(metric.base)});
      }
      table(columns, cells);
    });
  }
}

void HtmlPage::drivers() {
  if (findings_.drivers.empty()) return;
  const auto section =
      page_.open("section", {{"class", "question"}, {"aria-labelledby", "drivers"}});
  page_.element("h2", {{"id", "drivers"}}, "What goes together with the scores");
  for (const insight::DriverFindings& model : findings_.drivers) {
    const std::string sentence = words::drivers(findings_, model);
    if (model.drivers.empty()) {
      const auto line = page_.open("p", {{"class", "aside"}});
      page_.foreign(words::question_text(findings_, model.question_id));
      page_.plain(": ");
      page_.foreign(sentence);
      continue;
    }
    std::vector<charts::Row> rows;
    std::vector<Cells> cells;
    std::string description;
    for (const analysis::Driver& driver : model.drivers) {
      const analysis::Metric effect{"effect", driver.effect, driver.effect_interval, driver.base};
      const MetricWords words = words_of(effect);
      cells.push_back({driver.label, percent(driver.weight), percent_range(driver.weight_interval),
                       words.value, words.interval, driver.told_from_chance ? "yes" : "no"});
      if (rows.size() == most_drivers) continue;
      rows.push_back({driver.label,
                      !driver.told_from_chance              ? "may be chance"
                      : words::by_points(findings_, driver) ? words::effect(driver) + " per point"
                                                            : words::effect(driver),
                      {{!driver.told_from_chance ? "neutral"
                        : driver.effect < 0      ? "negative"
                                                 : "positive",
                        driver.weight, ""}},
                      driver.weight_interval});
      description += driver.label + ": " + percent(driver.weight) + "; ";
    }
    const std::vector<TableColumn> columns{{"What", false},         {"Part", true},
                                           {"95 % interval", true}, {"Effect", true},
                                           {"95 % interval", true}, {"Beyond chance", true}};
    const std::vector<LegendEntry> entries{{"negative", "goes with lower scores"},
                                           {"positive", "goes with higher scores"},
                                           {"neutral", "may be chance"}};
    const std::string all = "All " + counted(static_cast<std::int64_t>(cells.size()), "driver");
    if (std::none_of(model.drivers.begin(), model.drivers.end(),
                     [](const analysis::Driver& one) { return one.told_from_chance; })) {
      {
        const auto line = page_.open("p", {{"class", "aside"}});
        page_.foreign(sentence);
      }
      unfold(all, [&] { table(columns, cells); });
      continue;
    }
    figure(sentence,
           charts::bars(caption("Part of what explains the score", description), rows,
                        charts::axis_end(rows)),
           legend(entries), all, columns, cells);
  }
  page_.element("p", {{"class", "aside"}},
                "A bar is the part of the explained differences that belongs to one thing when all "
                "are looked at together (relative weights); the number beside it is the difference "
                "in the score for one step, or between those who have it and those who have not.");
}

void HtmlPage::personas() {
  if (!findings_.personas) return;
  const insight::PersonaFindings& found = *findings_.personas;
  const auto section =
      page_.open("section", {{"class", "question"}, {"aria-labelledby", "personas"}});
  page_.element("h2", {{"id", "personas"}}, "Groups that answer alike");
  if (found.personas.empty()) {
    page_.element("p", {{"class", "aside"}}, found.abstained);
    return;
  }
  page_.element("p", {{"class", "meta"}},
                counted(static_cast<std::int64_t>(found.personas.size()), "group") + " among " +
                    counted(found.base, "respondent") +
                    ", found from their answers; the differences describe the groups and prove "
                    "nothing.");
  const auto list = page_.open("div", {{"class", "personas"}});
  for (const insight::Persona& persona : found.personas) {
    const auto article = page_.open("article", {{"class", "persona"}});
    {
      const auto heading = page_.open("h3");
      page_.foreign(persona.name);
    }
    page_.element("p", {{"class", "meta"}},
                  counted(persona.size, "respondent") + ", " + percent(persona.share) + " (" +
                      percent_range(persona.interval) + ")");
    if (!persona.description.empty()) {
      const auto paragraph = page_.open("p");
      page_.foreign(persona.description);
    }
    if (!persona.traits.empty()) {
      const auto traits = page_.open("ul");
      for (const analysis::Trait& trait : persona.traits) {
        const auto item = page_.open("li");
        page_.foreign(words::trait(trait));
      }
    }
    quotes(persona.quotes);
  }
}

void HtmlPage::trend(const insight::Trend& trend) {
  charts::Course course;
  std::string description;
  std::vector<Cells> cells;
  for (const insight::TrendPoint& point : trend.points) {
    const MetricWords words = words_of({trend.metric, point.value, point.interval, point.base});
    charts::CoursePoint& shown = course.points.emplace_back();
    shown.label = point.period;
    cells.push_back({point.period, count(point.base), point.base > 0 ? words.value : "\u2013",
                     point.base > 0 ? words.interval : ""});
    if (point.base == 0) continue;
    shown.words = words.value;
    shown.value = point.value;
    if (point.base > 1) shown.interval = point.interval;
    description += point.period + ": " + words.value + "; ";
  }
  fit(course, is_share(trend.metric));
  const std::vector<TableColumn> columns{
      {"From", false}, {"Answers", true}, {"Value", true}, {"95 % interval", true}};
  figure(words::trend(findings_, trend),
         charts::course(caption(words::trend_subject(findings_, trend), description), course), "",
         "By " + trend.unit + " as a table", columns, cells);
}

void HtmlPage::trends() {
  if (findings_.trends.empty()) return;
  const auto section =
      page_.open("section", {{"class", "question"}, {"aria-labelledby", "trends"}});
  page_.element("h2", {{"id", "trends"}}, "Over time");
  const auto telling = [](const insight::Trend& trend) {
    return trend.item.empty() || trend.verdict.significant;
  };
  std::int64_t others = 0;
  for (const insight::Trend& one : findings_.trends) {
    if (telling(one))
      trend(one);
    else
      ++others;
  }
  if (others > 0)
    unfold(counted(others, "theme") + " without a trend beyond chance", [&] {
      for (const insight::Trend& one : findings_.trends)
        if (!telling(one)) trend(one);
    });
}

void HtmlPage::waves() {
  if (findings_.waves.empty()) return;
  const auto section = page_.open("section", {{"class", "question"}, {"aria-labelledby", "waves"}});
  page_.element("h2", {{"id", "waves"}}, "Since the previous wave");
  const auto changed =
      std::count_if(findings_.waves.begin(), findings_.waves.end(),
                    [](const insight::WaveChange& one) { return one.verdict.significant; });
  page_.element("p", {{"class", "meta"}},
                count(changed) + " of " +
                    counted(static_cast<std::int64_t>(findings_.waves.size()), "figure") +
                    " changed beyond chance.");
  std::vector<TableColumn> columns{
      {"Figure", false}, {"Before", true}, {"Now", true}, {"Change", true}, {"Verdict", true}};
  std::vector<Cells> cells;
  for (const insight::WaveChange& one : findings_.waves) {
    const auto shown = [&](double value) { return words_of({one.metric, value, {}, 0}).value; };
    const bool share = is_share(one.metric);
    const std::string change =
        share ? points(one.difference * 100) + " points"
              : (one.difference >= 0.05 ? "+" : "") + decimal(one.difference, 1);
    cells.push_back({words::wave_subject(findings_, one),
                     shown(one.before) + " (n = " + count(one.base_before) + ")",
                     shown(one.now) + " (n = " + count(one.base_now) + ")", change,
                     std::string(words::chance(one.verdict))});
  }
  const auto scroll = page_.open("details", {{"open", "open"}});
  page_.element("summary", {}, "All figures of both waves");
  table(columns, cells);
}

void HtmlPage::quality() {
  if (findings_.quality.empty()) return;
  const auto section =
      page_.open("section", {{"class", "question"}, {"aria-labelledby", "quality"}});
  page_.element("h2", {{"id", "quality"}}, "How far the answers can be trusted");
  page_.element("p", {{"class", "meta"}},
                "These answers are counted like all others. Look at them before you rely on small "
                "differences.");
  for (const insight::QualityFlag& flag : findings_.quality) {
    const auto risk = page_.open("div", {{"class", "risk"}});
    page_.element("h3", {}, words::quality_name(flag));
    page_.element("p", {{"class", "meta"}}, words::quality(flag));
    std::string ids;
    for (const std::string& id : flag.response_ids) (ids += ids.empty() ? "" : ", ") += id;
    unfold(flag.count > static_cast<std::int64_t>(flag.response_ids.size()) ? "The first of them"
                                                                            : "Which ones",
           [&] {
             page_.element("p", {{"class", "cites"}}, ids);
           });
  }
}

}  // namespace insightflow::report
