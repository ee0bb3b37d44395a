#include "cli/command.hpp"
#include "cli/lint_files.hpp"

#include <insightflow/bias/baseline.hpp>
#include <insightflow/bias/fix.hpp>
#include <insightflow/bias/render.hpp>
#include <insightflow/operations.hpp>
#include <insightflow/response/lines.hpp>
#include <insightflow/survey/rules.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace insightflow::cli {

namespace fs = std::filesystem;

namespace {

enum class LintFormat { text, json, sarif, junit, html };
BOOST_DESCRIBE_ENUM(LintFormat, text, json, sarif, junit, html)

/// What is said, and where.
struct Output {
  std::string format, out = "-", colour = "auto";
  bool why = false;
};

struct LintArguments {
  std::vector<std::string> files;
  Output output;
  std::string rule, config, baseline, write_baseline;
  bool list_rules = false, schema = false, lines = false;
  bool fix = false, fix_wording = false, diff = false;
};

void add_output_options(CLI::App& command, Output& output) {
  command
      .add_option("--format", output.format,
                  "text, json, sarif, junit or html; from the name of --out when left out")
      ->check(CLI::IsMember({"text", "json", "sarif", "junit", "html"}));
  command.add_option("-o,--out", output.out, "File to write")->capture_default_str();
  command.add_option("--color,--colour", output.colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  command.add_flag("--why", output.why, "Add to each finding why it matters");
}

/// What was asked for, else what the name of the file says.
LintFormat format_of(const Output& output, const Context& context) {
  if (!output.format.empty()) return from_slug<LintFormat>(output.format).value();
  constexpr std::pair<std::string_view, LintFormat> endings[] = {{".json", LintFormat::json},
                                                                 {".sarif", LintFormat::sarif},
                                                                 {".xml", LintFormat::junit},
                                                                 {".html", LintFormat::html},
                                                                 {".htm", LintFormat::html}};
  const std::string ending = std::filesystem::path(output.out).extension().string();
  for (const auto& [known, format] : endings)
    if (ending == known) return format;
  return context.json ? LintFormat::json : LintFormat::text;
}

bias::TextStyle style_of(const Output& output) {
  const bool terminal = output.out == "-" && isatty(STDOUT_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const bool automatic = terminal && (no_colour == nullptr || *no_colour == '\0');
  bias::TextStyle style{
      .colour = output.colour == "always" || (output.colour == "auto" && automatic),
      .explain = output.why};
  winsize window{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col >= 40)
    style.width = window.ws_col;
  return style;
}

/// `one_file` says whether the user named exactly one: its JSON is the bare report.
std::string document(const std::vector<bias::Linted>& all, LintFormat format, bool one_file,
                     const Output& output) {
  switch (format) {
    case LintFormat::json:
      return one_file && all.size() == 1 ? bias::to_json_document(all[0].report)
                                         : bias::to_json_document(all);
    case LintFormat::sarif: return bias::to_sarif(all, INSIGHTFLOW_VERSION);
    case LintFormat::junit: return bias::to_junit(all);
    case LintFormat::html: return bias::to_html(all);
    case LintFormat::text: break;
  }
  std::string out;
  for (const bias::Linted& linted : all) {
    if (linted.error) continue;  // Told on standard error, at once.
    if (!one_file) out += (out.empty() ? "" : "\n") + linted.file + ":\n";
    out += bias::to_text(linted, style_of(output));
  }
  return out;
}

Result<void> publish(const std::vector<bias::Linted>& all, bool one_file, const Output& output,
                     Context& context) {
  const LintFormat format = format_of(output, context);
  for (const bias::Linted& linted : all)
    context.exit = std::max(context.exit, bias::exit_code(linted.report));
  // The report of one file that could not be read: there is none, and the error has been told.
  if (one_file && format == LintFormat::json && all[0].error) return insightflow::success();
  return write_file(output.out, document(all, format, one_file, output));
}

/// A file as a baseline names it: relative to the folder the baseline lies in.
std::string seen_from(const std::string& baseline, const std::string& file) {
  if (file == "-") return file;
  std::error_code ec;
  const fs::path folder = fs::absolute(baseline, ec).parent_path().lexically_normal();
  return fs::absolute(file, ec).lexically_normal().lexically_proximate(folder).generic_string();
}

Result<void> write_baseline(const std::string& path, const std::vector<bias::Linted>& all) {
  bias::Baseline baseline;
  for (const bias::Linted& linted : all)
    bias::add(baseline, seen_from(path, linted.file), linted.report, linted.survey);
  BOOST_OUTCOME_TRY(rewrite_file(path, pretty(to_json(baseline))));
  remark("Wrote " + path + ": " + std::to_string(baseline.findings.size()) + " findings.");
  return insightflow::success();
}

Result<void> apply_baseline(const std::string& path, std::vector<bias::Linted>& all) {
  BOOST_OUTCOME_TRY(const auto text, read_file(path));
  auto baseline = from_json_text<bias::Baseline>(text);
  if (!baseline) {
    Error error = baseline.error();
    error.detail = "'" + path + "': " + error.detail;
    return error;
  }
  bias::BaselineFilter filter(baseline.value());
  for (bias::Linted& linted : all) filter.apply(linted.report, linted.survey);
  for (bias::Linted& linted : all)
    if (!linted.error) linted.report.stale = filter.stale(seen_from(path, linted.file));
  return insightflow::success();
}

/// Shows what would change, and with --fix changes it.
Result<void> repair(bias::Linted& linted, const bias::Options& options,
                    const LintArguments& arguments, LintFormat format) {
  if (linted.source.empty())
    return fail(Code::unsupported, "fix_unsupported",
                "'" + linted.file + "' is of another format. Convert it to JSON first.");
  const bool writes = arguments.fix && !arguments.diff;
  if (writes && linted.file == "-")
    return fail(Code::invalid, "fix_unsupported",
                "Standard input cannot be changed. Name a file, or see the changes with --diff.");
  bias::Repaired repaired = bias::repair(linted.survey, options, arguments.fix_wording);
  BOOST_OUTCOME_TRY(auto text, bias::apply_to_text(linted.source, repaired.applied));
  const auto again = from_json_text<survey::Questionnaire>(text, Audience::storage);
  if (!again || again.value() != repaired.survey)
    return fail(Code::internal, "fix_failed",
                "'" + linted.file + "' could not be changed as planned and was left alone.");
  const std::string diff =
      bias::unified_diff(linted.source, text, linted.file == "-" ? "stdin" : linted.file);
  // Beside a document that a program reads the changes are a remark.
  if (format == LintFormat::text)
    print(diff);
  else if (!diff.empty())
    remark(diff);
  if (!writes) return insightflow::success();
  if (!diff.empty()) {
    std::error_code ec;
    const fs::path target = fs::canonical(linted.file, ec);
    const fs::perms mode = fs::status(target, ec).permissions();
    BOOST_OUTCOME_TRY(rewrite_file(target.string(), text));
    fs::permissions(target, mode, ec);
    const std::size_t count = repaired.applied.size();
    remark("Fixed '" + linted.file + "': " + std::to_string(count) +
           (count == 1 ? " repair." : " repairs."));
  }
  linted.survey = std::move(repaired.survey);
  linted.report = std::move(repaired.report);
  linted.source = std::move(text);
  return insightflow::success();
}

Result<std::vector<std::string>> expand(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    std::error_code ec;
    if (name == "-" || !fs::is_directory(name, ec)) {
      out.push_back(name);
      continue;
    }
    BOOST_OUTCOME_TRY(const auto below, questionnaires_below(name));
    if (below.empty())
      return fail(Code::invalid, "questionnaire_missing",
                  "'" + name + "' is a folder that holds no questionnaire.");
    out.insert(out.end(), below.begin(), below.end());
  }
  return out;
}

Result<void> lint_files(Context& context, const LintArguments& arguments) {
  LintSettings settings;
  if (!arguments.config.empty()) {
    BOOST_OUTCOME_TRY(settings.named(arguments.config));
  }
  BOOST_OUTCOME_TRY(const auto files, expand(arguments.files));
  const LintFormat format = format_of(arguments.output, context);
  const bool repairs = arguments.fix || arguments.fix_wording || arguments.diff;
  std::vector<bias::Linted> all;
  const auto one = [&](const std::string& file) -> Result<void> {
    BOOST_OUTCOME_TRY(auto loaded, load_questionnaire(file));
    BOOST_OUTCOME_TRY(const bias::Options* options, settings.of(file));
    if (const auto problems = survey::check(loaded.survey); !problems.empty())
      remark("'" + file + "' cannot be published as it is: " + problems.front().pointer + ": " +
             problems.front().detail +
             (problems.size() > 1 ? " And " + std::to_string(problems.size() - 1) + " more." : ""));
    bias::Report report = bias::lint(loaded.survey, *options);
    bias::Linted linted{file, std::move(loaded.survey), std::move(report),
                        std::move(loaded.source)};
    if (repairs) {
      BOOST_OUTCOME_TRY(repair(linted, *options, arguments, format));
    }
    all.push_back(std::move(linted));
    return insightflow::success();
  };
  // A file that cannot be read does not keep the others from being checked.
  for (const std::string& file : files)
    if (auto done = one(file); !done) {
      print_error(done.error(), context.json);
      context.exit = std::max(context.exit, int{exit_code(done.error())});
      all.push_back({.file = file, .error = std::move(done).error()});
    }
  if (!arguments.write_baseline.empty())
    return context.exit == success ? write_baseline(arguments.write_baseline, all)
                                   : insightflow::success();
  if (!arguments.baseline.empty()) {
    BOOST_OUTCOME_TRY(apply_baseline(arguments.baseline, all));
  }
  const bool one_file = files.size() == 1 && arguments.files[0] == files[0];
  if (arguments.diff && format == LintFormat::text) {
    for (const bias::Linted& linted : all)
      context.exit = std::max(context.exit, bias::exit_code(linted.report));
    return insightflow::success();
  }
  return publish(all, one_file, arguments.output, context);
}

/// One line of the stream: the id as it came, and what was found or what is wrong.
struct Line {
  std::string text;
  int exit = success;
};
Line lint_line(std::string_view text, const bias::Options& options) {
  json::object out;
  const auto failed = [&](const Error& error) {
    const auto envelope = parse_json(error_envelope(error));
    out["error"] = envelope ? envelope.value().at("error") : json::value();
    return Line{serialize(out) + "\n", bad_input};
  };
  auto parsed = parse_json(text);
  if (!parsed) return failed(parsed.error());
  json::object* object = parsed.value().if_object();
  if (!object)
    return failed(fail(Code::invalid, "type_mismatch", "A line must hold one questionnaire."));
  if (const json::value* id = object->if_contains("id"); id && (id->is_string() || id->is_number()))
    out["id"] = *id;
  // A single question under test needs no title.
  const bool untitled = !object->contains("title");
  if (untitled) (*object)["title"] = "-";
  auto survey = from_json<survey::Questionnaire>(parsed.value(), Audience::storage);
  if (!survey) return failed(survey.error());
  if (untitled) survey.value().title.clear();
  const bias::Report report = bias::lint(survey.value(), options);
  json::array findings;
  for (const bias::Finding& finding : report.findings)
    findings.push_back(json::object{{"rule", finding.rule},
                                    {"severity", slug(finding.severity)},
                                    {"question_id", finding.question_id},
                                    {"span", to_json(finding.span)},
                                    {"message", finding.message},
                                    {"suggestion", finding.suggestion}});
  out["findings"] = std::move(findings);
  return {serialize(out) + "\n", bias::exit_code(report)};
}

Result<void> lint_lines(Context& context, const LintArguments& arguments) {
  LintSettings settings;
  if (!arguments.config.empty()) {
    BOOST_OUTCOME_TRY(settings.named(arguments.config));
  }
  BOOST_OUTCOME_TRY(auto out, OutputFile::create(arguments.output.out));
  for (const std::string& file : arguments.files) {
    BOOST_OUTCOME_TRY(const bias::Options* options, settings.of(file));
    BOOST_OUTCOME_TRY(auto source, open_file(file));
    response::LineReader lines(std::move(source));
    for (std::string text;;) {
      BOOST_OUTCOME_TRY(const bool more, lines.next(text));
      if (!more) break;
      const Line line = lint_line(text, *options);
      context.exit = std::max(context.exit, line.exit);
      BOOST_OUTCOME_TRY(out.write(line.text));
      // Whoever waits for the answer to a line gets it before sending the next one.
      if (arguments.output.out == "-") std::fflush(stdout);
    }
  }
  return out.close();
}

Result<void> check_together(const LintArguments& arguments) {
  const auto clash = [](std::string what) { return fail(Code::invalid, "usage", std::move(what)); };
  const bool repairs = arguments.fix || arguments.fix_wording || arguments.diff;
  const bool baselines = !arguments.baseline.empty() || !arguments.write_baseline.empty();
  if (arguments.lines && (repairs || baselines || !arguments.output.format.empty()))
    return clash("--jsonl writes lines of its own and goes with --config and --out alone.");
  if (!arguments.baseline.empty() && !arguments.write_baseline.empty())
    return clash("Either write a baseline or check against one.");
  if (arguments.fix_wording && !arguments.fix && !arguments.diff)
    return clash("--fix-wording goes with --fix, or with --diff to see the changes alone.");
  if (std::count(arguments.files.begin(), arguments.files.end(), "-") > 1)
    return clash("Standard input can be read once.");
  return insightflow::success();
}

Result<void> run(Context& context, LintArguments arguments) {
  if (arguments.schema) {
    print_json(json_schema(type_of<bias::Config>()));
    return insightflow::success();
  }
  if (arguments.list_rules) {
    print(bias::rule_list());
    return insightflow::success();
  }
  if (!arguments.rule.empty()) {
    const std::string text = bias::explain(arguments.rule);
    if (text.empty())
      return fail(
          Code::invalid, "rule_unknown",
          "There is no rule '" + arguments.rule + "'. 'insightflow lint --rules' lists them.");
    print(text);
    return insightflow::success();
  }
  if (arguments.lines && arguments.files.empty()) arguments.files = {"-"};
  if (arguments.files.empty())
    return fail(Code::invalid, "file_missing",
                "Name a file or a folder to check, or '-' for standard input.");
  BOOST_OUTCOME_TRY(check_together(arguments));
  return arguments.lines ? lint_lines(context, arguments) : lint_files(context, arguments);
}

}  // namespace

void add_lint_command(CLI::App& app, Context& context) {
  auto* lint = app.add_subcommand("lint", "Check questionnaires for bias; needs no database");
  auto arguments = std::make_shared<LintArguments>();
  lint->add_option("FILE", arguments->files,
                   "Files in any format of 'convert', folders, or '-' for standard input");
  add_output_options(*lint, arguments->output);
  lint->add_option("--config", arguments->config,
                   "Settings; else the nearest .insightflow-lint.json of each file");
  lint->add_option("--baseline", arguments->baseline, "Count only what this file does not know");
  lint->add_option("--write-baseline", arguments->write_baseline,
                   "Write down what is there now, to be known from now on");
  lint->add_flag("--fix", arguments->fix, "Repair what can be repaired safely; shows the changes");
  lint->add_flag("--fix-wording", arguments->fix_wording,
                 "With --fix: also leave out words that judge");
  lint->add_flag("--diff,--dry-run", arguments->diff, "Show what --fix would change, and no more");
  lint->add_flag("--jsonl", arguments->lines, "A questionnaire on each line; a line for each");
  lint->add_option("--explain", arguments->rule, "What a rule is about, instead of checking");
  lint->add_flag("--rules", arguments->list_rules, "List the rules, instead of checking");
  lint->add_flag("--config-schema", arguments->schema, "The JSON Schema of the settings");
  on_call(*lint, context, [&context, arguments] { return run(context, *arguments); });
}

void add_stored_lint_command(CLI::App& survey, Context& context) {
  auto* command = survey.add_subcommand("lint", "Check a stored draft for bias");
  auto id = std::make_shared<std::string>();
  auto output = std::make_shared<Output>();
  auto config = std::make_shared<std::string>();
  command->add_option("SURVEY", *id, "Id or slug")->required();
  add_output_options(*command, *output);
  command->add_option("--config", *config,
                      "Settings; else .insightflow-lint.json of this folder or above");
  on_call(*command, context, [&context, id, output, config]() -> Result<void> {
    LintSettings settings;
    if (!config->empty()) {
      BOOST_OUTCOME_TRY(settings.named(*config));
    }
    BOOST_OUTCOME_TRY(const bias::Options* options, settings.of("-"));
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto draft, find_survey(session, *id));
    std::vector<bias::Linted> all{{draft.slug, draft, bias::lint(draft, *options)}};
    return publish(all, true, *output, context);
  });
}

}  // namespace insightflow::cli
