#include "cli/command.hpp"

#include <insightflow/core/json.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <filesystem>

namespace insightflow::cli {

namespace {

void add_respond(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("respond", "Answer a published survey");
  struct Arguments {
    std::string slug, file, key;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("SLUG", arguments->slug, "Of the survey")->required();
  command
      ->add_option("FILE", arguments->file,
                   R"(JSON such as {"answers":{"q1":9}}; '-' for standard input)")
      ->required();
  command->add_option("--idempotency-key", arguments->key,
                      "A retry with the same key stores nothing");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto text, read_file(arguments->file));
    auto submission = from_json_text<response::Submission>(text);
    if (!submission) {
      Error error = submission.error();
      error.detail = "'" + arguments->file + "': " + error.detail;
      return error;
    }
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto receipt,
                      engine.respond(arguments->slug, submission.value(), arguments->key));
    if (context.json)
      print_as_json(receipt);
    else
      print(receipt.id.str() + (receipt.repeated ? "  (stored before)\n" : "\n"));
    return insightflow::success();
  });
}

void print_import(const response::ImportReport& report, const std::string& quarantine) {
  print(std::to_string(report.rows) + " rows: " + std::to_string(report.imported) + " stored, " +
        std::to_string(report.already_there) + " already there, " +
        std::to_string(report.rejected) + " set aside\n");
  for (const auto& [reason, rows] : report.reasons)
    print("  " + std::to_string(rows) + "  " + reason + "\n");
  if (report.reasons.contains("utf8_invalid"))
    print(
        "The file is not UTF-8 throughout. In a spreadsheet, save it as \"CSV UTF-8\"; for "
        "Latin-1, "
        "run 'iconv -f latin1 -t utf8 FILE', and import the result: what is stored is not stored "
        "twice.\n");
  if (report.rejected > 0) print("The rows set aside, each with its reason: " + quarantine + "\n");
  const auto list = [](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::string line = what;
    for (const std::string& name : names) line += " '" + name + "'";
    print(line + "\n");
  };
  list("Columns not carried over:", report.unmapped_columns);
  list("Questions without a column:", report.missing_questions);
}

void add_import(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("import", "Store the rows of a CSV or JSONL file as responses");
  struct Arguments {
    std::string survey, file, format, quarantine;
    std::vector<std::string> columns;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("SURVEY", arguments->survey, "Id or slug")->required();
  command->add_option("FILE", arguments->file, "'-' for standard input")->required();
  command->add_option("--format", arguments->format, "csv or jsonl; from the name when left out");
  command->add_option("--column", arguments->columns,
                      "HEADER=QUESTION for a column of another name; HEADER= leaves it out");
  command->add_option("--quarantine", arguments->quarantine,
                      "Where bad rows go; FILE.quarantine.csv when left out");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    response::ImportOptions options;
    BOOST_OUTCOME_TRY(options.format, table_format(arguments->format, arguments->file));
    for (const std::string& column : arguments->columns) {
      const std::size_t equals = column.rfind('=');
      if (equals == column.npos)
        return fail(Code::invalid, "column_malformed", "'" + column + "' is not HEADER=QUESTION.");
      options.columns[column.substr(0, equals)] = column.substr(equals + 1);
    }
    const std::string quarantine = !arguments->quarantine.empty() ? arguments->quarantine
                                   : arguments->file == "-"       ? "import.quarantine.csv"
                                                            : arguments->file + ".quarantine.csv";
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto survey, find_survey(session, arguments->survey));
    BOOST_OUTCOME_TRY(auto source, open_file(arguments->file));
    BOOST_OUTCOME_TRY(check_output(quarantine));
    // The header alone makes no file: it is opened with the first row that is set aside.
    std::optional<OutputFile> file;
    std::string header;
    const auto set_aside = [&](std::string_view piece) -> Result<void> {
      if (header.empty()) {
        header = piece;
        return insightflow::success();
      }
      if (!file) {
        BOOST_OUTCOME_TRY(auto made, OutputFile::create(quarantine));
        file.emplace(std::move(made));
        BOOST_OUTCOME_TRY(file->write(header));
      }
      return file->write(piece);
    };
    const auto imported =
        session.transfers().import(survey.id, std::move(source), options, set_aside, context.ctx());
    // Also when it ended early: what was set aside until then is not lost.
    if (file) {
      BOOST_OUTCOME_TRY(file->close());
    }
    BOOST_OUTCOME_TRY(const auto report, imported);
    if (context.json)
      print_as_json(report);
    else
      print_import(report, quarantine);
    if (report.rows > 0 && report.rejected == report.rows)
      return fail(Code::invalid, "rows_rejected",
                  "Not one row could be stored; '" + quarantine + "' says why of each.");
    return insightflow::success();
  });
}

void add_export(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("export", "Write all responses of a survey as CSV or JSONL");
  struct Arguments {
    std::string survey, out = "-", format;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("SURVEY", arguments->survey, "Id or slug")->required();
  command->add_option("-o,--out", arguments->out, "File to write")->capture_default_str();
  command->add_option("--format", arguments->format, "csv or jsonl; from the name when left out");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    const auto ending = std::filesystem::path(arguments->out).extension();
    for (const char* other : {".pdf", ".xlsx", ".json", ".html", ".md"})
      if (arguments->format.empty() && ending == other)
        return fail(Code::invalid, "format_unknown",
                    "Answers are exported as CSV or JSONL, not as '" + ending.string() +
                        "'. 'insightflow report' writes reports.");
    BOOST_OUTCOME_TRY(const auto format, table_format(arguments->format, arguments->out));
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto survey, find_survey(session, arguments->survey));
    BOOST_OUTCOME_TRY(auto produce, session.transfers().export_all(survey.id, format));
    BOOST_OUTCOME_TRY(auto file, OutputFile::create(arguments->out));
    for (bool more = true; more;) {
      std::string piece;
      BOOST_OUTCOME_TRY(more, produce(piece));
      BOOST_OUTCOME_TRY(file.write(piece));
    }
    return file.close();
  });
}

}  // namespace

void add_response_commands(CLI::App& app, Context& context) {
  add_respond(app, context);
  add_import(app, context);
  add_export(app, context);
}

}  // namespace insightflow::cli
