#pragma once

#include <insightflow/bias/measure.hpp>

#include <string>
#include <vector>

/// What the questionnaire linter says: plain data with JSON, free of the linter itself.
namespace insightflow::bias {

/// `error`: answers will be unusable or contradictory. `warning`: answers are likely biased.
/// `note`: worth a look; established instruments do it too.
enum class Severity { note, warning, error };
BOOST_DESCRIBE_ENUM(Severity, note, warning, error)

/// How often the rule is right when it speaks.
enum class Confidence { low, medium, high };
BOOST_DESCRIBE_ENUM(Confidence, low, medium, high)

/// Byte offsets into the field a finding is about, half open.
struct Span {
  std::int64_t start = 0;
  std::int64_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};
BOOST_DESCRIBE_STRUCT(Span, (), (start, end))
inline constexpr std::array span_notes{
    Note{.field = "start", .doc = "First byte of the field that is meant.", .min = 0},
    Note{.field = "end", .doc = "One past the last byte.", .min = 0}};
constexpr std::span<const Note> field_notes(const Span*) {
  return span_notes;
}

struct Finding {
  std::string rule;
  Severity severity = Severity::warning;
  Confidence confidence = Confidence::medium;
  std::string question_id;  ///< Empty when it is about the questionnaire.
  std::string field;        ///< "text", "options/2/label", "scale", "rows", "questions", "lint".
  std::string pointer;
  Span span;
  std::string message;
  std::string suggestion;
  std::string source;

  friend bool operator==(const Finding&, const Finding&) = default;
};
BOOST_DESCRIBE_STRUCT(Finding, (),
                      (rule, severity, confidence, question_id, field, pointer, span, message,
                       suggestion, source))
inline constexpr std::array finding_notes{
    Note{.field = "rule", .doc = "Stable id of the rule."},
    Note{.field = "severity", .doc = "How much it harms the answers."},
    Note{.field = "confidence", .doc = "How often the rule is right when it speaks."},
    Note{.field = "question_id",
         .doc = "The question; left out when it is about the whole.",
         .omit_empty = true},
    Note{.field = "field", .doc = "The field of the question the span counts in."},
    Note{.field = "pointer", .doc = "JSON pointer to that field in the questionnaire."},
    Note{.field = "span", .doc = "Byte offsets into the field."},
    Note{.field = "message", .doc = "What is wrong in this question."},
    Note{.field = "suggestion", .doc = "A rewording, or how to make one.", .omit_empty = true},
    Note{.field = "source", .doc = "Where the rule comes from.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Finding*) {
  return finding_notes;
}

/// A finding that its author has accepted.
struct Suppressed {
  Finding finding;
  std::string reason;

  friend bool operator==(const Suppressed&, const Suppressed&) = default;
};
BOOST_DESCRIBE_STRUCT(Suppressed, (), (finding, reason))

/// An acceptance that nothing needed; it should be deleted.
struct UnusedAllowance {
  std::string question_id;
  std::string rule;
  std::string pointer;

  friend bool operator==(const UnusedAllowance&, const UnusedAllowance&) = default;
};
BOOST_DESCRIBE_STRUCT(UnusedAllowance, (), (question_id, rule, pointer))

/// A finding that was there before, as a baseline keeps it. It is recognised by rule, question and
/// the words it is about, so that questions may be moved.
struct KnownFinding {
  std::string file;  ///< Where it was; told in messages, and it says which entries a run is about.
  std::string rule;
  std::string question_id;
  std::string fingerprint;
  std::string message;  ///< For those who read the baseline.

  friend bool operator==(const KnownFinding&, const KnownFinding&) = default;
};
BOOST_DESCRIBE_STRUCT(KnownFinding, (), (file, rule, question_id, fingerprint, message))
inline constexpr std::array known_finding_notes{
    Note{.field = "file", .doc = "The file it was found in.", .omit_empty = true},
    Note{.field = "rule", .doc = "Stable id of the rule.", .required = true, .min = 1, .max = 64},
    Note{.field = "question_id",
         .doc = "The question; left out when it is about the whole.",
         .omit_empty = true},
    Note{.field = "fingerprint",
         .doc = "Of the words it is about.",
         .required = true,
         .min = 1,
         .max = 64},
    Note{.field = "message", .doc = "What was wrong.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const KnownFinding*) {
  return known_finding_notes;
}

struct Counts {
  std::int64_t errors = 0;
  std::int64_t warnings = 0;
  std::int64_t notes = 0;
  std::int64_t questions = 0;

  friend bool operator==(const Counts&, const Counts&) = default;
};
BOOST_DESCRIBE_STRUCT(Counts, (), (errors, warnings, notes, questions))

struct Report {
  std::string title;
  std::string language;
  std::vector<Finding> findings;  ///< In the order of the questionnaire, then of the rule table.
  std::vector<Suppressed> suppressed;
  std::vector<UnusedAllowance> unused;
  std::vector<std::string> not_run;  ///< Rules that do not know the questionnaire's language.
  std::vector<Finding> known;        ///< Findings a baseline knows; they are not counted.
  std::vector<KnownFinding> stale;   ///< Entries of a baseline that are found no more.
  Counts counts;
  Measures measures;

  friend bool operator==(const Report&, const Report&) = default;
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (title, language, findings, suppressed, unused, not_run, known, stale, counts,
                       measures))
inline constexpr std::array report_notes{
    Note{.field = "findings", .doc = "What was found, in the order of the questionnaire."},
    Note{.field = "suppressed", .doc = "Findings the author has accepted, with the reason."},
    Note{.field = "unused", .doc = "Acceptances that matched no finding."},
    Note{.field = "not_run", .doc = "Rules that do not know this language."},
    Note{.field = "known",
         .doc = "Findings a baseline knows; they are not counted.",
         .omit_empty = true},
    Note{.field = "stale",
         .doc = "Entries of a baseline that are found no more.",
         .omit_empty = true},
    Note{.field = "measures", .doc = "Figures of the questionnaire."}};
constexpr std::span<const Note> field_notes(const Report*) {
  return report_notes;
}

}  // namespace insightflow::bias

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<bias::Report>();
}  // namespace insightflow
