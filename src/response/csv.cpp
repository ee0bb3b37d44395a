#include <insightflow/core/utf8.hpp>
#include <insightflow/response/csv.hpp>

#include <algorithm>
#include <array>

namespace insightflow::response {

namespace {

constexpr std::size_t head_size = 64u << 10;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Error broken(std::string_view reason, std::int64_t line, std::string detail) {
  return fail(Code::invalid, reason, "Line " + std::to_string(line) + ": " + std::move(detail));
}

/// The most frequent candidate outside quotes in the first line; a comma when there is none.
/// A file of one column has no delimiter in its header; then no byte of a text may act as one.
constexpr char no_delimiter = '\x1F';

/// The delimiter that the first line holds most of.
char sniff_delimiter(std::string_view text) {
  constexpr std::string_view candidates = ",;\t|";
  std::array<std::size_t, candidates.size()> counts{};
  bool quoted = false, any_text = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    any_text = any_text || quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') {
      if (any_text) break;
      continue;
    }
    any_text = true;
    if (const std::size_t which = candidates.find(c); which != candidates.npos) ++counts[which];
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return *most == 0 ? no_delimiter : candidates[static_cast<std::size_t>(most - counts.begin())];
}

Result<void> check_encoding(std::string_view text, bool is_cut) {
  const auto refuse = [](std::string detail) {
    return fail(Code::unsupported, "encoding_unsupported", std::move(detail));
  };
  const bool utf16_mark = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  const auto nul = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\0'));
  if (utf16_mark || (nul > 0 && nul >= text.size() / 4))
    return refuse(
        "This file is UTF-16. Save it as UTF-8: in a spreadsheet choose \"CSV UTF-8\", or run "
        "iconv -f UTF-16 -t UTF-8.");
  std::size_t good = 0, bad = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    if (is_cut && at + 4 > text.size()) break;
    (utf8::decode(text, at) == utf8::invalid_code_point ? bad : good) += 1;
  }
  // One damaged row is set aside by itself; a file full of them is in another encoding.
  if (bad >= 3 && good == 0)
    return refuse(
        "This file is not UTF-8; it looks like Windows-1252 or Latin-1. Save it as UTF-8: in a "
        "spreadsheet choose \"CSV UTF-8\", or run iconv -f WINDOWS-1252 -t UTF-8.");
  return success();
}

bool is_formula_start(char c) {
  return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r';
}

/// Plain decimal notation, with an exponent perhaps.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at > from;
  };
  if (text[0] == '-' || text[0] == '+') ++at;
  if (!digits()) return false;
  if (at < text.size() && text[at] == '.' && (++at, !digits())) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

/// Apostrophes and behind them what a spreadsheet takes for a formula.
bool is_formula(std::string_view text) {
  const std::size_t first = text.find_first_not_of('\'');
  return first != text.npos && is_formula_start(text[first]) && (first > 0 || !is_number(text));
}

}  // namespace

std::string_view slug(RowFault fault) {
  constexpr std::array<std::string_view, 5> slugs{"none", "utf8_invalid", "too_few_fields",
                                                  "too_many_fields", "stray_quote"};
  return slugs[static_cast<std::size_t>(fault)];
}

CsvReader::CsvReader(ChunkSource source, CsvOptions options)
    : source_(std::move(source)), options_(options) {}

Result<void> CsvReader::start() {
  started_ = true;
  bool ended = false;
  while (head_.size() < head_size) {
    BOOST_OUTCOME_TRY(auto piece, source_());
    if (piece.empty()) {
      ended = true;
      break;
    }
    const std::size_t taken = std::min(piece.size(), head_size - head_.size());
    head_.append(piece.substr(0, taken));
    behind_ = piece.substr(taken);
  }
  BOOST_OUTCOME_TRY(check_encoding(head_, !ended));
  rest_ = head_;
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  if (options_.delimiter == 0) options_.delimiter = sniff_delimiter(rest_);
  return success();
}

Result<bool> CsvReader::fill() {
  if (!rest_.empty()) return true;
  if (!behind_.empty()) {
    rest_ = std::exchange(behind_, {});
    return true;
  }
  BOOST_OUTCOME_TRY(auto piece, source_());
  rest_ = piece;
  return !rest_.empty();
}

Result<void> CsvReader::check_size(std::size_t field_size, std::int64_t line) const {
  if (field_size > options_.max_field)
    return broken("field_too_long", line,
                  "a field has more than " + std::to_string(options_.max_field) +
                      " bytes; perhaps a quote is missing.");
  if (row_size_ > options_.max_row)
    return broken("row_too_long", line,
                  "a row has more than " + std::to_string(options_.max_row) +
                      " bytes; perhaps a quote is missing.");
  return success();
}

Result<bool> CsvReader::next(CsvRow& row) {
  if (!started_) {
    BOOST_OUTCOME_TRY(start());
  }
  enum class State { start, plain, quoted, after_quote };
  State state = State::start;
  std::size_t count = 0;
  bool anything = false;  // an empty line is no row
  row_size_ = 0;
  row.fault = RowFault::none;
  row.line = line_;
  const auto open_field = [&]() -> std::string& {
    if (count == row.fields.size()) row.fields.emplace_back();
    row.fields[count].clear();
    return row.fields[count];
  };
  std::string* field = &open_field();

  for (bool done = false; !done;) {
    BOOST_OUTCOME_TRY(auto more, fill());
    if (!more) {
      if (state == State::quoted)
        return broken("quote_unbalanced", row.line, "a quote that opens here is never closed.");
      if (!anything) return false;
      break;
    }
    if (state == State::plain || state == State::quoted) {
      // Take a run of ordinary characters at once.
      std::size_t run = 0;
      if (state == State::quoted)
        while (run < rest_.size() && rest_[run] != '"') line_ += rest_[run++] == '\n';
      else
        while (run < rest_.size() && rest_[run] != options_.delimiter && rest_[run] != '\n' &&
               rest_[run] != '\r')
          ++run;
      field->append(rest_.substr(0, run));
      row_size_ += run;
      rest_.remove_prefix(run);
      BOOST_OUTCOME_TRY(check_size(field->size(), row.line));
      if (rest_.empty()) continue;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (std::exchange(after_cr_, false) && c == '\n' && !anything) continue;
    if (state == State::quoted) {
      state = State::after_quote;  // the only character a run of quoted text stops at
    } else if (c == '"' && state == State::start) {
      state = State::quoted;
      anything = true;
    } else if (c == '"' && state == State::after_quote) {
      *field += '"';
      state = State::quoted;
    } else if (c == options_.delimiter) {
      anything = true;
      if (++count >= options_.max_columns)
        return broken("too_many_columns", row.line,
                      "a row has more than " + std::to_string(options_.max_columns) + " fields.");
      field = &open_field();
      ++row_size_;
      state = State::start;
    } else if (c == '\n' || c == '\r') {
      ++line_;
      after_cr_ = c == '\r';
      if (anything)
        done = true;
      else
        row.line = line_;
    } else {
      if (state == State::after_quote) row.fault = RowFault::stray_quote;
      anything = true;
      *field += c;
      ++row_size_;
      state = State::plain;
    }
  }

  row.fields.resize(count + 1);
  if (width_ == 0) width_ = row.fields.size();
  if (row.fault == RowFault::none && row.fields.size() != width_)
    row.fault = row.fields.size() < width_ ? RowFault::too_few_fields : RowFault::too_many_fields;
  if (std::any_of(row.fields.begin(), row.fields.end(),
                  [](const std::string& text) { return utf8::first_invalid(text).has_value(); }))
    row.fault = RowFault::utf8_invalid;
  return true;
}

void append_csv_field(std::string& out, std::string_view field, char delimiter,
                      bool escape_formulas) {
  const bool formula = escape_formulas && is_formula(field);
  const bool quote = field.find_first_of("\"\r\n") != field.npos ||
                     field.find(delimiter) != field.npos || field.starts_with(' ') ||
                     field.ends_with(' ');
  if (quote) out += '"';
  if (formula) out += '\'';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quote) out += '"';
}

void append_csv_row(std::string& out, const std::vector<std::string>& fields, char delimiter,
                    bool escape_formulas) {
  // A single empty field would be an empty line, which is no row.
  if (fields.size() == 1 && fields[0].empty()) out += "\"\"";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += delimiter;
    append_csv_field(out, fields[i], delimiter, escape_formulas);
  }
  out += "\r\n";
}

std::string_view unescape_formula(std::string_view field) {
  return field.starts_with('\'') && is_formula(field) ? field.substr(1) : field;
}

}  // namespace insightflow::response
