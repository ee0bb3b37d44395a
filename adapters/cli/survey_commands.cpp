#include "cli/command.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/survey/rules.hpp>

#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

template <class T>
Result<T> read_described(const std::string& path) {
  BOOST_OUTCOME_TRY(const auto text, read_file(path));
  BOOST_OUTCOME_TRY(auto foreign, foreign_questionnaire(text, path));
  if (foreign) {
    T out;
    static_cast<survey::Questionnaire&>(out) = std::move(*foreign);
    return out;
  }
  return parse_described<T>(path, text);
}

void print_survey(const survey::Survey& survey, bool json) {
  if (json) return print_as_json(survey);
  print(survey.slug + "  " + std::string(slug(survey.state)) + "  version " +
        std::to_string(survey.published_version) + "  " + std::to_string(survey.response_count) +
        " answers  " + survey.title + "\n");
}

void add_generate(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("generate", "Write a questionnaire from a goal");
  struct Arguments {
    survey::Brief brief;
    std::string tone = "neutral", out = "-";
    std::vector<std::string> kinds;
    bool store = false, job = false;
  };
  auto arguments = std::make_shared<Arguments>();
  survey::Brief& brief = arguments->brief;
  command->add_option("--goal", brief.goal, "What you want to find out")->required();
  command->add_option("--audience", brief.audience, "Who will answer, e.g. 'trial users'");
  command->add_option("--tone", arguments->tone, "neutral, friendly or formal")
      ->capture_default_str();
  command->add_option("--count", brief.constraints.count, "How many questions")
      ->capture_default_str();
  command->add_option("--kind", arguments->kinds, "Kinds that may be used; repeat for several");
  command->add_option("--must-ask", brief.constraints.must_ask, "A question to ask word for word");
  command->add_option("-o,--out", arguments->out, "File to write")->capture_default_str();
  command->add_flag("--store", arguments->store, "Store it as a draft as well");
  command->add_flag("--job", arguments->job,
                    "Queue it for 'work' or 'serve'; with --llm the model writes it");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    survey::Brief& wanted = arguments->brief;
    BOOST_OUTCOME_TRY(wanted.tone, one_of<survey::Tone>(arguments->tone));
    for (const std::string& kind : arguments->kinds) {
      BOOST_OUTCOME_TRY(const auto one, one_of<survey::Kind>(kind));
      wanted.constraints.kinds.push_back(one);
    }
    if (arguments->job) {
      BOOST_OUTCOME_TRY(auto engine, context.open());
      BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
      BOOST_OUTCOME_TRY(const auto job, session.generate(wanted));
      if (context.json)
        print_as_json(job);
      else
        print(job.id.str() + "  queued\n");
      return insightflow::success();
    }
    if (arguments->store) {
      BOOST_OUTCOME_TRY(auto engine, context.open());
      BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
      BOOST_OUTCOME_TRY(const auto stored, session.surveys().generate(wanted));
      print_survey(stored, context.json);
      return insightflow::success();
    }
    BOOST_OUTCOME_TRY(const auto made, survey::generate(wanted));
    return write_file(arguments->out, pretty(to_json(made)));
  });
}

void add_create(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("create", "Store a questionnaire as a draft");
  struct Arguments {
    std::string file, slug;
    bool publish = false;
  };
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("FILE", arguments->file,
                   "JSON or another format of 'convert', '-' for standard input")
      ->required();
  command->add_option("--slug", arguments->slug, "Last part of the public address");
  command->add_flag("--publish", arguments->publish, "Publish it at once");
  on_call(*command, context, [&context, arguments]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto survey, read_described<survey::Survey>(arguments->file));
    if (!arguments->slug.empty()) survey.slug = arguments->slug;
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    // Whether it can be published is known before anything is stored.
    if (arguments->publish)
      if (auto problems = survey::check(survey); !problems.empty())
        return invalid(std::move(problems));
    BOOST_OUTCOME_TRY(auto stored, session.surveys().create(std::move(survey)));
    if (arguments->publish) {
      BOOST_OUTCOME_TRY(stored, session.surveys().publish(stored.id));
    }
    print_survey(stored, context.json);
    return insightflow::success();
  });
}

void add_update(CLI::App& parent, Context& context) {
  auto* command =
      parent.add_subcommand("update", "Replace a survey's draft; published versions stay");
  auto id = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  command->add_option("SURVEY", *id, "Id or slug")->required();
  command->add_option("FILE", *file, "JSON or another format of 'convert', '-' for standard input")
      ->required();
  on_call(*command, context, [&context, id, file]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto survey, read_described<survey::Survey>(*file));
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto known, find_survey(session, *id));
    BOOST_OUTCOME_TRY(const auto updated, session.surveys().update(known.id, std::move(survey)));
    print_survey(updated, context.json);
    return insightflow::success();
  });
}

void add_survey_list(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("list", "List surveys, oldest first");
  on_call(*command, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    survey::SummaryPage all;
    for (survey::PageRequest request{.limit = 200, .after = {}};;) {
      BOOST_OUTCOME_TRY(auto page, session.surveys().list(request));
      for (survey::Summary& one : page.items) all.items.push_back(std::move(one));
      if (!page.next) break;
      request.after = *page.next;
    }
    if (context.json) {
      print_as_json(all);
      return insightflow::success();
    }
    for (const survey::Summary& one : all.items)
      print(one.slug + "  " + std::string(slug(one.state)) + "  " +
            std::to_string(one.response_count) + " answers  " + one.title + "\n");
    return insightflow::success();
  });
}

void add_survey_show(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("show", "Print a survey as JSON");
  auto id = std::make_shared<std::string>();
  auto version = std::make_shared<std::int64_t>(-1);
  command->add_option("SURVEY", *id, "Id or slug")->required();
  command->add_option("--version", *version, "A published version instead of the draft; 0: latest");
  on_call(*command, context, [&context, id, version]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto survey, find_survey(session, *id));
    if (*version < 0) {
      print_as_json(survey);
      return insightflow::success();
    }
    BOOST_OUTCOME_TRY(const auto frozen, session.surveys().version(survey.id, *version));
    print_as_json(frozen);
    return insightflow::success();
  });
}

using Move = Result<survey::Survey> (survey::Surveys::*)(SurveyId, survey::IfRevision);

void add_moves(CLI::App& parent, Context& context) {
  static constexpr struct {
    const char* name;
    const char* help;
    Move move;
  } table[] = {{"publish", "Freeze the draft and take answers to it", &survey::Surveys::publish},
               {"close", "Take no more answers", &survey::Surveys::close},
               {"reopen", "Take answers again", &survey::Surveys::reopen},
               {"archive", "Put it away for good; its answers stay", &survey::Surveys::archive}};
  for (const auto& row : table) {
    auto* command = parent.add_subcommand(row.name, row.help);
    auto id = std::make_shared<std::string>();
    command->add_option("SURVEY", *id, "Id or slug")->required();
    on_call(*command, context, [&context, id, move = row.move]() -> Result<void> {
      BOOST_OUTCOME_TRY(auto engine, context.open());
      BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
      BOOST_OUTCOME_TRY(const auto survey, find_survey(session, *id));
      auto surveys = session.surveys();
      BOOST_OUTCOME_TRY(const auto moved, (surveys.*move)(survey.id, survey.revision));
      print_survey(moved, context.json);
      return insightflow::success();
    });
  }
}

}  // namespace

void add_survey_commands(CLI::App& app, Context& context) {
  auto* survey =
      app.add_subcommand("survey", "Write, check and field surveys")->require_subcommand(1);
  add_generate(*survey, context);
  add_create(*survey, context);
  add_update(*survey, context);
  add_survey_list(*survey, context);
  add_survey_show(*survey, context);
  add_moves(*survey, context);
  add_stored_lint_command(*survey, context);
}

}  // namespace insightflow::cli
