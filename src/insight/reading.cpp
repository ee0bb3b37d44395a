#include "insight/reading.hpp"

#include "insight/closed.hpp"

#include <insightflow/analysis/gibberish.hpp>
#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/survey/flow.hpp>

#include <algorithm>
#include <charconv>
#include <deque>
#include <functional>
#include <iterator>
#include <set>
#include <thread>

namespace insightflow::insight {

namespace {

constexpr std::size_t responses_per_thread = 4096;
constexpr std::int64_t most_learned_themes = 20;  // what a reader can take in
constexpr std::size_t least_words = 8;            // of a text that two people hardly write alike,
constexpr std::size_t least_bytes = 60;           // or its length, for scripts without spaces
constexpr std::size_t many_answers = 8;           // two people may tick the same three boxes
constexpr double certain = 0.85;                  // of a mood, before it contradicts a score
constexpr std::size_t quote_length = 300;
constexpr std::size_t most_speakers = 2000;  // respondents whose words are kept

std::size_t words_in(std::string_view text) {
  std::size_t out = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = static_cast<unsigned char>(c) <= 0x20;
    out += !space && !inside;
    inside = !space;
  }
  return out;
}

/// Four words of a SHA-256, the lowest first.
std::array<std::uint64_t, 4> words_of_digest(const std::string& hex) {
  std::array<std::uint64_t, 4> out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    std::from_chars(hex.data() + 16 * (3 - i), hex.data() + 16 * (4 - i), out[i], 16);
  return out;
}

/// Sums of digests do not depend on the order; the number of the record is part of each.
void add(std::vector<std::int64_t>& sum, const std::array<std::uint64_t, 4>& part) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto before = static_cast<std::uint64_t>(sum[i]);
    const std::uint64_t with = before + carry;
    const std::uint64_t after = with + part[i];
    carry = (with < before) + (after < with);
    sum[i] = static_cast<std::int64_t>(after);
  }
}

/// How many records were led to each question by the logic. A question that was answered counts as
/// asked, whatever the logic of today says.
Result<void> count_asked(const Dataset& dataset, Readings& out) {
  const auto& questions = dataset.questionnaire.questions;
  out.asked.assign(questions.size(), 0);
  out.answered.assign(questions.size(), 0);
  BOOST_OUTCOME_TRY(const auto flow, survey::Flow::build(dataset.questionnaire));
  std::vector<char> asked(questions.size(), 1);
  for (const Record& record : dataset.records) {
    out.used += !record.submission.answers.empty();
    if (flow.branches()) {
      std::fill(asked.begin(), asked.end(), 0);
      for (const std::size_t question : flow.asked([&](const survey::Reference& reference) {
             return response::given(record.submission, reference);
           }))
        asked[question] = 1;
    }
    for (std::size_t q = 0; q < questions.size(); ++q) {
      const bool answered = record.submission.answers.contains(questions[q].id);
      out.answered[q] += answered;
      out.asked[q] += asked[q] || answered;
    }
  }
  return success();
}

/// The hash up to which the words of a record are kept.
std::uint64_t speakers_until(std::span<const RecordSigns> records) {
  if (records.size() <= most_speakers) return ~std::uint64_t{0};
  std::vector<std::uint64_t> hashes;
  for (const RecordSigns& one : records) hashes.push_back(analysis::lot(one.record));
  const auto last = hashes.begin() + most_speakers - 1;
  std::nth_element(hashes.begin(), last, hashes.end());
  return *last;
}

std::array<std::uint64_t, 4> whole_of(std::span<const std::int64_t> words) {
  std::array<std::uint64_t, 4> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint64_t>(words[i]);
  return out;
}

/// Threads that so many responses are worth.
std::size_t threads_for(std::size_t total) {
  const std::size_t most = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp<std::size_t>(total / responses_per_thread, 1, most);
}

/// Runs `work(share, first, last)` over stretches of [begin, end), each by a thread of its own.
void in_shares(std::size_t begin, std::size_t end, std::size_t threads,
               const std::function<void(std::size_t, std::size_t, std::size_t)>& work) {
  const std::size_t size = (end - begin + threads - 1) / threads;
  std::vector<std::jthread> helpers;
  for (std::size_t share = 1; share < threads; ++share)
    if (begin + share * size < end)
      helpers.emplace_back(
          [&work, share, first = begin + share * size,
           last = std::min(end, begin + (share + 1) * size)] { work(share, first, last); });
  work(0, begin, std::min(end, begin + size));
}

void read_records(const Dataset& dataset, std::int64_t first_record, Readings& out) {
  out.inputs.assign(4, 0);
  out.records.resize(dataset.records.size());
  const std::size_t threads = threads_for(dataset.records.size());
  std::vector<std::vector<std::int64_t>> sums(threads, out.inputs);
  in_shares(0, dataset.records.size(), threads,
            [&](std::size_t share, std::size_t first, std::size_t last) {
              security::Sha256 digest;
              for (std::size_t i = first; i < last; ++i) {
                const Record& record = dataset.records[i];
                RecordSigns& signs = out.records[i];
                signs.record = first_record + static_cast<std::int64_t>(i);
                digest.update(std::to_string(signs.record) + "\n" +
                              to_json_text(record.submission, Audience::storage));
                if (record.at) digest.update(record.at->str());
                add(sums[share], words_of_digest(digest.hex()));
                if (record.submission.answers.size() >= many_answers)
                  signs.whole = static_cast<std::int64_t>(words_of_digest(security::sha256(
                      to_json_text(record.submission.answers, Audience::storage)))[0]);
              }
            });
  for (const auto& sum : sums) add(out.inputs, whole_of(sum));
}

/// What one pass over the tokens of each text tells. Several threads read a stretch of the texts
/// each; what they find is put together as that of parts is.
class Pass {
 public:
  Pass(const Dataset& dataset, std::int64_t first, Readings& out)
      : dataset_(dataset),
        first_(first),
        out_(out),
        rated_(analysis::sentiment_supports(dataset.questionnaire.language)),
        speakers_(speakers_until(out.records)) {}

  Result<void> texts(const Texts& texts, const PlannedTexts* plan, const Ctx& ctx,
                     std::vector<analysis::Mood>* moods) {
    TextReadings& found = out_.texts.emplace_back();
    found.question = static_cast<std::int64_t>(texts.question);
    analysis::CodedPart coded;
    if (plan != nullptr) {
      BOOST_OUTCOME_TRY(
          coded, analysis::code_part(plan->codebook, texts.texts,
                                     std::max(1u, std::thread::hardware_concurrency()), ctx));
    }
    const auto wanted =
        plan != nullptr ? std::span(plan->phrases) : std::span<const analysis::WantedPhrase>();
    const std::size_t total = texts.texts.size(), threads = threads_for(total);
    std::deque<Share> shares;
    for (std::size_t i = 0; i < threads; ++i) shares.emplace_back(wanted);
    found.read.resize(total);
    if (moods != nullptr) moods->resize(total);
    if (out_.long_texts.empty()) out_.long_texts.reserve(total);
    for (std::size_t begin = 0; begin < total; begin += batch) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("sentiment", static_cast<std::int64_t>(begin), static_cast<std::int64_t>(total));
      in_shares(begin, std::min(total, begin + batch), threads,
                [&](std::size_t share, std::size_t first, std::size_t last) {
                  for (std::size_t i = first; i < last; ++i) {
                    const auto mood = one(texts, i, plan != nullptr ? &coded : nullptr,
                                          found.read[i], shares[share]);
                    if (moods != nullptr) (*moods)[i] = mood.value_or(analysis::Mood{{}, 1.0 / 3});
                  }
                });
      for (Share& share : shares) {
        out_.long_texts.insert(out_.long_texts.end(), share.long_texts.begin(),
                               share.long_texts.end());
        share.long_texts.clear();
      }
    }
    found.phrases.resize(wanted.size());
    for (Share& share : shares) {
      found.wordless += share.wordless;
      found.subjectless += share.subjectless;
      for (const auto& [language, n] : share.foreign) found.foreign[language] += n;
      for (std::size_t p = 0; p < wanted.size(); ++p)
        analysis::merge(found.phrases[p], share.phrases.counts()[p]);
      std::move(share.words.begin(), share.words.end(), std::back_inserter(out_.words));
    }
    found.counts = std::move(coded.counts);
    found.quotes = std::move(coded.quotes);
    point_to_records(texts, found);
    return success();
  }

 private:
  static constexpr std::size_t batch = 16'384;

  struct Share {
    explicit Share(std::span<const analysis::WantedPhrase> wanted) : phrases(wanted) {}
    analysis::TokenizedText tokens;
    analysis::PhraseCounter phrases;
    std::int64_t wordless = 0, subjectless = 0;
    std::map<std::string, std::int64_t> foreign;
    std::vector<LongText> long_texts;
    std::vector<SpokenWords> words;
  };

  std::optional<analysis::Mood> one(const Texts& texts, std::size_t i, analysis::CodedPart* coded,
                                    ReadText& read, Share& share) const {
    const std::string_view text = texts.texts[i];
    const auto question = static_cast<std::int64_t>(texts.question);
    RecordSigns& record = out_.records[texts.records[i]];
    analysis::tokenize(text, share.tokens);
    read.record = record.record;
    if (coded != nullptr) {
      read.themes = std::move(coded->of_answer[i]);
      if (!coded->used[i]) ++(has_word(share.tokens) ? share.subjectless : share.wordless);
    }
    share.phrases.add(record.record, text, share.tokens);
    std::optional<analysis::Mood> mood;
    if (rated_) {
      const analysis::MoodReading reading = analysis::read_mood(share.tokens);
      mood = reading.mood;
      if (mood)
        read.mood = static_cast<std::int64_t>(mood->label);
      else
        ++share.foreign[std::string(reading.language)];
    }
    if (dataset_.questionnaire.questions[texts.question].kind == Kind::open_text) {
      add_signs(mood, share.tokens, record);
      if (words_in(text) >= least_words || text.size() >= least_bytes)
        share.long_texts.push_back({record.record, question, analysis::sketch_of(share.tokens)});
    }
    if (text.size() <= quote_length && analysis::lot(record.record) <= speakers_)
      share.words.push_back({record.record, question, std::string(text)});
    return mood;
  }

  static bool has_word(const analysis::TokenizedText& tokens) {
    return std::any_of(tokens.tokens.begin(), tokens.tokens.end(), [](const auto& token) {
      return token.kind == analysis::TokenKind::word || token.kind == analysis::TokenKind::hashtag;
    });
  }

  static void add_signs(const std::optional<analysis::Mood>& mood,
                        const analysis::TokenizedText& tokens, RecordSigns& record) {
    record.signs |= spoke;
    if (analysis::find_gibberish(tokens)) record.signs |= senseless;
    if (mood && mood->score >= certain) {
      if (mood->label == analysis::Sentiment::negative) record.signs |= sounds_negative;
      if (mood->label == analysis::Sentiment::positive) record.signs |= sounds_positive;
    }
  }

  /// Quotes point to texts by their place among these; from now on by the record.
  void point_to_records(const Texts& texts, TextReadings& found) {
    std::set<std::int64_t> quoted;
    for (analysis::ThemeQuotes& theme : found.quotes)
      for (auto* list : {&theme.typical, &theme.negative, &theme.positive})
        for (analysis::QuoteCandidate& one : *list) {
          quoted.insert(one.answer);
          one.answer = out_.records[texts.records[static_cast<std::size_t>(one.answer)]].record;
        }
    std::set<std::int64_t> records;
    for (const std::int64_t text : quoted)
      records.insert(static_cast<std::int64_t>(texts.records[static_cast<std::size_t>(text)]));
    for (const analysis::PhraseCount& phrase : found.phrases)
      if (phrase.count > 0) records.insert(phrase.answer - first_);
    for (const std::int64_t record : records) {
      const auto at = std::lower_bound(texts.records.begin(), texts.records.end(),
                                       static_cast<std::size_t>(record));
      found.digests.push_back(
          {first_ + record,
           security::sha256(texts.texts[static_cast<std::size_t>(at - texts.records.begin())])});
    }
  }

  const Dataset& dataset_;
  std::int64_t first_;
  Readings& out_;
  bool rated_;
  std::uint64_t speakers_;
};

/// Both lists in the order of their records.
template <class T>
void join(std::vector<T>& into, const std::vector<T>& other) {
  const auto middle = static_cast<std::ptrdiff_t>(into.size());
  into.insert(into.end(), other.begin(), other.end());
  std::inplace_merge(into.begin(), into.begin() + middle, into.end(),
                     [](const T& a, const T& b) { return a.record < b.record; });
}

/// Digests of what is no longer quoted are not kept.
void keep_quoted(TextReadings& texts) {
  std::set<std::int64_t> quoted;
  for (const analysis::ThemeQuotes& theme : texts.quotes)
    for (const auto* list : {&theme.typical, &theme.negative, &theme.positive})
      for (const analysis::QuoteCandidate& one : *list) quoted.insert(one.answer);
  for (const analysis::PhraseCount& phrase : texts.phrases)
    if (phrase.count > 0) quoted.insert(phrase.answer);
  std::erase_if(texts.digests, [&](const TextDigest& one) { return !quoted.contains(one.record); });
}

Result<void> merge(TextReadings& into, const TextReadings& other) {
  if (into.quotes.size() != other.quotes.size() || into.phrases.size() != other.phrases.size())
    return fail(Code::invalid, "partial_mismatch", "The parts were read with different plans.");
  BOOST_OUTCOME_TRY(analysis::merge(into.counts, other.counts));
  join(into.read, other.read);
  into.wordless += other.wordless;
  into.subjectless += other.subjectless;
  for (const auto& [language, texts] : other.foreign) into.foreign[language] += texts;
  for (std::size_t t = 0; t < into.quotes.size(); ++t)
    analysis::merge(into.quotes[t], other.quotes[t]);
  for (std::size_t p = 0; p < into.phrases.size(); ++p)
    analysis::merge(into.phrases[p], other.phrases[p]);
  join(into.digests, other.digests);
  keep_quoted(into);
  return success();
}

}  // namespace

std::string evidence_id_of(const Question& question) {
  return question.kind == Kind::open_text ? question.id : question.id + "/other";
}

std::vector<Texts> texts_of(const Dataset& dataset) {
  std::vector<Texts> out;
  const auto& questions = dataset.questionnaire.questions;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    const Question& question = questions[q];
    const bool open = question.kind == Kind::open_text;
    Texts texts{.question = q, .evidence_id = evidence_id_of(question), .records = {}, .texts = {}};
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

analysis::ThemeOptions theme_options(const Settings& settings) {
  analysis::ThemeOptions out;
  out.count = settings.themes;
  out.most = most_learned_themes;
  out.bootstraps = settings.bootstraps;
  out.threads = std::max(1u, std::thread::hardware_concurrency());
  return out;
}

Result<Sample> sample_texts(const Dataset& dataset, std::int64_t first, const Settings& settings,
                            const Ctx& ctx) {
  Sample out;
  const analysis::ThemeOptions options = theme_options(settings);
  for (const Texts& texts : texts_of(dataset)) {
    BOOST_OUTCOME_TRY(
        auto sample,
        analysis::sample_answers(texts.texts, 0, options.count.has_value(), options.threads, ctx));
    for (analysis::SampledPiece& piece : sample.pieces)
      piece.answer =
          first + static_cast<std::int64_t>(texts.records[static_cast<std::size_t>(piece.answer)]);
    out.texts.emplace(texts.evidence_id, std::move(sample));
  }
  return out;
}

Result<Plan> plan_texts(const Sample& sample, const Settings& settings,
                        const std::map<std::string, analysis::Codebook, std::less<>>& codebooks,
                        const Ctx& ctx) {
  Plan out;
  for (const auto& [question, texts] : sample.texts) {
    PlannedTexts& planned = out.texts[question];
    if (const auto given = codebooks.find(question); given != codebooks.end()) {
      BOOST_OUTCOME_TRY(analysis::check_codebook(given->second));
      planned.given = true;
      planned.codebook = given->second;
    } else {
      BOOST_OUTCOME_TRY(planned.codebook,
                        analysis::learn_codebook(texts, theme_options(settings), ctx));
    }
    BOOST_OUTCOME_TRY(planned.phrases, analysis::learn_keyphrases(texts, {}, ctx));
  }
  return out;
}

Result<Readings> read_texts(const Dataset& dataset, std::int64_t first, const Plan& plan,
                            const Ctx& ctx, Moods* moods) {
  Readings out;
  BOOST_OUTCOME_TRY(count_asked(dataset, out));
  read_records(dataset, first, out);
  Pass pass(dataset, first, out);
  for (const Texts& texts : texts_of(dataset)) {
    const auto planned = plan.texts.find(texts.evidence_id);
    BOOST_OUTCOME_TRY(pass.texts(texts, planned == plan.texts.end() ? nullptr : &planned->second,
                                 ctx, moods == nullptr ? nullptr : &(*moods)[texts.evidence_id]));
  }
  const auto by_record = [](const auto& a, const auto& b) { return a.record < b.record; };
  // Those of one question are in order.
  if (!std::is_sorted(out.long_texts.begin(), out.long_texts.end(), by_record))
    std::stable_sort(out.long_texts.begin(), out.long_texts.end(), by_record);
  std::stable_sort(out.words.begin(), out.words.end(), by_record);
  return out;
}

Result<void> merge(Readings& into, const Readings& other) {
  if (into.asked.size() != other.asked.size())
    return fail(Code::invalid, "partial_mismatch", "The parts answer different questionnaires.");
  Readings out = into;
  out.used += other.used;
  for (std::size_t q = 0; q < out.asked.size(); ++q) {
    out.asked[q] += other.asked[q];
    out.answered[q] += other.answered[q];
  }
  add(out.inputs, whole_of(other.inputs));
  for (const TextReadings& texts : other.texts) {
    const auto at = std::lower_bound(
        out.texts.begin(), out.texts.end(), texts,
        [](const TextReadings& a, const TextReadings& b) { return a.question < b.question; });
    if (at == out.texts.end() || at->question != texts.question) {
      out.texts.insert(at, texts);
    } else {
      BOOST_OUTCOME_TRY(merge(*at, texts));
    }
  }
  join(out.records, other.records);
  join(out.long_texts, other.long_texts);
  join(out.words, other.words);
  const std::uint64_t until = speakers_until(out.records);
  std::erase_if(out.words,
                [&](const SpokenWords& one) { return analysis::lot(one.record) > until; });
  into = std::move(out);
  return success();
}

}  // namespace insightflow::insight
