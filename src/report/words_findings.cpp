#include <report/format.hpp>
#include <report/words.hpp>

#include <algorithm>
#include <array>
#include <cmath>

/// Sentences about what was computed over several questions.
namespace insightflow::report::words {

namespace {

std::string value_of(std::string_view metric, double value) {
  return words_of({std::string(metric), value, {}, 0}).value;
}

struct FlagName {
  std::string_view kind;
  std::string_view name;
};
constexpr std::array flag_names{
    FlagName{"speeder", "Answered too fast"},
    FlagName{"straight_liner", "Same answer in every row"}, FlagName{"duplicate", "Given before"},
    FlagName{"gibberish", "No readable words"}, FlagName{"contradiction", "Contradicts itself"}};

}  // namespace

const insight::CrossTest* test_of(const insight::CrossTab& table, std::string_view item,
                                  std::string_view segment) {
  for (const insight::CrossTest& test : table.tests)
    if (test.item == item && test.segment == segment) return &test;
  return nullptr;
}

std::string_view chance(const insight::Verdict& verdict) {
  if (!verdict.significant) return "may be chance";
  return verdict.adjusted_p < 0.001 ? "far beyond chance" : "beyond chance";
}

std::string probability(const insight::Verdict& verdict) {
  if (verdict.adjusted_p < 0.001) return "adjusted p < 0.001";
  return "adjusted p = " + decimal(verdict.adjusted_p, verdict.adjusted_p < 0.1 ? 3 : 2);
}

bool by_points(const insight::Findings& findings, const analysis::Driver& driver) {
  const std::string_view question = std::string_view(driver.id).substr(0, driver.id.find('/'));
  for (const insight::QuestionFindings& one : findings.questions) {
    if (one.question_id == driver.id) return !one.metrics.empty();
    if (one.question_id == question && one.kind == survey::Kind::matrix) return true;
  }
  return false;
}

std::string effect(const analysis::Driver& driver) {
  return decimal(std::fabs(driver.effect), 1) + (driver.effect < 0 ? " lower" : " higher");
}

std::string drivers(const insight::Findings& findings, const insight::DriverFindings& model) {
  if (!model.abstained.empty()) return model.abstained;
  const auto told = std::find_if(model.drivers.begin(), model.drivers.end(),
                                 [](const analysis::Driver& one) { return one.told_from_chance; });
  if (told == model.drivers.end())
    return "Nothing goes together with " + quoted(question_text(findings, model.question_id)) +
           " beyond chance, of " + counted(model.base, "answer") + ".";
  return quoted(told->label) + " goes together with " +
         quoted(question_text(findings, model.question_id)) + " most: the score is " +
         effect(*told) + (by_points(findings, *told) ? " for each point more" : " with it") +
         ". All that was looked at explains " + percent(model.r_squared) +
         " of the differences between " + counted(model.base, "score") +
         "; what goes together need not be the cause.";
}

std::string trend_subject(const insight::Findings& findings, const insight::Trend& trend) {
  const std::string question(question_text(findings, trend.question_id));
  if (!trend.item.empty()) return quoted(trend.label) + " in " + quoted(question);
  if (trend.metric == "negative") return "Negative answers to " + quoted(question);
  return words_of({trend.metric, 0, {}, 0}).label + " of " + quoted(question);
}

std::string trend(const insight::Findings& findings, const insight::Trend& trend) {
  const std::string subject = trend_subject(findings, trend);
  const auto full = [](const insight::TrendPoint& point) { return point.base > 0; };
  const auto first = std::find_if(trend.points.begin(), trend.points.end(), full);
  const auto last = std::find_if(trend.points.rbegin(), trend.points.rend(), full);
  if (first == trend.points.end() || !trend.verdict.significant)
    return subject + ": no trend that can be told from chance.";
  const std::string verdict =
      std::string(chance(trend.verdict)) + " (" + probability(trend.verdict) + ").";
  const std::string direction = trend.slope > 0 ? " is rising" : " is falling";
  // The ends are single periods; the slope is of all of them.
  if ((last->value - first->value) * trend.slope <= 0)
    return subject + direction + " on the whole, though not from the first " + trend.unit +
           " to the last; " + verdict;
  return subject + direction + ": " + value_of(trend.metric, first->value) + " in the first " +
         trend.unit + ", " + value_of(trend.metric, last->value) + " in the last; " + verdict;
}

std::string wave_subject(const insight::Findings& findings, const insight::WaveChange& change) {
  const std::string question(question_text(findings, change.question_id));
  if (!change.item.empty())
    return question + ": " + (change.label.empty() ? change.item : change.label);
  if (change.metric == "negative") return question + ": negative answers";
  return question + ": " + words_of({change.metric, 0, {}, 0}).label;
}

std::string trait(const analysis::Trait& trait) {
  const std::string what = trait.label + (trait.value.empty() ? "" : ": " + trait.value);
  const auto shown = [&](double value) {
    return trait.number ? decimal(value, 1) : percent(value);
  };
  return what + " \u2013 " + (trait.number ? "mean " : "") + shown(trait.here) + ", " +
         shown(trait.elsewhere) + " elsewhere";
}

std::string quality_name(const insight::QualityFlag& flag) {
  for (const FlagName& known : flag_names)
    if (known.kind == flag.kind) return std::string(known.name);
  return flag.kind;
}

std::string quality(const insight::QualityFlag& flag) {
  const double share =
      flag.base > 0 ? static_cast<double>(flag.count) / static_cast<double>(flag.base) : 0;
  return count(flag.count) + " of " + counted(flag.base, "response") + " (" + percent(share) +
         "). " + flag.reason;
}

std::string weighting(const insight::WeightFindings& weighting, std::int64_t responses) {
  std::string out = "Shares and means are weighted";
  if (weighting.source == "raking") {
    out += " to given shares of ";
    for (std::size_t i = 0; i < weighting.margins.size(); ++i) {
      std::string_view name = weighting.margins[i];
      if (name.starts_with("hidden.")) name.remove_prefix(7);
      out += (i == 0 ? "" : ", ") + quoted(name);
    }
    out += weighting.converged ? ", met after " + counted(weighting.rounds, "round")
                               : ", which could not be met: a share is still " +
                                     decimal(weighting.largest_gap * 100, 1) +
                                     " points off after " + counted(weighting.rounds, "round");
  }
  out += ". Weights run from " + decimal(weighting.least, 2) + " to " + decimal(weighting.most, 2);
  if (weighting.trimmed > 0) out += ", " + count(weighting.trimmed) + " of them cut";
  return out + "; " + counted(responses, "response") + " are as precise as " +
         count(std::llround(weighting.effective)) + " without weights (design effect " +
         decimal(weighting.design_effect, 2) +
         "). Counts, moods and groups that answer alike are not "
         "weighted.";
}

std::string tests_note(const insight::Findings& findings) {
  if (findings.tests == 0) return {};
  return counted(findings.tests, "difference was", "differences were") +
         " tested. Adjusted p allows for that (Benjamini\u2013Hochberg): of the differences called "
         "beyond chance, about one in twenty is expected to be chance after all.";
}

std::vector<std::string> spoken(const insight::Findings& findings) {
  std::vector<std::string> out;
  for (const llm::Spoken& one : findings.spoken) {
    const bool local = one.engine == "local";
    std::string text = "The wording of \"" + one.part + "\" is " +
                       (local ? "the local engine's (" + one.fallback + ")"
                              : "by " + one.engine + ", prompt version " + one.prompt_version);
    std::int64_t dropped = 0;
    for (const llm::Dropped& drop : one.dropped) dropped += drop.count;
    if (dropped > 0)
      text += "; " + counted(dropped, "statement") + " of the model did not pass the checks";
    text += ".";
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace insightflow::report::words
