#include "insight/segments.hpp"

#include "insight/closed.hpp"
#include "insight/fields.hpp"

#include <insightflow/analysis/crosstab.hpp>

#include <numeric>

namespace insightflow::insight {

namespace {

constexpr std::size_t most_segments = 50;

/// The usual three groups of a recommendation score (Reichheld 2003).
std::string nps_group(double score) {
  return score >= 9 ? "promoters" : score >= 7 ? "passives" : "detractors";
}

Result<std::vector<Segment>> checked(std::vector<Segment> segments, const std::string& by,
                                     const std::string& pointer) {
  std::erase_if(segments, [](const Segment& segment) { return segment.records.empty(); });
  if (segments.size() <= most_segments) return segments;
  return fail(Code::invalid, "segment_unfit",
              "'" + by + "' has " + std::to_string(segments.size()) +
                  " different values; segments need at most " + std::to_string(most_segments) + ".",
              pointer);
}

std::vector<Segment> by_value(const Dataset& dataset,
                              const std::function<std::string(std::size_t)>& value_of) {
  std::map<std::string, Segment> found;
  for (std::size_t record = 0; record < dataset.records.size(); ++record) {
    const std::string value = value_of(record);
    if (value.empty()) continue;
    Segment& segment = found[value];
    segment.id = segment.label = value;
    segment.records.push_back(record);
  }
  std::vector<Segment> out;
  for (auto& [value, segment] : found) out.push_back(std::move(segment));
  return out;
}

}  // namespace

Result<std::vector<Segment>> segments_of(const Dataset& dataset, const std::string& by,
                                         const std::string& pointer) {
  // A column of a table may be called like a hidden field, as in our own export.
  const survey::Question* question = survey::find(dataset.questionnaire, by);
  if (question == nullptr && by.starts_with(hidden_prefix)) {
    const std::string name = by.substr(hidden_prefix.size());
    const auto& known = dataset.questionnaire.hidden;
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail(Code::invalid, "segment_unknown",
                  "The survey has no hidden field '" + name + "'.", pointer);
    return checked(by_value(dataset,
                            [&](std::size_t record) {
                              const auto& hidden = dataset.records[record].submission.hidden;
                              const auto at = hidden.find(name);
                              return at == hidden.end() ? std::string() : at->second;
                            }),
                   by, pointer);
  }
  if (question == nullptr)
    return fail(Code::invalid, "segment_unknown",
                "There is no question '" + by +
                    "'. Name a question by its id, or a hidden field as 'hidden.name'.",
                pointer);
  if (question->kind == survey::Kind::nps)
    return checked(by_value(dataset,
                            [&](std::size_t record) {
                              const auto* answer = answer_of(dataset, record, by);
                              const auto* score =
                                  answer ? std::get_if<double>(&answer->value) : nullptr;
                              return score ? nps_group(*score) : std::string();
                            }),
                   by, pointer);
  const auto categories = categories_of(*question);
  // A column of a file in which nobody said anything makes no segments, and that is no error.
  if (categories.empty() && question->kind == survey::Kind::single_choice)
    return std::vector<Segment>();
  if (categories.empty() || question->kind == survey::Kind::matrix ||
      question->kind == survey::Kind::ranking)
    return fail(Code::invalid, "segment_unfit",
                "The question '" + by + "' has no fixed values to make segments of.", pointer);
  std::vector<Segment> out;
  std::map<std::string, std::size_t> at;
  for (const survey::Option& category : categories) {
    at.emplace(category.id, out.size());
    out.push_back({category.id, category.label, {}});
  }
  for (std::size_t record = 0; record < dataset.records.size(); ++record)
    if (const auto* answer = answer_of(dataset, record, by))
      for (const std::string& value : values_of(answer->value))
        if (const auto found = at.find(value); found != at.end())
          out[found->second].records.push_back(record);
  return checked(std::move(out), by, pointer);
}

namespace {

constexpr std::uint32_t no_row = 0xFFFFFFFFu;

/// For every record the segments it is in.
std::vector<std::vector<std::uint32_t>> columns_of(std::size_t records,
                                                   std::span<const Segment> segments) {
  std::vector<std::vector<std::uint32_t>> out(records);
  for (std::uint32_t s = 0; s < segments.size(); ++s)
    for (const std::size_t record : segments[s].records) out[record].push_back(s);
  return out;
}

Verdict verdict_of(const analysis::Test& test) {
  return {.method = test.method, .p = test.p, .adjusted_p = test.p, .significant = false};
}

bool tested(const CrossTest& test) {
  return test.verdict.method != analysis::Method::none;
}

/// Shares and tests of everything that is a row of the table.
void fill(CrossTab& out, const analysis::Crosstab& table, const std::vector<survey::Option>& rows,
          const Settings& settings) {
  for (std::size_t s = 0; s < out.segments.size(); ++s) {
    Breakdown& shown = out.segments[s];
    shown.base = table.column(s).count;
    if (shown.base < settings.least_base) continue;
    for (std::size_t r = 0; r < rows.size(); ++r)
      shown.distribution.push_back(
          analysis::share_of(rows[r].id, rows[r].label, table.cell(r, s), table.column(s)));
  }
  CrossTest whole{.verdict = verdict_of(table.independence())};
  if (tested(whole)) out.tests.push_back(whole);
  for (std::size_t s = 0; s < out.segments.size(); ++s) {
    const std::int64_t rest = table.total().count - out.segments[s].base;
    if (out.segments[s].base < settings.least_base || rest < settings.least_base) continue;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (table.row(r).count == 0) continue;
      const analysis::Difference found = table.against_rest(r, s);
      CrossTest test{.item = rows[r].id,
                     .segment = out.segments[s].id,
                     .difference = found.value,
                     .interval = found.interval,
                     .verdict = verdict_of(found.test)};
      if (tested(test)) out.tests.push_back(std::move(test));
    }
  }
}

CrossTab empty_table(std::string question, const std::string& by,
                     std::span<const Segment> segments) {
  CrossTab out{.question_id = std::move(question), .by = by, .segments = {}, .tests = {}};
  for (const Segment& segment : segments)
    out.segments.push_back({segment.id, segment.label, 0, {}, {}});
  return out;
}

/// The first metric of each segment against that of everybody else.
void compare_metric(CrossTab& out, const Dataset& dataset, const survey::Question& question,
                    std::span<const Segment> segments, const Settings& settings,
                    const Weights& weights) {
  std::vector<std::size_t> everyone(dataset.records.size());
  std::iota(everyone.begin(), everyone.end(), std::size_t{0});
  const auto tally = [&](Base base) {
    return tally_of_metric(question, tally_of(dataset, question, weights, base));
  };
  const analysis::Tally all = tally(everyone);
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const analysis::Tally here = tally(segments[s].records);
    analysis::Tally rest = all;
    rest.subtract(here);
    if (here.base() < settings.least_base || rest.base() < settings.least_base) continue;
    const analysis::Difference found = analysis::compare_means(here, rest);
    CrossTest test{.item = out.segments[s].metrics.front().name,
                   .segment = segments[s].id,
                   .difference = found.value,
                   .interval = found.interval,
                   .verdict = verdict_of(found.test)};
    if (tested(test)) out.tests.push_back(std::move(test));
  }
}

}  // namespace

CrossTab themes_by(const Dataset& dataset, const OpenFindings& found, const std::string& by,
                   std::span<const Segment> segments, const Settings& settings,
                   const Weights& weights) {
  CrossTab out = empty_table(found.evidence_id, by, segments);
  const auto columns = columns_of(dataset.records.size(), segments);
  std::vector<survey::Option> rows;
  for (const Theme& theme : found.themes) rows.push_back({theme.id, theme.label});
  analysis::Crosstab table(rows.size(), segments.size());
  for (std::size_t i = 0; i < found.records.size(); ++i)
    table.add(found.themes_of_text[i], columns[found.records[i]],
              weight_of(weights, found.records[i]));
  fill(out, table, rows, settings);
  // Themes are not exclusive by nature, even where nobody happens to have two.
  std::erase_if(out.tests, [](const CrossTest& test) { return test.item.empty(); });
  return out;
}

CrossTab answers_by(const Dataset& dataset, const survey::Question& question, const std::string& by,
                    std::span<const Segment> segments, const Settings& settings,
                    const Weights& weights) {
  CrossTab out = empty_table(question.id, by, segments);
  if (is_numeric(question)) {
    for (std::size_t s = 0; s < segments.size(); ++s) {
      Breakdown& shown = out.segments[s];
      const analysis::Tally tally = tally_of(dataset, question, weights, segments[s].records);
      shown.base = tally.base();
      if (shown.base < settings.least_base) continue;
      shown.metrics = metrics_of(question, tally);
      shown.distribution = distribution_of(dataset, question, weights, segments[s].records);
    }
    compare_metric(out, dataset, question, segments, settings, weights);
    return out;
  }
  const auto rows = categories_of(question);
  std::map<std::string, std::uint32_t> row_of;
  for (std::uint32_t r = 0; r < rows.size(); ++r) row_of.emplace(rows[r].id, r);
  const auto columns = columns_of(dataset.records.size(), segments);
  analysis::Crosstab table(rows.size(), segments.size());
  std::vector<std::uint32_t> chosen;
  for (std::size_t record = 0; record < dataset.records.size(); ++record) {
    const auto* answer = answer_of(dataset, record, question.id);
    if (answer == nullptr) continue;
    chosen.clear();
    for (const std::string& value : values_of(answer->value)) {
      const auto at = row_of.find(value);
      const std::uint32_t row = at == row_of.end() ? no_row : at->second;
      if (row != no_row && std::find(chosen.begin(), chosen.end(), row) == chosen.end())
        chosen.push_back(row);
    }
    table.add(chosen, columns[record], weight_of(weights, record));
  }
  fill(out, table, rows, settings);
  if (question.kind == survey::Kind::multiple_choice)
    std::erase_if(out.tests, [](const CrossTest& test) { return test.item.empty(); });
  return out;
}

}  // namespace insightflow::insight
