#include "formats/plain_text.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/survey/words.hpp>

#include <algorithm>
#include <charconv>

namespace insightflow::formats {

namespace {

using survey::is_ascii_digit;
using survey::is_ascii_letter;

/// What an element does to the text around it.
enum class Effect { none, line, dropped };
struct Element {
  std::string_view name;
  Effect effect;
};
constexpr Element elements[] = {
    {"a", Effect::none},        {"abbr", Effect::none},      {"article", Effect::line},
    {"b", Effect::none},        {"big", Effect::none},       {"blockquote", Effect::line},
    {"body", Effect::line},     {"br", Effect::line},        {"button", Effect::none},
    {"center", Effect::line},   {"code", Effect::none},      {"dd", Effect::line},
    {"div", Effect::line},      {"dl", Effect::line},        {"dt", Effect::line},
    {"em", Effect::none},       {"embed", Effect::dropped},  {"fieldset", Effect::line},
    {"font", Effect::none},     {"footer", Effect::line},    {"form", Effect::line},
    {"h1", Effect::line},       {"h2", Effect::line},        {"h3", Effect::line},
    {"h4", Effect::line},       {"h5", Effect::line},        {"h6", Effect::line},
    {"head", Effect::line},     {"header", Effect::line},    {"hr", Effect::line},
    {"html", Effect::line},     {"i", Effect::none},         {"iframe", Effect::dropped},
    {"img", Effect::none},      {"input", Effect::none},     {"label", Effect::none},
    {"li", Effect::line},       {"link", Effect::none},      {"meta", Effect::none},
    {"noscript", Effect::none}, {"object", Effect::dropped}, {"ol", Effect::line},
    {"p", Effect::line},        {"pre", Effect::line},       {"q", Effect::none},
    {"s", Effect::none},        {"script", Effect::dropped}, {"section", Effect::line},
    {"small", Effect::none},    {"span", Effect::none},      {"strike", Effect::none},
    {"strong", Effect::none},   {"style", Effect::dropped},  {"sub", Effect::none},
    {"sup", Effect::none},      {"svg", Effect::dropped},    {"table", Effect::line},
    {"tbody", Effect::line},    {"td", Effect::none},        {"template", Effect::dropped},
    {"tfoot", Effect::line},    {"th", Effect::none},        {"thead", Effect::line},
    {"title", Effect::dropped}, {"tr", Effect::line},        {"tt", Effect::none},
    {"u", Effect::none},        {"ul", Effect::line},        {"video", Effect::dropped},
    {"wbr", Effect::none}};

struct HtmlEntity {
  std::string_view name, text;
};
constexpr HtmlEntity html_entities[] = {
    {"amp", "&"},    {"apos", "'"},      {"auml", "ä"},  {"bull", "•"},     {"ccedil", "ç"},
    {"cent", "¢"},   {"copy", "©"},      {"deg", "°"},   {"eacute", "é"},   {"egrave", "è"},
    {"euro", "€"},   {"ge", "≥"},        {"gt", ">"},    {"hellip", "…"},   {"laquo", "«"},
    {"ldquo", "“"},  {"le", "≤"},        {"lsquo", "‘"}, {"lt", "<"},       {"mdash", "—"},
    {"middot", "·"}, {"nbsp", "\u00a0"}, {"ndash", "–"}, {"ne", "≠"},       {"ntilde", "ñ"},
    {"ouml", "ö"},   {"pound", "£"},     {"quot", "\""}, {"raquo", "»"},    {"rdquo", "”"},
    {"reg", "®"},    {"rsquo", "’"},     {"shy", ""},    {"szlig", "ß"},    {"times", "×"},
    {"trade", "™"},  {"uuml", "ü"},      {"yen", "¥"},   {"zwj", "\u200d"}, {"zwnj", "\u200c"}};

void append_code_point(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

/// Decodes the entity at `at` ('&') and moves behind it; a lone '&' is itself.
void decode_entity(std::string_view html, std::size_t& at, std::string& out) {
  const std::size_t end = html.substr(at, 12).find(';');
  const std::string_view name =
      end == html.npos || end < 2 ? std::string_view() : html.substr(at + 1, end - 1);
  if (name.starts_with('#')) {
    const bool hexadecimal = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const std::string_view digits = name.substr(hexadecimal ? 2 : 1);
    std::uint32_t point = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), point, hexadecimal ? 16 : 10);
    if (error == std::errc() && stop == digits.data() + digits.size() && point >= 0x20 &&
        point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF)) {
      append_code_point(out, point);
      at += end + 1;
      return;
    }
  }
  for (const HtmlEntity& entity : html_entities)
    if (entity.name == name) {
      out += entity.text;
      at += end + 1;
      return;
    }
  out += '&';
  ++at;
}

/// The name of the element whose tag starts at `at`, lower case; empty where no tag starts.
std::string tag_name(std::string_view html, std::size_t at) {
  std::size_t from = at + 1;
  if (from < html.size() && html[from] == '/') ++from;
  std::size_t end = from;
  while (end < html.size() && end - from < 16 &&
         (is_ascii_letter(html[end]) || (end > from && is_ascii_digit(html[end]))))
    ++end;
  if (end < html.size() && std::string_view(" \t\r\n/>").find(html[end]) == std::string_view::npos)
    return {};
  return lowered(html.substr(from, end - from));
}

const Element* element_of(std::string_view name) {
  for (const Element& element : elements)
    if (element.name == name) return &element;
  return nullptr;
}

/// Behind the '>' that ends the tag at `at`; quotes may hold one.
std::size_t behind_tag(std::string_view html, std::size_t at) {
  for (char quote = 0; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      return at + 1;
  }
  return at;
}

/// Behind the end tag of a dropped element.
std::size_t behind_element(std::string_view html, std::size_t at, std::string_view name) {
  for (; (at = html.find("</", at)) != html.npos; at += 2)
    if (tag_name(html, at) == name) return behind_tag(html, at);
  return html.size();
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t point = utf8::decode(text, at);
    if (point == utf8::invalid_code_point) {
      out += "\uFFFD";
    } else if (point == '\r') {
      if (at >= text.size() || text[at] != '\n') out += '\n';
    } else if (point == 0xFEFF || point == 0x7F ||
               (point < 0x20 && point != '\n' && point != '\t')) {
      continue;
    } else {
      out.append(text.substr(start, at - start));
    }
  }
  return std::string(survey::trimmed(out));
}

std::string plain_text(std::string_view html) {
  std::string out;
  out.reserve(html.size());
  bool space = false;
  const auto end_line = [&](bool always) {
    space = false;
    while (!out.empty() && out.back() == ' ') out.pop_back();
    if (out.empty() || (!always && out.back() == '\n')) return;
    if (!out.ends_with("\n\n")) out += '\n';
  };
  // An end tag that was looked for in vain is looked for once only, so that time stays linear.
  bool unclosed = false;
  for (std::size_t at = 0; at < html.size();) {
    const char c = html[at];
    if (c == '<') {
      if (html.substr(at).starts_with("<!--")) {
        const std::size_t end = html.find("-->", at + 4);
        at = end == html.npos ? html.size() : end + 3;
        continue;
      }
      const bool closing = at + 1 < html.size() && html[at + 1] == '/';
      const bool declaration = at + 1 < html.size() && (html[at + 1] == '!' || html[at + 1] == '?');
      const std::string name = tag_name(html, at);
      if (declaration || !name.empty()) {
        const Element* element = element_of(name);
        const std::size_t end = behind_tag(html, at);
        if (element && element->effect == Effect::line) end_line(name == "br");
        if (element && element->effect == Effect::dropped && !closing && !unclosed) {
          const bool void_tag = end >= 2 && html[end - 2] == '/';
          at = void_tag ? end : behind_element(html, end, name);
          unclosed = at == html.size();
        } else {
          at = end;
        }
        if (element && element->effect == Effect::none && (name == "td" || name == "th"))
          space = !out.empty();
        continue;
      }
    }
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      space = !out.empty() && out.back() != '\n';
      ++at;
      continue;
    }
    if (space && !out.empty() && out.back() != '\n') out += ' ';
    space = false;
    if (c == '&') {
      decode_entity(html, at, out);
    } else {
      out += c;
      ++at;
    }
  }
  // No-break spaces are how editors keep blanks apart; here they are blanks.
  std::string blanks;
  blanks.reserve(out.size());
  for (std::size_t at = 0; at < out.size(); ++at)
    if (out.compare(at, 2, "\u00a0") == 0) {
      blanks += ' ';
      ++at;
    } else {
      blanks += out[at];
    }
  return clean_text(blanks);
}

std::string plain_text_if_html(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('<', at)) != text.npos; ++at)
    if (element_of(tag_name(text, at)) || text.substr(at).starts_with("<!--"))
      return plain_text(text);
  return clean_text(text);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string html_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '\n')
      out += "<br>";
    else if (c == ' ' && at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\n'))
      out += "&nbsp;";
    else
      out += c;
  }
  return out;
}

}  // namespace insightflow::formats
