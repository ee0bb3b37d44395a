#include "cli/command.hpp"

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/analysis/summary.hpp>
#include <insightflow/response/lines.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <thread>

namespace insightflow::cli {

namespace {

constexpr std::size_t longest_line = 64u << 20;
constexpr std::size_t flush_at = 1u << 16;
constexpr std::int64_t check_every = 4096;

struct Arguments {
  std::string file = "-", field, codebook, save;
  std::int64_t themes = 0, sentences = 2, bootstraps = 0;
  bool relearn = false;
};

/// The lines of a file and the text in one field of each.
struct Lines {
  std::vector<std::string> lines;
  std::vector<std::string> texts;
  std::int64_t rejected = 0;

  std::vector<std::string_view> views() const { return {texts.begin(), texts.end()}; }
};

Result<std::string> text_of(const std::string& line, const std::string& field) {
  BOOST_OUTCOME_TRY(auto value, parse_json(line, {.max_bytes = longest_line}));
  if (!value.is_object())
    return fail(Code::invalid, "object_wanted", "The line is JSON, but no object.");
  const json::value* text = value.get_object().if_contains(field);
  if (text == nullptr)
    return fail(Code::invalid, "field_missing", "The object has no field '" + field + "'.");
  if (text->is_null()) return std::string();
  if (!text->is_string())
    return fail(Code::invalid, "type_mismatch", "The field '" + field + "' is no text.");
  return std::string(text->get_string());
}

/// Lines that cannot be read are reported and left out.
Result<Lines> read_lines(Context& context, const Arguments& arguments, bool keep, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto source, open_file(arguments.file));
  response::LineReader reader(std::move(source), longest_line);
  Lines out;
  std::string line;
  for (std::int64_t read = 0;; ++read) {
    if (read % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("read", read, 0);
    }
    BOOST_OUTCOME_TRY(const bool more, reader.next(line));
    if (!more) return out;
    auto text = text_of(line, arguments.field);
    if (text) {
      out.texts.push_back(std::move(text.value()));
      if (keep) out.lines.push_back(line);
      continue;
    }
    ++out.rejected;
    Error error = text.error();
    error.detail = "Line " + std::to_string(reader.line()) + ": " + error.detail;
    error.pointer = "/" + std::to_string(reader.line() - 1) + error.pointer;
    print_error(error, context.json);
  }
}

Result<void> complain(const Lines& lines) {
  if (lines.rejected == 0) return insightflow::success();
  return fail(Code::invalid, "lines_rejected",
              std::to_string(lines.rejected) + " of " +
                  std::to_string(lines.rejected + static_cast<std::int64_t>(lines.texts.size())) +
                  " lines could not be read and were left out.");
}

/// The line with its themes added; everything else stays byte for byte, unless the object has
/// themes already: those are replaced.
Result<std::string> with_themes(const std::string& line, const json::array& themes) {
  const std::string member = R"("themes":)" + serialize(json::value(themes)) + "}\n";
  const std::size_t end = line.find_last_of('}');
  std::string out = line.substr(0, end);
  bool empty = out.find_first_not_of(" \t", out.find('{') + 1) == out.npos;
  if (out.find("\"themes\"") != out.npos || out.find('\\') != out.npos) {
    BOOST_OUTCOME_TRY(auto value, parse_json(line, {.max_bytes = longest_line}));
    json::object& object = value.get_object();
    if (object.erase("themes") > 0) {
      empty = object.empty();
      out = serialize(value);
      out.pop_back();
    }
  }
  return out + (empty ? "" : ",") + member;
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
    BOOST_OUTCOME_TRY(const auto line, with_themes(lines.lines[i], themes));
    out += line;
    if (out.size() < flush_at) continue;
    print(out);
    out.clear();
  }
  print(out + serialize(json::value(codebook_line(codebook, model, drift))) + "\n");
  return insightflow::success();
}

Result<void> themes(Context& context, const Arguments& arguments) {
  const Ctx ctx = context.ctx();
  std::optional<analysis::Codebook> given;
  if (!arguments.codebook.empty()) {
    BOOST_OUTCOME_TRY(const auto text, read_file(arguments.codebook));
    BOOST_OUTCOME_TRY(given, analysis::read_codebook(text));
  }
  BOOST_OUTCOME_TRY(const Lines lines, read_lines(context, arguments, true, ctx));
  const auto texts = lines.views();
  analysis::ThemeOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()),
                                 .bootstraps = arguments.bootstraps,
                                 .not_labels = {}};
  if (arguments.themes > 0) options.count = arguments.themes;
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
  if (!arguments.save.empty()) {
    BOOST_OUTCOME_TRY(write_file(arguments.save, to_json_text(learned.codebook) + "\n"));
  }
  return complain(lines);
}

Result<void> summarize(Context& context, const Arguments& arguments) {
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
  return complain(lines);
}

Result<void> edit(const std::string& path, const std::string& out, const auto& change) {
  BOOST_OUTCOME_TRY(const auto text, read_file(path));
  BOOST_OUTCOME_TRY(auto codebook, analysis::read_codebook(text));
  BOOST_OUTCOME_TRY(change(codebook));
  return write_file(out.empty() ? path : out, to_json_text(codebook) + "\n");
}

void add_codebook_commands(CLI::App& app, Context& context) {
  auto* parent = app.add_subcommand("codebook", "Edit the themes that answers are coded with");
  parent->require_subcommand(1);
  struct Edit : Arguments {
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
        return complain(lines);
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
    auto arguments = std::make_shared<Arguments>();
    command->add_option("FILE", arguments->file, "JSONL; standard input when left out");
    command->add_option("--field", arguments->field, "Field that holds the text")->required();
    command->add_option("--themes", arguments->themes, "Number of themes; chosen when left out")
        ->check(CLI::Range(1, 1000));
    auto* codebook =
        command->add_option("--codebook", arguments->codebook, "Code with these themes");
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
  auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->file, "JSONL; standard input when left out");
  command->add_option("--field", arguments->field, "Field that holds the text")->required();
  command->add_option("--sentences", arguments->sentences, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  on_call(*command, context, [&context, arguments] { return summarize(context, *arguments); });
  add_codebook_commands(app, context);
}

}  // namespace insightflow::cli
