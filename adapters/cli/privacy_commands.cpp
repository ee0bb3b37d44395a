#include "cli/json_lines.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/privacy/redact.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdlib>
#include <filesystem>

namespace insightflow::cli {

namespace {

constexpr std::size_t text_at_once = 1u << 20;
constexpr std::string_view key_variable = "INSIGHTFLOW_PSEUDONYM_KEY";

struct RedactArguments {
  std::string file = "-", input_format, format, field, mode = "mask", key_file, scope;
  std::vector<std::string> types;
  double least_score = 0.5;
};

/// What to do with each text.
struct Task {
  privacy::DetectOptions options;
  privacy::Mode mode = privacy::Mode::mask;
  std::optional<privacy::Pseudonyms> pseudonyms;

  std::string replaced(std::string_view text, std::span<const privacy::Entity> entities) const {
    return privacy::replace(text, entities, mode, pseudonyms ? &*pseudonyms : nullptr);
  }
  std::string redacted(std::string_view text) const {
    return replaced(text, privacy::detect(text, options));
  }
};

std::string joined(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) (out += out.empty() ? "" : ", ") += name;
  return out;
}

Result<privacy::Pseudonyms> pseudonyms(const RedactArguments& arguments) {
  std::string key;
  if (!arguments.key_file.empty()) {
    BOOST_OUTCOME_TRY(key, read_file(arguments.key_file));
    while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  } else if (const char* given = std::getenv(key_variable.data())) {
    key = given;
  }
  if (key.size() < 16)
    return fail(Code::invalid, "pseudonym_key_short",
                "Pseudonyms need a secret key of 16 bytes or more, in a file named with --key-file "
                "or in " +
                    std::string(key_variable) + ".");
  return privacy::Pseudonyms(key, arguments.scope);
}

Result<Task> task_of(const RedactArguments& arguments) {
  Task task;
  task.options.least_score = arguments.least_score;
  for (const std::string& name : arguments.types) {
    const auto type = privacy::type_of_name(name);
    if (!type)
      return fail(Code::invalid, "slug_unknown",
                  "--type '" + name + "' is not one of " + joined(privacy::type_names()) + ".");
    task.options.types.push_back(*type);
  }
  const auto mode = privacy::mode_of_name(arguments.mode);
  if (!mode)
    return fail(Code::invalid, "slug_unknown",
                "--mode '" + arguments.mode + "' is not one of mask, pseudonym, drop.");
  task.mode = *mode;
  if (task.mode == privacy::Mode::pseudonym) {
    BOOST_OUTCOME_TRY(auto names, pseudonyms(arguments));
    task.pseudonyms.emplace(names);
  }
  return task;
}

/// {"text":"…","entities":[{"type":"PERSON","start":0,"end":3,"score":0.9}],"redacted":"…"}
std::string entity_line(const Task& task, std::string_view text) {
  const auto entities = privacy::detect(text, task.options);
  json::array list;
  for (const privacy::Entity& entity : entities)
    list.push_back(json::object{{"type", privacy::type_name(entity.type)},
                                {"start", entity.begin_character},
                                {"end", entity.end_character},
                                {"score", entity.score}});
  const json::object line{
      {"text", text}, {"entities", std::move(list)}, {"redacted", task.replaced(text, entities)}};
  return serialize(line) + "\n";
}

/// Every string of a value, however deep, is redacted; the names of its members are not.
void redact_strings(const Task& task, json::value& value) {
  if (auto* string = value.if_string()) {
    *string = task.redacted(*string);
  } else if (auto* array = value.if_array()) {
    for (json::value& item : *array) redact_strings(task, item);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) redact_strings(task, member.value());
  }
}

Error line_error(std::size_t number, std::string_view reason, std::string_view what) {
  return fail(Code::invalid, reason, "Line " + std::to_string(number) + ": " + std::string(what));
}

/// One line of JSONL: an object, or a string alone.
Result<void> redact_line(const Task& task, const RedactArguments& arguments, std::string_view line,
                         std::size_t number) {
  auto parsed = parse_json(line, {.max_bytes = longest_line});
  if (!parsed) return line_error(number, parsed.error().reason, parsed.error().detail);
  json::value& value = parsed.value();
  const bool entities = arguments.format == "jsonl";
  const std::string field = arguments.field.empty() ? "text" : arguments.field;
  if (!value.is_string() && (entities || !arguments.field.empty())) {
    json::value* text = value.is_object() ? value.as_object().if_contains(field) : nullptr;
    if (text == nullptr || !text->is_string())
      return line_error(number, "field_missing",
                        "There is no text '" + field + "'. Name the field with --field.");
    if (entities) {
      print(entity_line(task, text->as_string()));
      return insightflow::success();
    }
    *text = task.redacted(text->as_string());
  } else if (entities) {
    print(entity_line(task, value.as_string()));
    return insightflow::success();
  } else {
    redact_strings(task, value);
  }
  print(serialize(value) + "\n");
  return insightflow::success();
}

/// Lines as they come: what is not yet a whole one waits.
Result<void> redact_lines(const Task& task, const RedactArguments& arguments, std::string waiting,
                          const response::ChunkSource& source, std::stop_token stop) {
  std::size_t number = 0, searched = 0;
  for (bool more = true; more;) {
    std::size_t start = 0;
    for (;;) {
      const std::size_t end = waiting.find('\n', searched);
      if (end == waiting.npos) break;
      const auto line = std::string_view(waiting).substr(start, end - start);
      ++number;
      if (line.find_first_not_of(" \t\r") != line.npos) {
        BOOST_OUTCOME_TRY(redact_line(task, arguments, line, number));
      }
      start = searched = end + 1;
    }
    waiting.erase(0, start);
    searched = waiting.size();
    if (stop.stop_requested()) return fail(Code::cancelled, "interrupted", "Interrupted.");
    if (waiting.size() > longest_line)
      return line_error(number + 1, "file_too_large", "More than 64 MiB.");
    BOOST_OUTCOME_TRY(const auto piece, source());
    more = !piece.empty();
    waiting += piece;
  }
  if (waiting.find_first_not_of(" \t\r") == waiting.npos) return insightflow::success();
  return redact_line(task, arguments, waiting, number + 1);
}

Result<void> redact_text(const Task& task, const RedactArguments& arguments, std::string waiting,
                         const response::ChunkSource& source, std::stop_token stop) {
  const bool entities = arguments.format == "jsonl";
  bool told = entities;
  // What is no UTF-8 stays as it is, and a name with such a letter may not be seen as one.
  const auto tell_of = [&](std::string_view text) {
    if (told || !utf8::first_invalid(text)) return;
    told = true;
    remark("insightflow: '" + arguments.file +
           "' is not UTF-8 throughout, so names in it may be missed. For Latin-1, run 'iconv -f "
           "latin1 -t utf8 FILE' first.");
  };
  for (bool more = true; more;) {
    if (stop.stop_requested()) return fail(Code::cancelled, "interrupted", "Interrupted.");
    // Entities are those of one text; redacted text can go out in parts, cut between paragraphs.
    if (!entities && waiting.size() >= text_at_once) {
      const auto cut_behind = [&](std::string_view mark) {
        const std::size_t at = waiting.rfind(mark);
        return at == waiting.npos ? 0 : at + mark.size();
      };
      std::size_t cut = cut_behind("\n\n");
      if (cut == 0) cut = cut_behind("\n");
      if (cut == 0) cut = cut_behind(" ");
      if (cut > 0) {
        tell_of(std::string_view(waiting).substr(0, cut));
        print(task.redacted(std::string_view(waiting).substr(0, cut)));
        waiting.erase(0, cut);
      }
    }
    if (waiting.size() > longest_line)
      return fail(Code::invalid, "file_too_large",
                  "'" + arguments.file + "': more than 64 MiB " +
                      (entities ? "of text. Give it in lines of JSON." : "without a blank."));
    BOOST_OUTCOME_TRY(const auto piece, source());
    more = !piece.empty();
    waiting += piece;
  }
  if (!entities) {
    tell_of(waiting);
    print(task.redacted(waiting));
    return insightflow::success();
  }
  if (const auto at = utf8::first_invalid(waiting))
    return fail(Code::invalid, "utf8_invalid",
                "'" + arguments.file + "' is not UTF-8 at byte " + std::to_string(*at) +
                    ". JSON can only hold UTF-8.");
  print(entity_line(task, waiting));
  return insightflow::success();
}

/// By name, else by what the first line holds: a whole JSON object means JSONL.
bool holds_lines(const RedactArguments& arguments, std::string_view start) {
  if (!arguments.input_format.empty()) return arguments.input_format == "jsonl";
  const auto extension = std::filesystem::path(arguments.file).extension();
  if (extension == ".jsonl" || extension == ".ndjson") return true;
  if (extension == ".txt" || extension == ".md") return false;
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  if (first == start.npos || start[first] != '{') return false;
  const std::string_view line = start.substr(first, start.find('\n', first) - first);
  const auto parsed = parse_json(line, {.max_bytes = longest_line});
  return parsed && parsed.value().is_object();
}

Result<void> redact(Context& context, RedactArguments arguments) {
  if (arguments.format.empty()) arguments.format = context.json ? "jsonl" : "text";
  for (const std::string* format : {&arguments.format, &arguments.input_format})
    if (!format->empty() && *format != "text" && *format != "jsonl")
      return fail(Code::invalid, "slug_unknown", "'" + *format + "' is not one of text, jsonl.");
  BOOST_OUTCOME_TRY(const auto task, task_of(arguments));
  BOOST_OUTCOME_TRY(auto source, open_file(arguments.file));
  const Ctx ctx = context.ctx();
  // The first line decides the format.
  std::string start;
  for (;;) {
    BOOST_OUTCOME_TRY(const auto piece, source());
    start += piece;
    if (piece.empty() || start.size() >= text_at_once || piece.find('\n') != piece.npos) break;
  }
  return holds_lines(arguments, start)
             ? redact_lines(task, arguments, std::move(start), source, ctx.stop)
             : redact_text(task, arguments, std::move(start), source, ctx.stop);
}

}  // namespace

void add_privacy_commands(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("redact", "Replace personal data in a text; needs no database");
  auto arguments = std::make_shared<RedactArguments>();
  command->add_option("FILE", arguments->file,
                      "Text or JSONL; '-', and nothing, for standard input");
  command->add_option("--format", arguments->format,
                      "text: what was read, redacted (the default); jsonl: the entities of each "
                      "text, beside the text as it was");
  command->add_option("--input-format", arguments->input_format,
                      "text or jsonl; from the name or the first line when left out");
  command->add_option("--field", arguments->field,
                      "Field of the JSON objects that holds the text; without it all texts of an "
                      "object are redacted, and --format jsonl reads 'text'");
  command->add_option("--mode", arguments->mode, "mask, pseudonym or drop")->capture_default_str();
  command
      ->add_option("--type", arguments->types,
                   "Only these types, as EMAIL_ADDRESS; repeat for several")
      ->allow_extra_args(false);
  command
      ->add_option("--least-score", arguments->least_score,
                   "How certain it must be, 0 to 1; lower finds more")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option(
      "--key-file", arguments->key_file,
      "File with the secret of the pseudonyms (or " + std::string(key_variable) + ")");
  command->add_option("--scope", arguments->scope,
                      "Where pseudonyms are to agree, a survey's name for example");
  on_call(*command, context,
          [&context, arguments]() -> Result<void> { return redact(context, *arguments); });
}

}  // namespace insightflow::cli
