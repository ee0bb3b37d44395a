#pragma once

#include "insight/weighting.hpp"

#include <insightflow/analysis/statistics.hpp>
#include <insightflow/insight/build.hpp>

/// Figures of closed questions, over all records or over the records of a segment.
namespace insightflow::insight {

using survey::Kind;
using survey::Question;

/// Indexes into the records of a dataset.
using Base = std::span<const std::size_t>;

/// The answer of one record, or null.
const response::Answer* answer_of(const Dataset& dataset, std::size_t record, std::string_view id);

/// What one value of a closed question is called: an option id, a scale value, "yes".
std::vector<std::string> values_of(const response::Value& value);

/// The possible values of a closed question in order, with their labels.
std::vector<survey::Option> categories_of(const Question& question);

/// The numbers of a scaled or numeric question, weighted.
analysis::Tally tally_of(const Dataset& dataset, const Question& question, const Weights& weights,
                         Base base);

/// Shares over the categories; the base is the answers given.
std::vector<analysis::Share> distribution_of(const Dataset& dataset, const Question& question,
                                             const Weights& weights, Base base);

/// The figures that fit the kind: nps, csat, ces, mean, median, standard_deviation; the most
/// telling one first.
std::vector<analysis::Metric> metrics_of(const Question& question, const analysis::Tally& tally);

/// True for a question whose answers are numbers.
bool is_numeric(const Question& question);

/// What `compare_means` is to be given so that the difference is that of the first metric.
analysis::Tally tally_of_metric(const Question& question, const analysis::Tally& tally);

/// Rows of a matrix, or options of a ranking with their mean rank.
std::vector<Breakdown> rows_of(const Dataset& dataset, const Question& question,
                               const Weights& weights, Base base);

/// The number in a cell of a matrix that is answered on a scale.
std::optional<double> cell_number(const response::Answer& answer, const std::string& row);

}  // namespace insightflow::insight
