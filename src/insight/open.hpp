#pragma once

#include "insight/reading.hpp"
#include "insight/weighting.hpp"

/// What is found in the texts of one question.
namespace insightflow::insight {

struct OpenFindings {
  std::string question_id;
  std::string evidence_id;           ///< Question id, with "/other" behind it for those words.
  std::vector<std::size_t> records;  ///< Whose text it is, in order.
  std::optional<analysis::SentimentMix> sentiment;
  std::vector<Theme> themes;
  std::vector<Keyphrase> keyphrases;
  std::vector<std::string> notes;
  std::int64_t used = 0;
  std::int64_t unthemed = 0;
  /// For each text the indexes of its themes, strongest first.
  std::vector<std::vector<std::uint32_t>> themes_of_text;
  /// For each text, none for one in a language that is not rated; empty where none is rated.
  std::vector<std::optional<analysis::Sentiment>> moods;
  analysis::Codebook codebook;  ///< Its themes in the order of these, where it was learned.
};

/// Makes findings of the readings, and takes the themes of each text out of them. Errors:
/// `partial_mismatch`, `codebook_invalid`.
Result<OpenFindings> open_findings(const Dataset& dataset, TextReadings& readings,
                                   const PlannedTexts& plan, const Settings& settings,
                                   const Weights& weights);

}  // namespace insightflow::insight
