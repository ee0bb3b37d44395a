#include "cli/command.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <cstdlib>

using namespace insightflow;

int main(int argc, char** argv) {
  cli::Context context;
  if (const char* database = std::getenv("INSIGHTFLOW_DB")) context.database = database;
  if (const char* workspace = std::getenv("INSIGHTFLOW_WORKSPACE")) context.workspace = workspace;
  if (const char* llm = std::getenv("INSIGHTFLOW_LLM")) context.llm = llm;
  CLI::App app{
      "InsightFlow turns a goal into decisions that rest on evidence:\n"
      "goal → survey → bias check → publish → answers → insight run → report.\n"};
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_all_flag("--help-all", "Help for every command");
  app.set_version_flag("--version", "insightflow " INSIGHTFLOW_VERSION);
  app.add_option("--db", context.database, "Database file (or INSIGHTFLOW_DB)")
      ->capture_default_str();
  app.add_option("--workspace", context.workspace,
                 "Name or id, where the database has several (or INSIGHTFLOW_WORKSPACE)");
  app.add_option("--llm", context.llm,
                 "File with the settings of models (or INSIGHTFLOW_LLM); without it nothing leaves "
                 "this machine");
  app.add_flag("--json", context.json, "Write results, and errors, as JSON");

  cli::add_setup_commands(app, context);
  cli::add_account_commands(app, context);
  cli::add_survey_commands(app, context);
  cli::add_lint_command(app, context);
  cli::add_response_commands(app, context);
  cli::add_insight_commands(app, context);
  cli::add_job_commands(app, context);
  cli::add_event_commands(app, context);
  cli::add_audit_commands(app, context);
  cli::add_retention_commands(app, context);
  cli::add_member_commands(app, context);
  cli::add_analyze_command(app, context);
  cli::add_convert_command(app, context);
  cli::add_privacy_commands(app, context);
  cli::add_sentiment_command(app, context);
  cli::add_theme_commands(app, context);
  cli::add_task_commands(app, context);
  cli::add_llm_commands(app, context);
  cli::add_server_commands(app, context);

  // Subcommands inherit what is set before they are added; this belongs to the whole alone.
  app.footer(
      "\nA first round:\n"
      "  insightflow init\n"
      "  insightflow survey generate --goal 'Why do trial users leave?' --out survey.json\n"
      "  insightflow lint survey.json\n"
      "  insightflow survey create survey.json --slug trial --publish\n"
      "  insightflow serve                  # answers come in at http://127.0.0.1:8080/s/trial\n"
      "  insightflow insights run trial\n"
      "  insightflow report trial --out report.html\n"
      "\nWithout a database:\n"
      "  insightflow convert survey.qsf survey.json\n"
      "  insightflow analyze answers.csv --text comment --by plan --out report.html\n"
      "\nExit codes: 0 done, 1 findings of the linter, 2 bad input, 3 not found, 4 conflict,\n"
      "5 try again later, 70 a defect or damaged data, 130 interrupted.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // A word that is no command is what is wrong, not that a command is missing.
    const auto unknown = app.remaining(true);
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) &&
        !unknown.empty()) {
      cli::remark("insightflow: There is no command '" + unknown.front() +
                  "'. 'insightflow --help' lists them.");
      return cli::bad_input;
    }
    if (error.get_exit_code() == 0) {
      app.exit(error);  // prints the help that was asked for
      return cli::success;
    }
    const bool json = std::find(argv, argv + argc, std::string_view("--json")) != argv + argc;
    std::string help = "insightflow ";
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      help += at->get_name() + " ";
    }
    cli::print_error(fail(Code::invalid, "usage",
                          std::string(error.what()) + ". '" + help + "--help' tells more."),
                     json);
    return cli::bad_input;
  }
  // What was printed counts once it is out: a full disk behind a pipe or a redirection is an error.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    cli::remark("insightflow: standard output cannot be written. Is the disk full?");
    return context.exit == cli::success ? cli::bad_input : context.exit;
  }
  return context.exit;
}
