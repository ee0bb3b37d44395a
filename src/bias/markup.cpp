#include "bias/markup.hpp"

#include <insightflow/core/utf8.hpp>

namespace insightflow::bias {

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t point = utf8::decode(text, at);
    const bool blank = point == '\n' || point == '\t';
    const bool unfit = (point < 0x20 && !blank) || (point >= 0x7F && point < 0xA0) ||
                       point == utf8::invalid_code_point || point == 0xFFFE || point == 0xFFFF ||
                       (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    if (point == '\r')
      out += ' ';
    else if (unfit)
      out += "\uFFFD";
    else if (point == '&')
      out += "&amp;";
    else if (point == '<')
      out += "&lt;";
    else if (point == '>')
      out += "&gt;";
    else if (point == '"')
      out += "&quot;";
    else
      out += text.substr(from, at - from);
  }
  return out;
}

}  // namespace insightflow::bias
