#include "cli/findings_output.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/insight/table.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <filesystem>

namespace insightflow::cli {

namespace {

struct Arguments {
  std::string file, input_format, format, per_response;
  std::vector<std::string> outs;
  insight::TableColumns columns;
  insight::Settings settings;
  std::int64_t themes = 0;
};

/// {"row":1,"column":"comment","text":"…","sentiment":{…},"themes":["t1"]}
std::string response_line(const insight::Record& record, const insight::CodedText& coded) {
  json::object line;
  line["row"] = json::value(std::stoll(record.id.substr(record.id.find(':') + 1)));
  line["column"] = coded.question_id;
  line["text"] = coded.text;
  line["sentiment"] = to_json(coded.sentiment);
  line["themes"] = to_json(coded.themes);
  return serialize(line) + "\n";
}

Result<void> analyze(Context& context, const Arguments& arguments) {
  // What can be refused is refused before the work is done.
  std::vector<report::Format> formats;
  for (const std::string& out : arguments.outs) {
    BOOST_OUTCOME_TRY(const auto format, report_format(arguments.format, out));
    formats.push_back(format);
  }
  std::optional<report::Format> printed;
  if (arguments.outs.empty() && !arguments.format.empty()) {
    BOOST_OUTCOME_TRY(printed, report_format(arguments.format, ""));
  }
  std::optional<OutputFile> lines;
  if (!arguments.per_response.empty()) {
    BOOST_OUTCOME_TRY(auto file, OutputFile::create(arguments.per_response));
    lines.emplace(std::move(file));
  }

  const Ctx ctx = context.ctx();
  BOOST_OUTCOME_TRY(const auto input, table_format(arguments.input_format, arguments.file));
  BOOST_OUTCOME_TRY(auto source, open_file(arguments.file));
  BOOST_OUTCOME_TRY(const auto dataset,
                    insight::read_table(std::move(source), input, arguments.columns, ctx));
  Result<void> written = insightflow::success();
  insight::OnCodedText on_coded_text;
  if (lines)
    on_coded_text = [&](std::size_t record, const insight::CodedText& coded) {
      if (written) written = lines->write(response_line(dataset.records[record], coded));
    };
  BOOST_OUTCOME_TRY(const auto findings,
                    insight::build(dataset, arguments.settings, ctx, on_coded_text));
  BOOST_OUTCOME_TRY(written);
  if (lines) {
    BOOST_OUTCOME_TRY(lines->close());
  }
  for (std::size_t i = 0; i < formats.size(); ++i) {
    BOOST_OUTCOME_TRY(write_file(arguments.outs[i], report::render(findings, formats[i])));
    if (arguments.outs[i] != "-") remark("Wrote " + arguments.outs[i] + ".");
  }
  if (printed)
    print(report::render(findings, *printed));
  else if (context.json)
    print_as_json(findings);
  else if (arguments.per_response != "-" &&
           std::find(arguments.outs.begin(), arguments.outs.end(), "-") == arguments.outs.end())
    print(findings_text(findings));
  return insightflow::success();
}

}  // namespace

void add_analyze_command(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("analyze", "Find out what a file of answers says; needs no database");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->file, "CSV or JSONL, '-' for standard input")->required();
  command->add_option("--text", arguments->columns.text, "Column of texts; repeat for several");
  command->add_option("--by", arguments->columns.by, "Column to compare by; repeat for several");
  command->add_option("--themes", arguments->themes, "Themes per column; chosen when left out")
      ->check(CLI::Range(1, 1000));
  command->add_option("-o,--out", arguments->outs,
                      "Report to write; repeat for several, the format is that of the name");
  command->add_option("--format", arguments->format, "html, markdown, json or csv");
  command->add_option("--per-response", arguments->per_response,
                      "Write how each text was read, one JSON object a line");
  command->add_option("--input-format", arguments->input_format,
                      "csv or jsonl; from the name when left out");
  command->add_option("--title", arguments->columns.title, "Heading of the report");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    if (arguments->themes > 0) arguments->settings.themes = arguments->themes;
    arguments->settings.by = arguments->columns.by;
    if (arguments->columns.title.empty())
      arguments->columns.title = arguments->file == "-"
                                     ? "Answers"
                                     : std::filesystem::path(arguments->file).stem().string();
    return analyze(context, *arguments);
  });
}

}  // namespace insightflow::cli
