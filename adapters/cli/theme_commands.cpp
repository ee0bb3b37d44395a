#include "cli/json_lines.hpp"

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/analysis/summary.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <thread>

namespace insightflow::cli {

namespace {

struct ThemeArguments {
  std::string file = "-", field, codebook, save;
  std::int64_t themes = 0, sentences = 2, bootstraps = 0;
  bool relearn = false;
};

/// The lines of a file and the text in one field of each.
struct Lines {
  std::vector<std::string> lines;
  std::vector<std::string> texts;
  LineCounts counts;

  std::vector<std::string_view> views() const { return {texts.begin(), texts.end()}; }
};

Result<Lines> read_lines(Context& context, const ThemeArguments& arguments, bool keep,
                         const Ctx& ctx) {
  Lines out;
  BOOST_OUTCOME_TRY(out.counts,
                    each_text(context, arguments.file, arguments.field, "read", ctx,
                              [&](const std::string& line, std::string_view text) -> Result<void> {
                                out.texts.emplace_back(text);
                                if (keep) out.lines.push_back(line);
                                return insightflow::success();
                              }));
  return out;
}

json::object codebook_line(const analysis::Codebook& codebook, const analysis::ThemeModel& model,
                           const std::optional<analysis::Drift>& drift) {
  json::array themes;
  for (std::size_t t = 0; t < codebook.themes.size(); ++t) {
    const analysis::CodebookTheme& code = codebook.themes[t];
    const analysis::Theme& found = model.themes[t];
    json::object theme{{"id", code.id}, {"label", code.label}};
    if (!code.description.empty()) theme["description"] = code.description;
    theme["terms"] = to_json(code.terms);
    theme["size"] = found.members.size();
    theme["sentiment"] = to_json(found.sentiment);
    if (code.stability) theme["stability"] = *code.stability;
    if (code.pinned) theme["pinned"] = true;
    themes.push_back(std::move(theme));
  }
  json::object out{
      {"codebook", std::move(themes)}, {"answers", model.used}, {"uncoded", model.unthemed}};
  if (drift) out["drift"] = to_json(*drift);
  if (!model.notes.empty()) out["notes"] = to_json(model.notes);
  return out;
}

Result<void> write_themes(const Lines& lines, const analysis::Codebook& codebook,
                          const analysis::ThemeModel& model,
                          const std::optional<analysis::Drift>& drift) {
  std::string out;
  for (std::size_t i = 0; i < lines.lines.size(); ++i) {
    json::array themes;
    for (const std::uint32_t theme : model.of_answer[i])
      themes.emplace_back(codebook.themes[theme].id);
    BOOST_OUTCOME_TRY(const auto line,
                      with_member(lines.lines[i], "themes", serialize(json::value(themes))));
    out += line;
    if (out.size() < flush_at) continue;
    print(out);
    out.clear();
  }
  print(out + serialize(json::value(codebook_line(codebook, model, drift))) + "\n");
  return insightflow::success();
}

Result<void> themes(Context& context, const ThemeArguments& arguments) {
  const Ctx ctx = context.ctx();
  std::optional<analysis::Codebook> given;
  if (!arguments.codebook.empty()) {
    BOOST_OUTCOME_TRY(given, load_codebook(arguments.codebook));
  }
  BOOST_OUTCOME_TRY(const Lines lines, read_lines(context, arguments, true, ctx));
  const auto texts = lines.views();
  analysis::ThemeOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()),
                                 .bootstraps = arguments.bootstraps,
                                 .not_labels = {}};
  if (arguments.themes > 0) options.count = arguments.themes;
  // A codebook that is learned further may keep its name.
  const bool renewed = arguments.save == arguments.codebook;
  if (!arguments.save.empty() && !renewed) {
    BOOST_OUTCOME_TRY(check_output(arguments.save));
  }
  analysis::LearnedThemes learned;
  std::optional<analysis::Drift> drift;
  if (given && !arguments.relearn) {
    BOOST_OUTCOME_TRY(auto coding, analysis::code_answers(*given, texts, options, ctx));
    learned = {std::move(coding.model), std::move(*given)};
    drift = coding.drift;
  } else if (given) {
    BOOST_OUTCOME_TRY(learned, analysis::relearn(*given, texts, options, ctx));
  } else {
    BOOST_OUTCOME_TRY(learned, analysis::learn_codebook(texts, options, ctx));
  }
  BOOST_OUTCOME_TRY(write_themes(lines, learned.codebook, learned.model, drift));
  if (!arguments.save.empty() && !texts.empty()) {
    const std::string text = to_json_text(learned.codebook) + "\n";
    BOOST_OUTCOME_TRY(renewed ? rewrite_file(arguments.save, text)
                              : write_file(arguments.save, text));
  }
  return all_read(lines.counts);
}

Result<void> summarize(Context& context, const ThemeArguments& arguments) {
  const Ctx ctx = context.ctx();
  BOOST_OUTCOME_TRY(const Lines lines, read_lines(context, arguments, false, ctx));
  const auto texts = lines.views();
  BOOST_OUTCOME_TRY(const auto sentences,
                    analysis::summarise(texts, {.sentences = arguments.sentences}, ctx));
  json::array found;
  std::string out;
  for (const analysis::SummarySentence& sentence : sentences) {
    std::string text(texts[sentence.answer].substr(sentence.start, sentence.end - sentence.start));
    if (context.json)
      found.push_back({{"answer", sentence.answer},
                       {"start", sentence.start},
                       {"end", sentence.end},
                       {"text", text}});
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    out += text + "\n";
  }
  if (context.json)
    print_json(json::value(std::move(found)));
  else
    print(out);
  return all_read(lines.counts);
}

Result<void> edit(const std::string& path, const std::string& out, const auto& change) {
  BOOST_OUTCOME_TRY(auto codebook, load_codebook(path));
  BOOST_OUTCOME_TRY(change(codebook));
  const std::string text = to_json_text(codebook) + "\n";
  return out.empty() ? rewrite_file(path, text) : write_file(out, text);
}

Result<void> show(Context& context, const std::string& path) {
  BOOST_OUTCOME_TRY(const auto codebook, load_codebook(path));
  if (context.json) {
    json::array themes;
    for (const analysis::CodebookTheme& theme : codebook.themes) {
      json::object one = to_json(theme).as_object();
      one.erase("centres");
      themes.push_back(std::move(one));
    }
    print_json(json::value(std::move(themes)));
    return insightflow::success();
  }
  std::string out;
  for (const analysis::CodebookTheme& theme : codebook.themes) {
    out += theme.id + "  " + std::to_string(theme.size) + " answers  " + theme.label +
           (theme.pinned ? "  (pinned)" : "");
    for (std::size_t i = 0; i < theme.terms.size(); ++i)
      out += (i == 0 ? "  – " : ", ") + theme.terms[i];
    out += "\n";
  }
  print(out + std::to_string(codebook.uncoded) + " of " + std::to_string(codebook.base) +
        " answers without a theme\n");
  return insightflow::success();
}

void add_codebook_commands(CLI::App& app, Context& context) {
  auto* parent = app.add_subcommand("codebook", "Edit the themes that answers are coded with");
  parent->require_subcommand(1);
  {
    auto* command = parent->add_subcommand("show", "List the themes with their ids");
    auto path = std::make_shared<std::string>();
    command->add_option("CODEBOOK", *path, "File that 'themes --save' wrote")->required();
    on_call(*command, context, [&context, path] { return show(context, *path); });
  }
  struct Edit : ThemeArguments {
    std::string path, out, label;
    std::vector<std::string> ids;
    std::int64_t parts = 2;
  };
  const auto add = [&](const char* name, const char* help, bool labelled, auto change) {
    auto* command = parent->add_subcommand(name, help);
    auto given = std::make_shared<Edit>();
    command->add_option("CODEBOOK", given->path, "File that 'themes --save' wrote")->required();
    command->add_option("THEME", given->ids, "Id of the theme; several to merge")->required();
    if (labelled) command->add_option("--label", given->label, "What to call it")->required();
    command->add_option("-o,--out", given->out, "Write here instead of over the file");
    on_call(*command, context, [given, change] {
      return edit(given->path, given->out,
                  [&](analysis::Codebook& codebook) { return change(codebook, *given); });
    });
    return std::pair(command, given);
  };
  const auto each = [](auto what) {
    return [what](analysis::Codebook& codebook, const Edit& given) -> Result<void> {
      for (const std::string& id : given.ids) {
        BOOST_OUTCOME_TRY(what(codebook, id));
      }
      return insightflow::success();
    };
  };
  add("rename", "Give a theme another label", true,
      [](analysis::Codebook& codebook, const Edit& given) {
        return analysis::rename(codebook, given.ids.front(), given.label);
      });
  add("merge", "Make several themes one; the first keeps its id", true,
      [](analysis::Codebook& codebook, const Edit& given) {
        const std::vector<std::string_view> ids(given.ids.begin(), given.ids.end());
        return analysis::merge(codebook, ids, given.label);
      });
  add("pin", "Keep a theme when the codebook learns anew", false,
      each([](auto& codebook, const auto& id) { return analysis::pin(codebook, id); }));
  add("unpin", "Let a theme go when the codebook learns anew", false,
      each([](auto& codebook, const auto& id) { return analysis::pin(codebook, id, false); }));
  add("forbid", "Take a theme out; its answers are uncoded", false,
      each([](auto& codebook, const auto& id) { return analysis::forbid(codebook, id); }));
  const auto [command, given] = add(
      "split", "Part a theme as its answers suggest", false,
      [&context](analysis::Codebook& codebook, const Edit& own) -> Result<void> {
        const Ctx ctx = context.ctx();
        BOOST_OUTCOME_TRY(const Lines lines, read_lines(context, own, false, ctx));
        const auto texts = lines.views();
        BOOST_OUTCOME_TRY(analysis::split(codebook, own.ids.front(), own.parts, texts, {}, ctx));
        return all_read(lines.counts);
      });
  command->add_option("--answers", given->file, "JSONL of the answers; '-' for standard input")
      ->required();
  command->add_option("--field", given->field, "Field that holds the text")->required();
  command->add_option("--parts", given->parts, "Number of parts")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
}

}  // namespace

void add_theme_commands(CLI::App& app, Context& context) {
  {
    auto* command = app.add_subcommand(
        "themes", "Find what lines of JSON are about; reads standard input, needs no database");
    auto arguments = std::make_shared<ThemeArguments>();
    command->add_option("FILE", arguments->file, "JSONL; standard input when left out");
    command->add_option("--field", arguments->field, "Field that holds the text")->required();
    auto* count =
        command->add_option("--themes", arguments->themes, "Number of themes; chosen when left out")
            ->check(CLI::Range(1, 1000));
    auto* codebook =
        command->add_option("--codebook", arguments->codebook, "Code with these themes")
            ->excludes(count);
    command->add_option("--save", arguments->save, "Write the codebook here");
    command->add_flag("--relearn", arguments->relearn, "Keep pinned themes, learn the others")
        ->needs(codebook);
    command
        ->add_option("--bootstraps", arguments->bootstraps,
                     "Random halves to measure the stability of each theme with")
        ->check(CLI::Range(1, 100));
    on_call(*command, context, [&context, arguments] { return themes(context, *arguments); });
  }
  auto* command = app.add_subcommand(
      "summarize", "Print the sentences that say most; reads standard input, needs no database");
  auto arguments = std::make_shared<ThemeArguments>();
  command->add_option("FILE", arguments->file, "JSONL; standard input when left out");
  command->add_option("--field", arguments->field, "Field that holds the text")->required();
  command->add_option("--sentences", arguments->sentences, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  on_call(*command, context, [&context, arguments] { return summarize(context, *arguments); });
  add_codebook_commands(app, context);
}

}  // namespace insightflow::cli
