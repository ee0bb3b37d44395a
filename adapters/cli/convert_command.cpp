#include "cli/command.hpp"

#include <insightflow/formats/triples_data.hpp>
#include <insightflow/survey/localise.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

std::string all_formats() {
  std::string out;
  for (const formats::Entry& one : formats::table())
    (out += out.empty() ? "" : ", ") += slug(one.format);
  return out;
}

/// The format that was asked for, else the one that the file's name says.
Result<formats::Format> target_format(const std::string& asked, const std::string& path) {
  if (!asked.empty()) return one_of<formats::Format>(asked);
  auto format = formats::detect({}, path);
  if (format) return format;
  return fail(
      Code::invalid, "format_unknown",
      "'" + path + "' does not say the format to write. Name it with --to: " + all_formats() + ".");
}

Result<void> convert_data(const std::string& definition, const std::string& data,
                          const std::string& out) {
  BOOST_OUTCOME_TRY(const auto text, read_file(definition));
  BOOST_OUTCOME_TRY(auto source, open_file(data));
  BOOST_OUTCOME_TRY(auto rows, formats::TriplesData::open(text, std::move(source)));
  BOOST_OUTCOME_TRY(auto file, OutputFile::create(out));
  std::string piece;
  response::append_csv_row(piece, rows.header());
  std::vector<std::string> row;
  for (;;) {
    const auto more = rows.next(row);
    if (!more) {
      Error error = more.error();
      error.detail = "'" + data + "': " + error.detail;
      return error;
    }
    if (!more.value()) break;
    response::append_csv_row(piece, row);
    if (piece.size() < (1u << 16)) continue;
    BOOST_OUTCOME_TRY(file.write(piece));
    piece.clear();
  }
  BOOST_OUTCOME_TRY(file.write(piece));
  return file.close();
}

}  // namespace

void print_losses(const std::vector<formats::Loss>& losses, const std::string& path, bool json) {
  if (losses.empty()) return;
  if (json) {
    json::array list;
    for (const formats::Loss& loss : losses) list.push_back(to_json(loss));
    remark(serialize(json::object{{"file", path}, {"not_carried_over", std::move(list)}}));
    return;
  }
  for (const formats::Loss& loss : losses)
    remark("'" + path + "' " + loss.place + ": not carried over: " + loss.what + ": " + loss.why +
           (loss.restored ? " (reading the file back here restores it)." : "."));
}

namespace {

Result<formats::Imported> import_bytes(const std::string& bytes, const std::string& path,
                                       formats::Format format) {
  auto read = formats::read(bytes, format);
  if (read) return read;
  Error error = read.error();
  error.detail = "'" + path + "': " + error.detail;
  return error;
}

}  // namespace

Result<formats::Imported> import_questionnaire(const std::string& path, const std::string& from) {
  BOOST_OUTCOME_TRY(const auto bytes, read_file(path));
  auto format = from.empty() ? formats::detect(bytes, path) : one_of<formats::Format>(from);
  if (!format) {
    Error error = format.error();
    error.detail = "'" + path + "': " + error.detail;
    return error;
  }
  return import_bytes(bytes, path, format.value());
}

Result<std::optional<survey::Questionnaire>> foreign_questionnaire(const std::string& bytes,
                                                                   const std::string& path,
                                                                   bool json) {
  const auto format = formats::detect(bytes, path);
  if (!format || format.value() == formats::Format::json) return std::nullopt;
  BOOST_OUTCOME_TRY(auto imported, import_bytes(bytes, path, format.value()));
  print_losses(imported.losses, path, json);
  return std::optional(std::move(imported.survey));
}

namespace {

/// What a program wants to know of a conversion.
json::object summary(const std::string& path, formats::Format format,
                     const std::vector<formats::Loss>& losses) {
  json::array list;
  for (const formats::Loss& loss : losses) list.push_back(to_json(loss));
  return {{"file", path}, {"format", slug(format)}, {"not_carried_over", std::move(list)}};
}

}  // namespace

void add_convert_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "convert", "Convert a questionnaire between formats, and say what is not carried over");
  struct Arguments {
    std::string in, out, from, to, language, data;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("IN", arguments->in, "File to read, '-' for standard input")->required();
  command->add_option("OUT", arguments->out, "File to write, '-' for standard output")->required();
  command->add_option("--from", arguments->from,
                      "Format of IN where its content does not say it: " + all_formats());
  command->add_option("--to", arguments->to, "Format of OUT where its name does not say it");
  command->add_option("--language", arguments->language,
                      "Take this language as the main one, without the others");
  command->add_option(
      "--data", arguments->data,
      "Data file of a triple-s survey: OUT then gets the answers as CSV for 'import'");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    if (!arguments->data.empty())
      return convert_data(arguments->in, arguments->data, arguments->out);
    BOOST_OUTCOME_TRY(const auto target, target_format(arguments->to, arguments->out));
    BOOST_OUTCOME_TRY(auto imported, import_questionnaire(arguments->in, arguments->from));
    survey::Questionnaire& questionnaire = imported.survey;
    if (!arguments->language.empty()) {
      if (!survey::served_language(questionnaire, arguments->language))
        return fail(Code::invalid, "language_unknown",
                    "'" + arguments->in + "' has no texts in '" + arguments->language + "'.");
      questionnaire = survey::localise(std::move(questionnaire), arguments->language);
      questionnaire.translations.clear();
    }
    BOOST_OUTCOME_TRY(const auto written, formats::write(questionnaire, target));
    BOOST_OUTCOME_TRY(write_file(arguments->out, written.bytes));
    if (context.json && arguments->out != "-") {
      print_json({{"read", summary(arguments->in, imported.format, imported.losses)},
                  {"written", summary(arguments->out, target, written.losses)}});
      return insightflow::success();
    }
    print_losses(imported.losses, arguments->in, context.json);
    print_losses(written.losses, arguments->out, context.json);
    return insightflow::success();
  });
}

}  // namespace insightflow::cli
