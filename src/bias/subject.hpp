#pragma once

#include <insightflow/bias/finding.hpp>
#include <insightflow/survey/questionnaire.hpp>

/// What a finding is about, read from its pointer and field.
namespace insightflow::bias {

/// The question, or null for the questionnaire as a whole.
const survey::Question* question_of(const Finding& finding, const survey::Questionnaire& survey);

/// The words of the field, in which the span counts; empty where the field is no text.
std::string_view field_text(const Finding& finding, const survey::Questionnaire& survey);

}  // namespace insightflow::bias
