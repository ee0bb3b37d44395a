#pragma once

#include <insightflow/survey/questionnaire.hpp>

#include <vector>

namespace insightflow::survey {

/// Everything that stands in the way of publishing, each with its JSON pointer; empty when nothing
/// does. A draft may be saved while some remain. Pure.
///
/// Reasons: `questions_missing`, `text_blank`, `id_malformed`, `id_reserved`, `id_duplicate`,
/// `language_malformed`, `options_missing`, `options_unfit`, `option_duplicate`, `other_unfit`,
/// `scale_empty`, `scale_too_long`, `scale_unfit`, `scale_label_unknown`, `rows_missing`,
/// `rows_unfit`, `choices_unfit`, `section_unknown`, `section_split`, `hidden_malformed`,
/// `hidden_duplicate`, `expression_malformed`, `expression_too_long`, `expression_too_deep`,
/// `reference_unknown`, `reference_not_earlier`, `part_unknown`, `part_missing`,
/// `comparison_unfit`, `literal_unknown`, `target_unknown`, `logic_cycle`, `question_unreachable`,
/// `branch_unreachable`, `piping_malformed`, `translation_unknown`.
std::vector<Problem> check(const Questionnaire& survey);

}  // namespace insightflow::survey
