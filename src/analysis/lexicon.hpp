#pragma once

#include <string_view>

namespace insightflow::analysis {

/// How strongly a word (a form) speaks for a good mood, 1 to 3, or a bad one, -1 to -3; 0 for all
/// others. The list is our own; what its entries are worth the model learns from data.
int strength_of(std::string_view form);

}  // namespace insightflow::analysis
