#include "formats/plain_text.hpp"
#include "formats/triples.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/formats/triples_data.hpp>
#include <insightflow/response/lines.hpp>
#include <insightflow/survey/localise.hpp>

namespace insightflow::formats {

namespace {

std::string escaped(const std::string& id) {
  std::string out;
  for (const char c : id) {
    if (c == ';' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// 1 and 01 are the same code.
std::string_view without_zeros(std::string_view code) {
  while (code.size() > 1 && code.front() == '0') code.remove_prefix(1);
  return code;
}

}  // namespace

struct TriplesData::State {
  State(TriplesRecord read, response::ChunkSource data)
      : record(std::move(read)), lines(data), rows(data, {.delimiter = ','}) {}

  TriplesRecord record;
  response::LineReader lines;
  response::CsvReader rows;
  std::vector<std::string> header;
  std::int64_t line = 0;

  Error bad(const Variable& variable, const std::string& what) const {
    return fail(Code::invalid, "cell_unreadable",
                "Line " + std::to_string(line) + ", " + (record.csv ? "field " : "column ") +
                    std::to_string(variable.start) + ": " + what + " for '" +
                    record.imported.survey.questions[variable.question].id + "'.");
  }

  const std::string* option(const Variable& variable, std::string_view code) const {
    const auto& options = record.imported.survey.questions[variable.question].options;
    for (std::size_t i = 0; i < variable.codes.size() && i < options.size(); ++i)
      if (without_zeros(variable.codes[i]) == without_zeros(code)) return &options[i].id;
    return nullptr;
  }

  /// A field as the response import takes it.
  Result<std::string> value(const Variable& variable, std::string_view raw) const {
    const std::string_view text = survey::trimmed(raw);
    const std::string shown = "'" + clean_text(text.substr(0, 40)) + "'";
    if (text.empty()) return std::string();
    if (variable.type == "single") {
      if (variable.codes.empty()) return std::string(text);
      const std::string* id = option(variable, text);
      if (id) return *id;
      if (without_zeros(text) == "0") return std::string();
      return bad(variable, shown + " is no code");
    }
    if (variable.type == "multiple") return multiple(variable, raw);
    if (variable.type == "logical") {
      if (text != "0" && text != "1") return bad(variable, shown + " is neither 0 nor 1");
      return std::string(text == "1" ? "yes" : "no");
    }
    if (variable.type == "quantity") {
      const auto number = survey::detail::number_of(text);
      if (!number) return bad(variable, shown + " is no number");
      return survey::number_text(*number);
    }
    if (variable.type == "date" && text.size() == 8 &&
        text.find_first_not_of("0123456789") == text.npos)
      return std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
             std::string(text.substr(6));
    return clean_text(text);
  }

  Result<std::string> multiple(const Variable& variable, std::string_view raw) const {
    std::string out;
    const auto add = [&](const std::string& id) { out += (out.empty() ? "" : ";") + escaped(id); };
    if (variable.subfields > 0) {
      for (std::size_t at = 0; at < raw.size() && variable.width > 0; at += variable.width) {
        const std::string_view code = survey::trimmed(raw.substr(at, variable.width));
        if (code.empty() || without_zeros(code) == "0") continue;
        const std::string* id = option(variable, code);
        if (!id) return bad(variable, "'" + clean_text(code) + "' is no code");
        add(*id);
      }
      return out;
    }
    const auto& options = record.imported.survey.questions[variable.question].options;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '0' || raw[i] == ' ') continue;
      if (raw[i] != '1' || i >= options.size())
        return bad(variable, "'" + clean_text(raw) + "' is no row of 0 and 1");
      add(options[i].id);
    }
    return out;
  }

  Result<bool> fixed(std::vector<std::string>& row) {
    std::string text;
    do {
      BOOST_OUTCOME_TRY(const bool more, lines.next(text));
      if (!more) return false;
      line = lines.line();
    } while (static_cast<std::size_t>(line) <= record.skip);
    std::size_t length = 0;
    for (const Variable& variable : record.variables) length = std::max(length, variable.finish);
    const bool characters = text.size() > length && !utf8::first_invalid(text);
    std::vector<std::size_t> starts;
    if (characters)
      for (std::size_t at = 0; at < text.size(); utf8::decode(text, at)) starts.push_back(at);
    const std::size_t size = characters ? starts.size() : text.size();
    row.clear();
    for (const Variable& variable : record.variables) {
      std::string_view field;
      if (variable.start <= size) {
        const std::size_t end = std::min(variable.finish, size);
        const auto byte = [&](std::size_t at) {
          return !characters ? at : at < starts.size() ? starts[at] : text.size();
        };
        field = std::string_view(text).substr(byte(variable.start - 1),
                                              byte(end) - byte(variable.start - 1));
      } else if (variable.type != "character" && variable.type != "multiple") {
        return fail(Code::invalid, "line_too_short",
                    "Line " + std::to_string(line) + " has " + std::to_string(size) +
                        " columns; '" + record.imported.survey.questions[variable.question].id +
                        "' starts at column " + std::to_string(variable.start) + ".");
      }
      BOOST_OUTCOME_TRY(auto cell, value(variable, field));
      row.push_back(std::move(cell));
    }
    return true;
  }

  Result<bool> separated(std::vector<std::string>& row) {
    response::CsvRow fields;
    do {
      BOOST_OUTCOME_TRY(const bool more, rows.next(fields));
      if (!more) return false;
      line = fields.line;
    } while (static_cast<std::size_t>(line) <= record.skip);
    row.clear();
    for (const Variable& variable : record.variables) {
      const bool there = variable.start > 0 && variable.start <= fields.fields.size();
      BOOST_OUTCOME_TRY(auto cell,
                        value(variable, there ? std::string_view(fields.fields[variable.start - 1])
                                              : std::string_view()));
      row.push_back(std::move(cell));
    }
    return true;
  }
};

Result<TriplesData> TriplesData::open(std::string_view definition, response::ChunkSource data) {
  BOOST_OUTCOME_TRY(auto record, read_triples_record(definition));
  auto state = std::make_unique<State>(std::move(record), std::move(data));
  for (const Variable& variable : state->record.variables) {
    const std::string& id = state->record.imported.survey.questions[variable.question].id;
    if (variable.start == 0)
      return fail(Code::invalid, "survey_malformed",
                  "The variable '" + id + "' has no position in the data.");
    state->header.push_back(variable.serial ? "id" : id);
  }
  return TriplesData(std::move(state));
}

TriplesData::TriplesData(std::unique_ptr<State> state) : state_(std::move(state)) {}
TriplesData::TriplesData(TriplesData&&) noexcept = default;
TriplesData::~TriplesData() = default;

const Imported& TriplesData::imported() const {
  return state_->record.imported;
}
const std::vector<std::string>& TriplesData::header() const {
  return state_->header;
}
Result<bool> TriplesData::next(std::vector<std::string>& row) {
  return state_->record.csv ? state_->separated(row) : state_->fixed(row);
}

}  // namespace insightflow::formats
