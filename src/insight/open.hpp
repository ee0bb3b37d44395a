#pragma once

#include "insight/weighting.hpp"

/// What is found in the texts of one question.
namespace insightflow::insight {

/// The texts of one question: open answers, or the words behind "other".
struct Texts {
  std::string question_id;
  std::string evidence_id;           ///< Question id, with "/other" behind it for those words.
  std::vector<std::size_t> records;  ///< Whose text it is, in order.
  std::vector<std::string_view> texts;
};

/// Every source of text in the questionnaire that has at least one text, in order of the questions.
std::vector<Texts> texts_of(const Dataset& dataset);

struct OpenFindings {
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
};

/// The kinds of flags of each record; empty where there are none at all.
using RecordFlags = std::vector<std::vector<std::string>>;

/// Errors: those of `Ctx::check` and of the theme search.
Result<OpenFindings> read_texts(const Dataset& dataset, const Texts& texts,
                                const Settings& settings, const Weights& weights,
                                const RecordFlags& flags, const Ctx& ctx,
                                const BuildOptions& build_options);

}  // namespace insightflow::insight
