#pragma once

#include <insightflow/response/response.hpp>
#include <insightflow/survey/questionnaire.hpp>

#include <optional>

/// Responses as rows of a table, and back. The export's layout is read by the import as it is:
///
///     id, submitted_at, language, q1, …, hidden.plan
///
/// - a question is one column under its id; multiple choice and ranking as ids joined by ';'
///   (`\;` for a semicolon inside)
/// - a matrix is one column per row (`q4/row`), a contact three (`q8/email`)
/// - the words behind "other" have their own column, `q3/other`
/// - a question called like one of the first three columns stands under `answers.NAME`
namespace insightflow::response {

/// What a column holds.
struct Target {
  enum class What { nothing, id, submitted_at, language, answer, part, other, hidden };
  What what = What::nothing;
  std::size_t question = 0;  ///< Index, for `answer`, `part` and `other`.
  std::string key;           ///< Option id, row id or contact part; name of a hidden field.

  friend bool operator==(const Target&, const Target&) = default;
};

/// The columns of one file.
struct Mapping {
  std::vector<Target> columns;                 ///< One per column of the file.
  std::vector<std::string> unmapped_columns;   ///< Headers that are not carried over.
  std::vector<std::string> missing_questions;  ///< Ids of questions that no column answers.
};

/// Finds out what each column of a header holds: by the names of the export (`q3/a` and `q3.a` for
/// one option or row), else by the question's text exactly, else in any case; `Text [row]` stands
/// for a row or an option. `explicit_columns` says it by hand: header to question id or any name of
/// the export; an empty name leaves the column out. A text that two questions share matches
/// neither. Errors: `column_unknown`, `question_unknown`, `column_duplicate` (two columns for one
/// thing), `nothing_mapped`; pointers are /columns/HEADER.
Result<Mapping> map_columns(const survey::Questionnaire& survey,
                            const std::vector<std::string>& header,
                            const std::map<std::string, std::string>& explicit_columns = {});

/// One row of a file before validation.
struct ImportedRow {
  Submission submission;  ///< Values mostly still as text: check it with `Check::import`.
  std::string id;         ///< What the file calls the response; empty where it does not.
  std::optional<Instant> submitted_at;
};

/// Reads a row by a mapping. Empty cells are no answers. In a column for one option "1", "x",
/// "yes", "true", its id or label mean chosen, "0", "no", "false" not; for a ranking it holds the
/// place. Errors: `cell_unreadable`, `instant_malformed`, all of them at once, with the pointer of
/// the question.
Result<ImportedRow> row_to_submission(const survey::Questionnaire& survey, const Mapping& mapping,
                                      const std::vector<std::string>& fields);

/// The columns of an export, and the cells of one response under them.
std::vector<std::string> export_header(const survey::Questionnaire& survey);
std::vector<std::string> export_row(const survey::Questionnaire& survey, const Response& response);

}  // namespace insightflow::response
