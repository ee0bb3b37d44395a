#pragma once

#include <insightflow/formats/formats.hpp>

/// The rows of the format table. Without `hints` a reader passes over this program's own remarks.
namespace insightflow::formats {

Result<Imported> read_surveyjs(std::string_view bytes, bool hints);
Result<Written> write_surveyjs(const survey::Questionnaire& survey);
Result<Imported> read_qsf(std::string_view bytes, bool hints);
Result<Written> write_qsf(const survey::Questionnaire& survey);
Result<Imported> read_lss(std::string_view bytes, bool hints);
Result<Written> write_lss(const survey::Questionnaire& survey);
Result<Imported> read_xlsx(std::string_view bytes, bool hints);
Result<Written> write_xlsx(const survey::Questionnaire& survey);
Result<Imported> read_xls(std::string_view bytes, bool hints);
Result<Imported> read_triples(std::string_view bytes, bool hints);
Result<Written> write_triples(const survey::Questionnaire& survey);

/// Translations without words, and one into the main language, are none.
void drop_empty_translations(survey::Questionnaire& survey);

/// "the kind of question 'q1'" for a JSON pointer into a questionnaire.
std::string describe_place(const survey::Questionnaire& survey, std::string_view pointer);

}  // namespace insightflow::formats
