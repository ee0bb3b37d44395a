#include "cli/command.hpp"

#include <insightflow/core/json.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

void add_review(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("review", "Check a stored draft for bias, with the model of --llm");
  auto id = std::make_shared<std::string>();
  command->add_option("SURVEY", *id, "Id or slug")->required();
  on_call(*command, context, [&context, id]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto survey, find_survey(session, *id));
    BOOST_OUTCOME_TRY(const auto speaker, session.speaker());
    BOOST_OUTCOME_TRY(const auto made, review(survey, {}, speaker, context.ctx()));
    if (made.report.counts.errors + made.report.counts.warnings > 0) context.exit = findings;
    if (context.json) {
      print_as_json(made);
      return insightflow::success();
    }
    for (const bias::Finding& finding : made.report.findings)
      print((finding.question_id.empty() ? "survey" : finding.question_id) + "  " +
            std::string(slug(finding.severity)) + "  " + finding.rule + "  " + finding.message +
            "\n");
    print("Engine: " + made.spoken.engine +
          (made.spoken.fallback.empty() ? "" : " (" + made.spoken.fallback + ")") + "\n");
    return insightflow::success();
  });
}

void print_prompt(const llm::Prompt& prompt, bool json) {
  if (json)
    print_as_json(prompt);
  else
    print(prompt.text + "\n");
}

}  // namespace

void add_task_commands(CLI::App& app, Context& context) {
  add_review(app, context);

  auto* prompts =
      app.add_subcommand("prompts", "See and set what models are told")->require_subcommand(1);
  auto* list = prompts->add_subcommand("list", "Name and version of those in force");
  on_call(*list, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto all, session.prompts().list());
    if (context.json) {
      print_as_json(all);
      return insightflow::success();
    }
    for (const llm::Prompt& prompt : all.items)
      print(prompt.name + "  " + prompt.version + (prompt.own ? "  own" : "") + "\n");
    return insightflow::success();
  });

  struct Arguments {
    std::string name, version, file;
  };
  auto arguments = std::make_shared<Arguments>();
  auto* show = prompts->add_subcommand("show", "Print one");
  show->add_option("NAME", arguments->name, "As 'prompts list' prints it")->required();
  show->add_option("--version", arguments->version, "Left out: the one in force");
  on_call(*show, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto prompt,
                      session.prompts().get(arguments->name, arguments->version));
    print_prompt(prompt, context.json);
    return insightflow::success();
  });

  auto* set = prompts->add_subcommand("set", "Put a text of your own in force");
  set->add_option("NAME", arguments->name, "As 'prompts list' prints it")->required();
  set->add_option("FILE", arguments->file, "Its text, '-' for standard input")->required();
  on_call(*set, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto text, read_file(arguments->file));
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto prompt, session.prompts().set(arguments->name, text));
    if (context.json)
      print_as_json(prompt);
    else
      print(prompt.name + "  " + prompt.version + "\n");
    return insightflow::success();
  });

  auto* reset = prompts->add_subcommand("reset", "Put the library's text in force again");
  reset->add_option("NAME", arguments->name, "As 'prompts list' prints it")->required();
  on_call(*reset, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto prompt, session.prompts().reset(arguments->name));
    if (context.json)
      print_as_json(prompt);
    else
      print(prompt.name + "  " + prompt.version + "\n");
    return insightflow::success();
  });
}

}  // namespace insightflow::cli
