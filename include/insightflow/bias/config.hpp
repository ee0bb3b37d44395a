#pragma once

#include <insightflow/bias/lint.hpp>

/// The linter's settings as a file, `.insightflow-lint.json`:
///
///     {"profile": "customer",
///      "rules": {"agree-disagree": "off", "leading": "error"},
///      "jargon": ["SLA"],
///      "least": "warning"}
namespace insightflow::bias {

/// What becomes of a rule: not run, run as it is, or run with this severity.
enum class RuleSetting { off, on, note, warning, error };
BOOST_DESCRIBE_ENUM(RuleSetting, off, on, note, warning, error)

/// Who answers. `standard` is the linter without settings; `profiles()` says what the others mean.
enum class Profile { standard, academic, customer, employee };
BOOST_DESCRIBE_ENUM(Profile, standard, academic, customer, employee)

struct Config {
  std::string schema;  ///< For editors; not read.
  std::optional<Profile> profile;
  std::map<std::string, RuleSetting> rules;
  std::vector<std::string> jargon;
  std::optional<double> reading_grade;
  std::optional<double> fatigue_minutes;
  std::optional<Severity> least;

  friend bool operator==(const Config&, const Config&) = default;
};
BOOST_DESCRIBE_STRUCT(Config, (),
                      (schema, profile, rules, jargon, reading_grade, fatigue_minutes, least))
inline constexpr std::array config_notes{
    Note{.field = "schema",
         .doc = "Address of the JSON Schema, for editors.",
         .key = "$schema",
         .omit_empty = true},
    Note{.field = "profile", .doc = "Settings by audience, which the others here change."},
    Note{.field = "rules",
         .doc = "By the id of a rule: not run, run, or run with this severity.",
         .omit_empty = true},
    Note{.field = "jargon",
         .doc = "Acronyms and terms the audience knows.",
         .omit_empty = true,
         .max = 10000},
    Note{.field = "reading_grade",
         .doc = "School years the audience is expected to have.",
         .min = 1,
         .max = 20},
    Note{.field = "fatigue_minutes",
         .doc = "Predicted minutes from which a questionnaire is called long.",
         .min = 1,
         .max = 240},
    Note{.field = "least", .doc = "Findings below this severity are dropped."}};
constexpr std::span<const Note> field_notes(const Config*) {
  return config_notes;
}

/// The same by query parameters, for the HTTP interface.
struct LintQuery {
  std::optional<Profile> profile;
  std::vector<std::string> off;
  std::vector<std::string> jargon;
  std::optional<std::int64_t> reading_grade;
  std::optional<std::int64_t> fatigue_minutes;
  std::optional<Severity> least;
};
BOOST_DESCRIBE_STRUCT(LintQuery, (), (profile, off, jargon, reading_grade, fatigue_minutes, least))
inline constexpr std::array lint_query_notes{
    Note{.field = "profile", .doc = "Settings by audience."},
    Note{.field = "off", .doc = "Ids of rules not to run."},
    Note{.field = "jargon", .doc = "Acronyms and terms the audience knows."},
    Note{.field = "reading_grade", .doc = "School years of the audience.", .min = 1, .max = 20},
    Note{.field = "fatigue_minutes",
         .doc = "Predicted minutes from which it is called long.",
         .min = 1,
         .max = 240},
    Note{.field = "least", .doc = "Findings below this severity are dropped."}};
constexpr std::span<const Note> field_notes(const LintQuery*) {
  return lint_query_notes;
}

/// What a profile sets; a zero or an empty list leaves the standard.
struct ProfileRow {
  Profile profile{};
  std::string_view audience;  ///< One sentence.
  double reading_grade = 0;
  double fatigue_minutes = 0;
  std::string_view jargon{};  ///< Separated by blanks.
  std::string_view louder{};  ///< Rules raised by one severity, separated by blanks.
};
std::span<const ProfileRow> profiles();

/// The settings of a file. Errors: those of `from_json_text`, and `rule_unknown` with the pointer
/// of the key.
Result<Config> read_config(std::string_view text);

/// What the linter is given: the standard, changed by the profile, changed by the rest.
Options options_of(const Config& config);

/// Errors: `rule_unknown`.
Result<Options> options_of(const LintQuery& query);

}  // namespace insightflow::bias

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<bias::Config>();
extern template const Type& type_of<bias::LintQuery>();
}  // namespace insightflow
