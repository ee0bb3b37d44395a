#include "insight/advice.hpp"
#include "insight/changes.hpp"
#include "insight/closed.hpp"
#include "insight/fields.hpp"
#include "insight/quality.hpp"
#include "insight/segments.hpp"
#include "insight/summary.hpp"

#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/insight/build.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/survey/flow.hpp>

#include <numeric>

namespace insightflow::insight {

namespace {

/// How many records were led to each question by the logic. A question that was answered counts as
/// asked, whatever the logic of today says.
Result<std::vector<std::int64_t>> asked_counts(const Dataset& dataset) {
  const auto& questions = dataset.questionnaire.questions;
  std::vector<std::int64_t> out(questions.size(), 0);
  BOOST_OUTCOME_TRY(const auto flow, survey::Flow::build(dataset.questionnaire));
  if (!flow.branches()) {
    std::fill(out.begin(), out.end(), static_cast<std::int64_t>(dataset.records.size()));
    return out;
  }
  std::vector<char> asked(questions.size());
  for (const Record& record : dataset.records) {
    std::fill(asked.begin(), asked.end(), 0);
    for (const std::size_t question : flow.asked([&](const survey::Reference& reference) {
           return response::given(record.submission, reference);
         }))
      asked[question] = 1;
    for (std::size_t q = 0; q < questions.size(); ++q)
      out[q] += asked[q] || record.submission.answers.contains(questions[q].id);
  }
  return out;
}

/// Adjusts the probabilities of all tests together.
void adjust(Findings& findings) {
  std::vector<Verdict*> verdicts;
  for (CrossTab& table : findings.cross_tabs)
    for (CrossTest& test : table.tests) verdicts.push_back(&test.verdict);
  for (Trend& trend : findings.trends) verdicts.push_back(&trend.verdict);
  for (WaveChange& change : findings.waves) verdicts.push_back(&change.verdict);
  std::erase_if(verdicts, [](const Verdict* one) { return one->method == analysis::Method::none; });
  std::vector<double> p;
  for (const Verdict* verdict : verdicts) p.push_back(verdict->p);
  const auto adjusted = analysis::benjamini_hochberg(p);
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    verdicts[i]->adjusted_p = adjusted[i];
    verdicts[i]->significant = adjusted[i] < analysis::significance_level;
  }
  findings.tests = static_cast<std::int64_t>(verdicts.size());
}

Manifest manifest_of(const Dataset& dataset, const Settings& settings) {
  Manifest out{.engine_version = engine_version(),
               .survey_id = dataset.survey_id,
               .survey_version = dataset.survey_version,
               .survey_digest = dataset.survey_digest,
               .responses = static_cast<std::int64_t>(dataset.records.size())};
  security::Sha256 inputs;
  for (const Record& record : dataset.records) {
    inputs.update(to_json_text(record.submission, Audience::storage));
    if (record.at) inputs.update(record.at->str());
    inputs.update("\n");
  }
  out.inputs_digest = inputs.hex();
  out.settings["by"] = to_json_text(settings.by);
  out.settings["least_base"] = std::to_string(settings.least_base);
  out.settings["themes"] = settings.themes ? std::to_string(*settings.themes) : "automatic";
  if (settings.bootstraps > 0) out.settings["bootstraps"] = std::to_string(settings.bootstraps);
  if (!settings.targets.empty()) out.settings["targets"] = to_json_text(settings.targets);
  for (const auto& [name, field] :
       {std::pair("weight", &settings.weight), std::pair("date", &settings.date),
        std::pair("duration", &settings.duration), std::pair("since", &settings.since)})
    if (!field->empty()) out.settings[name] = *field;
  return out;
}

}  // namespace

std::string engine_version() {
  return "insight-2 " + std::string(analysis::sentiment_model_version());
}

std::optional<std::string> evidence_text(const response::Submission& submission,
                                         std::string_view question_id) {
  constexpr std::string_view other = "/other";
  if (question_id.ends_with(other)) {
    const auto at = submission.other.find(
        std::string(question_id.substr(0, question_id.size() - other.size())));
    if (at == submission.other.end()) return std::nullopt;
    return at->second;
  }
  const auto at = submission.answers.find(std::string(question_id));
  if (at == submission.answers.end()) return std::nullopt;
  std::string out;
  for (const std::string& value : values_of(at->second.value)) {
    if (!out.empty()) out += "; ";
    out += value;
  }
  return out;
}

bool verify(const Evidence& evidence, std::string_view text) {
  if (evidence.start < 0 || evidence.end < evidence.start ||
      static_cast<std::size_t>(evidence.end) > text.size())
    return false;
  const auto start = static_cast<std::size_t>(evidence.start);
  const auto end = static_cast<std::size_t>(evidence.end);
  return text.substr(start, end - start) == evidence.quote &&
         security::sha256(text) == evidence.digest;
}

Result<Findings> build(const Dataset& dataset, const Settings& settings, const Ctx& ctx,
                       const BuildOptions& options) {
  const auto& questions = dataset.questionnaire.questions;
  std::vector<std::vector<Segment>> segments;
  for (std::size_t i = 0; i < settings.by.size(); ++i) {
    BOOST_OUTCOME_TRY(auto found, segments_of(dataset, settings.by[i], "/by/" + std::to_string(i)));
    segments.push_back(std::move(found));
  }
  BOOST_OUTCOME_TRY(check_fields(dataset, settings));
  BOOST_OUTCOME_TRY(auto weighed, weigh(dataset, settings));
  const Weights& weights = weighed.weights;
  Findings out{.title = dataset.questionnaire.title,
               .language = dataset.questionnaire.language,
               .responses_total = static_cast<std::int64_t>(dataset.records.size()),
               .notes = dataset.notes,
               .weighting = std::move(weighed.findings)};
  out.notes.insert(out.notes.end(), weighed.notes.begin(), weighed.notes.end());
  for (const Record& record : dataset.records)
    out.responses_used += !record.submission.answers.empty();
  BOOST_OUTCOME_TRY(const auto asked, asked_counts(dataset));

  std::vector<std::size_t> everyone(dataset.records.size());
  std::iota(everyone.begin(), everyone.end(), std::size_t{0});
  for (std::size_t q = 0; q < questions.size(); ++q) {
    BOOST_OUTCOME_TRY(ctx.check());
    ctx.report("statistics", static_cast<std::int64_t>(q),
               static_cast<std::int64_t>(questions.size()));
    const survey::Question& question = questions[q];
    QuestionFindings& found =
        out.questions.emplace_back(QuestionFindings{.question_id = question.id,
                                                    .text = question.text,
                                                    .kind = question.kind,
                                                    .asked = asked[q]});
    for (const std::size_t record : everyone)
      found.answered += answer_of(dataset, record, question.id) != nullptr;
    found.distribution = distribution_of(dataset, question, weights, everyone);
    found.metrics = metrics_of(question, tally_of(dataset, question, weights, everyone));
    found.rows = rows_of(dataset, question, weights, everyone);
    if (found.answered > 0 && found.answered < settings.least_base)
      found.notes.push_back("Only " + std::to_string(found.answered) +
                            (found.answered == 1 ? " answer" : " answers") +
                            ": too few to say anything about others.");
    if (found.metrics.empty() && found.distribution.empty()) continue;
    for (std::size_t s = 0; s < segments.size(); ++s)
      if (settings.by[s] != question.id)
        out.cross_tabs.push_back(
            answers_by(dataset, question, settings.by[s], segments[s], settings, weights));
  }

  BOOST_OUTCOME_TRY(auto quality, look_at_quality(dataset, settings, ctx));
  out.quality = std::move(quality.flags);
  out.notes.insert(out.notes.end(), quality.notes.begin(), quality.notes.end());

  std::vector<ReadTexts> read;
  for (Texts& texts : texts_of(dataset)) {
    BOOST_OUTCOME_TRY(
        auto found, read_texts(dataset, texts, settings, weights, quality.of_record, ctx, options));
    for (std::size_t s = 0; s < segments.size(); ++s)
      if (!found.themes.empty())
        out.cross_tabs.push_back(
            themes_by(dataset, texts, found, settings.by[s], segments[s], settings, weights));
    for (QuestionFindings& shown : out.questions) {
      if (shown.question_id != texts.question_id) continue;
      shown.used = found.used;
      shown.sentiment = found.sentiment;
      shown.themes = found.themes;
      shown.unthemed = found.unthemed;
      shown.keyphrases = found.keyphrases;
      shown.notes.insert(shown.notes.end(), found.notes.begin(), found.notes.end());
    }
    read.push_back({std::move(texts), std::move(found)});
  }

  out.trends = trends_of(dataset, settings, read, weights, out.notes);
  if (options.previous != nullptr) {
    BOOST_OUTCOME_TRY(out.waves,
                      wave_changes(dataset, *options.previous, settings, read, weights, ctx));
  }
  adjust(out);
  const auto variables = variables_of(dataset, read);
  BOOST_OUTCOME_TRY(out.drivers, drivers_of(dataset, variables, weights, ctx));
  BOOST_OUTCOME_TRY(out.personas, personas_of(dataset, settings, variables, read, ctx));
  out.recommendations = recommend(out, dataset);
  out.summary = summarise(out, dataset, settings);
  out.manifest = manifest_of(dataset, settings);
  for (const auto& [question, codebook] : options.codebooks)
    out.manifest.settings["codebook " + question] = security::sha256(to_json_text(codebook));
  return out;
}

}  // namespace insightflow::insight

namespace insightflow {
template const Type& type_of<insight::Settings>();
template const Type& type_of<insight::CodedText>();
}  // namespace insightflow
