#include <insightflow/report/report.hpp>

#include <report/format.hpp>
#include <report/words.hpp>

#include <utility>

namespace insightflow::report {

namespace {

/// Where a figure stands: the first four columns.
struct Place {
  std::string_view section;
  std::string_view question;
  std::string_view item;
  std::string_view segment;
};

class Table {
 public:
  void line(const Place& place, std::string_view metric, double value,
            const analysis::Interval* interval, std::int64_t base) {
    for (const std::string_view text :
         {place.section, place.question, place.item, place.segment, metric})
      (out_ += escape_csv(text)) += ',';
    (out_ += exact(value)) += ',';
    if (interval != nullptr) out_ += exact(interval->low);
    out_ += ',';
    if (interval != nullptr) out_ += exact(interval->high);
    ((out_ += ',') += std::to_string(base)) += "\r\n";
  }

  void tally(const Place& place, std::string_view metric, std::int64_t n, std::int64_t base) {
    line(place, metric, static_cast<double>(n), nullptr, base);
  }

  void share(const Place& place, std::int64_t n, double share, const analysis::Interval& interval,
             std::int64_t base) {
    tally(place, "count", n, base);
    line(place, "share", share, &interval, base);
  }

  void metric(const Place& place, const analysis::Metric& metric) {
    line(place, metric.name, metric.value, metric.interval ? &*metric.interval : nullptr,
         metric.base);
  }

  void mix(const Place& place, const analysis::SentimentMix& mix) {
    const std::int64_t base = words::total(mix);
    tally(place, "negative", mix.negative, base);
    tally(place, "neutral", mix.neutral, base);
    tally(place, "positive", mix.positive, base);
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_ = "section,question_id,item,segment,metric,value,low,high,base\r\n";
};

void write(Table& table, const insight::QuestionFindings& question) {
  const std::string_view id = question.question_id;
  table.tally({"question", id, "", ""}, "answered", question.answered, question.asked);
  table.tally({"question", id, "", ""}, "used", question.used, question.answered);
  for (const analysis::Metric& metric : question.metrics)
    table.metric({"metric", id, "", ""}, metric);
  for (const analysis::Share& share : question.distribution)
    table.share({"distribution", id, words::key(share), ""}, share.count, share.share,
                share.interval, question.answered);
  for (const insight::Breakdown& row : question.rows) {
    for (const analysis::Metric& metric : row.metrics)
      table.metric({"row", id, words::name(row), ""}, metric);
    for (const analysis::Share& share : row.distribution)
      table.share({"row", id, words::name(row), words::key(share)}, share.count, share.share,
                  share.interval, row.base);
  }
  if (question.sentiment) table.mix({"sentiment", id, "", ""}, *question.sentiment);
  for (const insight::Theme& theme : question.themes) {
    table.share({"theme", id, theme.label, ""}, theme.size, theme.share, theme.interval,
                question.used);
    table.mix({"theme", id, theme.label, ""}, theme.sentiment);
    if (theme.stability)
      table.line({"theme", id, theme.label, ""}, "stability", *theme.stability, nullptr,
                 theme.size);
  }
  if (!question.themes.empty())
    table.tally({"theme", id, "", ""}, "unthemed", question.unthemed, question.used);
  for (const insight::Keyphrase& phrase : question.keyphrases)
    table.tally({"keyphrase", id, phrase.text, ""}, "count", phrase.count, question.used);
}

}  // namespace

namespace {

void write_verdict(Table& table, const Place& place, const insight::Verdict& verdict,
                   std::int64_t base) {
  if (verdict.method == analysis::Method::none) return;
  table.line(place, "p", verdict.p, nullptr, base);
  table.line(place, "adjusted_p", verdict.adjusted_p, nullptr, base);
}

void write_cross_tab(Table& table, const insight::CrossTab& cross) {
  for (const insight::Breakdown& segment : cross.segments) {
    const std::string at = cross.by + ": " + std::string(words::name(segment));
    for (const analysis::Metric& metric : segment.metrics)
      table.metric({"cross_tab", cross.question_id, "", at}, metric);
    for (const analysis::Share& share : segment.distribution)
      table.share({"cross_tab", cross.question_id, words::key(share), at}, share.count, share.share,
                  share.interval, segment.base);
    for (const insight::CrossTest& test : cross.tests) {
      if (test.segment != segment.id || test.item.empty()) continue;
      const auto* share = words::find(segment.distribution, test.item);
      const Place place{"cross_tab_test", cross.question_id,
                        share != nullptr ? words::key(*share) : std::string_view(test.item), at};
      table.line(place, "difference", test.difference, &test.interval, segment.base);
      write_verdict(table, place, test.verdict, segment.base);
    }
  }
  for (const insight::CrossTest& test : cross.tests)
    if (test.item.empty())
      write_verdict(table, {"cross_tab_test", cross.question_id, "", cross.by}, test.verdict, 0);
}

void write_rest(Table& table, const insight::Findings& findings) {
  for (const insight::DriverFindings& model : findings.drivers) {
    table.line({"driver", model.question_id, "", ""}, "r_squared", model.r_squared, nullptr,
               model.base);
    for (const analysis::Driver& driver : model.drivers) {
      const Place place{"driver", model.question_id, driver.label, ""};
      table.line(place, "weight", driver.weight, &driver.weight_interval, model.base);
      table.line(place, "effect", driver.effect, &driver.effect_interval, driver.base);
    }
  }
  if (findings.personas)
    for (const insight::Persona& persona : findings.personas->personas)
      table.share({"persona", "", persona.name, ""}, persona.size, persona.share, persona.interval,
                  findings.personas->base);
  for (const insight::Trend& trend : findings.trends) {
    for (const insight::TrendPoint& point : trend.points)
      table.line({"trend", trend.question_id, trend.label, point.period}, trend.metric, point.value,
                 &point.interval, point.base);
    const Place place{"trend", trend.question_id, trend.label, ""};
    table.line(place, "slope", trend.slope, nullptr, 0);
    write_verdict(table, place, trend.verdict, 0);
  }
  for (const insight::WaveChange& change : findings.waves) {
    const Place place{"wave", change.question_id, change.label, ""};
    table.line(place, change.metric + "_before", change.before, nullptr, change.base_before);
    table.line(place, change.metric, change.now, nullptr, change.base_now);
    table.line(place, "difference", change.difference, &change.interval, change.base_now);
    write_verdict(table, place, change.verdict, change.base_now);
  }
  for (const insight::Recommendation& one : findings.recommendations)
    for (const analysis::Metric& metric : one.figures)
      table.metric({"recommendation", one.question_id, one.item, one.rule}, metric);
  for (const insight::QualityFlag& flag : findings.quality)
    table.tally({"quality", "", flag.kind, ""}, "count", flag.count, flag.base);
  if (const auto& weighting = findings.weighting) {
    const Place place{"weighting", "", weighting->source, ""};
    table.line(place, "effective", weighting->effective, nullptr, findings.responses_total);
    table.line(place, "design_effect", weighting->design_effect, nullptr, findings.responses_total);
  }
}

}  // namespace

std::string to_csv(const insight::Findings& findings) {
  Table table;
  table.tally({"responses", "", "", ""}, "used", findings.responses_used, findings.responses_total);
  for (const insight::QuestionFindings& question : findings.questions) write(table, question);
  for (const insight::CrossTab& cross : findings.cross_tabs) write_cross_tab(table, cross);
  write_rest(table, findings);
  return table.take();
}

}  // namespace insightflow::report
