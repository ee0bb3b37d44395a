#pragma once

#include <string>
#include <string_view>

namespace insightflow::bias {

/// Text for element content and quoted attributes of XML 1.0 and HTML. What neither may hold
/// (control characters, bytes that are not UTF-8, U+FFFE) becomes U+FFFD; so do the marks that turn
/// the writing direction.
std::string escaped(std::string_view text);

}  // namespace insightflow::bias
