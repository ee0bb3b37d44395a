#pragma once

#include <insightflow/bias/lint.hpp>

/// Reports as documents. All functions are pure; the same input gives the same bytes.
namespace insightflow::bias {

/// One questionnaire that was linted, with what the documents need to know of where it came from.
struct Linted {
  std::string file{};  ///< As the reader of the document knows it; "-" for standard input.
  survey::Questionnaire survey{};
  Report report{};
  /// The JSON text the questionnaire was read from, for lines and columns; empty where it came
  /// from another format.
  std::string source{};
  /// Why it could not be read. All but the file is empty then, and every document says so: a file
  /// that was not checked must not look like one that is fine.
  std::optional<Error> error{};
};

struct TextStyle {
  bool colour = false;      ///< ANSI colours, for a terminal.
  bool explain = false;     ///< Adds why it matters and the source to each finding.
  std::size_t width = 100;  ///< Columns of the terminal; long questions are cut around the span.
};

/// The report for a person: each finding with the line it is about and carets below the words
/// meant. `survey` must be the one that was linted. Wide characters count two columns; characters
/// that would steer a terminal or turn the direction of the text are replaced.
std::string to_text(const Report& report, const survey::Questionnaire& survey,
                    const TextStyle& style = {});

/// The same with "file:line:column" before each finding where the source is known.
std::string to_text(const Linted& linted, const TextStyle& style = {});

/// The report as indented JSON.
std::string to_json_document(const Report& report);

/// Several reports as one JSON document: {"files":[{"file","report"}…],"counts"}; with "error" (as
/// over HTTP) for "report" where a file could not be read.
std::string to_json_document(std::span<const Linted> all);

/// SARIF 2.1.0, one run. Regions count code points in the JSON source; a questionnaire without
/// source is located by its file and the JSON pointer. Accepted findings and those of a baseline
/// are there as suppressed results. `version` is that of the program.
std::string to_sarif(std::span<const Linted> all, std::string_view version);

/// JUnit XML: a suite for each file, a case for each question and one for the whole; a case fails
/// with its findings at warning or above and tells notes in its output.
std::string to_junit(std::span<const Linted> all);

/// One HTML page that needs nothing else, for light and dark screens and for paper.
std::string to_html(std::span<const Linted> all);

/// One figure about a questionnaire, as words.
struct FigureLine {
  std::string label;
  std::string value;
};
/// What the text and the page say about a questionnaire as a whole.
std::vector<FigureLine> figure_lines(const Measures& measures);

/// What a rule is about, for `--explain`; empty for an unknown id.
std::string explain(std::string_view rule_id);

/// All rules, one line each, by level.
std::string rule_list();

}  // namespace insightflow::bias
