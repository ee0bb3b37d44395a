#include "cli/command.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/llm/gateway.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace insightflow::cli {

namespace {

/// A model of the settings with what it did in the router's window.
struct ModelLine {
  llm::Model settings;
  llm::Figures figures;
};
BOOST_DESCRIBE_STRUCT(ModelLine, (), (settings, figures))

struct ModelLines {
  std::vector<ModelLine> items;
};
BOOST_DESCRIBE_STRUCT(ModelLines, (), (items))

Result<llm::Settings> settings_of(const Context& context) {
  if (context.llm.empty())
    return fail(Code::invalid, "llm_not_configured",
                "Name the file with the settings of models: --llm FILE, or INSIGHTFLOW_LLM.");
  return llm::load_settings(context.llm);
}

/// Without models: nothing here asks one, so no key is needed.
Result<Engine> open_records(const Context& context) {
  return Engine::open({.database = "sqlite:" + context.database, .create = false});
}

std::string decimal(double value, int places) {
  char out[64];
  std::snprintf(out, sizeof out, "%.*f", places, value);
  return out;
}
std::string money(std::int64_t millionths) {
  return decimal(static_cast<double>(millionths) / 1e6, 6);
}
std::string percent(double share) {
  return decimal(100 * share, 1) + " %";
}
std::string text_of(const llm::Share& share) {
  return std::to_string(share.count) + " (" + percent(share.share) + ", " + percent(share.low) +
         " to " + percent(share.high) + ")";
}

Instant window_start(const llm::Settings& settings, Instant now) {
  return now + -settings.router.window_days * 86'400'000;
}

void add_models(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("models", "List the models and what they did lately");
  on_call(*command, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto settings, settings_of(context));
    std::vector<llm::Figures> figures;
    if (auto engine = open_records(context)) {
      const Instant since = window_start(settings, system_clock().now());
      BOOST_OUTCOME_TRY(figures, llm::figures(engine.value().database(), "", since));
    } else if (engine.error().reason != "database_missing") {
      return engine.error();
    }
    ModelLines out;
    for (const llm::Model& model : settings.models) {
      const auto seen = std::ranges::find(figures, model.name, &llm::Figures::model);
      out.items.push_back(
          {model, seen == figures.end() ? llm::Figures{.model = model.name} : *seen});
    }
    if (context.json) {
      print_as_json(out);
      return insightflow::success();
    }
    for (const ModelLine& line : out.items) {
      const llm::Figures& did = line.figures;
      print(line.settings.name + "  " + std::string(slug(line.settings.tier)) + "  " +
            line.settings.model + " at " + line.settings.provider + "; a million tokens " +
            money(line.settings.input_price) + " in, " + money(line.settings.output_price) +
            " out; " + std::to_string(did.calls) + " calls, " + std::to_string(did.failures) +
            " failed, cost " + money(did.cost));
      if (const std::int64_t answered = did.calls - did.failures; answered > 0)
        print(", " + std::to_string(did.latency_ms / answered) + " ms each");
      if (const std::int64_t judged = did.valid + did.repaired + did.invalid; judged > 0)
        print("; " + percent(static_cast<double>(did.valid) / static_cast<double>(judged)) +
              " valid at the first try");
      print("\n");
    }
    return insightflow::success();
  });
}

void add_usage(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "usage", "Tell what the workspace spent, and what is left of its budget");
  auto since = std::make_shared<std::string>();
  command->add_option("--since", *since,
                      "A day or a time; left out: the first of this month (UTC)");
  on_call(*command, context, [&context, since]() -> Result<void> {
    std::optional<llm::Settings> settings;
    if (!context.llm.empty()) {
      BOOST_OUTCOME_TRY(settings, settings_of(context));
    }
    const Instant now = system_clock().now();
    std::string start = *since;
    if (start.empty()) start = now.str().substr(0, 8) + "01";
    BOOST_OUTCOME_TRY(const auto from, Instant::parse(start));
    BOOST_OUTCOME_TRY(auto engine, open_records(context));
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto report,
                      llm::usage(engine.database(), session.scope().actor.workspace, from, now,
                                 settings ? &*settings : nullptr));
    if (context.json) {
      print_as_json(report);
      return insightflow::success();
    }
    for (const llm::UsageRow& row : report.rows)
      print(row.task + "  " + row.model + "  " + std::to_string(row.calls) + " calls, " +
            std::to_string(row.failed) + " failed, " + std::to_string(row.cached) + " cached; " +
            std::to_string(row.input_tokens) + " tokens in, " + std::to_string(row.output_tokens) +
            " out; cost " + money(row.cost) + "\n");
    for (const llm::BudgetState& state : report.budgets)
      print("budget " + state.what + "  " + std::to_string(state.spent) + " of " +
            std::to_string(state.limit) + ", turns at " + state.turns_at.str() + "\n");
    if (report.rows.empty()) remark("No calls since " + from.str() + ".");
    return insightflow::success();
  });
}

void add_decide(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "decide", "Tell which model would serve a task now, and why the others would not");
  struct Arguments {
    std::string task, tier = "standard";
    std::int64_t input = 1'000, output = 1'000;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("TASK", arguments->task, "E.g. summarize")->required();
  command->add_option("--tier", arguments->tier, "economy, standard or best")
      ->capture_default_str();
  command->add_option("--input-tokens", arguments->input, "Length of the request")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  command->add_option("--output-tokens", arguments->output, "The most the reply may have")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto settings, settings_of(context));
    llm::Request request;
    BOOST_OUTCOME_TRY(request.tier, one_of<llm::Tier>(arguments->tier));
    request.task = arguments->task;
    request.max_output_tokens = arguments->output;
    constexpr std::size_t letters_of_a_token = 4;
    request.messages = {
        {llm::Role::user,
         std::string(static_cast<std::size_t>(arguments->input) * letters_of_a_token, 'a')}};
    auto engine = open_records(context);
    if (!engine && engine.error().reason != "database_missing") return engine.error();
    BOOST_OUTCOME_TRY(const auto decision,
                      llm::decide(settings, engine ? &engine.value().database() : nullptr, request,
                                  system_clock().now()));
    if (decision.chosen.empty()) context.exit = not_found;
    if (context.json) {
      print_as_json(decision);
      return insightflow::success();
    }
    print(decision.chosen.empty() ? "No model may serve this.\n" : decision.chosen + "\n");
    if (!decision.experiment.empty())
      print("The experiment '" + decision.experiment + "' draws by the input.\n");
    for (const llm::Candidate& one : decision.candidates)
      print("  " + one.model + "  " + std::string(slug(one.verdict)) + "  score " +
            decimal(one.score, 3) + ", cost " + money(one.expected_cost) + ", quality " +
            percent(one.quality) + ", reliability " + percent(one.reliability) + ", latency " +
            decimal(one.latency_ms, 0) + " ms, " + std::to_string(one.calls) + " calls" +
            (one.model == decision.baseline ? "  (baseline)" : "") + "\n");
    return insightflow::success();
  });
}

void print_arm(const llm::ArmReport& arm) {
  print(arm.model + (arm.baseline ? "  (baseline)" : "") + "  " + std::to_string(arm.calls) +
        " calls, " + std::to_string(arm.judged) + " judged\n  valid at the first try " +
        text_of(arm.valid) + "\n  valid after repair     " + text_of(arm.repaired) +
        "\n  never valid            " + text_of(arm.failed) + "\n  not answered           " +
        text_of(arm.errors) + "\n  statements dropped     " + text_of(arm.dropped) +
        "\n  cost of a call         " + decimal(arm.cost.mean / 1e6, 6) + " (" +
        decimal(arm.cost.low / 1e6, 6) + " to " + decimal(arm.cost.high / 1e6, 6) +
        ")\n  milliseconds           " + decimal(arm.latency_ms.mean, 0) + " (" +
        decimal(arm.latency_ms.low, 0) + " to " + decimal(arm.latency_ms.high, 0) + ")\n");
}

void add_experiment(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("experiment",
                                        "Compare the models of an experiment, with 95 % intervals");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "Left out: the names there are");
  on_call(*command, context, [&context, name]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto settings, settings_of(context));
    if (name->empty()) {
      for (const llm::Experiment& one : settings.experiments)
        print(one.name + "  on " + one.task + "\n");
      if (settings.experiments.empty()) remark("The settings have no experiment.");
      return insightflow::success();
    }
    BOOST_OUTCOME_TRY(auto engine, open_records(context));
    BOOST_OUTCOME_TRY(const auto report,
                      llm::experiment_report(engine.database(), settings, *name));
    if (context.json) {
      print_as_json(report);
      return insightflow::success();
    }
    print(report.name + "  on " + report.task + "\n");
    for (const llm::ArmReport& arm : report.arms) print_arm(arm);
    return insightflow::success();
  });
}

}  // namespace

void add_llm_commands(CLI::App& app, Context& context) {
  auto* llm = app.add_subcommand("llm", "Look after models: choice, cost, comparison")
                  ->require_subcommand(1);
  add_models(*llm, context);
  add_usage(*llm, context);
  add_decide(*llm, context);
  add_experiment(*llm, context);
}

}  // namespace insightflow::cli
