#include "cli/json_lines.hpp"

#include <insightflow/analysis/sentiment.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

struct SentimentArguments {
  std::string file = "-", field, language;
  bool sentences = false;
};

/// {"label":"positive","score":0.93}. A text that is not rated is neutral with 1/3, which says
/// nothing, and the reason stands beside it, so that scripts find the same members in every line.
std::string sentiment_json(std::string_view text, const SentimentArguments& arguments,
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

Result<void> rate_lines(Context& context, const SentimentArguments& arguments) {
  if (!arguments.language.empty() && !analysis::sentiment_supports(arguments.language))
    return fail(Code::invalid, "language_unsupported",
                "The mood of '" + arguments.language +
                    "' cannot be rated: the built-in model knows English (en).");
  const Ctx ctx = context.ctx();
  analysis::TokenizedText tokens;
  std::string out;
  BOOST_OUTCOME_TRY(
      const auto counts,
      each_text(context, arguments.file, arguments.field, "sentiment", ctx,
                [&](const std::string& line, std::string_view text) -> Result<void> {
                  BOOST_OUTCOME_TRY(
                      const auto rated,
                      with_member(line, "sentiment", sentiment_json(text, arguments, tokens)));
                  out += rated;
                  if (out.size() < flush_at) return insightflow::success();
                  print(out);
                  out.clear();
                  return insightflow::success();
                }));
  print(out);
  return all_read(counts);
}

}  // namespace

void add_sentiment_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "sentiment", "Rate the mood of each line of JSON; reads standard input, needs no database");
  auto arguments = std::make_shared<SentimentArguments>();
  command->add_option("FILE", arguments->file, "JSONL; standard input when left out");
  command->add_option("--field", arguments->field, "Field that holds the text")->required();
  command->add_option("--language", arguments->language,
                      "What all texts are written in; found for each when left out");
  command->add_flag("--sentences", arguments->sentences, "Rate each sentence too");
  on_call(*command, context, [&context, arguments] { return rate_lines(context, *arguments); });
}

}  // namespace insightflow::cli
