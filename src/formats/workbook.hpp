#pragma once

#include <insightflow/core/result.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::formats {

/// The cells of a sheet that hold something, by row and column from 0.
struct Sheet {
  std::string name;
  std::map<std::size_t, std::map<std::size_t, std::string>> rows;
};
struct Workbook {
  std::vector<Sheet> sheets;
  const Sheet* find(std::string_view name) const;  ///< Case and blanks around do not matter.
};

inline constexpr std::size_t max_cell_bytes = 4 * 32767;
inline constexpr std::size_t max_rows = 1u << 20, max_columns = 1u << 14;
inline constexpr std::size_t max_sheets = 256;

/// What a workbook may still hold; a text that many cells share counts in each.
struct CellBudget {
  std::size_t cells = 2000000, bytes = 256u << 20;
};

/// "survey!C5"
std::string cell_place(std::string_view sheet, std::size_t row, std::size_t column);

Error workbook_malformed(const std::string& what);

/// Puts a text into a cell. Errors: `cell_too_long`, `workbook_malformed`; both with the cell.
Result<void> put_cell(Sheet& sheet, std::size_t row, std::size_t column, std::string text,
                      CellBudget& budget);

/// Errors: those of `Zip` and `Xml`, and `workbook_malformed`, `cell_too_long`.
Result<Workbook> read_xlsx_workbook(std::string_view bytes);
/// BIFF8 in an OLE2 container. Errors: `workbook_malformed`, `cell_too_long`.
Result<Workbook> read_xls_workbook(std::string_view bytes);

/// Texts as inline strings; the same sheets give the same bytes.
std::string write_xlsx_workbook(const Workbook& workbook);

}  // namespace insightflow::formats
