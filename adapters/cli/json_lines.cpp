#include "cli/json_lines.hpp"

#include <insightflow/response/lines.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow::cli {

namespace {

constexpr std::int64_t check_every = 4096, most_told = 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Result<json::value> read_object(const std::string& line) {
  BOOST_OUTCOME_TRY(auto value, parse_json(line, {.max_bytes = longest_line}));
  if (!value.is_object())
    return fail(Code::invalid, "object_wanted", "The line is JSON, but no object.");
  return value;
}

Result<const json::value*> text_in(const json::value& value, const std::string& field) {
  const json::value* text = value.get_object().if_contains(field);
  if (text == nullptr)
    return fail(Code::invalid, "field_missing", "The object has no field '" + field + "'.");
  if (!text->is_string() && !text->is_null())
    return fail(Code::invalid, "type_mismatch", "The field '" + field + "' is no text.");
  return text;
}

}  // namespace

Result<LineCounts> each_text(Context& context, const std::string& file, const std::string& field,
                             std::string_view stage, const Ctx& ctx, const OnTextLine& on_line) {
  BOOST_OUTCOME_TRY(auto source, open_file(file));
  response::LineReader lines(std::move(source), longest_line);
  LineCounts counts;
  std::string line;
  for (;; ++counts.read) {
    if (counts.read % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report(stage, counts.read, 0);
    }
    BOOST_OUTCOME_TRY(const bool more, lines.next(line));
    if (!more) return counts;
    if (lines.line() == 1 && line.starts_with(byte_order_mark))
      line.erase(0, byte_order_mark.size());
    const auto value = read_object(line);
    const auto text = value ? text_in(value.value(), field) : Result<const json::value*>(nullptr);
    if (value && text) {
      const json::value& found = *text.value();
      BOOST_OUTCOME_TRY(on_line(line, found.is_null() ? std::string_view() : found.get_string()));
      continue;
    }
    const std::size_t first = line.find_first_not_of(" \t");
    if (counts.read == 0 && !value && first != line.npos && line[first] != '{' &&
        line[first] != '[')
      return fail(Code::invalid, "json_lines_wanted",
                  "Line 1 is no JSON object, and this takes one on each line (JSONL). A table such "
                  "as CSV goes to 'insightflow analyze'.");
    if (++counts.rejected > most_told) continue;
    Error error = value ? text.error() : value.error();
    error.detail = "Line " + std::to_string(lines.line()) + ": " + error.detail;
    error.pointer = "/" + std::to_string(lines.line() - 1) + error.pointer;
    print_error(error, context.json);
    if (counts.rejected == most_told) remark("Further lines that cannot be read are only counted.");
  }
}

Result<void> all_read(const LineCounts& counts) {
  if (counts.rejected == 0) return insightflow::success();
  return fail(Code::invalid, "lines_rejected",
              std::to_string(counts.rejected) + " of " + std::to_string(counts.read) +
                  " lines could not be read and were left out.");
}

Result<std::string> with_member(const std::string& line, std::string_view name,
                                std::string_view json) {
  std::string out = line.substr(0, line.find_last_of('}'));
  bool empty = out.find_first_not_of(" \t\r", out.find('{') + 1) == out.npos;
  const std::string quoted = '"' + std::string(name) + '"';
  // A name may be written with escapes; whether it is there, only reading tells.
  if (out.find(quoted) != out.npos || out.find('\\') != out.npos) {
    BOOST_OUTCOME_TRY(auto value, read_object(line));
    json::object& object = value.get_object();
    if (object.contains(name)) {
      object.stable_erase(name);
      empty = object.empty();
      out = serialize(value);
      out.pop_back();
    }
  }
  return out + (empty ? "" : ",") + quoted + ":" + std::string(json) + "}\n";
}

}  // namespace insightflow::cli
