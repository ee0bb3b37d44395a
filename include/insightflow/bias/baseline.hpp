#pragma once

#include <insightflow/bias/lint.hpp>

/// Findings that were there when a team began to use the linter. They are kept in a file and not
/// counted, so that a build fails for what is new alone.
namespace insightflow::bias {

struct Baseline {
  std::int64_t version = 1;
  std::vector<KnownFinding> findings;

  friend bool operator==(const Baseline&, const Baseline&) = default;
};
BOOST_DESCRIBE_STRUCT(Baseline, (), (version, findings))
inline constexpr std::array baseline_notes{
    Note{.field = "version", .doc = "Of this format.", .required = true, .min = 1, .max = 1},
    Note{.field = "findings", .doc = "What is known.", .required = true}};
constexpr std::span<const Note> field_notes(const Baseline*) {
  return baseline_notes;
}

/// Sixteen hexadecimal digits over the rule, the question's id and the words the finding is about
/// (the question's text, an option's label, the labels of a scale), blanks evened out. Where the
/// words stand does not matter. `survey` must be the one that was linted.
std::string fingerprint(const Finding& finding, const survey::Questionnaire& survey);

/// Adds the findings of a report to a baseline.
void add(Baseline& baseline, const std::string& file, const Report& report,
         const survey::Questionnaire& survey);

/// Takes what the baseline knows out of reports, one finding for each entry. Made for one run over
/// several files: an entry is used up once. Not thread-safe.
class BaselineFilter {
 public:
  explicit BaselineFilter(const Baseline& baseline);

  /// Moves known findings to `report.known` and counts anew.
  void apply(Report& report, const survey::Questionnaire& survey);

  /// The entries for `file` that no report has used up: they should be deleted. Call it when all
  /// reports have been filtered.
  std::vector<KnownFinding> stale(const std::string& file) const;

 private:
  struct Entry {
    KnownFinding finding;
    bool used = false;
  };
  std::vector<Entry> entries_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_fingerprint_;
};

/// Counts the findings of a report anew.
void recount(Report& report);

}  // namespace insightflow::bias

// Its field table is instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<bias::Baseline>();
}  // namespace insightflow
