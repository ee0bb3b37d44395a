#include "insight/assembly.hpp"
#include "insight/fields.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/insight/partial.hpp>
#include <insightflow/security/digest.hpp>

#include <algorithm>
#include <set>

namespace insightflow::insight {

namespace {

constexpr std::int64_t format = 1;
constexpr std::int64_t last_record = std::int64_t{1} << 40;
constexpr std::size_t most_bytes = std::size_t{8} << 30;

std::string digest_of(const Settings& settings, const survey::Questionnaire& questionnaire) {
  return security::sha256(engine_version() + "\n" + to_json_text(settings) + "\n" +
                          to_json_text(questionnaire, Audience::storage));
}
std::string digest_of(const Plan& plan) {
  return security::sha256(serialise(plan));
}

Error mismatch(std::string_view detail) {
  return fail(Code::invalid, "partial_mismatch", std::string(detail));
}
Error damaged(std::string_view what, std::string_view pointer) {
  return fail(Code::invalid, "partial_damaged",
              "What was read back is damaged: " + std::string(what) + ". Make this part anew.",
              std::string(pointer));
}

/// Fields that the settings name: they are kept though they may be texts.
std::set<std::string, std::less<>> named_in(const Settings& settings) {
  std::set<std::string, std::less<>> out(settings.by.begin(), settings.by.end());
  for (const std::string* field : {&settings.weight, &settings.date, &settings.duration})
    if (!field->empty()) out.insert(*field);
  for (const WeightTarget& target : settings.targets) out.insert(target.by);
  return out;
}

std::vector<ClosedRecord> closed_records(const Dataset& part, std::int64_t first,
                                         const Settings& settings) {
  const auto named = named_in(settings);
  std::vector<ClosedRecord> out;
  out.reserve(part.records.size());
  for (const Record& record : part.records) {
    ClosedRecord& closed = out.emplace_back();
    closed.record = first + static_cast<std::int64_t>(out.size()) - 1;
    closed.id = record.id;
    closed.at = record.at;
    for (const survey::Question& question : part.questionnaire.questions) {
      const bool text =
          question.kind == survey::Kind::open_text || question.kind == survey::Kind::contact;
      if (text && !named.contains(question.id)) continue;
      if (const auto at = record.submission.answers.find(question.id);
          at != record.submission.answers.end())
        closed.answers.insert(*at);
    }
    for (const auto& [name, value] : record.submission.hidden)
      if (named.contains(std::string(hidden_prefix) + name)) closed.hidden.emplace(name, value);
  }
  return out;
}

/// The dataset of the frame with these records; they must be all there are.
Result<Dataset> dataset_of(const Partial& partial, const Dataset& frame) {
  Dataset out{.questionnaire = frame.questionnaire,
              .records = {},
              .survey_id = frame.survey_id,
              .survey_version = frame.survey_version,
              .survey_digest = frame.survey_digest,
              .notes = frame.notes};
  for (const ClosedRecord& closed : partial.records) {
    const auto next = static_cast<std::int64_t>(out.records.size());
    if (closed.record != next)
      return fail(Code::conflict, "partial_incomplete",
                  "Response number " + std::to_string(next) +
                      " is missing: merge the part that holds it first.");
    Record& record = out.records.emplace_back();
    record.id = closed.id;
    record.at = closed.at;
    record.submission.answers = closed.answers;
    record.submission.hidden = closed.hidden;
  }
  if (partial.readings.asked.size() != frame.questionnaire.questions.size())
    return mismatch("The part was read with another questionnaire.");
  return out;
}

template <class T>
bool ascending(const std::vector<T>& list, bool strictly) {
  for (std::size_t i = 1; i < list.size(); ++i)
    if (list[i].record < list[i - 1].record || (strictly && list[i].record == list[i - 1].record))
      return false;
  return true;
}

bool within(std::int64_t n, std::size_t most) {
  return n >= 0 && static_cast<std::uint64_t>(n) <= most;
}

class Check {
 public:
  explicit Check(const Partial& partial) : partial_(partial), readings_(partial.readings) {
    for (const ClosedRecord& one : partial.records) known_.push_back(one.record);
  }

  Result<void> all() const {
    if (!ascending(partial_.records, true)) return damaged("responses out of order", "/records");
    if (!known_.empty() && (known_.front() < 0 || known_.back() > last_record))
      return damaged("a response number", "/records");
    if (readings_.records.size() != partial_.records.size())
      return damaged("signs of other responses", "/readings/records");
    for (std::size_t i = 0; i < readings_.records.size(); ++i)
      if (readings_.records[i].record != partial_.records[i].record)
        return damaged("signs of other responses", "/readings/records");
    if (readings_.inputs.size() != 4) return damaged("the digest", "/readings/inputs");
    const auto countable = [&](std::int64_t n) { return within(n, partial_.records.size()); };
    if (!countable(readings_.used) || readings_.asked.size() != readings_.answered.size() ||
        !std::all_of(readings_.asked.begin(), readings_.asked.end(), countable) ||
        !std::all_of(readings_.answered.begin(), readings_.answered.end(), countable))
      return damaged("a count", "/readings");
    const auto questions = static_cast<std::int64_t>(readings_.asked.size());
    const auto place = [&](const auto& one) {
      return one.question >= 0 && one.question < questions && known(one.record);
    };
    if (!ascending(readings_.long_texts, false) ||
        !std::all_of(readings_.long_texts.begin(), readings_.long_texts.end(), place))
      return damaged("the long texts", "/readings/long_texts");
    if (!ascending(readings_.words, false) ||
        !std::all_of(readings_.words.begin(), readings_.words.end(), place))
      return damaged("the words", "/readings/words");
    std::int64_t before = -1;
    for (std::size_t t = 0; t < readings_.texts.size(); ++t) {
      const TextReadings& texts = readings_.texts[t];
      const std::string pointer = "/readings/texts/" + std::to_string(t);
      if (texts.question <= before || texts.question >= questions)
        return damaged("the questions", pointer + "/question");
      before = texts.question;
      BOOST_OUTCOME_TRY(one(texts, pointer));
    }
    return success();
  }

 private:
  bool known(std::int64_t record) const {
    return std::binary_search(known_.begin(), known_.end(), record);
  }

  Result<void> one(const TextReadings& texts, const std::string& pointer) const {
    const std::size_t themes = texts.counts.sizes.size();
    if (texts.counts.sentiment.size() != themes || texts.quotes.size() != themes)
      return damaged("the themes", pointer);
    if (!ascending(texts.read, true)) return damaged("texts out of order", pointer + "/read");
    for (const ReadText& text : texts.read) {
      if (!known(text.record) || text.mood < -1 || text.mood > 2)
        return damaged("a text", pointer + "/read");
      for (const std::uint32_t theme : text.themes)
        if (theme >= themes || std::count(text.themes.begin(), text.themes.end(), theme) != 1)
          return damaged("a theme of a text", pointer + "/read");
    }
    std::vector<std::int64_t> sizes(themes);
    std::int64_t coded = 0;
    for (const ReadText& text : texts.read) {
      coded += !text.themes.empty();
      for (const std::uint32_t theme : text.themes) ++sizes[theme];
    }
    const auto countable = [&](std::int64_t n) { return within(n, texts.read.size()); };
    bool counts = countable(texts.wordless) && countable(texts.subjectless) &&
                  countable(texts.counts.used) && sizes == texts.counts.sizes &&
                  texts.counts.uncoded == texts.counts.used - coded && texts.counts.uncoded >= 0;
    for (const auto& [language, n] : texts.foreign) counts = counts && countable(n);
    for (const analysis::SentimentMix& mix : texts.counts.sentiment)
      counts =
          counts && countable(mix.negative) && countable(mix.neutral) && countable(mix.positive);
    for (const analysis::PhraseCount& phrase : texts.phrases)
      counts = counts && countable(phrase.count) && (phrase.count == 0 || known(phrase.answer));
    if (!counts) return damaged("a count", pointer);
    for (const analysis::ThemeQuotes& theme : texts.quotes)
      for (const auto* list : {&theme.typical, &theme.negative, &theme.positive}) {
        if (list->size() > analysis::most_candidates)
          return damaged("too many quotes", pointer + "/quotes");
        for (const analysis::QuoteCandidate& one : *list)
          if (!known(one.answer)) return damaged("a quote", pointer + "/quotes");
      }
    if (!ascending(texts.digests, true)) return damaged("the digests", pointer + "/digests");
    return success();
  }

  const Partial& partial_;
  const Readings& readings_;
  std::vector<std::int64_t> known_;
};

template <class T>
Result<T> parse(std::string_view text) {
  BOOST_OUTCOME_TRY(auto out, from_json_text<T>(text, Audience::storage,
                                                {.max_depth = 32, .max_bytes = most_bytes}));
  if (out.format != format)
    return fail(Code::invalid, "partial_format",
                "This has format " + std::to_string(out.format) + "; this version reads format " +
                    std::to_string(format) + ". Make it anew.",
                "/format");
  return out;
}

}  // namespace

Result<Sample> sample_part(const Dataset& part, std::int64_t first, const Settings& settings,
                           const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto out, sample_texts(part, first, settings, ctx));
  out.settings = digest_of(settings, part.questionnaire);
  return out;
}

Result<Plan> make_plan(const Sample& sample, const Settings& settings,
                       const std::map<std::string, analysis::Codebook, std::less<>>& codebooks,
                       const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto out, plan_texts(sample, settings, codebooks, ctx));
  out.settings = sample.settings;
  return out;
}

Result<Partial> Partial::of(const Dataset& part, std::int64_t first, const Plan& plan,
                            const Settings& settings, const Ctx& ctx) {
  if (plan.settings != digest_of(settings, part.questionnaire))
    return mismatch("The plan was made with other settings, or for another questionnaire.");
  Partial out;
  out.plan = digest_of(plan);
  out.records = closed_records(part, first, settings);
  BOOST_OUTCOME_TRY(out.readings, read_texts(part, first, plan, ctx));
  return out;
}

Result<void> merge(Sample& into, const Sample& other) {
  if (into.settings != other.settings)
    return mismatch("The samples were taken with different settings or questionnaires.");
  Sample out = into;
  for (const auto& [question, texts] : other.texts) {
    const auto [at, fresh] = out.texts.emplace(question, texts);
    if (fresh) continue;
    BOOST_OUTCOME_TRY(analysis::merge(at->second, texts));
  }
  into = std::move(out);
  return success();
}

Result<void> merge(Partial& into, const Partial& other) {
  if (into.plan != other.plan) return mismatch("The parts were read with different plans.");
  std::vector<ClosedRecord> records;
  records.reserve(into.records.size() + other.records.size());
  std::merge(into.records.begin(), into.records.end(), other.records.begin(), other.records.end(),
             std::back_inserter(records),
             [](const ClosedRecord& a, const ClosedRecord& b) { return a.record < b.record; });
  for (std::size_t i = 1; i < records.size(); ++i)
    if (records[i].record == records[i - 1].record)
      return fail(Code::conflict, "partial_overlap",
                  "Both parts hold response number " + std::to_string(records[i].record) + ".");
  BOOST_OUTCOME_TRY(merge(into.readings, other.readings));
  into.records = std::move(records);
  return success();
}

Result<Findings> finish(Partial partial, const Plan& plan, const Dataset& frame,
                        const Settings& settings, const Ctx& ctx, const Partial* previous) {
  if (plan.settings != digest_of(settings, frame.questionnaire))
    return mismatch("The plan was made with other settings, or for another questionnaire.");
  if (partial.plan != digest_of(plan)) return mismatch("The part was read with another plan.");
  BOOST_OUTCOME_TRY(const auto dataset, dataset_of(partial, frame));
  Dataset before;
  if (previous != nullptr) {
    BOOST_OUTCOME_TRY(before, dataset_of(*previous, frame));
  }
  BOOST_OUTCOME_TRY(auto ground, prepare(dataset, settings));
  const Wave wave = previous == nullptr ? Wave{} : Wave{&before, &previous->readings};
  BOOST_OUTCOME_TRY(auto made, assemble(dataset, std::move(partial.readings), plan, settings,
                                        std::move(ground), wave, ctx));
  return std::move(made.findings);
}

std::string serialise(const Sample& sample) {
  return to_json_text(sample, Audience::storage);
}
std::string serialise(const Plan& plan) {
  return to_json_text(plan, Audience::storage);
}
std::string serialise(const Partial& partial) {
  return to_json_text(partial, Audience::storage);
}

Result<Sample> parse_sample(std::string_view text) {
  BOOST_OUTCOME_TRY(auto out, parse<Sample>(text));
  for (const auto& [question, texts] : out.texts) {
    BOOST_OUTCOME_TRY(analysis::check_sample(texts));
  }
  return out;
}

Result<Plan> parse_plan(std::string_view text) {
  BOOST_OUTCOME_TRY(auto out, parse<Plan>(text));
  for (const auto& [question, texts] : out.texts) {
    BOOST_OUTCOME_TRY(analysis::check_codebook(texts.codebook));
  }
  return out;
}

Result<Partial> parse_partial(std::string_view text) {
  BOOST_OUTCOME_TRY(auto out, parse<Partial>(text));
  BOOST_OUTCOME_TRY(Check(out).all());
  return out;
}

}  // namespace insightflow::insight

namespace insightflow {
template const Type& type_of<insight::Sample>();
template const Type& type_of<insight::Plan>();
template const Type& type_of<insight::Partial>();
}  // namespace insightflow
