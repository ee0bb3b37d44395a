#include "cli/command.hpp"

#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/response/lines.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

constexpr std::size_t flush_at = 1u << 16;
constexpr std::int64_t report_every = 4096;
constexpr std::int64_t most_errors_shown = 20;
constexpr std::size_t longest_line = 64u << 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct Arguments {
  std::string file = "-", field, language;
  bool sentences = false;
};

/// {"label":"positive","score":0.93}. A text that is not rated is neutral with 1/3, which says
/// nothing, and the reason stands beside it, so that scripts find the same members in every line.
std::string sentiment_json(std::string_view text, const Arguments& arguments,
                           analysis::TokenizedText& tokens) {
  analysis::tokenize(text, tokens);
  analysis::MoodReading reading;
  if (arguments.language.empty())
    reading = analysis::read_mood(tokens);
  else
    reading.mood = analysis::sentiment_odds(tokens).mood();
  std::string out = to_json_text(reading.mood.value_or(analysis::MoodOdds{}.mood()));
  if (!reading.mood) {
    out.back() = ',';
    out += R"("reason":")" + std::string(reading.reason) + R"(","language":)" +
           (reading.language.empty() ? "null" : '"' + std::string(reading.language) + '"') + "}";
    return out;
  }
  if (!arguments.sentences) return out;
  out.back() = ',';
  out += R"("sentences":[)";
  const auto moods = analysis::sentence_sentiments(tokens);
  for (std::size_t i = 0; i < moods.size(); ++i) {
    json::object span{{"start", tokens.sentences[i].start}, {"end", tokens.sentences[i].end}};
    std::string item = serialize(json::value(std::move(span)));
    item.back() = ',';
    out += (i ? "," : "") + item + to_json_text(moods[i]).substr(1);
  }
  return out + "]}";
}

/// The line with one member more. What was there stays as it was written, byte for byte, unless the
/// object has a "sentiment" already: that one is replaced.
Result<std::string> rated(const std::string& line, const Arguments& arguments,
                          analysis::TokenizedText& tokens) {
  BOOST_OUTCOME_TRY(auto value, parse_json(line, {.max_bytes = longest_line}));
  if (!value.is_object())
    return fail(Code::invalid, "object_wanted", "The line is JSON, but no object.");
  json::object& object = value.get_object();
  const json::value* text = object.if_contains(arguments.field);
  if (text == nullptr)
    return fail(Code::invalid, "field_missing",
                "The object has no field '" + arguments.field + "'.");
  if (!text->is_string() && !text->is_null())
    return fail(Code::invalid, "type_mismatch", "The field '" + arguments.field + "' is no text.");
  const std::string member =
      R"("sentiment":)" +
      sentiment_json(text->is_null() ? std::string_view() : std::string_view(text->get_string()),
                     arguments, tokens);
  std::string out;
  if (object.contains("sentiment")) {
    object.stable_erase("sentiment");
    out = serialize(value);
  } else {
    out = line;
  }
  const std::size_t end = out.find_last_of('}');
  out.insert(end, (object.empty() ? "" : ",") + member);
  out += '\n';
  return out;
}

Result<void> rate_lines(Context& context, const Arguments& arguments) {
  if (!arguments.language.empty() && !analysis::sentiment_supports(arguments.language))
    return fail(Code::invalid, "language_unsupported",
                "The mood of '" + arguments.language +
                    "' cannot be rated: the built-in model knows English (en).");
  const Ctx ctx = context.ctx();
  BOOST_OUTCOME_TRY(auto source, open_file(arguments.file));
  response::LineReader lines(std::move(source), longest_line);
  analysis::TokenizedText tokens;
  std::string line, out;
  std::int64_t read = 0, bad = 0;
  for (;;) {
    BOOST_OUTCOME_TRY(const bool more, lines.next(line));
    if (!more) break;
    if (read++ % report_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("sentiment", read, 0);
    }
    if (lines.line() == 1 && line.starts_with(byte_order_mark))
      line.erase(0, byte_order_mark.size());
    auto answer = rated(line, arguments, tokens);
    if (answer) {
      out += answer.value();
    } else if (++bad <= most_errors_shown) {
      Error error = answer.error();
      error.detail = "Line " + std::to_string(lines.line()) + ": " + error.detail;
      error.pointer = "/" + std::to_string(lines.line() - 1) + error.pointer;
      print_error(error, context.json);
      if (bad == most_errors_shown) remark("Further lines that cannot be read are only counted.");
    }
    if (out.size() < flush_at) continue;
    print(out);
    out.clear();
  }
  print(out);
  if (bad > 0)
    return fail(Code::invalid, "lines_rejected",
                std::to_string(bad) + " of " + std::to_string(read) +
                    " lines could not be read and were left out; the others were rated.");
  return insightflow::success();
}

}  // namespace

void add_sentiment_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "sentiment", "Rate the mood of each line of JSON; reads standard input, needs no database");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->file, "JSONL; standard input when left out");
  command->add_option("--field", arguments->field, "Field that holds the text")->required();
  command->add_option("--language", arguments->language,
                      "What all texts are written in; found for each when left out");
  command->add_flag("--sentences", arguments->sentences, "Rate each sentence too");
  on_call(*command, context, [&context, arguments] { return rate_lines(context, *arguments); });
}

}  // namespace insightflow::cli
