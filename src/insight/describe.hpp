#pragma once

#include <insightflow/insight/findings.hpp>

namespace insightflow::insight {

/// Gives every theme its description: one sentence of its figures and the words of its answers.
/// Call it once the tests are adjusted.
void describe_themes(Findings& findings);

}  // namespace insightflow::insight
