#include "observe/mask.hpp"

#include <insightflow/core/utf8.hpp>

namespace insightflow::observe {

namespace {

/// How API keys begin (identity/workspaces.hpp), and from how many characters on it can be one.
constexpr std::string_view key_prefix = "if_";
constexpr std::size_t least_key = 16;

bool of_key(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

}  // namespace

std::string masked(std::string_view text) {
  if (utf8::first_invalid(text)) return "(not UTF-8)";
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(key_prefix, at);
    if (found == std::string_view::npos) return out.append(text.substr(at));
    std::size_t end = found + key_prefix.size();
    while (end < text.size() && of_key(text[end])) ++end;
    out.append(text.substr(at, found - at));
    out.append(end - found >= least_key ? "if_***" : text.substr(found, end - found));
    at = end;
  }
}

}  // namespace insightflow::observe
