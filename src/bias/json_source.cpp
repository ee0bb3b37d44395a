#include "bias/json_source.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>

namespace insightflow::bias {

namespace {

/// The UTF-16 unit behind "\u".
char32_t unit_at(std::string_view text, std::size_t at) {
  unsigned unit = 0;
  std::from_chars(text.data() + at, text.data() + std::min(at + 4, text.size()), unit, 16);
  return unit;
}

/// Some editors put a byte order mark before the text; it is no part of the first line.
std::size_t start_of(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

std::size_t utf8_length(char32_t point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/// One character of a string: its bytes in the source and in the value.
struct Step {
  std::size_t source = 1, value = 1;
};
Step step_at(std::string_view text, std::size_t at) {
  if (text[at] != '\\') return {};
  if (text[at + 1] != 'u') return {2, 1};
  const char32_t unit = unit_at(text, at + 2);
  const bool pair = unit >= 0xD800 && unit < 0xDC00;
  return pair ? Step{12, 4} : Step{6, utf8_length(unit)};
}

}  // namespace

Result<JsonSource> JsonSource::read(std::string_view text) {
  // What follows relies on the text being well-formed and not too deep.
  BOOST_OUTCOME_TRY(const auto value, parse_json(text));
  static_cast<void>(value);
  JsonSource source(text);
  source.at_ = start_of(text);
  source.scan();
  return source;
}

void JsonSource::skip_blanks() {
  while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
}

std::string JsonSource::scan_string() {
  const std::size_t start = at_++;
  bool escaped = false;
  while (text_[at_] != '"') {
    escaped = escaped || text_[at_] == '\\';
    at_ += text_[at_] == '\\' ? 2 : 1;
  }
  ++at_;
  const std::string_view quoted = text_.substr(start, at_ - start);
  if (!escaped) return std::string(quoted.substr(1, quoted.size() - 2));
  const auto value = parse_json(quoted);
  return value && value.value().is_string() ? std::string(value.value().get_string()) : "";
}

std::size_t JsonSource::scan() {
  skip_blanks();
  const std::size_t index = nodes_.size();
  nodes_.emplace_back();
  nodes_[index].start = at_;
  const char first = text_[at_];
  nodes_[index].kind = first == '{' || first == '[' || first == '"' ? first : 'v';
  if (first == '"') {
    // Only keys are ever compared, so the value of a text is not decoded.
    for (++at_; text_[at_] != '"'; at_ += text_[at_] == '\\' ? 2 : 1) {
    }
    ++at_;
  } else if (first == '{' || first == '[') {
    const char close = first == '{' ? '}' : ']';
    ++at_;
    for (skip_blanks(); text_[at_] != close; skip_blanks()) {
      if (text_[at_] == ',') {
        ++at_;
        skip_blanks();
      }
      std::string key;
      std::size_t key_start = 0, key_end = 0;
      if (first == '{') {
        key_start = at_;
        key = scan_string();
        key_end = at_;
        skip_blanks();
        ++at_;  // the colon
      }
      const std::size_t child = scan();
      nodes_[child].key = std::move(key);
      nodes_[child].key_start = key_start;
      nodes_[child].key_end = key_end;
      nodes_[index].children.push_back(child);
    }
    ++at_;
  } else {
    while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == text_.npos)
      ++at_;
  }
  nodes_[index].end = at_;
  return index;
}

const JsonNode* JsonSource::member(const JsonNode& object, std::string_view key) const {
  if (object.kind != '{') return nullptr;
  for (const std::size_t child : object.children)
    if (nodes_[child].key == key) return &nodes_[child];
  return nullptr;
}

const JsonNode* JsonSource::at(std::string_view pointer) const {
  const JsonNode* node = &nodes_[0];
  while (node && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string token;
    for (std::size_t i = 0; i < end; ++i) {
      const bool escape = pointer[i] == '~' && i + 1 < end;
      token += escape ? (pointer[i + 1] == '1' ? '/' : '~') : pointer[i];
      i += escape;
    }
    pointer.remove_prefix(end);
    if (node->kind == '[') {
      std::size_t index = 0;
      const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
      node = read.ec == std::errc() && index < node->children.size()
                 ? &nodes_[node->children[index]]
                 : nullptr;
    } else {
      node = member(*node, token);
    }
  }
  return node;
}

std::size_t JsonSource::offset_in(const JsonNode& string, std::size_t decoded) const {
  std::size_t at = string.start + 1, done = 0;
  while (at + 1 < string.end && done < decoded) {
    const Step step = step_at(text_, at);
    at += step.source;
    done += step.value;
  }
  return std::min(at, string.end - 1);
}

LineTable::LineTable(std::string_view text) : text_(text), lines_{{start_of(text), 0}} {
  std::size_t character = 0;
  for (std::size_t i = lines_[0].byte; i < text.size(); ++i) {
    character += (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (text[i] == '\n') lines_.push_back({i + 1, character});
  }
}

Place LineTable::place(std::size_t byte) const {
  byte = std::clamp(byte, lines_[0].byte, text_.size());
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), byte,
                                      [](std::size_t b, const Line& l) { return b < l.byte; });
  const Line& line = *std::prev(after);
  const std::size_t into = utf8::length(text_.substr(line.byte, byte - line.byte));
  return {static_cast<std::size_t>(after - lines_.begin()), into + 1, line.character + into};
}

ByteRange range_of(const JsonSource& source, std::string_view pointer, std::size_t span_start,
                   std::size_t span_end) {
  const JsonNode* node = source.at(pointer);
  bool exact = node != nullptr;
  // A field that is not written out stands for its default: point at what should hold it.
  while (!node && !pointer.empty()) {
    pointer = pointer.substr(0, pointer.rfind('/'));
    node = source.at(pointer);
  }
  if (!node) node = &source.root();
  if (node->kind == '{' && exact)
    if (const JsonNode* label = source.member(*node, "label")) node = label;
  if (node->kind == '"' && exact && span_end > span_start)
    return {source.offset_in(*node, span_start), source.offset_in(*node, span_end)};
  // Of an object or a list the first line says enough.
  if (node->kind == '{' || node->kind == '[') {
    if (node->key_end > node->key_start) return {node->key_start, node->key_end};
    if (const JsonNode* id = source.member(*node, "id")) return {id->start, id->end};
    return {node->start, node->start + 1};
  }
  return {node->start, node->end};
}

}  // namespace insightflow::bias
