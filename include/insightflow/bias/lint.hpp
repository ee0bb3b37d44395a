#pragma once

#include <insightflow/bias/finding.hpp>
#include <insightflow/bias/measure.hpp>
#include <insightflow/survey/questionnaire.hpp>

#include <span>

/// A linter for questionnaires: it points at wording, answer lists and orders that are known to
/// bias answers. Offline and pure; a finding is a reason to look, not a verdict.
namespace insightflow::bias {

struct Item;        // One question, analysed.
struct Inspection;  // The whole questionnaire, analysed.
class Sink;         // Takes the findings of one rule.

/// Where a rule looks; also the order of the documentation.
enum class Level { wording, options, questionnaire };
BOOST_DESCRIBE_ENUM(Level, wording, options, questionnaire)

/// One rule. Ids are stable: never renamed, never reused.
struct Rule {
  std::string_view id;
  Level level{};
  Severity severity{};  ///< Of its usual finding; a mild case may be a note.
  std::string_view title;
  std::string_view why;     ///< What it does to the answers.
  std::string_view source;  ///< The literature it rests on.
  /// Primary language subtags the rule understands, separated by blanks; empty: every language.
  std::string_view languages;
  void (*check_item)(const Item&, Sink&) = nullptr;  ///< One of the two is set.
  void (*check_survey)(const Inspection&, Sink&) = nullptr;
};

/// All rules, by level and then in the order in which findings are listed.
std::span<const Rule> rules();

/// The rule of an id, or null.
const Rule* find_rule(std::string_view id);

/// Under this id the linter speaks about acceptances themselves; no row of `rules()`.
inline constexpr std::string_view suppression_id = "suppression";

/// How strict to be, and with whom in mind. `bias/config.hpp` makes it from a settings file.
struct Options {
  std::vector<std::string> off;     ///< Ids of rules not to run.
  std::vector<std::string> jargon;  ///< Acronyms and terms the audience knows.
  /// Severities other than a rule's own, by id. The rule's milder remarks stay below it.
  std::map<std::string, Severity> severities;
  Severity least = Severity::note;  ///< Findings below this are dropped.
  double fatigue_minutes = 12;      ///< Predicted minutes from which a survey is called long.
  double reading_grade = 8;         ///< School years the audience is expected to have.

  friend bool operator==(const Options&, const Options&) = default;
};
BOOST_DESCRIBE_STRUCT(Options, (), (off, jargon, severities, least, fatigue_minutes, reading_grade))

/// Checks a questionnaire. Never fails: a malformed questionnaire is linted as far as it can be
/// (its validity is another matter). Findings accepted by `lint.allow` with a reason move to
/// `suppressed`; an acceptance without a reason is not honoured and reported under the rule id
/// `suppression`, as is one that matched nothing although its rule did run. Linear in the size of
/// the texts. Thread-safe.
Report lint(const survey::Questionnaire& survey, const Options& options = {});

/// For shells and CI: 0 when nothing is at warning or above, else 1.
constexpr int exit_code(const Report& report) {
  return report.counts.errors + report.counts.warnings > 0 ? 1 : 0;
}

}  // namespace insightflow::bias
