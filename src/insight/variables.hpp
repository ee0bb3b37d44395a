#pragma once

#include "insight/open.hpp"

#include <insightflow/analysis/personas.hpp>

/// Closed questions and themes as columns of numbers: what drivers and personas are computed from.
namespace insightflow::insight {

/// A feature of the respondents. `id` is the question's, with "/option", "/row" or "/theme" behind
/// it; `score` marks a rating that others can be drivers of.
struct Variable {
  analysis::Feature feature;
  std::string question_id;
  bool score = false;
};

/// Scales and numbers, choices, rows of a matrix, and the themes of texts (at most ten for each
/// question), in the order of the questionnaire. A theme is unknown for those who wrote nothing.
std::vector<Variable> variables_of(const Dataset& dataset, std::span<const OpenFindings> read);

/// What goes together with each rating (NPS, satisfaction, rating, effort; at most three). NPS, and
/// satisfaction with the whole, are no drivers of what comes after them in this list. Errors: those
/// of `Ctx::check`.
Result<std::vector<DriverFindings>> drivers_of(const Dataset& dataset,
                                               std::span<const Variable> variables,
                                               const Weights& weights, const Ctx& ctx);

/// Groups of respondents. Nothing where there is too little to tell them by: fewer than two
/// questions, those that segments are made of not counted. Weights are not used. `words` in order
/// of the records. Errors: those of `Ctx::check`.
Result<std::optional<PersonaFindings>> personas_of(const Dataset& dataset, const Settings& settings,
                                                   std::vector<Variable> variables,
                                                   std::span<const SpokenWords> words,
                                                   const Ctx& ctx);

}  // namespace insightflow::insight
