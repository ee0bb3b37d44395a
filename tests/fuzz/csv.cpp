#include "target.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/response/csv.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace insightflow;
using namespace insightflow::response;
using fuzz::require;

namespace {

struct Read {
  std::vector<CsvRow> rows;
  std::string_view reason;  ///< Of the error that ended it; empty at a good end.
  char delimiter = 0;
};

/// Reads `text` in pieces: the first of `first` bytes, the others of `step`.
Read read(std::string_view text, const CsvOptions& options, std::size_t first, std::size_t step) {
  std::size_t at = 0;
  CsvReader reader(
      [&, next = first]() mutable -> Result<std::string_view> {
        const std::string_view piece = text.substr(at, std::max<std::size_t>(next, 1));
        at += piece.size();
        next = step;
        return piece;
      },
      options);
  Read out;
  CsvRow row;
  for (;;) {
    const auto more = reader.next(row);
    if (!more) {
      out.reason = more.error().reason;
      break;
    }
    if (!more.value()) break;
    out.rows.push_back(row);
  }
  out.delimiter = reader.delimiter();
  return out;
}

bool same(const Read& a, const Read& b) {
  const auto same_row = [](const CsvRow& x, const CsvRow& y) {
    return x.fields == y.fields && x.line == y.line && x.fault == y.fault;
  };
  return a.reason == b.reason &&
         std::equal(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(), same_row);
}

}  // namespace

/// Rows do not depend on how the file arrives, are UTF-8 unless marked, and survive being written
/// and read again. The first byte chooses the delimiter and the limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr char delimiters[] = {0, ',', ';', '\t', '|'};
  CsvOptions options;
  options.delimiter = delimiters[data[0] % std::size(delimiters)];
  if (data[0] >= 128) options = {options.delimiter, 16, 64, 8};
  const std::string_view text = fuzz::text_of(data + 1, size - 1);

  const Read whole = read(text, options, text.size(), text.size());
  std::int64_t line = 0;
  for (const CsvRow& row : whole.rows) {
    require(row.line > line, "lines go up");
    line = row.line;
    require(!row.fields.empty(), "a row has a field");
    if (row.fault == RowFault::none) {
      require(row.fields.size() == whole.rows.front().fields.size(), "rows are equally wide");
      for (const std::string& field : row.fields)
        require(!utf8::first_invalid(field), "a row without a mark is UTF-8");
    }
  }

  for (const std::size_t step : {1, 2, 3, 7, 64})
    require(same(whole, read(text, options, step, step)), "pieces give the same rows");
  if (text.size() <= 200)
    for (std::size_t split = 1; split < text.size(); ++split)
      require(same(whole, read(text, options, split, text.size())), "every split gives the same");

  std::string written = "\xEF\xBB\xBF";
  std::vector<const CsvRow*> kept;
  for (const CsvRow& row : whole.rows) {
    if (row.fault != RowFault::none) continue;
    kept.push_back(&row);
    append_csv_row(written, row.fields, whole.delimiter);
  }
  // Many NUL bytes are taken for UTF-16.
  if (written.find('\0') != written.npos) return 0;
  const Read again = read(written, {.delimiter = whole.delimiter}, written.size(), written.size());
  require(again.reason.empty() && again.rows.size() == kept.size(), "what is written is read");
  for (std::size_t i = 0; i < kept.size(); ++i) {
    require(again.rows[i].fault == RowFault::none, "and has no fault");
    for (std::size_t k = 0; k < kept[i]->fields.size(); ++k)
      require(unescape_formula(again.rows[i].fields[k]) == kept[i]->fields[k],
              "and every field is what it was");
  }
  return 0;
}
