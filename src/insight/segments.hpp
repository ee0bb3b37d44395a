#pragma once

#include "insight/open.hpp"

/// Comparing groups of respondents.
namespace insightflow::insight {

/// Records that share a value of one question or hidden field.
struct Segment {
  std::string id;
  std::string label;
  std::vector<std::size_t> records;
};

/// The segments that `by` makes, in the order of the categories, or of the values for a hidden
/// field. Errors: `segment_unknown`, `segment_unfit`.
Result<std::vector<Segment>> segments_of(const Dataset& dataset, const std::string& by,
                                         const std::string& pointer);

/// The themes of one text question, by segment.
CrossTab themes_by(const Dataset& dataset, const OpenFindings& found, const std::string& by,
                   std::span<const Segment> segments, const Settings& settings,
                   const Weights& weights);

/// The choices or the figures of one closed question, by segment.
CrossTab answers_by(const Dataset& dataset, const survey::Question& question, const std::string& by,
                    std::span<const Segment> segments, const Settings& settings,
                    const Weights& weights);

}  // namespace insightflow::insight
