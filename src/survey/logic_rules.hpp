#pragma once

#include <insightflow/survey/expression.hpp>

namespace insightflow::survey {

/// Rules on `show_if` and `logic`: that expressions parse, names are known and earlier, literals
/// can occur, targets lie ahead, and every question can be reached.
void check_logic(const Questionnaire& survey, std::vector<Problem>& problems);

/// That a name is a hidden field or a question with an index below `before`, and its part exists.
void check_reference(const Questionnaire& survey, const Reference& reference, std::size_t before,
                     const std::string& pointer, std::vector<Problem>& problems);

}  // namespace insightflow::survey
