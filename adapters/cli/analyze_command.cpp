#include "cli/findings_output.hpp"

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/insight/table.hpp>
#include <insightflow/insight/wording.hpp>
#include <insightflow/llm/gateway.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <filesystem>

namespace insightflow::cli {

namespace {

struct AnalyzeArguments {
  std::string file, previous, input_format, format, per_response;
  std::string weight, rake, date, duration, codebook, save_codebook;
  std::vector<std::string> outs;
  insight::TableColumns columns;
  insight::Settings settings;
  std::int64_t themes = 0;
};

/// {"row":1,"column":"comment","text":"…","sentiment":{…},"themes":["t1"],"flags":["duplicate"]}
std::string response_line(const insight::Record& record, const insight::CodedText& coded) {
  json::object line;
  line["row"] = json::value(std::stoll(record.id.substr(record.id.find(':') + 1)));
  line["column"] = coded.question_id;
  line["text"] = coded.text;
  line["sentiment"] = to_json(coded.sentiment);
  line["themes"] = to_json(coded.themes);
  if (!coded.flags.empty()) line["flags"] = to_json(coded.flags);
  return serialize(line) + "\n";
}

/// A column that is no question is read as a hidden field.
std::string as_hidden(AnalyzeArguments& arguments, const std::string& column) {
  if (column.empty()) return {};
  auto& hidden = arguments.columns.hidden;
  if (std::find(hidden.begin(), hidden.end(), column) == hidden.end()) hidden.push_back(column);
  return "hidden." + column;
}

Result<insight::Dataset> read_answers(const AnalyzeArguments& arguments, const std::string& file,
                                      const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto format, table_format(arguments.input_format, file));
  BOOST_OUTCOME_TRY(auto source, open_file(file));
  if (file == "-" && arguments.input_format.empty()) {
    // Standard input has no name to tell the format by, but an object in a line of its own does.
    BOOST_OUTCOME_TRY(const auto start, source());
    if (start.starts_with("{\"")) format = response::TableFormat::jsonl;
    source = [first = std::optional(std::string(start)), kept = std::string(),
              rest = std::move(source)]() mutable -> Result<std::string_view> {
      if (!first) return rest();
      kept = std::move(*first);
      first.reset();
      return std::string_view(kept);
    };
  }
  auto dataset = insight::read_table(std::move(source), format, arguments.columns, ctx);
  if (dataset) return dataset;
  Error error = dataset.error();
  error.detail = (file == "-" ? "standard input" : "'" + file + "'") + ": " + error.detail;
  return error;
}

/// In a file a field is a column, and goes by its plain name.
Result<insight::Findings> by_column(Result<insight::Findings> findings) {
  if (findings) return findings;
  Error error = findings.error();
  constexpr std::string_view field = "'hidden.";
  for (std::size_t at = 0; (at = error.detail.find(field, at)) != std::string::npos; ++at)
    error.detail.erase(at + 1, field.size() - 1);
  return error;
}

Result<void> analyze(Context& context, AnalyzeArguments& arguments) {
  // What can be refused is refused before the work is done.
  for (const auto* columns : {&arguments.columns.text, &arguments.columns.score})
    for (const std::string& column : *columns)
      if (std::count(columns->begin(), columns->end(), column) > 1)
        return fail(Code::invalid, "column_twice", "The column '" + column + "' is named twice.");
  for (const std::string& column : arguments.columns.score)
    if (std::count(arguments.columns.text.begin(), arguments.columns.text.end(), column) > 0)
      return fail(Code::invalid, "column_twice",
                  "The column '" + column + "' is named as --text and as --score.");
  if (!arguments.save_codebook.empty() && arguments.columns.text.size() > 1)
    return fail(Code::invalid, "codebook_ambiguous",
                "--save-codebook writes the themes of one column; name a single --text.");
  std::vector<report::Format> formats;
  for (const std::string& out : arguments.outs) {
    BOOST_OUTCOME_TRY(const auto format, report_format(arguments.format, out));
    formats.push_back(format);
  }
  std::optional<report::Format> printed;
  if (arguments.outs.empty() && !arguments.format.empty()) {
    BOOST_OUTCOME_TRY(printed, report_format(arguments.format, ""));
  }
  if (!arguments.rake.empty()) {
    BOOST_OUTCOME_TRY(arguments.settings.targets, read_targets(arguments.rake));
    for (insight::WeightTarget& target : arguments.settings.targets)
      target.by = as_hidden(arguments, target.by);
  }
  arguments.settings.weight = as_hidden(arguments, arguments.weight);
  arguments.settings.date = as_hidden(arguments, arguments.date);
  arguments.settings.duration = as_hidden(arguments, arguments.duration);

  const Ctx ctx = context.ctx();
  BOOST_OUTCOME_TRY(auto dataset, read_answers(arguments, arguments.file, ctx));
  BOOST_OUTCOME_TRY(auto previous, insight::take_previous_wave(dataset, arguments.settings));
  if (dataset.records.empty())
    return fail(Code::invalid, "wave_empty",
                "No row is of " + arguments.settings.since +
                    " or later, so there is nothing to analyse. Give an earlier day with --since.");
  if (!arguments.previous.empty()) {
    BOOST_OUTCOME_TRY(auto earlier, read_answers(arguments, arguments.previous, ctx));
    previous = std::move(earlier);
  }
  std::vector<std::string> outs = arguments.outs;
  for (const std::string& one : {arguments.per_response, arguments.save_codebook})
    if (!one.empty()) outs.push_back(one);
  for (const std::string& out : outs) {
    BOOST_OUTCOME_TRY(check_output(out));
  }
  std::optional<OutputFile> lines;
  if (!arguments.per_response.empty()) {
    BOOST_OUTCOME_TRY(auto file, OutputFile::create(arguments.per_response));
    lines.emplace(std::move(file));
  }
  Result<void> written = insightflow::success();
  insight::BuildOptions options{.previous = previous ? &*previous : nullptr};
  if (!arguments.codebook.empty()) {
    BOOST_OUTCOME_TRY(const auto codebook, load_codebook(arguments.codebook));
    for (const survey::Question& question : dataset.questionnaire.questions)
      if (question.kind == survey::Kind::open_text)
        options.codebooks.emplace(question.id, codebook);
  }
  std::unique_ptr<llm::Gateway> gateway;
  if (!context.llm.empty()) {
    BOOST_OUTCOME_TRY(auto models, llm::load_settings(context.llm));
    BOOST_OUTCOME_TRY(gateway, llm::Gateway::open({.settings = std::move(models)}));
  }
  std::optional<analysis::Codebook> learned;
  options.on_codebook = [&](const std::string&, const analysis::Codebook& codebook) {
    learned = codebook;
  };
  insight::ThemeRecords records;
  options.on_coded_text = [&, note = insight::collect(records)](std::size_t record,
                                                                const insight::CodedText& coded) {
    if (lines && written) written = lines->write(response_line(dataset.records[record], coded));
    if (gateway) note(record, coded);
  };
  if (!lines && !gateway) options.on_coded_text = {};
  BOOST_OUTCOME_TRY(auto findings,
                    by_column(insight::build(dataset, arguments.settings, ctx, options)));
  if (gateway) {
    const llm::Run speaker{.voice = llm::voice_of(*gateway), .origin = "analyze"};
    BOOST_OUTCOME_TRY(
        insight::reword(findings, dataset, arguments.settings, records, speaker, ctx));
  }
  BOOST_OUTCOME_TRY(written);
  if (lines) {
    BOOST_OUTCOME_TRY(lines->close());
  }
  if (!arguments.save_codebook.empty()) {
    if (!learned)
      return fail(Code::conflict, "no_themes",
                  "There are no texts, so there is no codebook to write. Name their column with "
                  "--text.");
    BOOST_OUTCOME_TRY(write_file(arguments.save_codebook, to_json_text(*learned) + "\n"));
    remark("Wrote " + arguments.save_codebook + ".");
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
  auto arguments = std::make_shared<AnalyzeArguments>();
  command->add_option("FILE", arguments->file, "CSV or JSONL, '-' for standard input")->required();
  command->add_option("--text", arguments->columns.text, "Column of texts; repeat for several");
  command->add_option("--by,--segments", arguments->columns.by,
                      "Column to compare by; repeat for several");
  command->add_option("--nps", arguments->columns.nps,
                      "Column of answers 0 to 10 to \"how likely to recommend\"");
  command->add_option("--score", arguments->columns.score,
                      "Column of ratings or numbers; repeat for several");
  auto* date = command->add_option("--date,--dates", arguments->date, "Column of days, for trends");
  command->add_option("--duration", arguments->duration,
                      "Column of seconds it took to answer; finds answers given too fast");
  auto* weight = command->add_option("--weight,--weights", arguments->weight, "Column of weights");
  auto* rake =
      command->add_option("--rake", arguments->rake,
                          "JSON file of the shares that columns should have; finds the weights");
  rake->excludes(weight);
  command
      ->add_option("--trim", arguments->settings.trim,
                   "Keep raked weights within this factor of their mean")
      ->check(CLI::Range(1.0, 1000.0))
      ->needs(rake);
  auto* previous =
      command->add_option("--previous", arguments->previous,
                          "File of the previous wave, with the same columns, to compare with");
  command
      ->add_option("--since", arguments->settings.since,
                   "First day of this wave; earlier rows are the previous wave (needs --date)")
      ->excludes(previous)
      ->needs(date);
  auto* themes =
      command->add_option("--themes", arguments->themes, "Themes per column; chosen when left out")
          ->check(CLI::Range(1, 1000));
  auto* codebook =
      command
          ->add_option("--codebook", arguments->codebook,
                       "Code the texts with the themes in this file, instead of finding new ones")
          ->excludes(themes);
  command
      ->add_option("--save-codebook", arguments->save_codebook,
                   "Write the themes that were found here, to be edited with 'codebook'")
      ->excludes(codebook);
  command
      ->add_option("--bootstraps", arguments->settings.bootstraps,
                   "Look for each theme again in so many random halves, to tell how stable it is")
      ->check(CLI::Range(0, 100));
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
