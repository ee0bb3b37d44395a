#pragma once

#include <insightflow/core/result.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Comma-separated values (RFC 4180), read and written as a stream in constant memory.
namespace insightflow::response {

/// Gives the next piece of a file, of any size; an empty one at its end. The piece must stay valid
/// until the next call.
using ChunkSource = std::function<Result<std::string_view>()>;

struct CsvOptions {
  char delimiter = 0;                ///< 0: found out from the first line: , ; tab or |; a line
                                     ///< without any begins a file of one column.
  std::size_t max_field = 1u << 20;  ///< Bytes of one field.
  std::size_t max_row = 8u << 20;    ///< Bytes of one row.
  std::size_t max_columns = 10'000;
};

/// What is wrong with a row that could be read all the same.
enum class RowFault {
  none,
  utf8_invalid,     ///< A field is not UTF-8.
  too_few_fields,   ///< Fewer than the first row has.
  too_many_fields,  ///< More than the first row has.
  stray_quote,      ///< Text between a closing quote and the next delimiter.
};

/// The stable slug of a fault.
std::string_view slug(RowFault fault);

/// One row. Reuse the same object: its buffers are kept.
struct CsvRow {
  std::vector<std::string> fields;
  std::int64_t line = 0;  ///< Where it starts, from 1; quoted line ends count.
  RowFault fault = RowFault::none;
};

/// Reads rows one by one. Understands quoted line ends, "" for a quote, CRLF, LF and CR, and a byte
/// order mark; passes over empty lines. Not thread-safe.
class CsvReader {
 public:
  explicit CsvReader(ChunkSource source, CsvOptions options = {});

  /// False at the end. Bytes that are not UTF-8 are never replaced: the row is marked.
  /// Errors, after which nothing can be read: `quote_unbalanced`, `field_too_long`, `row_too_long`,
  /// `too_many_columns`, each with the line; `encoding_unsupported` for UTF-16, and for a file
  /// whose first 64 KiB hold bytes of another encoding such as Windows-1252 and no UTF-8 beyond
  /// ASCII; and what the source returns.
  Result<bool> next(CsvRow& row);

  /// The delimiter in use, once a row was read.
  char delimiter() const noexcept { return options_.delimiter; }

 private:
  Result<void> start();
  Result<bool> fill();
  Result<void> check_size(std::size_t field_size, std::int64_t line) const;

  ChunkSource source_;
  CsvOptions options_;
  std::string head_;         ///< The beginning, kept while encoding and delimiter are found out.
  std::string_view rest_;    ///< Not yet read of the current piece.
  std::string_view behind_;  ///< The piece after `head_`.
  std::int64_t line_ = 1;
  std::size_t width_ = 0;
  std::size_t row_size_ = 0;
  bool started_ = false;
  bool after_cr_ = false;
};

/// Appends one field, quoted where needed. With `escape_formulas` a text that a spreadsheet would
/// run as a formula (it begins with = + - @, a tab or CR) gets a ' in front; plain numbers such as
/// -5 stay as they are. `unescape_formula` takes exactly that ' away again.
void append_csv_field(std::string& out, std::string_view field, char delimiter = ',',
                      bool escape_formulas = true);

/// Appends a row and CRLF.
void append_csv_row(std::string& out, const std::vector<std::string>& fields, char delimiter = ',',
                    bool escape_formulas = true);

/// The text that was written with its formula escaped.
std::string_view unescape_formula(std::string_view field);

}  // namespace insightflow::response
