#include "insight/open.hpp"

#include <insightflow/analysis/keyphrases.hpp>
#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/analysis/statistics.hpp>
#include <insightflow/analysis/themes.hpp>
#include <insightflow/security/digest.hpp>

#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <thread>

namespace insightflow::insight {

namespace {

constexpr std::size_t check_every = 4096;
constexpr std::int64_t most_themes = 20;  // what a reader can take in

Evidence evidence(const Dataset& dataset, const Texts& texts, std::size_t index, std::size_t start,
                  std::size_t end) {
  const std::string_view text = texts.texts[index];
  return {.response_id = dataset.records[texts.records[index]].id,
          .question_id = texts.evidence_id,
          .start = static_cast<std::int64_t>(start),
          .end = static_cast<std::int64_t>(end),
          .digest = security::sha256(text),
          .quote = std::string(text.substr(start, end - start))};
}

/// Two quotes that share most of their words say nothing twice. Words are what stands between bytes
/// that are no ASCII letter or digit; case is passed over.
bool nearly_same(std::string_view a, std::string_view b) {
  const auto words_of = [](std::string_view text) {
    std::set<std::string> out;
    std::string word;
    for (const char c : text) {
      const bool part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
      if (part) {
        word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      } else if (!word.empty()) {
        out.insert(std::exchange(word, {}));
      }
    }
    if (!word.empty()) out.insert(std::move(word));
    return out;
  };
  const auto one = words_of(a), other = words_of(b);
  std::size_t shared = 0;
  for (const std::string& word : one) shared += other.contains(word);
  const std::size_t all = one.size() + other.size() - shared;
  return all > 0 && shared * 10 >= all * 7;
}

void count(analysis::SentimentMix& mix, analysis::Sentiment label) {
  switch (label) {
    case analysis::Sentiment::negative: ++mix.negative; return;
    case analysis::Sentiment::neutral: ++mix.neutral; return;
    case analysis::Sentiment::positive: ++mix.positive; return;
  }
}

std::string percent(double share) {
  return std::to_string(std::llround(share * 100)) + " %";
}

struct CodedThemes {
  analysis::ThemeModel model;
  std::vector<std::string> ids;
};

/// The themes of a codebook where one was given for the question, else those the engine finds.
Result<CodedThemes> coded_themes(const Texts& texts, const Settings& settings, const Ctx& ctx,
                                 const BuildOptions& build_options) {
  analysis::ThemeOptions options;
  options.count = settings.themes;
  options.most = most_themes;
  options.bootstraps = settings.bootstraps;
  options.threads = std::max(1u, std::thread::hardware_concurrency());
  CodedThemes out;
  const auto given = build_options.codebooks.find(texts.evidence_id);
  if (given == build_options.codebooks.end()) {
    BOOST_OUTCOME_TRY(auto learned, analysis::learn_codebook(texts.texts, options, ctx));
    if (build_options.on_codebook) build_options.on_codebook(texts.evidence_id, learned.codebook);
    for (const auto& theme : learned.codebook.themes) out.ids.push_back(theme.id);
    out.model = std::move(learned.model);
    return out;
  }
  BOOST_OUTCOME_TRY(auto coding, analysis::code_answers(given->second, texts.texts, options, ctx));
  for (const auto& theme : given->second.themes) out.ids.push_back(theme.id);
  const analysis::Drift& drift = coding.drift;
  coding.model.notes.push_back(
      "Coded with the themes of a codebook: " + percent(drift.uncoded_now) +
      " of the answers hold none of them (" + percent(drift.uncoded_then) +
      " where it was learned), and " + percent(drift.distance) +
      " of the answers with a theme would have to change it for the shares to be those of then.");
  out.model = std::move(coding.model);
  return out;
}

}  // namespace

std::vector<Texts> texts_of(const Dataset& dataset) {
  std::vector<Texts> out;
  for (const survey::Question& question : dataset.questionnaire.questions) {
    const bool open = question.kind == survey::Kind::open_text;
    Texts texts{.question_id = question.id,
                .evidence_id = open ? question.id : question.id + "/other",
                .records = {},
                .texts = {}};
    for (std::size_t record = 0; record < dataset.records.size(); ++record) {
      const response::Submission& submission = dataset.records[record].submission;
      const std::string* text = nullptr;
      if (open) {
        if (const auto at = submission.answers.find(question.id); at != submission.answers.end())
          text = std::get_if<std::string>(&at->second.value);
      } else if (const auto at = submission.other.find(question.id); at != submission.other.end()) {
        text = &at->second;
      }
      if (text == nullptr || text->empty()) continue;
      texts.records.push_back(record);
      texts.texts.push_back(*text);
    }
    if (!texts.texts.empty()) out.push_back(std::move(texts));
  }
  return out;
}

Result<OpenFindings> read_texts(const Dataset& dataset, const Texts& texts,
                                const Settings& settings, const Weights& weights,
                                const RecordFlags& flags, const Ctx& ctx,
                                const BuildOptions& build_options) {
  OpenFindings out;
  BOOST_OUTCOME_TRY(const auto themes, coded_themes(texts, settings, ctx, build_options));
  const analysis::ThemeModel& model = themes.model;
  BOOST_OUTCOME_TRY(const auto phrases, analysis::find_keyphrases(texts.texts, {}, ctx));

  out.used = model.used;
  out.unthemed = model.unthemed;
  out.notes = model.notes;
  if (model.used == 0) out.notes = {"No text holds words, so there are no themes."};
  // With weights, texts without a content word count into the base as well.
  analysis::Mass base;
  for (const std::size_t record : texts.records)
    if (!weights.empty()) base.add(weights[record]);
  // A codebook keeps its own order, and themes that nobody speaks of any more.
  std::vector<std::size_t> order(model.themes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t theme) { return model.themes[theme].members.empty(); });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return model.themes[a].members.size() > model.themes[b].members.size();
  });
  std::vector<std::uint32_t> place(model.themes.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<std::uint32_t>(i);
  out.themes_of_text = model.of_answer;
  for (auto& held : out.themes_of_text)
    for (std::uint32_t& theme : held) theme = place[theme];
  for (const std::size_t from : order) {
    const analysis::Theme& theme = model.themes[from];
    const auto size = static_cast<std::int64_t>(theme.members.size());
    analysis::Mass part;
    for (const analysis::Member& member : theme.members)
      part.add(weight_of(weights, texts.records[member.answer]));
    const auto share = weights.empty() ? analysis::share_of("", "", size, model.used)
                                       : analysis::share_of("", "", part, base);
    Theme& shown = out.themes.emplace_back(Theme{.id = themes.ids[from],
                                                 .label = theme.label,
                                                 .terms = theme.terms,
                                                 .size = size,
                                                 .share = share.share,
                                                 .interval = share.interval,
                                                 .sentiment = theme.sentiment,
                                                 .quotes = {},
                                                 .stability = theme.stability});
    for (const analysis::Quote& quote : theme.quotes) {
      Evidence one = evidence(dataset, texts, quote.answer, quote.start, quote.end);
      if (std::none_of(shown.quotes.begin(), shown.quotes.end(),
                       [&](const Evidence& known) { return nearly_same(known.quote, one.quote); }))
        shown.quotes.push_back(std::move(one));
    }
  }
  for (const analysis::Keyphrase& phrase : phrases)
    out.keyphrases.push_back({phrase.text, phrase.count,
                              evidence(dataset, texts, phrase.answer, phrase.start, phrase.end)});

  const bool rated = analysis::sentiment_supports(dataset.questionnaire.language);
  if (rated)
    out.sentiment.emplace();
  else
    out.notes.push_back("The mood was not rated: the built-in model knows English only.");
  std::map<std::string, std::int64_t> foreign;  // texts by language, "" for an unknown one
  analysis::TokenizedText tokens;
  if (!rated && !build_options.on_coded_text) return out;
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    if (i % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("sentiment", static_cast<std::int64_t>(i),
                 static_cast<std::int64_t>(texts.texts.size()));
    }
    analysis::Mood mood{analysis::Sentiment::neutral, 1.0 / 3};
    if (rated) {
      analysis::tokenize(texts.texts[i], tokens);
      const analysis::MoodReading read = analysis::read_mood(tokens);
      if (read.mood) {
        mood = *read.mood;
        count(*out.sentiment, mood.label);
        out.moods.emplace_back(mood.label);
      } else {
        ++foreign[std::string(read.language)];
        out.moods.emplace_back();
      }
    }
    if (!build_options.on_coded_text) continue;
    CodedText coded{texts.evidence_id, std::string(texts.texts[i]), mood, {}, {}};
    if (!flags.empty()) coded.flags = flags[texts.records[i]];
    for (const std::uint32_t theme : out.themes_of_text[i])
      coded.themes.push_back(out.themes[theme].id);
    build_options.on_coded_text(texts.records[i], coded);
  }
  if (!foreign.empty()) {
    std::int64_t all = 0;
    std::string list;
    for (const auto& [language, texts_of_it] : foreign) {
      all += texts_of_it;
      list += (list.empty() ? "" : ", ") + (language.empty() ? "unknown" : language) + " " +
              std::to_string(texts_of_it);
    }
    out.notes.push_back("The mood of " + std::to_string(all) + (all == 1 ? " answer" : " answers") +
                        " was not rated: the built-in model knows English only, and this was "
                        "written in another language (" +
                        list + ").");
  }
  return out;
}

}  // namespace insightflow::insight
