#include "insight/variables.hpp"

#include "insight/closed.hpp"

#include <insightflow/security/digest.hpp>

#include <cmath>
#include <deque>
#include <limits>
#include <set>

namespace insightflow::insight {

namespace {

using analysis::Feature;
using analysis::FeatureKind;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_theme_variables = 10;
constexpr std::size_t most_categories = 12;
constexpr std::size_t most_ratings = 3;

/// Ratings of approval, the one most asked for first.
constexpr std::array rating_kinds{Kind::nps, Kind::csat, Kind::rating, Kind::ces};

class Columns {
 public:
  explicit Columns(const Dataset& dataset) : dataset_(dataset) {}

  void add(const Question& question) {
    const auto kind = question.kind;
    if (is_numeric(question))
      number(question);
    else if (kind == Kind::matrix && question.options.empty())
      rows(question);
    else if (kind == Kind::multiple_choice)
      choices(question);
    else if (kind == Kind::single_choice || kind == Kind::yes_no || kind == Kind::likert)
      category(question);
  }

  void add(const OpenFindings& read) {
    const std::size_t themes = std::min(read.themes.size(), most_theme_variables);
    for (std::size_t t = 0; t < themes; ++t) {
      const Theme& theme = read.themes[t];
      Variable& variable = start(read.evidence_id + "/" + theme.id, theme.label,
                                 FeatureKind::presence, read.question_id);
      variable.feature.importance = 1 / static_cast<double>(themes);
      for (std::size_t i = 0; i < read.records.size(); ++i) {
        const auto& held = read.themes_of_text[i];
        variable.feature.values[read.records[i]] =
            std::find(held.begin(), held.end(), t) == held.end() ? 0 : 1;
      }
    }
  }

  std::vector<Variable> take() { return std::move(out_); }

 private:
  Variable& start(std::string id, std::string label, FeatureKind kind,
                  const std::string& question) {
    Variable& out = out_.emplace_back();
    out.feature.id = std::move(id);
    out.feature.label = std::move(label);
    out.feature.kind = kind;
    out.feature.values.assign(dataset_.records.size(), unknown);
    out.question_id = question;
    return out;
  }

  template <class Use>
  void each_answer(const Question& question, const Use& use) {
    for (std::size_t record = 0; record < dataset_.records.size(); ++record)
      if (const auto* answer = answer_of(dataset_, record, question.id)) use(record, *answer);
  }

  void number(const Question& question) {
    Variable& variable = start(question.id, question.text, FeatureKind::number, question.id);
    variable.score =
        std::find(rating_kinds.begin(), rating_kinds.end(), question.kind) != rating_kinds.end();
    each_answer(question, [&](std::size_t record, const response::Answer& answer) {
      if (const auto* value = std::get_if<double>(&answer.value))
        variable.feature.values[record] = *value;
    });
  }

  void rows(const Question& question) {
    for (const survey::Option& row : question.rows) {
      Variable& variable =
          start(question.id + "/" + row.id, row.label, FeatureKind::number, question.id);
      variable.feature.importance = 1 / static_cast<double>(question.rows.size());
      each_answer(question, [&](std::size_t record, const response::Answer& answer) {
        if (const auto value = cell_number(answer, row.id))
          variable.feature.values[record] = *value;
      });
    }
  }

  void choices(const Question& question) {
    const auto options = categories_of(question);
    if (options.size() > most_categories) return;
    for (const survey::Option& option : options) {
      Variable& variable =
          start(question.id + "/" + option.id, option.label, FeatureKind::presence, question.id);
      variable.feature.importance = 1 / static_cast<double>(options.size());
      each_answer(question, [&](std::size_t record, const response::Answer& answer) {
        const auto values = values_of(answer.value);
        variable.feature.values[record] =
            std::find(values.begin(), values.end(), option.id) == values.end() ? 0 : 1;
      });
    }
  }

  void category(const Question& question) {
    const auto options = categories_of(question);
    if (options.size() < 2 || options.size() > most_categories) return;
    Variable& variable = start(question.id, question.text, FeatureKind::category, question.id);
    for (const survey::Option& option : options) variable.feature.names.push_back(option.label);
    each_answer(question, [&](std::size_t record, const response::Answer& answer) {
      const auto values = values_of(answer.value);
      for (std::size_t o = 0; o < options.size() && !values.empty(); ++o)
        if (options[o].id == values.front())
          variable.feature.values[record] = static_cast<double>(o);
    });
  }

  const Dataset& dataset_;
  std::vector<Variable> out_;
};

/// An overall judgement explains no judgement of a part.
bool may_explain(const Dataset& dataset, const Variable& variable, const Variable& rating) {
  if (variable.question_id == rating.question_id) return false;
  if (!variable.score) return true;
  constexpr std::size_t overall = 2;  // of `rating_kinds`: these come before the others
  const auto rank = [&](const Variable& one) {
    const Kind kind = survey::find(dataset.questionnaire, one.question_id)->kind;
    const auto at = std::find(rating_kinds.begin(), rating_kinds.end(), kind);
    return std::min(static_cast<std::size_t>(at - rating_kinds.begin()), overall);
  };
  return rank(variable) >= rank(rating);
}

/// A category becomes one column for each of its values, which `made` keeps.
void add_predictors(const Variable& variable, std::vector<analysis::Predictor>& out,
                    std::deque<std::vector<double>>& made) {
  const Feature& feature = variable.feature;
  if (feature.kind != FeatureKind::category) {
    out.push_back({feature.id, feature.label, feature.values});
    return;
  }
  // Of two values one says it all.
  const std::size_t shown = feature.names.size() == 2 ? 1 : feature.names.size();
  for (std::size_t v = 0; v < shown; ++v) {
    analysis::Predictor& one = out.emplace_back();
    one.id = feature.id + "/" + feature.names[v];
    one.label = feature.label + ": " + feature.names[v];
    std::vector<double>& column = made.emplace_back();
    column.reserve(feature.values.size());
    for (const double value : feature.values)
      column.push_back(std::isfinite(value) ? double(value == static_cast<double>(v)) : value);
    one.values = column;
  }
}

/// "mostly “team”, rarely “Price”": the two traits that tell most.
std::string name_of(const analysis::Persona& persona) {
  std::string out;
  std::set<std::string> told;
  for (const analysis::Trait& trait : persona.traits) {
    if (told.size() == 2) break;
    if (!told.insert(trait.id).second) continue;
    // "yes" alone says nothing.
    const std::string what = "\u201c" +
                             (trait.value.empty()       ? trait.label
                              : trait.value.size() <= 3 ? trait.label + ": " + trait.value
                                                        : trait.value) +
                             "\u201d";
    const bool more = trait.here > trait.elsewhere;
    out += out.empty() ? "" : ", ";
    if (trait.number)
      out += (more ? "high on " : "low on ") + what;
    else
      out += (more ? trait.here >= 0.5 ? "mostly " : "more often " : "rarely ") + what;
  }
  if (out.empty()) return "In between";
  if (out.front() >= 'a' && out.front() <= 'z') out.front() = static_cast<char>(out.front() - 32);
  return out;
}

std::vector<Evidence> words_of(const Dataset& dataset, std::span<const SpokenWords> words,
                               std::size_t record) {
  std::vector<Evidence> out;
  auto at = std::lower_bound(words.begin(), words.end(), record,
                             [](const SpokenWords& one, std::size_t wanted) {
                               return one.record < static_cast<std::int64_t>(wanted);
                             });
  for (; at != words.end() && at->record == static_cast<std::int64_t>(record); ++at)
    out.push_back({.response_id = dataset.records[record].id,
                   .question_id = evidence_id_of(
                       dataset.questionnaire.questions[static_cast<std::size_t>(at->question)]),
                   .start = 0,
                   .end = static_cast<std::int64_t>(at->text.size()),
                   .digest = security::sha256(at->text),
                   .quote = at->text});
  return out;
}

}  // namespace

std::vector<Variable> variables_of(const Dataset& dataset, std::span<const OpenFindings> read) {
  Columns out(dataset);
  for (const Question& question : dataset.questionnaire.questions) {
    out.add(question);
    for (const OpenFindings& one : read)
      if (one.question_id == question.id) out.add(one);
  }
  return out.take();
}

Result<std::vector<DriverFindings>> drivers_of(const Dataset& dataset,
                                               std::span<const Variable> variables,
                                               const Weights& weights, const Ctx& ctx) {
  std::vector<const Variable*> ratings;
  for (const Kind kind : rating_kinds)
    for (const Variable& variable : variables)
      if (variable.score && ratings.size() < most_ratings &&
          survey::find(dataset.questionnaire, variable.question_id)->kind == kind)
        ratings.push_back(&variable);
  std::vector<DriverFindings> out;
  for (const Variable* rating : ratings) {
    ctx.report("drivers", static_cast<std::int64_t>(out.size()),
               static_cast<std::int64_t>(ratings.size()));
    std::vector<analysis::Predictor> predictors;
    std::deque<std::vector<double>> made;
    for (const Variable& variable : variables)
      if (may_explain(dataset, variable, *rating)) add_predictors(variable, predictors, made);
    if (predictors.empty()) continue;
    BOOST_OUTCOME_TRY(auto model,
                      analysis::find_drivers(rating->feature.values, predictors, weights, {}, ctx));
    out.push_back({.question_id = rating->question_id,
                   .base = model.base,
                   .r_squared = model.r_squared,
                   .adjusted_r_squared = model.adjusted_r_squared,
                   .drivers = std::move(model.drivers),
                   .abstained = std::move(model.abstained)});
  }
  return out;
}

Result<std::optional<PersonaFindings>> personas_of(const Dataset& dataset, const Settings& settings,
                                                   std::vector<Variable> variables,
                                                   std::span<const SpokenWords> words,
                                                   const Ctx& ctx) {
  std::vector<Feature> features;
  std::set<std::string> questions;
  for (Variable& variable : variables) {
    if (std::find(settings.by.begin(), settings.by.end(), variable.question_id) !=
        settings.by.end())
      continue;
    features.push_back(std::move(variable.feature));
    questions.insert(variable.question_id);
  }
  if (questions.size() < 2) return std::optional<PersonaFindings>();
  ctx.report("personas", 0, 1);
  BOOST_OUTCOME_TRY(auto model, analysis::find_personas(features, {}, ctx));
  PersonaFindings out{.base = model.base,
                      .silhouette = model.silhouette,
                      .personas = {},
                      .abstained = std::move(model.abstained)};
  for (analysis::Persona& persona : model.personas)
    out.personas.push_back({.id = "p" + std::to_string(out.personas.size() + 1),
                            .name = name_of(persona),
                            .size = persona.size,
                            .share = persona.share,
                            .interval = persona.interval,
                            .traits = persona.traits,
                            .quotes = words_of(dataset, words, persona.typical)});
  return std::optional<PersonaFindings>(std::move(out));
}

}  // namespace insightflow::insight
