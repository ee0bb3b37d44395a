#include "insight/fields.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/insight/table.hpp>
#include <insightflow/response/csv.hpp>
#include <insightflow/response/lines.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cmath>
#include <set>

namespace insightflow::insight {

namespace {

using response::TableFormat;

/// Different values of a column that makes segments, before it is clear that it cannot.
constexpr std::size_t most_values = 10'000;

/// One row as cells in the order of the wanted columns; an error says why it cannot be read.
struct Cells {
  std::int64_t line = 0;
  std::string_view fault;  ///< Slug; empty for a good row.
  std::vector<std::string> cells;
};

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) (out += out.empty() ? "" : ", ") += "'" + name + "'";
  return out;
}

Error unknown_column(const std::string& name, const std::vector<std::string>& header) {
  if (!header.empty() && (header[0].starts_with("[{") || header[0].starts_with("{\"")))
    return fail(Code::invalid, "column_unknown",
                "There is no column '" + name +
                    "'. This looks like JSON: give one object a line (JSONL), without [ and ].");
  return fail(Code::invalid, "column_unknown",
              "There is no column '" + name + "'. The file has " + join(header) + ".");
}

Result<std::vector<std::string>> wanted_columns(const TableColumns& columns,
                                                const std::vector<std::string>& header) {
  std::vector<std::string> out = columns.text;
  if (out.empty() && header.size() == 1) out = header;
  if (out.empty())
    return fail(Code::invalid, "text_column_missing",
                "Say which column holds the texts. The file has " + join(header) + ".");
  for (const auto* more : {&columns.by, &columns.nps, &columns.score, &columns.hidden})
    for (const std::string& name : *more)
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  return out;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What becomes of a column. One that is named twice is a score before it is a choice.
enum class Use { text, choice, nps, score, none };
Use use_of(const TableColumns& columns, std::size_t place, std::size_t texts,
           const std::string& name) {
  if (place < texts) return Use::text;
  if (holds(columns.nps, name)) return Use::nps;
  if (holds(columns.score, name)) return Use::score;
  return holds(columns.by, name) ? Use::choice : Use::none;
}

constexpr std::size_t most_scale_values = 25;

/// A rating from the least to the largest value, or a number.
void fit_scale(survey::Question& question, const std::set<double>& values) {
  question.kind = survey::Kind::number;
  if (values.empty() || values.size() > most_scale_values) return;
  const double low = std::min(*values.begin(), 1.0), high = *values.rbegin();
  const bool whole = std::all_of(values.begin(), values.end(),
                                 [](double value) { return value == std::floor(value); });
  if (!whole || low < 0 || high - low >= most_scale_values || high <= low) return;
  question.kind = survey::Kind::rating;
  question.scale =
      survey::Scale{static_cast<std::int64_t>(low), static_cast<std::int64_t>(high), {}};
}

class CsvTable {
 public:
  explicit CsvTable(response::ChunkSource source) : reader_(std::move(source)) {}

  Result<std::vector<std::string>> header() {
    BOOST_OUTCOME_TRY(const bool any, reader_.next(row_));
    if (!any) return fail(Code::invalid, "file_empty", "The file is empty.");
    return row_.fields;
  }
  Result<void> choose(const std::vector<std::string>& header,
                      const std::vector<std::string>& wanted) {
    for (const std::string& name : wanted) {
      const auto at = std::find(header.begin(), header.end(), name);
      if (at == header.end()) return unknown_column(name, header);
      if (std::find(at + 1, header.end(), name) != header.end())
        return fail(Code::invalid, "column_ambiguous",
                    "Several columns are called '" + name + "'. Give each a name of its own.");
      places_.push_back(static_cast<std::size_t>(at - header.begin()));
    }
    return success();
  }
  Result<bool> next(Cells& out) {
    BOOST_OUTCOME_TRY(const bool more, reader_.next(row_));
    if (!more) return false;
    out.line = row_.line;
    out.fault = row_.fault == response::RowFault::none ? "" : response::slug(row_.fault);
    out.cells.clear();
    for (const std::size_t place : places_)
      out.cells.push_back(place < row_.fields.size() ? row_.fields[place] : std::string());
    return true;
  }

 private:
  response::CsvReader reader_;
  response::CsvRow row_;
  std::vector<std::size_t> places_;
};

class JsonlTable {
 public:
  explicit JsonlTable(response::ChunkSource source) : lines_(std::move(source)) {}

  Result<std::vector<std::string>> header() {
    BOOST_OUTCOME_TRY(pending_, lines_.next(line_));
    if (!pending_) return fail(Code::invalid, "file_empty", "The file is empty.");
    BOOST_OUTCOME_TRY(const auto first, parse_json(line_));
    if (!first.is_object())
      return fail(
          Code::invalid, "type_mismatch",
          "Each line is one JSON object; line " + std::to_string(lines_.line()) + " is not.");
    std::vector<std::string> names;
    for (const auto& [key, value] : first.get_object()) names.emplace_back(key);
    return names;
  }
  Result<void> choose(const std::vector<std::string>& header,
                      const std::vector<std::string>& wanted) {
    for (const std::string& name : wanted)
      if (std::find(header.begin(), header.end(), name) == header.end())
        return unknown_column(name, header);
    wanted_ = wanted;
    return success();
  }
  Result<bool> next(Cells& out) {
    if (!std::exchange(pending_, false)) {
      BOOST_OUTCOME_TRY(const bool more, lines_.next(line_));
      if (!more) return false;
    }
    out.line = lines_.line();
    out.cells.assign(wanted_.size(), {});
    const auto parsed = parse_json(line_);
    out.fault = !parsed ? parsed.error().reason : parsed.value().is_object() ? "" : "type_mismatch";
    if (!out.fault.empty()) return true;
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      if (const auto* value = parsed.value().get_object().if_contains(wanted_[i]))
        out.cells[i] = value->is_string() ? std::string(value->get_string())
                       : value->is_null() ? std::string()
                                          : serialize(*value);
    return true;
  }

 private:
  response::LineReader lines_;
  std::string line_;
  bool pending_ = false;
  std::vector<std::string> wanted_;
};

template <class Table>
Result<Dataset> read(Table table, const TableColumns& columns, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(const auto header, table.header());
  BOOST_OUTCOME_TRY(const auto wanted, wanted_columns(columns, header));
  BOOST_OUTCOME_TRY(table.choose(header, wanted));
  const std::size_t texts = columns.text.empty() ? 1 : columns.text.size();
  std::vector<Use> uses;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    uses.push_back(use_of(columns, i, texts, wanted[i]));
  std::vector<std::set<std::string>> values(wanted.size());
  std::vector<std::set<double>> numbers(wanted.size());
  std::vector<std::int64_t> wordy(wanted.size());
  Dataset out;
  std::int64_t row = 0, unreadable = 0;
  std::string first_unreadable;
  Cells cells;
  for (;;) {
    BOOST_OUTCOME_TRY(const bool more, table.next(cells));
    if (!more) break;
    ++row;
    if (row % 4096 == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("reading", row);
    }
    if (!cells.fault.empty()) {
      if (unreadable++ == 0)
        first_unreadable = "line " + std::to_string(cells.line) + ", " + std::string(cells.fault);
      continue;
    }
    Record record{.id = "row:" + std::to_string(row), .submission = {}};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      std::string& cell = cells.cells[i];
      if (cell.empty()) continue;
      // As an export wrote it, so that spreadsheets take no text for a formula.
      if (const auto text = response::unescape_formula(cell); text.size() != cell.size())
        cell = std::string(text);
      if (holds(columns.hidden, wanted[i])) record.submission.hidden.emplace(wanted[i], cell);
      if (uses[i] == Use::none) continue;
      if (uses[i] == Use::text || uses[i] == Use::choice) {
        if (uses[i] == Use::choice && values[i].size() <= most_values) values[i].insert(cell);
        record.submission.answers.emplace(wanted[i], response::Answer{std::move(cell)});
        continue;
      }
      const auto number = number_in(cell);
      const bool fits = number && (uses[i] != Use::nps || (*number >= 0 && *number <= 10 &&
                                                           *number == std::floor(*number)));
      if (!fits) {
        ++wordy[i];
        continue;
      }
      if (numbers[i].size() <= most_scale_values) numbers[i].insert(*number);
      record.submission.answers.emplace(wanted[i], response::Answer{*number});
    }
    out.records.push_back(std::move(record));
  }
  if (unreadable > 0)
    out.notes.push_back(
        std::to_string(unreadable) + " of " + std::to_string(row) +
        " rows could not be read and were left out (the first: " + first_unreadable + ").");
  if (row == 0)
    return fail(Code::invalid, "rows_missing",
                "There is nothing to analyse: the file has a header and no rows.");
  if (out.records.empty())
    return fail(Code::invalid, "rows_unreadable",
                "None of the " + std::to_string(row) +
                    " rows can be read (the first: " + first_unreadable +
                    "). The file must be UTF-8: in a spreadsheet, save it as \"CSV UTF-8\"; for "
                    "Latin-1, run 'iconv -f latin1 -t utf8 FILE'.");
  out.questionnaire.title = columns.title;
  out.questionnaire.hidden = columns.hidden;
  std::string scales;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (uses[i] == Use::none) continue;
    survey::Question& question = out.questionnaire.questions.emplace_back();
    question.id = question.text = wanted[i];
    if (uses[i] == Use::nps) question.kind = survey::Kind::nps;
    if (uses[i] == Use::score) fit_scale(question, numbers[i]);
    if (wordy[i] > 0 && numbers[i].empty())
      return fail(Code::invalid, "column_not_numeric",
                  "No value of '" + wanted[i] + "' is " +
                      (uses[i] == Use::nps ? "a whole number from 0 to 10." : "a number."));
    if (wordy[i] > 0)
      out.notes.push_back(
          std::to_string(wordy[i]) + (wordy[i] == 1 ? " value of '" : " values of '") + wanted[i] +
          (uses[i] == Use::nps ? "' are no whole number from 0 to 10" : "' are no number") +
          " and were left out.");
    if (question.kind == survey::Kind::rating)
      scales += (scales.empty() ? "'" : ", '") + wanted[i] + "' from " +
                std::to_string(question.scale->min) + " to " + std::to_string(question.scale->max);
    if (uses[i] != Use::choice) continue;
    question.kind = survey::Kind::single_choice;
    for (const std::string& value : values[i]) question.options.push_back({value, value});
  }
  if (!scales.empty())
    out.notes.push_back("A scale ends at the largest value that was given: " + scales +
                        ". If it goes further, the report cannot know.");
  return out;
}

}  // namespace

Result<Dataset> read_table(response::ChunkSource source, TableFormat format,
                           const TableColumns& columns, const Ctx& ctx) {
  return format == TableFormat::csv ? read(CsvTable(std::move(source)), columns, ctx)
                                    : read(JsonlTable(std::move(source)), columns, ctx);
}

}  // namespace insightflow::insight
