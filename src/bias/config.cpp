#include <insightflow/bias/config.hpp>
#include <insightflow/core/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace insightflow::bias {

namespace {

// Reading grades: general audiences 8 (the usual aim of plain language), those with a degree 13.
// Minutes: customers leave first, employees answer in paid time, panels and students stay longest.
constexpr std::array profile_table{
    ProfileRow{Profile::standard, "Anyone."},
    ProfileRow{Profile::academic,
               "Research with a sample that was recruited for it.",
               12,
               20,
               {},
               "agree-disagree hypothetical"},
    ProfileRow{
        Profile::customer, "Customers and users, who answer as a favour.", 8, 8, "NPS CSAT", {}},
    ProfileRow{Profile::employee, "People answering their employer.", 10, 15, "HR IT CEO KPI",
               "sensitive-required"}};

bool is_rule(std::string_view id) {
  return id == suppression_id || find_rule(id) != nullptr;
}

Problem unknown_rule(const std::string& pointer, const std::string& id) {
  return {pointer, "rule_unknown",
          "There is no rule '" + id + "'. 'insightflow lint --rules' lists them."};
}

template <class Take>
void each_word(std::string_view words, Take take) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    take(std::string(words.substr(0, end)));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

void apply(const ProfileRow& row, Options& options) {
  if (row.reading_grade > 0) options.reading_grade = row.reading_grade;
  if (row.fatigue_minutes > 0) options.fatigue_minutes = row.fatigue_minutes;
  each_word(row.jargon, [&](std::string term) { options.jargon.push_back(std::move(term)); });
  each_word(row.louder, [&](const std::string& id) {
    if (const Rule* rule = find_rule(id))
      options.severities[id] =
          rule->severity == Severity::note ? Severity::warning : Severity::error;
  });
}

void apply(std::optional<Profile> profile, Options& options) {
  for (const ProfileRow& row : profile_table)
    if (row.profile == profile) apply(row, options);
}

template <class Settings>
void apply_rest(const Settings& settings, Options& options) {
  options.jargon.insert(options.jargon.end(), settings.jargon.begin(), settings.jargon.end());
  if (settings.reading_grade) options.reading_grade = static_cast<double>(*settings.reading_grade);
  if (settings.fatigue_minutes)
    options.fatigue_minutes = static_cast<double>(*settings.fatigue_minutes);
  if (settings.least) options.least = *settings.least;
}

}  // namespace

std::span<const ProfileRow> profiles() {
  return profile_table;
}

Result<Config> read_config(std::string_view text) {
  BOOST_OUTCOME_TRY(const auto value, parse_json(text));
  auto config = from_json<Config>(value);
  std::vector<Problem> problems;
  if (!config) problems = config.error().problems;
  const json::object* object = value.if_object();
  const json::value* chosen = object ? object->if_contains("rules") : nullptr;
  if (chosen && chosen->is_object())
    for (const auto& [id, setting] : chosen->get_object())
      if (!is_rule(id)) problems.push_back(unknown_rule(pointer_to("/rules", id), std::string(id)));
  if (problems.empty()) return config;
  return invalid(std::move(problems));
}

Options options_of(const Config& config) {
  Options options;
  apply(config.profile, options);
  for (const auto& [id, setting] : config.rules) {
    options.severities.erase(id);
    const Rule* rule = find_rule(id);
    if (setting == RuleSetting::off) options.off.push_back(id);
    if (setting >= RuleSetting::note)
      options.severities[id] =
          static_cast<Severity>(static_cast<int>(setting) - static_cast<int>(RuleSetting::note));
    // What a rule says anyway is no change; its milder remarks keep their own severity.
    const auto set = options.severities.find(id);
    if (rule && set != options.severities.end() && set->second == rule->severity)
      options.severities.erase(set);
  }
  apply_rest(config, options);
  return options;
}

Result<Options> options_of(const LintQuery& query) {
  Options options;
  apply(query.profile, options);
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < query.off.size(); ++i)
    if (!is_rule(query.off[i]))
      problems.push_back(unknown_rule(pointer_to("/off", i), query.off[i]));
  if (!problems.empty()) return invalid(std::move(problems));
  options.off = query.off;
  apply_rest(query, options);
  return options;
}

}  // namespace insightflow::bias

namespace insightflow {
template const Type& type_of<bias::Config>();
template const Type& type_of<bias::LintQuery>();
}  // namespace insightflow
