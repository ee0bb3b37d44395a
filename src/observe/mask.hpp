#pragma once

#include <string>
#include <string_view>

namespace insightflow::observe {

/// The text as it may leave this process in a log or a trace: what looks like an API key of ours is
/// "if_***", and a text that is not UTF-8 says no more than that.
std::string masked(std::string_view text);

}  // namespace insightflow::observe
