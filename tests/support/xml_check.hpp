#pragma once

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::test {

/// Why a page is not well-formed XML, or an empty text: tags balance, attributes are quoted and
/// not repeated, `id`s are unique, `href="#…"` leads somewhere, no stray < or &.
inline std::string xml_problem(std::string_view page) {
  std::vector<std::string> open;
  std::set<std::string> ids;
  std::vector<std::string> targets;
  bool root_seen = false;
  const auto at_text = [&](std::size_t at) {
    return " near byte " + std::to_string(at) + ": " + std::string(page.substr(at, 60));
  };
  const auto entity_ok = [&](std::size_t at) {
    for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
      if (page.substr(at, known.size()) == known) return true;
    return false;
  };
  std::size_t at = 0;
  const std::string_view doctype = "<!DOCTYPE html>";
  if (page.substr(0, doctype.size()) == doctype) at = doctype.size();
  while (at < page.size()) {
    const char c = page[at];
    if (c == '&' && !entity_ok(at)) return "stray &" + at_text(at);
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
      return "control character" + at_text(at);
    if (c != '<') {
      if (open.empty() && !std::isspace(static_cast<unsigned char>(c)))
        return "text outside" + at_text(at);
      ++at;
      continue;
    }
    const std::size_t start = at++;
    const bool closing = at < page.size() && page[at] == '/';
    if (closing) ++at;
    std::string name;
    while (at < page.size() &&
           (std::isalnum(static_cast<unsigned char>(page[at])) || page[at] == '-'))
      name += page[at++];
    if (name.empty()) return "stray <" + at_text(start);
    if (closing) {
      if (open.empty() || open.back() != name) return "unbalanced </" + name + ">" + at_text(start);
      open.pop_back();
      if (at >= page.size() || page[at] != '>') return "malformed end tag" + at_text(start);
      ++at;
      continue;
    }
    if (open.empty() && root_seen) return "second root" + at_text(start);
    root_seen = true;
    std::set<std::string> attributes;
    for (;;) {
      while (at < page.size() && std::isspace(static_cast<unsigned char>(page[at]))) ++at;
      if (at >= page.size()) return "unfinished tag" + at_text(start);
      if (page[at] == '>' || page.substr(at, 2) == "/>") break;
      std::string key;
      while (at < page.size() && page[at] != '=' && page[at] != '>' && page[at] != ' ')
        key += page[at++];
      if (page.substr(at, 2) != "=\"") return "attribute without quotes" + at_text(start);
      const std::size_t from = at + 2;
      const std::size_t to = page.find('"', from);
      if (to == page.npos) return "unfinished attribute" + at_text(start);
      const std::string value(page.substr(from, to - from));
      for (std::size_t i = from; i < to; ++i)
        if (page[i] == '<' || (page[i] == '&' && !entity_ok(i)))
          return "attribute" + at_text(start);
      if (!attributes.insert(key).second) return "repeated attribute" + at_text(start);
      if (key == "id" && !ids.insert(value).second) return "repeated id " + value;
      if (key == "href") targets.push_back(value);
      at = to + 1;
    }
    const bool empty = page[at] == '/';
    at += empty ? 2 : 1;
    if (!empty) open.push_back(name);
  }
  if (!open.empty()) return "never closed: " + open.back();
  for (const std::string& target : targets)
    if (target.empty() || target[0] != '#' || ids.count(target.substr(1)) == 0)
      return "leads nowhere or outside: " + target;
  return {};
}

}  // namespace insightflow::test
