#pragma once

#include <string>
#include <string_view>

namespace insightflow::bias {

/// A unified diff (three lines of context) that `patch` understands; empty when the texts are
/// equal. The shortest script of lines (Myers 1986); texts that share almost nothing are shown as
/// one replacement, so that the cost stays bounded.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view name);

}  // namespace insightflow::bias
