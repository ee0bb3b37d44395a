#include "cli/findings_output.hpp"

#include <insightflow/core/json.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <thread>

namespace insightflow::cli {

namespace {

/// Runs jobs until this run has ended, here or in another process.
Result<insight::Run> finish(Engine& engine, const Session& session, RunId id, const Ctx& ctx) {
  for (;;) {
    BOOST_OUTCOME_TRY(engine.work_until_idle(ctx));
    BOOST_OUTCOME_TRY(auto run, session.insights().get(id));
    if (jobs::finished(run.state)) return run;
    BOOST_OUTCOME_TRY(ctx.check());
    ctx.report("waiting for another worker", run.done, run.total);
    std::this_thread::sleep_for(job_poll);
  }
}

/// The run of an id, or the newest completed one of a survey.
Result<RunId> find_run(const Session& session, const std::string& run_or_survey) {
  if (const auto id = RunId::parse(run_or_survey))
    if (session.insights().get(id.value())) return id.value();
  BOOST_OUTCOME_TRY(const auto survey, find_survey(session, run_or_survey));
  BOOST_OUTCOME_TRY(const auto runs, session.insights().list(survey.id));
  for (const insight::Run& run : runs.items)
    if (run.state == jobs::State::completed) return run.id;
  return fail(Code::not_found, "run_unknown",
              "The survey has no completed insight run. 'insightflow insights run " +
                  run_or_survey + "' makes one.");
}

void add_run(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("run", "Analyse the answers that are there now");
  struct Arguments {
    std::string survey;
    insight::RunRequest request;
    std::string rake;
    std::int64_t themes = 0;
    bool queue = false;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("SURVEY", arguments->survey, "Id or slug")->required();
  command->add_option("--by,--segments", arguments->request.by,
                      "Compare by a question's id or a hidden field, as hidden.plan");
  command->add_option("--themes", arguments->themes, "Themes per question; chosen when left out")
      ->check(CLI::Range(1, 1000));
  auto* weight = command->add_option("--weight,--weights", arguments->request.weight,
                                     "Question or hidden field that holds the weights");
  command
      ->add_option("--rake", arguments->rake,
                   "JSON file of the shares that answers should have; finds the weights")
      ->excludes(weight);
  command
      ->add_option("--trim", arguments->request.trim,
                   "Keep raked weights within this factor of their mean")
      ->check(CLI::Range(1.0, 1000.0));
  command->add_option("--date,--dates", arguments->request.date,
                      "Question or hidden field that holds the day; else the time of submission");
  command->add_option(
      "--duration", arguments->request.duration,
      "Hidden field of the seconds it took to answer; finds answers given too fast");
  command->add_option("--since", arguments->request.since,
                      "First day of this wave; earlier responses are the previous wave");
  command->add_flag("--force-refresh", arguments->request.force_refresh,
                    "Compute again even if nothing has changed");
  command->add_flag("--queue", arguments->queue, "Leave the work to 'work' or 'serve'");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    if (arguments->themes > 0) arguments->request.themes = arguments->themes;
    if (!arguments->rake.empty()) {
      BOOST_OUTCOME_TRY(arguments->request.targets, read_targets(arguments->rake));
    }
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto survey, find_survey(session, arguments->survey));
    BOOST_OUTCOME_TRY(auto run, session.insights().start(survey.id, arguments->request));
    if (!arguments->queue && !run.cached) {
      BOOST_OUTCOME_TRY(run, finish(engine, session, run.id, context.ctx()));
    }
    if (run.state == jobs::State::failed || run.state == jobs::State::cancelled)
      return fail(Code::conflict, "run_failed",
                  run.state == jobs::State::failed ? "The run has failed: " + run.error
                                                   : "The run was cancelled.");
    if (context.json) {
      print_as_json(run);
    } else if (run.state == jobs::State::completed) {
      BOOST_OUTCOME_TRY(const auto findings, session.insights().findings(run.id));
      print(findings_text(findings));
    } else {
      print(run.id.str() + "  queued\n");
    }
    return insightflow::success();
  });
}

void add_run_list(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("list", "List the runs of a survey, newest first");
  auto id = std::make_shared<std::string>();
  command->add_option("SURVEY", *id, "Id or slug")->required();
  on_call(*command, context, [&context, id]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto survey, find_survey(session, *id));
    BOOST_OUTCOME_TRY(const auto runs, session.insights().list(survey.id));
    if (context.json) {
      print_as_json(runs);
      return insightflow::success();
    }
    for (const insight::Run& run : runs.items)
      print(run.id.str() + "  " + std::string(slug(run.state)) + "  " + run.created_at.str() +
            "\n");
    return insightflow::success();
  });
}

void add_run_show(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("show", "Print the findings of a run");
  auto id = std::make_shared<std::string>();
  command->add_option("RUN", *id, "Id of a run, or a survey for its newest one")->required();
  on_call(*command, context, [&context, id]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto run, find_run(session, *id));
    BOOST_OUTCOME_TRY(const auto findings, session.insights().findings(run));
    if (context.json)
      print_as_json(findings);
    else
      print(findings_text(findings));
    return insightflow::success();
  });
}

void add_schedule(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("schedule", "Analyse at fixed times, by 'work' or 'serve'");
  struct Arguments {
    std::string survey, cron;
    bool off = false;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("SURVEY", arguments->survey, "Id or slug")->required();
  auto* cron = command->add_option(
      "--cron", arguments->cron,
      "Minute, hour, day, month and day of the week in UTC, as '0 6 * * MON-FRI'; or @daily");
  command->add_flag("--off", arguments->off, "Take the schedule away")->excludes(cron);
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto survey, find_survey(session, arguments->survey));
    auto runs = session.insights();
    BOOST_OUTCOME_TRY(const auto schedule, arguments->off ? runs.unschedule(survey.id)
                                           : arguments->cron.empty()
                                               ? runs.scheduled(survey.id)
                                               : runs.schedule(survey.id, arguments->cron));
    if (context.json)
      print_as_json(schedule);
    else
      print(arguments->off ? "No longer scheduled.\n"
                           : schedule.cron + "  next at " + schedule.next_at.str() + "\n");
    return insightflow::success();
  });
}

}  // namespace

void add_insight_commands(CLI::App& app, Context& context) {
  auto* insights =
      app.add_subcommand("insights", "Find out what the answers say")->require_subcommand(1);
  add_run(*insights, context);
  add_run_list(*insights, context);
  add_run_show(*insights, context);
  add_schedule(*insights, context);

  auto* report = app.add_subcommand("report", "Write the findings of a run as a document");
  struct Arguments {
    std::string id, out = "-", format;
  };
  auto arguments = std::make_shared<Arguments>();
  report->add_option("RUN", arguments->id, "Id of a run, or a survey for its newest one")
      ->required();
  report->add_option("-o,--out", arguments->out, "File to write")->capture_default_str();
  report->add_option("--format", arguments->format,
                     "html, markdown, json or csv; from the name when left out");
  on_call(*report, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto format,
                      report_format(context.json ? "json" : arguments->format, arguments->out));
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto run, find_run(session, arguments->id));
    BOOST_OUTCOME_TRY(const auto findings, session.insights().findings(run));
    BOOST_OUTCOME_TRY(write_file(arguments->out, report::render(findings, format)));
    if (arguments->out != "-") remark("Wrote " + arguments->out + ".");
    return insightflow::success();
  });
}

}  // namespace insightflow::cli
