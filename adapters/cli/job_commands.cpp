#include "cli/command.hpp"

#include <insightflow/core/json.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

std::string line(const jobs::Job& job) {
  std::string out = job.id.str() + "  " + job.kind + "  " + std::string(slug(job.state));
  if (job.state == jobs::State::running && !job.stage.empty()) {
    out += "  " + job.stage;
    if (job.total > 0) out += " " + std::to_string(job.done) + "/" + std::to_string(job.total);
  }
  if (job.state == jobs::State::failed) out += "  " + job.error;
  return out + "\n";
}

void add_job_list(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("list", "List jobs, newest first");
  struct Arguments {
    jobs::JobFilter filter;
    std::string state;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--state", arguments->state,
                      "queued, running, completed, failed or cancelled");
  command->add_option("--kind", arguments->filter.kind, "Only jobs of this kind");
  command->add_option("--limit", arguments->filter.limit, "Jobs to list")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  command->add_option("--after", arguments->filter.after, "The last id of the page before");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    if (!arguments->state.empty()) {
      BOOST_OUTCOME_TRY(arguments->filter.state, one_of<jobs::State>(arguments->state));
    }
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto page, session.jobs().list(arguments->filter));
    if (context.json) {
      print_as_json(page);
      return insightflow::success();
    }
    for (const jobs::Job& job : page.items) print(line(job));
    if (page.next) remark("There are more: --after " + *page.next);
    return insightflow::success();
  });
}

/// A command that does something to one job and prints it.
template <auto act>
void add_for_one(CLI::App& parent, Context& context, const char* name, const char* help) {
  auto* command = parent.add_subcommand(name, help);
  auto text = std::make_shared<std::string>();
  command->add_option("JOB", *text, "Its id, as 'jobs list' prints it")->required();
  on_call(*command, context, [&context, text]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto id, JobId::parse(*text));
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    const Jobs jobs = session.jobs();
    BOOST_OUTCOME_TRY(const auto job, (jobs.*act)(id));
    if (context.json) {
      print_as_json(job);
      return insightflow::success();
    }
    print(line(job));
    if constexpr (requires { job.result; })
      if (job.result)
        print("  made " + job.result->subject + " (" + job.result->engine + ")" +
              (job.result->note.empty() ? "" : ": " + job.result->note) + "\n");
    if constexpr (requires { job.failures; })
      for (const jobs::Failure& failure : job.failures)
        print("  attempt " + std::to_string(failure.attempt) + "  " + failure.at.str() + "  " +
              failure.reason + ": " + failure.detail + "\n");
    return insightflow::success();
  });
}

void add_stats(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("stats", "Count jobs by kind and state");
  on_call(*command, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto stats, session.jobs().stats());
    if (context.json) {
      print_as_json(stats);
      return insightflow::success();
    }
    for (const jobs::KindStats& kind : stats.kinds) {
      print(kind.kind + "  " + std::to_string(kind.queued) + " queued, " +
            std::to_string(kind.running) + " running, " + std::to_string(kind.completed) +
            " completed, " + std::to_string(kind.failed) + " failed, " +
            std::to_string(kind.cancelled) + " cancelled" +
            (kind.oldest_ready ? "; waiting since " + kind.oldest_ready->str() : "") + "\n");
    }
    return insightflow::success();
  });
}

void add_limit(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "limit", "Limit the jobs of a kind, for all workers together; without options lift it");
  auto limit = std::make_shared<jobs::Limit>();
  command->add_option("KIND", limit->kind, "As 'jobs stats' prints it")->required();
  command->add_option("--concurrency", limit->concurrency, "Jobs at a time")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--per-minute", limit->per_minute, "Starts a minute")
      ->check(CLI::Range(1, 60'000));
  on_call(*command, context, [&context, limit]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    const auto kinds = engine.job_kinds();
    if (std::find(kinds.begin(), kinds.end(), limit->kind) == kinds.end())
      return kind_unknown(limit->kind, kinds);
    return engine.queue().set_limit(*limit);
  });
}

}  // namespace

void add_job_commands(CLI::App& app, Context& context) {
  auto* jobs =
      app.add_subcommand("jobs", "Look after the work in the background")->require_subcommand(1);
  add_job_list(*jobs, context);
  add_for_one<&Jobs::get>(*jobs, context, "show", "Show a job and what went wrong with it");
  add_for_one<&Jobs::cancel>(*jobs, context, "cancel",
                             "Cancel a queued job, or ask a running one to stop");
  add_for_one<&Jobs::requeue>(*jobs, context, "retry", "Queue a failed or cancelled job again");
  add_stats(*jobs, context);
  add_limit(*jobs, context);
}

}  // namespace insightflow::cli
