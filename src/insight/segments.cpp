#include "insight/segments.hpp"

#include "insight/closed.hpp"

#include <insightflow/analysis/statistics.hpp>

namespace insightflow::insight {

namespace {

constexpr std::string_view hidden_prefix = "hidden.";
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

CrossTab themes_by(const Texts& texts, const OpenFindings& found, const std::string& by,
                   std::span<const Segment> segments, const Settings& settings) {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  CrossTab out{.question_id = texts.evidence_id, .by = by, .segments = {}};
  const std::size_t records = texts.records.empty() ? 0 : texts.records.back() + 1;
  std::vector<std::size_t> text_of(records, none);
  for (std::size_t i = 0; i < texts.records.size(); ++i) text_of[texts.records[i]] = i;
  for (const Segment& segment : segments) {
    Breakdown& shown = out.segments.emplace_back(Breakdown{
        .id = segment.id, .label = segment.label, .base = 0, .distribution = {}, .metrics = {}});
    std::vector<std::int64_t> counts(found.themes.size());
    for (const std::size_t record : segment.records) {
      if (record >= records || text_of[record] == none) continue;
      ++shown.base;
      for (const std::uint32_t theme : found.themes_of_text[text_of[record]]) ++counts[theme];
    }
    if (shown.base < settings.least_base) continue;
    for (std::size_t t = 0; t < counts.size(); ++t)
      shown.distribution.push_back(
          analysis::share_of(found.themes[t].id, found.themes[t].label, counts[t], shown.base));
  }
  return out;
}

CrossTab metrics_by(const Dataset& dataset, const survey::Question& question, const std::string& by,
                    std::span<const Segment> segments, const Settings& settings) {
  CrossTab out{.question_id = question.id, .by = by, .segments = {}};
  for (const Segment& segment : segments) {
    Breakdown& shown = out.segments.emplace_back(Breakdown{
        .id = segment.id, .label = segment.label, .base = 0, .distribution = {}, .metrics = {}});
    for (const std::size_t record : segment.records)
      shown.base += answer_of(dataset, record, question.id) != nullptr;
    if (shown.base < settings.least_base) continue;
    shown.metrics = metrics_of(dataset, question, segment.records);
    shown.distribution = distribution_of(dataset, question, segment.records);
  }
  return out;
}

}  // namespace insightflow::insight
