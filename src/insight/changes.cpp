#include "insight/changes.hpp"

#include "insight/closed.hpp"
#include "insight/days.hpp"
#include "insight/fields.hpp"

#include <insightflow/analysis/sentiment.hpp>

#include <numeric>

namespace insightflow::insight {

namespace {

using analysis::Tally;

constexpr std::size_t most_periods = 24;
constexpr std::size_t most_followed_themes = 5;

/// Days, weeks from Monday, months: the first day of each period that any day falls into.
struct Calendar {
  std::string unit;
  std::vector<std::int64_t> starts;  // In order, without gaps.
};

std::int64_t week_of(std::int64_t day) {
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday.
  return day - weekday;
}
std::int64_t month_of(std::int64_t day) {
  return *day_in(date_of(day).substr(0, 8) + "01");
}

std::optional<Calendar> calendar_of(std::int64_t first, std::int64_t last) {
  struct Unit {
    const char* name;
    std::int64_t (*start)(std::int64_t);
    std::int64_t step;  // Days that surely lead into the next period and not beyond.
  };
  constexpr std::array units{Unit{"day", [](std::int64_t day) { return day; }, 1},
                             Unit{"week", &week_of, 7}, Unit{"month", &month_of, 31}};
  for (const Unit& unit : units) {
    if ((last - first) / unit.step > static_cast<std::int64_t>(most_periods) &&
        &unit != &units.back())
      continue;
    Calendar out{unit.name, {}};
    for (std::int64_t at = unit.start(first); at <= last; at = unit.start(at + unit.step)) {
      out.starts.push_back(at);
      if (out.starts.size() > 1200) return std::nullopt;  // A century of months is no survey.
    }
    if (out.starts.size() <= most_periods || &unit == &units.back()) return out;
  }
  return std::nullopt;
}

/// One trend from a tally for each period.
Trend trend(std::string question, std::string metric, const Calendar& calendar,
            const std::vector<Tally>& tallies) {
  Trend out{.question_id = std::move(question),
            .item = {},
            .label = {},
            .metric = std::move(metric),
            .unit = calendar.unit,
            .points = {},
            .slope = 0,
            .verdict = {}};
  const bool share = out.metric == "share" || out.metric == "negative" || out.metric == "csat";
  for (std::size_t p = 0; p < tallies.size(); ++p) {
    const analysis::Metric mean = analysis::mean(tallies[p]);
    TrendPoint& point = out.points.emplace_back(
        TrendPoint{date_of(calendar.starts[p]), tallies[p].base(), mean.value, {}});
    if (share)
      point.interval = analysis::wilson_of(mean.value, tallies[p].mass().effective());
    else
      point.interval = mean.interval.value_or(analysis::Interval{mean.value, mean.value});
  }
  const analysis::Difference slope = analysis::linear_trend(tallies);
  out.slope = slope.value;
  out.verdict = {.method = slope.test.method,
                 .p = slope.test.p,
                 .adjusted_p = slope.test.p,
                 .significant = false};
  return out;
}

WaveChange change(std::string question, std::string metric, const Tally& now, const Tally& before) {
  const analysis::Difference found = analysis::compare_means(now, before);
  return {.question_id = std::move(question),
          .item = {},
          .label = {},
          .metric = std::move(metric),
          .before = analysis::mean(before).value,
          .now = analysis::mean(now).value,
          .base_before = before.base(),
          .base_now = now.base(),
          .difference = found.value,
          .interval = found.interval,
          .verdict = {.method = found.test.method,
                      .p = found.test.p,
                      .adjusted_p = found.test.p,
                      .significant = false}};
}

WaveChange share_change(std::string question, std::string metric, const analysis::Mass& now,
                        const analysis::Mass& base, const analysis::Mass& before,
                        const analysis::Mass& base_before) {
  const analysis::Difference found = analysis::compare_shares(now, base, before, base_before);
  const auto share = [](const analysis::Mass& part, const analysis::Mass& all) {
    return all.weight > 0 ? part.sum() / all.sum() : 0;
  };
  return {.question_id = std::move(question),
          .item = {},
          .label = {},
          .metric = std::move(metric),
          .before = share(before, base_before),
          .now = share(now, base),
          .base_before = base_before.count,
          .base_now = base.count,
          .difference = found.value,
          .interval = found.interval,
          .verdict = {.method = found.test.method,
                      .p = found.test.p,
                      .adjusted_p = found.test.p,
                      .significant = false}};
}

std::vector<std::size_t> everyone(const Dataset& dataset) {
  std::vector<std::size_t> out(dataset.records.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

/// Answers that hold each value, and all answers.
struct Chosen {
  std::map<std::string, analysis::Mass> values;
  analysis::Mass base;
};
Chosen chosen_in(const Dataset& dataset, const survey::Question& question, const Weights& weights) {
  Chosen out;
  for (std::size_t record = 0; record < dataset.records.size(); ++record) {
    const auto* answer = answer_of(dataset, record, question.id);
    if (answer == nullptr) continue;
    out.base.add(weight_of(weights, record));
    for (const std::string& value : values_of(answer->value))
      out.values[value].add(weight_of(weights, record));
  }
  return out;
}

}  // namespace

std::vector<Trend> trends_of(const Dataset& dataset, const Settings& settings,
                             std::span<const OpenFindings> read, const Weights& weights,
                             std::vector<std::string>& notes) {
  const Days read_days = days_of(dataset, settings);
  notes.insert(notes.end(), read_days.notes.begin(), read_days.notes.end());
  const auto& days = read_days.of_record;
  std::int64_t known = 0, first = 0, last = 0;
  for (const auto& day : days) {
    if (!day) continue;
    first = known == 0 ? *day : std::min(first, *day);
    last = known == 0 ? *day : std::max(last, *day);
    ++known;
  }
  if (known == 0) return {};
  const auto calendar = calendar_of(first, last);
  if (!calendar || calendar->starts.size() < 2) return {};
  std::vector<std::size_t> period(days.size(), static_cast<std::size_t>(-1));
  for (std::size_t record = 0; record < days.size(); ++record)
    if (days[record])
      period[record] = static_cast<std::size_t>(
          std::upper_bound(calendar->starts.begin(), calendar->starts.end(), *days[record]) -
          calendar->starts.begin() - 1);

  std::vector<Trend> out;
  const std::size_t periods = calendar->starts.size();
  for (const survey::Question& question : dataset.questionnaire.questions) {
    if (!is_numeric(question) || question.kind == survey::Kind::number) continue;
    std::vector<std::vector<std::size_t>> records(periods);
    for (std::size_t record = 0; record < period.size(); ++record)
      if (period[record] < periods) records[period[record]].push_back(record);
    std::vector<Tally> tallies;
    Tally all;
    for (const auto& part : records) {
      tallies.push_back(tally_of_metric(question, tally_of(dataset, question, weights, part)));
      all.merge(tallies.back());
    }
    if (all.base() < settings.least_base) continue;
    const std::string metric = question.kind == survey::Kind::nps    ? "nps"
                               : question.kind == survey::Kind::csat ? "csat"
                               : question.kind == survey::Kind::ces  ? "ces"
                                                                     : "mean";
    out.push_back(trend(question.id, metric, *calendar, tallies));
  }
  for (const OpenFindings& one : read) {
    // `holds` gives nothing for a text that does not count.
    const auto of_texts = [&](auto&& holds) {
      std::vector<Tally> tallies(periods);
      for (std::size_t i = 0; i < one.records.size(); ++i) {
        const std::size_t record = one.records[i];
        const std::optional<bool> held = holds(i);
        if (held && period[record] < periods)
          tallies[period[record]].add(*held ? 1 : 0, 1, weight_of(weights, record));
      }
      return tallies;
    };
    if (static_cast<std::int64_t>(one.records.size()) < settings.least_base) continue;
    if (!one.moods.empty())
      out.push_back(trend(one.evidence_id, "negative", *calendar,
                          of_texts([&](std::size_t i) -> std::optional<bool> {
                            const auto& mood = one.moods[i];
                            if (!mood) return std::nullopt;
                            return *mood == analysis::Sentiment::negative;
                          })));
    for (std::uint32_t t = 0; t < one.themes.size() && t < most_followed_themes; ++t) {
      Trend& theme =
          out.emplace_back(trend(one.evidence_id, "share", *calendar, of_texts([&](std::size_t i) {
                                   const auto& held = one.themes_of_text[i];
                                   return std::find(held.begin(), held.end(), t) != held.end();
                                 })));
      theme.item = one.themes[t].id;
      theme.label = one.themes[t].label;
    }
  }
  return out;
}

Result<std::optional<Dataset>> take_previous_wave(Dataset& dataset, const Settings& settings) {
  if (settings.since.empty()) return std::optional<Dataset>();
  BOOST_OUTCOME_TRY(check_fields(dataset, settings));
  const std::int64_t since = *day_in(settings.since);
  const Days days = days_of(dataset, settings);
  Dataset previous{.questionnaire = dataset.questionnaire,
                   .records = {},
                   .survey_id = dataset.survey_id,
                   .survey_version = dataset.survey_version,
                   .survey_digest = dataset.survey_digest,
                   .notes = {}};
  std::size_t kept = 0;
  for (std::size_t record = 0; record < days.of_record.size(); ++record) {
    Record& one = dataset.records[record];
    if (days.of_record[record] && *days.of_record[record] < since)
      previous.records.push_back(std::move(one));
    else if (Record& place = dataset.records[kept++]; &place != &one)
      place = std::move(one);
  }
  dataset.records.resize(kept);
  const std::size_t earlier = previous.records.size();
  dataset.notes.push_back(
      earlier == 0 ? "No response is earlier than " + date_of(since) +
                         ", so there is no previous wave to compare with."
                   : std::to_string(earlier) + (earlier == 1 ? " response is" : " responses are") +
                         " earlier than " + date_of(since) +
                         " and make the previous wave; all figures are about the others.");
  return std::optional<Dataset>(std::move(previous));
}

Result<std::vector<WaveChange>> wave_changes(const Dataset& dataset, const Dataset& previous,
                                             const Readings& read_before, const Settings& settings,
                                             std::span<const OpenFindings> read,
                                             const Weights& weights, const Ctx& ctx) {
  auto weighed = weigh(previous, settings);
  if (!weighed) {
    Error error = weighed.error();
    error.detail = "In the previous wave: " + error.detail;
    return error;
  }
  const Weighed& before = weighed.value();
  std::vector<WaveChange> out;
  const auto now_base = everyone(dataset), before_base = everyone(previous);
  for (const survey::Question& question : dataset.questionnaire.questions) {
    BOOST_OUTCOME_TRY(ctx.check());
    const auto* same = survey::find(previous.questionnaire, question.id);
    if (same == nullptr || is_numeric(*same) != is_numeric(question)) continue;
    if (is_numeric(question)) {
      const Tally a = tally_of(dataset, question, weights, now_base);
      const Tally b = tally_of(previous, question, before.weights, before_base);
      if (a.base() < settings.least_base || b.base() < settings.least_base) continue;
      out.push_back(change(question.id, metrics_of(question, a).front().name,
                           tally_of_metric(question, a), tally_of_metric(question, b)));
      continue;
    }
    auto categories = categories_of(question);
    if (categories.empty()) continue;
    // A value that only the earlier wave had is a change as well.
    for (const survey::Option& option : categories_of(*same))
      if (std::none_of(categories.begin(), categories.end(),
                       [&](const survey::Option& known) { return known.id == option.id; }))
        categories.push_back(option);
    Chosen a = chosen_in(dataset, question, weights);
    Chosen b = chosen_in(previous, question, before.weights);
    if (a.base.count < settings.least_base || b.base.count < settings.least_base) continue;
    for (const survey::Option& option : categories) {
      WaveChange one = share_change(question.id, "share", a.values[option.id], a.base,
                                    b.values[option.id], b.base);
      one.item = option.id;
      one.label = option.label;
      out.push_back(std::move(one));
    }
  }
  if (!analysis::sentiment_supports(previous.questionnaire.language)) return out;
  for (const OpenFindings& one : read) {
    const auto same = std::find_if(
        read_before.texts.begin(), read_before.texts.end(), [&](const TextReadings& texts) {
          return evidence_id_of(
                     previous.questionnaire.questions[static_cast<std::size_t>(texts.question)]) ==
                 one.evidence_id;
        });
    if (same == read_before.texts.end() || one.moods.empty()) continue;
    analysis::Mass now, base, then, base_then;
    for (std::size_t i = 0; i < one.records.size(); ++i) {
      if (!one.moods[i]) continue;
      const double weight = weight_of(weights, one.records[i]);
      base.add(weight);
      if (one.moods[i] == analysis::Sentiment::negative) now.add(weight);
    }
    for (const ReadText& text : same->read) {
      if (text.mood < 0) continue;
      const double weight = weight_of(before.weights, static_cast<std::size_t>(text.record));
      base_then.add(weight);
      if (static_cast<analysis::Sentiment>(text.mood) == analysis::Sentiment::negative)
        then.add(weight);
    }
    if (base.count < settings.least_base || base_then.count < settings.least_base) continue;
    out.push_back(share_change(one.evidence_id, "negative", now, base, then, base_then));
  }
  return out;
}

}  // namespace insightflow::insight
