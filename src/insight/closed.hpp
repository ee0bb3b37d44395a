#pragma once

#include <insightflow/insight/build.hpp>

/// Figures of closed questions, over all records or over the records of a segment.
namespace insightflow::insight {

/// Indexes into the records of a dataset.
using Base = std::span<const std::size_t>;

/// The answer of one record, or null.
const response::Answer* answer_of(const Dataset& dataset, std::size_t record, std::string_view id);

/// What one value of a closed question is called: an option id, a scale value, "yes".
std::vector<std::string> values_of(const response::Value& value);

/// The possible values of a closed question in order, with their labels.
std::vector<survey::Option> categories_of(const survey::Question& question);

/// Shares over the categories; the base is the answers given.
std::vector<analysis::Share> distribution_of(const Dataset& dataset,
                                             const survey::Question& question, Base base);

/// The figures that fit the kind: nps, csat, ces, mean, median, standard_deviation.
std::vector<analysis::Metric> metrics_of(const Dataset& dataset, const survey::Question& question,
                                         Base base);

/// Rows of a matrix, or options of a ranking with their mean rank.
std::vector<Breakdown> rows_of(const Dataset& dataset, const survey::Question& question, Base base);

}  // namespace insightflow::insight
