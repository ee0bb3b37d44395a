#pragma once

#include <insightflow/insight/partial.hpp>

/// Reads the texts of some responses, once. All that findings say of texts comes from here.
namespace insightflow::insight {

/// The texts of one question: open answers, or the words behind "other".
struct Texts {
  std::size_t question = 0;  ///< Its place in the questionnaire.
  std::string evidence_id;
  std::vector<std::size_t> records;  ///< Whose text it is, in order.
  std::vector<std::string_view> texts;
};

/// Question id, with "/other" behind it for those words.
std::string evidence_id_of(const survey::Question& question);

/// Every source of text in the questionnaire that has at least one text, in order of the questions.
std::vector<Texts> texts_of(const Dataset& dataset);

/// How themes are looked for.
analysis::ThemeOptions theme_options(const Settings& settings);

/// With what was found so certain, for each text, by question id.
using Moods = std::map<std::string, std::vector<analysis::Mood>>;

/// `first` is the number of the first record. Errors: those of `Ctx::check`, `codebook_invalid`.
Result<Readings> read_texts(const Dataset& dataset, std::int64_t first, const Plan& plan,
                            const Ctx& ctx, Moods* moods = nullptr);

/// The same sketch of all texts, without the digest of the settings.
Result<Sample> sample_texts(const Dataset& dataset, std::int64_t first, const Settings& settings,
                            const Ctx& ctx);
Result<Plan> plan_texts(const Sample& sample, const Settings& settings,
                        const std::map<std::string, analysis::Codebook, std::less<>>& codebooks,
                        const Ctx& ctx);

/// Keeps what `into` would hold if both had been read at once. The records must not overlap.
/// Errors: `partial_mismatch`.
Result<void> merge(Readings& into, const Readings& other);

}  // namespace insightflow::insight
