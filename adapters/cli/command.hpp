#pragma once

#include "cli/files.hpp"

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/engine.hpp>
#include <insightflow/formats/formats.hpp>

#include <boost/json/fwd.hpp>

#include <CLI/App.hpp>

#include <chrono>
#include <functional>
#include <string>

/// What the commands of `insightflow` share. Each command is a function that adds its subcommand
/// and what happens when it is called.
namespace insightflow::cli {

/// Exit codes; `insightflow --help` lists them.
enum Exit {
  success = 0,
  findings = 1,
  bad_input = 2,
  not_found = 3,
  conflict = 4,
  unavailable = 5,
  failure = 70,
  interrupted = 130
};
int exit_code(const Error& error);

class Context {
 public:
  std::string database = "insightflow.db";
  std::string workspace;
  std::string llm;        ///< File with the settings of models; empty: everything is local.
  std::string link_base;  ///< Of links in mails, where the environment names none.
  bool json = false;
  int exit = success;

  /// Opens the database; a missing one is an error unless `create`. The observer must outlive the
  /// engine.
  Result<Engine> open(bool create = false, observe::Observer* observer = nullptr) const;

  /// The owner of the workspace that was named, or of the only one. Errors: `workspace_unknown`,
  /// `workspace_ambiguous`, `workspace_missing`.
  Result<Session> owner(Engine& engine) const;

  /// Stops at Ctrl-C and reports progress on standard error when that is a terminal.
  Ctx ctx() const;
};

/// A stop token that Ctrl-C and SIGTERM request.
std::stop_token interrupted_by_signal();

/// How often a command that waits for a job looks at it.
inline constexpr std::chrono::milliseconds job_poll{100};

/// Sets what a subcommand does; an error is printed and becomes the exit code.
void on_call(CLI::App& command, Context& context, std::function<Result<void>()> run);

/// Writes to standard output.
void print(std::string_view text);
void print_json(const boost::json::value& value);
/// A described struct as indented JSON.
template <class T>
void print_as_json(const T& object);
void print_json_text(std::string_view compact);

/// One line on standard error, for what is not the result.
void remark(std::string_view text);
void print_error(const Error& error, bool json);

/// A questionnaire in any format (formats/formats.hpp), by content and name or by the slug `from`;
/// an error names the file.
Result<formats::Imported> import_questionnaire(const std::string& path,
                                               const std::string& from = {});

/// Nothing where the bytes are our own JSON, or nothing known: such a file is read as JSON, whose
/// errors are the clearest.
Result<std::optional<survey::Questionnaire>> foreign_questionnaire(const std::string& bytes,
                                                                   const std::string& path,
                                                                   bool json = false);

/// One line on standard error for each loss; with `json` one object for the file.
void print_losses(const std::vector<formats::Loss>& losses, const std::string& path, bool json);

/// The enumerator of a slug; an unknown one is answered with those there are.
template <class E>
Result<E> one_of(std::string_view text) {
  if (const auto known = from_slug<E>(text)) return known.value();
  std::string all;
  for (const std::string_view slug : type_of<E>().slugs) (all += all.empty() ? "" : ", ") += slug;
  return fail(Code::invalid, "slug_unknown",
              "'" + std::string(text) + "' is not one of " + all + ".");
}

/// The survey of an id or a slug.
Result<survey::Survey> find_survey(const Session& session, const std::string& id_or_slug);

/// The codebook in a file. Errors name the file.
Result<analysis::Codebook> load_codebook(const std::string& path);

/// "csv" or "jsonl" from what was asked for, else from the file's name.
Result<response::TableFormat> table_format(const std::string& asked, const std::string& path);

/// How people sign in, from the variables of the environment that docs/security/accounts.md lists.
Result<identity::AccountOptions> account_options();

void add_account_commands(CLI::App& app, Context& context);  // users …, secrets …
void add_setup_commands(CLI::App& app, Context& context);    // init, key, backup, version
void add_survey_commands(CLI::App& app, Context& context);   // survey …
void add_lint_command(CLI::App& app, Context& context);
void add_stored_lint_command(CLI::App& survey, Context& context);  // survey lint
void add_response_commands(CLI::App& app, Context& context);       // respond, import, export
void add_insight_commands(CLI::App& app, Context& context);        // insights …, report
void add_job_commands(CLI::App& app, Context& context);            // jobs …
void add_event_commands(CLI::App& app, Context& context);          // events
void add_audit_commands(CLI::App& app, Context& context);          // audit …
void add_retention_commands(CLI::App& app, Context& context);      // retention …, erase, erasures
void add_member_commands(CLI::App& app, Context& context);  // members …, invites …, grants …
void add_analyze_command(CLI::App& app, Context& context);
void add_sentiment_command(CLI::App& app, Context& context);
void add_theme_commands(CLI::App& app, Context& context);  // themes, summarize, codebook …
void add_convert_command(CLI::App& app, Context& context);
void add_privacy_commands(CLI::App& app, Context& context);  // redact
void add_task_commands(CLI::App& app, Context& context);     // review, prompts …
void add_llm_commands(CLI::App& app, Context& context);      // llm …
void add_server_commands(CLI::App& app, Context& context);   // serve, work, openapi

/// The described struct in a file's text. Files may hold what other programs add: unknown keys are
/// passed over, but not in silence, for one of them may be a misspelt "show_if".
template <class T>
Result<T> parse_described(const std::string& path, std::string_view text) {
  if (const auto strict = from_json_text<T>(text); !strict)
    for (const Problem& problem : strict.error().problems)
      if (problem.reason == "field_unknown")
        remark("'" + path + "' " + problem.pointer + ": " + problem.detail + " It is passed over.");
  auto read = from_json_text<T>(text, Audience::storage);
  if (read) return read;
  Error error = read.error();
  error.detail = "'" + path + "': " + error.detail;
  return error;
}

template <class T>
void print_as_json(const T& object) {
  print_json_text(to_json_text(object));
}

}  // namespace insightflow::cli
