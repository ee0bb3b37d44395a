#include "insight/fields.hpp"

#include "insight/closed.hpp"
#include "insight/days.hpp"

#include <charconv>

namespace insightflow::insight {

namespace {

Result<void> check(const Dataset& dataset, const std::string& field, const std::string& pointer) {
  if (field.empty() || survey::find(dataset.questionnaire, field) != nullptr) return success();
  const auto& hidden = dataset.questionnaire.hidden;
  if (field.starts_with(hidden_prefix) &&
      std::find(hidden.begin(), hidden.end(), field.substr(hidden_prefix.size())) != hidden.end())
    return success();
  return fail(Code::invalid, "field_unknown",
              "There is no question or hidden field '" + field +
                  "'. Name a question by its id, or a hidden field as 'hidden.name'.",
              pointer);
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size())
    return std::nullopt;
  if (!(value >= -1e12 && value <= 1e12)) return std::nullopt;
  return value;
}

std::string field_text(const Dataset& dataset, std::size_t record, std::string_view field) {
  if (const auto* answer = answer_of(dataset, record, field)) {
    const auto values = values_of(answer->value);
    return values.empty() ? std::string() : values.front();
  }
  if (!field.starts_with(hidden_prefix)) return {};
  const auto& hidden = dataset.records[record].submission.hidden;
  const auto at = hidden.find(std::string(field.substr(hidden_prefix.size())));
  return at == hidden.end() ? std::string() : at->second;
}

std::optional<double> field_number(const Dataset& dataset, std::size_t record,
                                   std::string_view field) {
  return number_in(field_text(dataset, record, field));
}

Result<void> check_fields(const Dataset& dataset, const Settings& settings) {
  if (!settings.weight.empty() && !settings.targets.empty())
    return fail(Code::invalid, "weights_twice",
                "Weights come from a field or from targets, not from both.", "/targets");
  BOOST_OUTCOME_TRY(check(dataset, settings.weight, "/weight"));
  BOOST_OUTCOME_TRY(check(dataset, settings.date, "/date"));
  BOOST_OUTCOME_TRY(check(dataset, settings.duration, "/duration"));
  if (!settings.since.empty() && !day_in(settings.since))
    return fail(Code::invalid, "day_malformed",
                "'" + settings.since + "' is no day. Write it as 2026-01-31.", "/since");
  for (std::size_t i = 0; i < settings.targets.size(); ++i) {
    BOOST_OUTCOME_TRY(
        check(dataset, settings.targets[i].by, "/targets/" + std::to_string(i) + "/by"));
  }
  return success();
}

}  // namespace insightflow::insight
