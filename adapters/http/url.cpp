#include "http/url.hpp"

#include <insightflow/core/utf8.hpp>

namespace insightflow::http {
namespace {
constexpr int hex_value(char c) noexcept {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}
/// Takes the text before the next separator off the front.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}
}  // namespace

Result<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == Plus::space) {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(Code::invalid, "percent_malformed",
                    "A '%' at byte " + std::to_string(i) +
                        " is not followed by two hexadecimal digits; write a lone '%' as %25.");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0')
      return fail(Code::invalid, "nul_byte", "The text holds a NUL byte; leave it out.");
    out.push_back(c);
  }
  if (const auto at = utf8::first_invalid(out))
    return fail(Code::invalid, "utf8_invalid",
                "The decoded text is not UTF-8 at byte " + std::to_string(*at) + ".");
  return out;
}

Result<std::vector<std::string>> path_segments(std::string_view path) {
  if (path.empty() || path.front() != '/')
    return fail(Code::invalid, "path_malformed", "A path begins with '/'.");
  std::vector<std::string> segments;
  path.remove_prefix(1);
  if (path.empty()) return segments;
  const auto count = std::count(path.begin(), path.end(), '/') + 1;
  segments.reserve(static_cast<std::size_t>(count));
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    BOOST_OUTCOME_TRY(auto segment, percent_decode(take(path, '/')));
    if (segment == "." || segment == "..")
      return fail(Code::invalid, "path_malformed", "A path holds no \".\" or \"..\" segments.");
    segments.push_back(std::move(segment));
  }
  return segments;
}

Result<std::vector<Parameter>> parse_form(std::string_view text, std::size_t max_parameters) {
  std::vector<Parameter> parameters;
  while (!text.empty()) {
    std::string_view pair = take(text, '&');
    if (pair.empty()) continue;
    if (parameters.size() == max_parameters)
      return fail(Code::too_large, "too_many_parameters",
                  "The form has more than " + std::to_string(max_parameters) + " parameters.");
    const std::string_view name = take(pair, '=');
    BOOST_OUTCOME_TRY(auto decoded_name, percent_decode(name, Plus::space));
    BOOST_OUTCOME_TRY(auto decoded_value, percent_decode(pair, Plus::space));
    parameters.push_back({std::move(decoded_name), std::move(decoded_value)});
  }
  return parameters;
}

std::optional<std::string_view> cookie(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    std::string_view pair = take(field, ';');
    if (trim(take(pair, '=')) != name) continue;
    std::string_view value = trim(pair);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

}  // namespace insightflow::http
