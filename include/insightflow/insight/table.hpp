#pragma once

#include <insightflow/insight/build.hpp>
#include <insightflow/response/transfer.hpp>

namespace insightflow::insight {

/// Which columns of a table are analysed.
struct TableColumns {
  std::vector<std::string> text;   ///< Open answers. Empty: the only column there is.
  std::vector<std::string> by;     ///< Columns whose values make segments.
  std::vector<std::string> nps;    ///< Answers to "how likely to recommend", 0 to 10.
  std::vector<std::string> score;  ///< Other ratings and numbers.
  /// Columns that are no question: weights, days, seconds. Each becomes a hidden field.
  std::vector<std::string> hidden;
  std::string title;
};

/// A dataset from a table that no survey of ours made: each text column is an open question and
/// each column of `by` a choice, both called like the column. Records are called "row:1", "row:2",
/// … Rows that cannot be read are left out and counted in the notes, and so are scores that are no
/// number. A column of scores with at most 25 whole values is a rating from the least to the
/// largest, else a number; a note says which scale was read. A column may be named more than once.
/// Errors: `column_unknown`, `column_ambiguous` (a column that is named here and twice in the
/// header), `column_not_numeric` (scores of which none is a number), `text_column_missing`,
/// `file_empty`, `rows_missing` for a header alone, `rows_unreadable` when there are rows but none
/// can be read, and those of
/// `response::CsvReader` and `parse_json`.
Result<Dataset> read_table(response::ChunkSource source, response::TableFormat format,
                           const TableColumns& columns, const Ctx& ctx = {});

}  // namespace insightflow::insight
