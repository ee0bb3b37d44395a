#include "cli/command.hpp"

#include <insightflow/core/json.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <charconv>
#include <chrono>
#include <thread>

namespace insightflow::cli {

namespace {

std::string days_text(std::optional<std::int64_t> days, std::string_view nothing) {
  if (!days) return std::string(nothing);
  if (*days == 0) return "without end";
  return std::to_string(*days) + (*days == 1 ? " day" : " days");
}

std::string policy_text(const retention::SurveyPolicy& policy, std::string_view nothing) {
  return "responses " + days_text(policy.response_days, nothing) + ", insights " +
         days_text(policy.insight_days, nothing);
}

std::string plan_text(const retention::WorkspaceRetention& plan) {
  std::string out = "workspace: " + policy_text(plan.policy, "without end") + ", events " +
                    days_text(plan.policy.event_days, "a week") + "\n";
  for (const retention::SurveyRetention& one : plan.surveys)
    out +=
        "survey " + one.survey_id.str() + ": " + policy_text(one.policy, "as the workspace") + "\n";
  return out + (plan.next_at ? "applied next at " + plan.next_at->str() : "nothing is deleted") +
         "\n";
}

std::string survey_text(const retention::SurveyRetention& one) {
  return "said: " + policy_text(one.policy, "as the workspace") +
         "\nin force: " + policy_text(one.in_force, "without end") + "\n";
}

std::string counts_text(const std::map<std::string, std::int64_t>& counts) {
  std::string out;
  for (const auto& [table, rows] : counts)
    out += (out.empty() ? "" : ", ") + table + " " + std::to_string(rows);
  return out.empty() ? "nothing" : out;
}

std::string certificate_text(const retention::Erasure& erasure) {
  std::string out = erasure.id.str() + "  " + std::string(slug(erasure.state)) + "  " +
                    std::string(slug(erasure.subject)) +
                    "\n  removed: " + counts_text(erasure.removed) + "\n";
  if (!erasure.mentioned.empty())
    out += "  still named in members' own words: " + counts_text(erasure.mentioned) + "\n";
  if (erasure.copies_taken > 0)
    out += "  exports and reports that were taken out before: " +
           std::to_string(erasure.copies_taken) + "; see 'insightflow audit list'\n";
  if (erasure.audit_number)
    out += "  audit entry " + std::to_string(*erasure.audit_number) + "  " + erasure.audit_digest +
           "\n";
  return out;
}

/// "30", or "none" for: nothing said.
Result<std::optional<std::int64_t>> parse_days(const std::string& option, const std::string& text) {
  if (text == "none") return std::optional<std::int64_t>();
  std::int64_t days = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), days);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size())
    return fail(
        Code::invalid, "days_out_of_range",
        option + " takes a number of days, 0 for without end, or none; not '" + text + "'.");
  return std::optional(days);
}

void add_policy_show(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("show", "How long answers are kept");
  auto survey = std::make_shared<std::string>();
  command->add_option("--survey", *survey, "Id or slug; without it the workspace");
  on_call(*command, context, [&context, survey]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    if (survey->empty()) {
      BOOST_OUTCOME_TRY(const auto plan, session.retentions().get());
      context.json ? print_as_json(plan) : print(plan_text(plan));
      return insightflow::success();
    }
    BOOST_OUTCOME_TRY(const auto found, find_survey(session, *survey));
    BOOST_OUTCOME_TRY(const auto one, session.retentions().get(found.id));
    context.json ? print_as_json(one) : print(survey_text(one));
    return insightflow::success();
  });
}

void add_set(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("set", "Say how long answers are kept");
  struct Arguments {
    std::string survey, responses, insights, events;
  };
  auto arguments = std::make_shared<Arguments>();
  auto* survey =
      command->add_option("--survey", arguments->survey, "Id or slug; without it the workspace");
  command->add_option("--responses", arguments->responses,
                      "Days for responses; 0: without end; none: nothing said");
  command->add_option("--insights", arguments->insights, "Days for insight runs");
  command->add_option("--events", arguments->events, "Days for events of the workspace")
      ->excludes(survey);
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    const auto change = [&](retention::SurveyPolicy& policy) -> Result<void> {
      if (!arguments->responses.empty()) {
        BOOST_OUTCOME_TRY(policy.response_days, parse_days("--responses", arguments->responses));
      }
      if (!arguments->insights.empty()) {
        BOOST_OUTCOME_TRY(policy.insight_days, parse_days("--insights", arguments->insights));
      }
      return insightflow::success();
    };
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    if (arguments->survey.empty()) {
      BOOST_OUTCOME_TRY(auto plan, session.retentions().get());
      BOOST_OUTCOME_TRY(change(plan.policy));
      if (!arguments->events.empty()) {
        BOOST_OUTCOME_TRY(plan.policy.event_days, parse_days("--events", arguments->events));
      }
      BOOST_OUTCOME_TRY(plan, session.retentions().set(plan.policy));
      context.json ? print_as_json(plan) : print(plan_text(plan));
      return insightflow::success();
    }
    BOOST_OUTCOME_TRY(const auto found, find_survey(session, arguments->survey));
    BOOST_OUTCOME_TRY(auto one, session.retentions().get(found.id));
    BOOST_OUTCOME_TRY(change(one.policy));
    BOOST_OUTCOME_TRY(one, session.retentions().set(found.id, one.policy));
    context.json ? print_as_json(one) : print(survey_text(one));
    return insightflow::success();
  });
}

/// Runs jobs until this one has ended, here or in another process.
Result<jobs::JobHistory> finish(Engine& engine, const Session& session, JobId id, const Ctx& ctx) {
  for (;;) {
    BOOST_OUTCOME_TRY(engine.work_until_idle(ctx));
    BOOST_OUTCOME_TRY(auto job, session.jobs().get(id));
    if (job.state == jobs::State::completed) return job;
    if (jobs::finished(job.state))
      return fail(Code::conflict, "job_failed",
                  "The job " + id.str() + " is " + std::string(slug(job.state)) + ": " + job.error +
                      " 'insightflow jobs retry' takes it up where it is.");
    BOOST_OUTCOME_TRY(ctx.check());
    ctx.report("waiting", job.done, job.total);
    std::this_thread::sleep_for(job_poll);
  }
}

void add_apply(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("apply", "Delete now what is older than the policies say");
  on_call(*command, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto queued, session.retentions().apply());
    BOOST_OUTCOME_TRY(const auto job, finish(engine, session, queued.id, context.ctx()));
    if (!job.result) {
      context.json ? print_as_json(job) : print("Nothing was too old.\n");
      return insightflow::success();
    }
    BOOST_OUTCOME_TRY(const auto id, ErasureId::parse(job.result->subject));
    BOOST_OUTCOME_TRY(const auto erasure, session.erasures().get(id));
    context.json ? print_as_json(erasure) : print(certificate_text(erasure));
    return insightflow::success();
  });
}

void add_erase(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "erase", "Erase responses, a respondent, or a person; leaves a certificate");
  struct Arguments {
    std::vector<std::string> responses, texts;
    std::string respondent, texts_from, survey;
    bool queue = false;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--response", arguments->responses, "Id of a response; may be repeated");
  command->add_option("--respondent", arguments->respondent,
                      "FIELD=VALUE: all responses with this hidden field");
  command->add_option("--text", arguments->texts,
                      "A text that names a person; may be repeated. Shells remember it: rather use "
                      "--texts-from");
  command->add_option("--texts-from", arguments->texts_from,
                      "File with such texts, one to a line; - for standard input");
  command->add_option("--survey", arguments->survey, "Only in this survey; id or slug");
  command->add_flag("--queue", arguments->queue, "Leave the work to 'work' or 'serve'");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    retention::ErasureRequest request;
    for (const std::string& text : arguments->responses) {
      BOOST_OUTCOME_TRY(const auto id, ResponseId::parse(text));
      request.response_ids.push_back(id);
    }
    if (const std::string& who = arguments->respondent; !who.empty()) {
      const std::size_t at = who.find('=');
      if (at == who.npos || at == 0 || at + 1 == who.size())
        return fail(Code::invalid, "respondent_malformed",
                    "--respondent takes FIELD=VALUE, as customer_id=4711.");
      request.respondent = retention::Respondent{who.substr(0, at), who.substr(at + 1)};
    }
    request.texts = arguments->texts;
    if (!arguments->texts_from.empty()) {
      BOOST_OUTCOME_TRY(const auto file, read_file(arguments->texts_from));
      for (std::size_t at = 0; at < file.size();) {
        const std::size_t end = std::min(file.find('\n', at), file.size());
        std::string line = file.substr(at, end - at);
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) request.texts.push_back(std::move(line));
        at = end + 1;
      }
    }
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    if (!arguments->survey.empty()) {
      BOOST_OUTCOME_TRY(const auto survey, find_survey(session, arguments->survey));
      request.survey_id = survey.id;
    }
    BOOST_OUTCOME_TRY(auto made, session.erasures().request(request));
    if (!arguments->queue) {
      BOOST_OUTCOME_TRY(finish(engine, session, made.erasure.job_id, context.ctx()));
      BOOST_OUTCOME_TRY(made.erasure, session.erasures().get(made.erasure.id));
    }
    if (context.json) {
      print_as_json(made);
    } else {
      print(certificate_text(made.erasure));
      remark("Keep this salt: with it you can show whose certificate this is. It is not stored: " +
             made.salt);
    }
    return insightflow::success();
  });
}

void add_erasures(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("erasures", "Certificates of erasure, newest first");
  auto id = std::make_shared<std::string>();
  auto filter = std::make_shared<retention::ErasureFilter>();
  command->add_option("ERASURE", *id, "Only this one");
  command->add_option("--limit", filter->limit, "Certificates to list")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  on_call(*command, context, [&context, id, filter]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    if (!id->empty()) {
      BOOST_OUTCOME_TRY(const auto known, ErasureId::parse(*id));
      BOOST_OUTCOME_TRY(const auto erasure, session.erasures().get(known));
      context.json ? print_as_json(erasure) : print(certificate_text(erasure));
      return insightflow::success();
    }
    BOOST_OUTCOME_TRY(const auto page, session.erasures().list(*filter));
    if (context.json) {
      print_as_json(page);
    } else {
      for (const retention::Erasure& erasure : page.items) print(certificate_text(erasure));
    }
    return insightflow::success();
  });
}

}  // namespace

void add_retention_commands(CLI::App& app, Context& context) {
  auto* retention = app.add_subcommand("retention", "How long answers are kept");
  retention->require_subcommand(1);
  add_policy_show(*retention, context);
  add_set(*retention, context);
  add_apply(*retention, context);
  add_erase(app, context);
  add_erasures(app, context);
}

}  // namespace insightflow::cli
