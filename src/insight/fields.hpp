#pragma once

#include <insightflow/insight/build.hpp>

/// Values of a response by name: of a question, or of a hidden field as "hidden.plan".
namespace insightflow::insight {

inline constexpr std::string_view hidden_prefix = "hidden.";

/// The text of the field in one record; empty where there is none. Lists give their first value.
std::string field_text(const Dataset& dataset, std::size_t record, std::string_view field);

/// The number in the field. Nothing where there is none.
std::optional<double> field_number(const Dataset& dataset, std::size_t record,
                                   std::string_view field);

/// Errors: `field_unknown` for a field of the settings that the questionnaire does not have;
/// `weights_twice`.
Result<void> check_fields(const Dataset& dataset, const Settings& settings);

/// The numbers of a text without anything around them.
std::optional<double> number_in(std::string_view text);

}  // namespace insightflow::insight
