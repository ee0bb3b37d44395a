#include "insight/advice.hpp"
#include "insight/assembly.hpp"
#include "insight/changes.hpp"
#include "insight/closed.hpp"
#include "insight/describe.hpp"
#include "insight/fields.hpp"
#include "insight/summary.hpp"

#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/insight/build.hpp>
#include <insightflow/security/digest.hpp>

#include <numeric>

namespace insightflow::insight {

namespace {

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

/// 64 hexadecimal characters, the highest word first.
std::string hex(std::span<const std::int64_t> words) {
  std::string out;
  for (std::size_t i = words.size(); i-- > 0;)
    for (int shift = 60; shift >= 0; shift -= 4)
      out += "0123456789abcdef"[static_cast<std::uint64_t>(words[i]) >> shift & 15];
  return out;
}

Manifest manifest_of(const Dataset& dataset, const Readings& readings, const Settings& settings) {
  Manifest out{.engine_version = engine_version(),
               .survey_id = dataset.survey_id,
               .survey_version = dataset.survey_version,
               .survey_digest = dataset.survey_digest,
               .inputs_digest = hex(readings.inputs),
               .responses = static_cast<std::int64_t>(dataset.records.size())};
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
  return "insight-5 " + std::string(analysis::sentiment_model_version());
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

Result<Ground> prepare(const Dataset& dataset, const Settings& settings) {
  Ground out;
  for (std::size_t i = 0; i < settings.by.size(); ++i) {
    BOOST_OUTCOME_TRY(auto found, segments_of(dataset, settings.by[i], "/by/" + std::to_string(i)));
    out.segments.push_back(std::move(found));
  }
  BOOST_OUTCOME_TRY(check_fields(dataset, settings));
  BOOST_OUTCOME_TRY(out.weighed, weigh(dataset, settings));
  return out;
}

Result<Assembly> assemble(const Dataset& dataset, Readings readings, const Plan& plan,
                          const Settings& settings, Ground ground, const Wave& previous,
                          const Ctx& ctx) {
  const auto& questions = dataset.questionnaire.questions;
  const auto& segments = ground.segments;
  const Weights& weights = ground.weighed.weights;
  Assembly made;
  Findings& out = made.findings;
  out.title = dataset.questionnaire.title;
  out.language = dataset.questionnaire.language;
  out.responses_total = static_cast<std::int64_t>(dataset.records.size());
  out.responses_used = readings.used;
  out.notes = dataset.notes;
  out.weighting = std::move(ground.weighed.findings);
  out.notes.insert(out.notes.end(), ground.weighed.notes.begin(), ground.weighed.notes.end());

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
                                                    .asked = readings.asked[q],
                                                    .answered = readings.answered[q]});
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

  BOOST_OUTCOME_TRY(auto quality, look_at_quality(dataset, readings, settings, ctx));
  out.quality = std::move(quality.flags);
  out.notes.insert(out.notes.end(), quality.notes.begin(), quality.notes.end());
  made.flags = std::move(quality.of_record);
  // What has served is let go: with a million responses it is much.
  readings.long_texts = {};
  readings.records = {};

  for (TextReadings& texts : readings.texts) {
    const survey::Question& question = questions[static_cast<std::size_t>(texts.question)];
    const auto planned = plan.texts.find(evidence_id_of(question));
    if (planned == plan.texts.end())
      return fail(Code::invalid, "partial_mismatch",
                  "The plan knows nothing of the texts of '" + question.id + "'.");
    BOOST_OUTCOME_TRY(auto found,
                      open_findings(dataset, texts, planned->second, settings, weights));
    texts.read = {};
    for (std::size_t s = 0; s < segments.size(); ++s)
      if (!found.themes.empty())
        out.cross_tabs.push_back(
            themes_by(dataset, found, settings.by[s], segments[s], settings, weights));
    QuestionFindings& shown = out.questions[static_cast<std::size_t>(texts.question)];
    shown.used = found.used;
    shown.sentiment = found.sentiment;
    shown.themes = found.themes;
    shown.unthemed = found.unthemed;
    shown.keyphrases = found.keyphrases;
    shown.notes.insert(shown.notes.end(), found.notes.begin(), found.notes.end());
    made.read.push_back(std::move(found));
  }

  out.trends = trends_of(dataset, settings, made.read, weights, out.notes);
  if (previous.dataset != nullptr) {
    BOOST_OUTCOME_TRY(out.waves, wave_changes(dataset, *previous.dataset, *previous.readings,
                                              settings, made.read, weights, ctx));
  }
  adjust(out);
  auto variables = variables_of(dataset, made.read);
  BOOST_OUTCOME_TRY(out.drivers, drivers_of(dataset, variables, weights, ctx));
  BOOST_OUTCOME_TRY(out.personas,
                    personas_of(dataset, settings, std::move(variables), readings.words, ctx));
  describe_themes(out);
  out.recommendations = recommend(out, dataset);
  out.summary = summarise(out, dataset, settings);
  out.manifest = manifest_of(dataset, readings, settings);
  for (const auto& [question, texts] : plan.texts)
    if (texts.given)
      out.manifest.settings["codebook " + question] =
          security::sha256(to_json_text(texts.codebook));
  return made;
}

Result<Findings> build(const Dataset& dataset, const Settings& settings, const Ctx& ctx,
                       const BuildOptions& options) {
  BOOST_OUTCOME_TRY(auto ground, prepare(dataset, settings));
  Plan plan;
  {
    BOOST_OUTCOME_TRY(const auto sample, sample_texts(dataset, 0, settings, ctx));
    BOOST_OUTCOME_TRY(plan, plan_texts(sample, settings, options.codebooks, ctx));
  }
  Moods moods;
  BOOST_OUTCOME_TRY(auto readings,
                    read_texts(dataset, 0, plan, ctx, options.on_coded_text ? &moods : nullptr));
  Readings before;
  if (options.previous != nullptr) {
    BOOST_OUTCOME_TRY(before, read_texts(*options.previous, 0, {}, ctx));
  }
  BOOST_OUTCOME_TRY(auto made, assemble(dataset, std::move(readings), plan, settings,
                                        std::move(ground), {options.previous, &before}, ctx));
  for (const OpenFindings& found : made.read) {
    if (options.on_codebook && !plan.texts.at(found.evidence_id).given)
      options.on_codebook(found.evidence_id, found.codebook);
    if (!options.on_coded_text) continue;
    for (std::size_t i = 0; i < found.records.size(); ++i) {
      const std::size_t record = found.records[i];
      CodedText coded{found.evidence_id,
                      *evidence_text(dataset.records[record].submission, found.evidence_id),
                      moods[found.evidence_id][i],
                      {},
                      {}};
      if (!made.flags.empty()) coded.flags = names_of(made.flags[record]);
      for (const std::uint32_t theme : found.themes_of_text[i])
        coded.themes.push_back(found.themes[theme].id);
      options.on_coded_text(record, coded);
    }
  }
  return std::move(made.findings);
}

}  // namespace insightflow::insight

namespace insightflow {
template const Type& type_of<insight::Settings>();
template const Type& type_of<insight::CodedText>();
}  // namespace insightflow
