#pragma once

#include <insightflow/formats/formats.hpp>

/// The rows of the format table. Without `hints` a reader passes over this program's own remarks;
/// `copy` is what a writer lays into the file for this program alone, without blanks and markup.
namespace insightflow::formats {

using survey::Kind;
using survey::Option;
using survey::Question;
/// The words of a question in another language.
using Translated = survey::QuestionTranslation;

/// What a reader found: the questionnaire, and the copy that this program left in the file.
struct Found : Imported {
  std::string copy;
};

Result<Found> read_surveyjs(std::string_view bytes, bool hints);
Result<Written> write_surveyjs(const survey::Questionnaire& survey, std::string_view copy);
Result<Found> read_qsf(std::string_view bytes, bool hints);
Result<Written> write_qsf(const survey::Questionnaire& survey, std::string_view copy);
Result<Found> read_lss(std::string_view bytes, bool hints);
Result<Written> write_lss(const survey::Questionnaire& survey, std::string_view copy);
Result<Found> read_xlsx(std::string_view bytes, bool hints);
Result<Written> write_xlsx(const survey::Questionnaire& survey, std::string_view copy);
Result<Found> read_xls(std::string_view bytes, bool hints);
Result<Found> read_triples(std::string_view bytes, bool hints);
Result<Written> write_triples(const survey::Questionnaire& survey, std::string_view copy);

/// Translations without words, and one into the main language, are none.
void drop_empty_translations(survey::Questionnaire& survey);

/// "the kind of question 'q1'" for a JSON pointer into a questionnaire.
std::string describe_place(const survey::Questionnaire& survey, std::string_view pointer);

}  // namespace insightflow::formats
