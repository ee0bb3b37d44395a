#pragma once

#include <insightflow/insight/build.hpp>
#include <insightflow/response/transfer.hpp>

namespace insightflow::insight {

/// Which columns of a table are analysed.
struct TableColumns {
  std::vector<std::string> text;  ///< Open answers. Empty: the only column there is.
  std::vector<std::string> by;    ///< Columns whose values make segments.
  std::string title;
};

/// A dataset from a table that no survey of ours made: each text column is an open question and
/// each column of `by` a choice, both called like the column. Records are called "row:1", "row:2",
/// … Rows that cannot be read are left out and counted in the notes. Errors: `column_unknown`,
/// `text_column_missing`, `file_empty`, and those of `response::CsvReader` and `parse_json`.
Result<Dataset> read_table(response::ChunkSource source, response::TableFormat format,
                           const TableColumns& columns, const Ctx& ctx = {});

}  // namespace insightflow::insight
