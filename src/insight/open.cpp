#include "insight/open.hpp"

#include "insight/figures.hpp"

#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/analysis/statistics.hpp>

#include <numeric>
#include <set>

namespace insightflow::insight {

namespace {

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

std::string about_drift(const analysis::Drift& drift) {
  return "Coded with the themes of a codebook: " + percent(drift.uncoded_now) +
         " of the answers hold none of them (" + percent(drift.uncoded_then) +
         " where it was learned), and " + percent(drift.distance) +
         " of the answers with a theme would have to change it for the shares to be those of then.";
}

/// Why themes are not looked for in every text.
std::string about_unused(const TextReadings& readings, std::int64_t used) {
  const auto all = static_cast<std::int64_t>(readings.read.size());
  std::string out = "Themes are looked for in " + std::to_string(used) + " of " +
                    std::to_string(all) + " texts: of the others ";
  const auto of = [](std::int64_t n, std::string_view one, std::string_view many) {
    return std::to_string(n) + std::string(n == 1 ? one : many);
  };
  if (readings.subjectless > 0)
    out += of(readings.subjectless, " names", " name") +
           " no subject (such as \u201cyes\u201d or \u201cno idea\u201d)";
  if (readings.wordless > 0)
    out += (readings.subjectless > 0 ? " and " : "") + of(readings.wordless, " holds", " hold") +
           " no word";
  return out + ".";
}

std::string about_foreign(const std::map<std::string, std::int64_t>& foreign) {
  std::int64_t all = 0;
  std::string list;
  for (const auto& [language, texts] : foreign) {
    all += texts;
    list += (list.empty() ? "" : ", ") + (language.empty() ? "unknown" : language) + " " +
            std::to_string(texts);
  }
  return "The mood of " + std::to_string(all) + (all == 1 ? " answer" : " answers") +
         " was not rated: the built-in model knows English only, and this was written in another "
         "language (" +
         list + ").";
}

/// Where each theme of the codebook stands among the findings, -1 for one that nobody holds.
Result<std::vector<std::int32_t>> places_of(const PlannedTexts& plan,
                                            const analysis::CodingCounts& counts,
                                            analysis::Codebook& codebook) {
  if (!plan.given) return analysis::settle(codebook, counts);
  // A codebook that was given keeps its own order and its ids.
  std::vector<std::size_t> order;
  for (std::size_t t = 0; t < counts.sizes.size(); ++t)
    if (counts.sizes[t] > 0) order.push_back(t);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return counts.sizes[a] > counts.sizes[b]; });
  std::vector<std::int32_t> out(counts.sizes.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) out[order[i]] = static_cast<std::int32_t>(i);
  return out;
}

class Finder {
 public:
  Finder(const Dataset& dataset, TextReadings& readings, const PlannedTexts& plan,
         const Settings& settings, const Weights& weights)
      : dataset_(dataset),
        readings_(readings),
        plan_(plan),
        settings_(settings),
        weights_(weights),
        counts_(readings.counts) {}

  Result<OpenFindings> find() {
    const survey::Question& question =
        dataset_.questionnaire.questions[static_cast<std::size_t>(readings_.question)];
    out_.question_id = question.id;
    out_.evidence_id = evidence_id_of(question);
    out_.codebook = plan_.codebook;
    out_.used = counts_.used;
    out_.unthemed = counts_.uncoded;
    if (plan_.codebook.themes.size() != counts_.sizes.size() ||
        readings_.quotes.size() != counts_.sizes.size() ||
        readings_.phrases.size() != plan_.phrases.size())
      return fail(Code::invalid, "partial_mismatch",
                  "What was read does not fit the plan it is said to be read with.");
    BOOST_OUTCOME_TRY(places_, places_of(plan_, counts_, out_.codebook));
    BOOST_OUTCOME_TRY(describe_themes());
    keyphrases();
    read();
    BOOST_OUTCOME_TRY(notes());
    return std::move(out_);
  }

 private:
  std::string digest_of(std::int64_t record) const {
    const auto at = std::lower_bound(
        readings_.digests.begin(), readings_.digests.end(), record,
        [](const TextDigest& one, std::int64_t wanted) { return one.record < wanted; });
    return at == readings_.digests.end() || at->record != record ? std::string() : at->digest;
  }

  Evidence evidence(std::int64_t record, std::int64_t start, std::int64_t end,
                    const std::string& quote) const {
    return {.response_id = dataset_.records[static_cast<std::size_t>(record)].id,
            .question_id = out_.evidence_id,
            .start = start,
            .end = end,
            .digest = digest_of(record),
            .quote = quote};
  }

  Result<void> describe_themes() {
    // With weights, texts without a content word count into the base as well.
    analysis::Mass base;
    std::vector<analysis::Mass> parts(counts_.sizes.size());
    for (const ReadText& text : readings_.read) {
      const double weight = weight_of(weights_, static_cast<std::size_t>(text.record));
      if (!weights_.empty()) base.add(weight);
      for (const std::uint32_t theme : text.themes) parts[theme].add(weight);
    }
    BOOST_OUTCOME_TRY(const auto quotes,
                      analysis::choose_quotes(plan_.codebook, readings_.quotes, counts_));
    std::size_t shown = 0;
    for (const std::int32_t place : places_) shown += place >= 0;
    out_.themes.resize(shown);
    for (std::size_t t = 0; t < places_.size(); ++t) {
      if (places_[t] < 0) continue;
      const auto place = static_cast<std::size_t>(places_[t]);
      const analysis::CodebookTheme& known = plan_.codebook.themes[t];
      const auto share = weights_.empty()
                             ? analysis::share_of("", "", counts_.sizes[t], counts_.used)
                             : analysis::share_of("", "", parts[t], base);
      Theme& theme = out_.themes[place];
      theme.id = plan_.given ? known.id : out_.codebook.themes[place].id;
      theme.label = known.label;
      theme.terms = known.terms;
      theme.size = counts_.sizes[t];
      theme.share = share.share;
      theme.interval = share.interval;
      theme.sentiment = counts_.sentiment[t];
      theme.stability = known.stability;
      for (const analysis::QuoteCandidate& quote : quotes[t])
        if (std::none_of(theme.quotes.begin(), theme.quotes.end(),
                         [&](const Evidence& shown_quote) {
                           return nearly_same(shown_quote.quote, quote.text);
                         }))
          theme.quotes.push_back(evidence(quote.answer, quote.start, quote.end, quote.text));
    }
    return success();
  }

  void keyphrases() {
    for (std::size_t p = 0; p < readings_.phrases.size(); ++p) {
      const analysis::PhraseCount& phrase = readings_.phrases[p];
      if (phrase.count < analysis::KeyphraseOptions{}.min_count) continue;
      out_.keyphrases.push_back({plan_.phrases[p].text, phrase.count,
                                 evidence(phrase.answer, phrase.start, phrase.end, phrase.quote)});
    }
  }

  void read() {
    const bool rated = analysis::sentiment_supports(dataset_.questionnaire.language);
    if (rated) out_.sentiment.emplace();
    out_.records.reserve(readings_.read.size());
    out_.themes_of_text.reserve(readings_.read.size());
    if (rated) out_.moods.reserve(readings_.read.size());
    for (ReadText& text : readings_.read) {
      out_.records.push_back(static_cast<std::size_t>(text.record));
      auto& held = out_.themes_of_text.emplace_back(std::move(text.themes));
      std::erase_if(held, [&](std::uint32_t theme) { return places_[theme] < 0; });
      for (std::uint32_t& theme : held) theme = static_cast<std::uint32_t>(places_[theme]);
      if (!rated) continue;
      auto& mood = out_.moods.emplace_back();
      if (text.mood < 0) continue;
      mood = static_cast<analysis::Sentiment>(text.mood);
      count(*out_.sentiment, *mood);
    }
  }

  Result<void> notes() {
    const std::int64_t least = std::max<std::int64_t>(theme_options(settings_).min_base, 1);
    if (counts_.used == 0) {
      out_.notes.emplace_back("No text holds words that a theme could be made of.");
    } else if (plan_.given) {
      BOOST_OUTCOME_TRY(const auto drift, analysis::drift_of(plan_.codebook, counts_));
      out_.notes.push_back(about_drift(drift));
    } else if (counts_.used < least) {
      out_.notes.push_back("Only " + std::to_string(counts_.used) +
                           " answers have words to work with; themes need at least " +
                           std::to_string(least) + ".");
    } else if (out_.themes.empty()) {
      out_.notes.emplace_back("The answers share no subject that stands out.");
    }
    if (counts_.used > 0 && readings_.subjectless + readings_.wordless > 0)
      out_.notes.push_back(about_unused(readings_, counts_.used));
    if (!out_.sentiment)
      out_.notes.emplace_back("The mood was not rated: the built-in model knows English only.");
    if (!readings_.foreign.empty()) out_.notes.push_back(about_foreign(readings_.foreign));
    return success();
  }

  const Dataset& dataset_;
  TextReadings& readings_;
  const PlannedTexts& plan_;
  const Settings& settings_;
  const Weights& weights_;
  const analysis::CodingCounts& counts_;
  std::vector<std::int32_t> places_;
  OpenFindings out_;
};

}  // namespace

Result<OpenFindings> open_findings(const Dataset& dataset, TextReadings& readings,
                                   const PlannedTexts& plan, const Settings& settings,
                                   const Weights& weights) {
  return Finder(dataset, readings, plan, settings, weights).find();
}

}  // namespace insightflow::insight
