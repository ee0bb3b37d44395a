#pragma once

#include <string>
#include <string_view>

namespace insightflow::formats {

/// HTML as plain text: markup dropped with all of script and style, entities decoded once, block
/// elements and <br> as line ends, other white space as single blanks. Never markup again: what an
/// entity decodes to is text.
std::string plain_text(std::string_view html);

/// The same for a format whose texts are mostly plain: left alone where it holds no known element.
std::string plain_text_if_html(std::string_view text);

/// Plain text as HTML that `plain_text` reads back.
std::string html_text(std::string_view text);

/// Valid UTF-8 without control characters, trimmed. Bytes that are not UTF-8 become U+FFFD.
std::string clean_text(std::string_view text);

/// ASCII letters in lower case.
std::string lowered(std::string_view text);

}  // namespace insightflow::formats
