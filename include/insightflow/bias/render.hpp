#pragma once

#include <insightflow/bias/lint.hpp>

namespace insightflow::bias {

struct TextStyle {
  bool colour = false;   ///< ANSI colours, for a terminal.
  bool explain = false;  ///< Adds why it matters and the source to each finding.
};

/// The report for a person: each finding with the line it is about and a caret below the words
/// meant. `survey` must be the one that was linted. Carets count code points.
std::string to_text(const Report& report, const survey::Questionnaire& survey,
                    const TextStyle& style = {});

/// The report as indented JSON.
std::string to_json_document(const Report& report);

/// What a rule is about, for `--explain`; empty for an unknown id.
std::string explain(std::string_view rule_id);

}  // namespace insightflow::bias
