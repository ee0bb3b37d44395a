#pragma once

#include <insightflow/core/ctx.hpp>
#include <insightflow/identity/actor.hpp>
#include <insightflow/response/csv.hpp>
#include <insightflow/response/response.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace insightflow::response {

enum class TableFormat { csv, jsonl };
BOOST_DESCRIBE_ENUM(TableFormat, csv, jsonl)

struct ImportOptions {
  TableFormat format = TableFormat::csv;
  /// Header to question id, for columns that do not carry a name the import knows; an empty id
  /// leaves the column out.
  std::map<std::string, std::string> columns;
};

/// The outcome of an import. `rows` is always `imported + already_there + rejected`.
struct ImportReport {
  std::int64_t rows = 0;
  std::int64_t imported = 0;
  std::int64_t already_there = 0;  ///< Rows that an earlier import, or this file, had brought in.
  std::int64_t rejected = 0;       ///< Rows in the quarantine.
  std::map<std::string, std::int64_t> reasons;  ///< Of the rejected rows: slug to rows.
  std::vector<std::string> unmapped_columns;
  std::vector<std::string> missing_questions;
};
BOOST_DESCRIBE_STRUCT(ImportReport, (),
                      (rows, imported, already_there, rejected, reasons, unmapped_columns,
                       missing_questions))

/// Takes the quarantine as CSV text, piece by piece: line, reason, where, detail, and the row as it
/// was.
using Quarantine = std::function<Result<void>(std::string_view piece)>;

/// Appends the next piece to the empty text; false when nothing more follows.
using ChunkProducer = std::function<Result<bool>(std::string&)>;

/// Bringing many responses in and out, in constant memory.
class Transfers {
 public:
  explicit Transfers(identity::Scope scope) : scope_(scope) {}

  /// Reads a table and stores its rows as responses to the latest published version. Values are
  /// checked as in a submit; required questions, the logic and the survey's dates and limit are
  /// not. A row that does not pass goes to the quarantine with its line and every reason; the
  /// others are stored, 500 to a commit. Running the same import again stores nothing twice, so
  /// after an error it is simply repeated. In JSONL a line is a response as the export writes it,
  /// or a flat object whose keys are the columns. Needs `Permission::response_import`,
  /// which is asked for again with each commit. Errors: `survey_unknown`, `survey_unpublished`,
  /// those of `map_columns` and of `CsvReader`.
  Result<ImportReport> import(SurveyId survey, ChunkSource source, const ImportOptions& options,
                              const Quarantine& quarantine, const Ctx& ctx = {});

  /// All responses of a survey that are there now, in the order in which they came in. CSV has the
  /// columns of all versions, formulas escaped; see mapping.hpp. Needs
  /// `Permission::response_export`, which is asked for again with each piece. The producer refers
  /// to the database of the scope. Errors: `survey_unknown`.
  Result<ChunkProducer> export_all(SurveyId survey, TableFormat format);

 private:
  identity::Scope scope_;
};

}  // namespace insightflow::response

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<response::ImportReport>();
}  // namespace insightflow
