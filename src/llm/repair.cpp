#include <insightflow/core/utf8.hpp>
#include <insightflow/llm/repair.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <charconv>

namespace insightflow::llm {

namespace {

constexpr int most_depth = 32;
constexpr std::size_t most_starts = 8;  // places in prose where the value may begin

constexpr bool word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

enum class Read { whole, cut, wrong, deep };

/// One pass over text that is nearly JSON.
class Lenient {
 public:
  explicit Lenient(std::string_view text) : text_(text) {}

  Read value(json::value& out, int depth) {
    if (depth > most_depth) return Read::deep;
    skip();
    if (end()) return Read::cut;
    const char c = text_[at_];
    if (c == '{') return object(out, depth);
    if (c == '[') return array(out, depth);
    if (c == '"' || c == '\'') {
      json::string text;
      const Read read = string(text);
      out = std::move(text);
      return read;
    }
    return scalar(out);
  }

 private:
  bool end() const { return at_ >= text_.size(); }

  /// White space and comments.
  void skip() {
    while (!end()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t close = text_.find("*/", at_ + 2);
        at_ = close == text_.npos ? text_.size() : close + 2;
      } else {
        return;
      }
    }
  }

  Read object(json::value& out, int depth) {
    ++at_;
    json::object& object = out.emplace_object();
    for (;;) {
      skip();
      if (end()) return Read::cut;
      if (text_[at_] == '}') return ++at_, Read::whole;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      json::string key;
      const Read named = text_[at_] == '"' || text_[at_] == '\'' ? string(key) : bare(key);
      if (named != Read::whole) return named;
      skip();
      if (end()) return Read::cut;
      if (text_[at_] != ':') return Read::wrong;
      ++at_;
      json::value item;
      const Read read = value(item, depth + 1);
      if (read == Read::wrong || read == Read::deep) return read;
      // What was cut off inside a container is kept as far as it goes; half a text is not.
      if (read == Read::whole || item.is_object() || item.is_array()) object[key] = std::move(item);
      if (read == Read::cut) return Read::cut;
    }
  }

  Read array(json::value& out, int depth) {
    ++at_;
    json::array& array = out.emplace_array();
    for (;;) {
      skip();
      if (end()) return Read::cut;
      if (text_[at_] == ']') return ++at_, Read::whole;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      json::value item;
      const Read read = value(item, depth + 1);
      if (read != Read::whole) return read;
      array.push_back(std::move(item));
    }
  }

  Read bare(json::string& out) {
    const std::size_t start = at_;
    while (!end() && (word_character(text_[at_]) || text_[at_] == '_' || text_[at_] == '-')) ++at_;
    out = text_.substr(start, at_ - start);
    return out.empty() ? Read::wrong : Read::whole;
  }

  Read scalar(json::value& out) {
    const std::size_t start = at_;
    while (!end() && (word_character(text_[at_]) || text_[at_] == '+' || text_[at_] == '-' ||
                      text_[at_] == '.'))
      ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (end()) return Read::cut;
    struct Name {
      std::string_view text;
      json::value value;
    };
    static const Name names[] = {{"true", true},   {"True", true},    {"false", false},
                                 {"False", false}, {"null", nullptr}, {"None", nullptr}};
    for (const Name& name : names)
      if (word == name.text) {
        out = name.value;
        return Read::whole;
      }
    const std::string_view digits = word.starts_with('+') ? word.substr(1) : word;
    const char* last = digits.data() + digits.size();
    std::int64_t integer = 0;
    if (auto read = std::from_chars(digits.data(), last, integer);
        read.ec == std::errc() && read.ptr == last) {
      out = integer;
      return Read::whole;
    }
    double number = 0;
    const auto read = std::from_chars(digits.data(), last, number);
    if (digits.empty() || read.ec != std::errc() || read.ptr != last || !(number - number == 0))
      return Read::wrong;
    out = number;
    return Read::whole;
  }

  bool hex(std::uint32_t& out) {
    if (text_.size() - at_ < 4) return false;
    const auto read = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, out, 16);
    if (read.ec != std::errc() || read.ptr != text_.data() + at_ + 4) return false;
    at_ += 4;
    return true;
  }

  static void append(json::string& out, std::uint32_t c) {
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      out.push_back(static_cast<char>(0xC0 | c >> 6));
      out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | c >> 12));
      out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else {
      out.push_back(static_cast<char>(0xF0 | c >> 18));
      out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
  }

  /// Behind "\u". A half of a pair without the other becomes U+FFFD.
  Read escape(json::string& out) {
    constexpr std::uint32_t unknown = 0xFFFD;
    std::uint32_t c = 0;
    if (!hex(c)) return text_.size() - at_ < 4 ? Read::cut : Read::wrong;
    if (c >= 0xD800 && c < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      const std::size_t back = at_;
      at_ += 2;
      std::uint32_t low = 0;
      if (hex(low) && low >= 0xDC00 && low < 0xE000) {
        append(out, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
        return Read::whole;
      }
      at_ = back;
    }
    append(out, c >= 0xD800 && c < 0xE000 ? unknown : c);
    return Read::whole;
  }

  Read string(json::string& out) {
    const char quote = text_[at_++];
    while (!end()) {
      const char c = text_[at_++];
      if (c == quote) return Read::whole;
      if (c != '\\') {
        out.push_back(c);
        continue;
      }
      if (end()) return Read::cut;
      const char escaped = text_[at_++];
      constexpr std::string_view names = "bfnrt", values = "\b\f\n\r\t";
      if (escaped == 'u') {
        if (const Read read = escape(out); read != Read::whole) return read;
      } else if (const std::size_t known = names.find(escaped); known != names.npos) {
        out.push_back(values[known]);
      } else {
        out.push_back(escaped);
      }
    }
    return Read::cut;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<json::value> read_leniently(std::string_view text) {
  if (auto strict = parse_json(text)) return strict;
  BOOST_OUTCOME_TRY(utf8::check(text));
  constexpr std::string_view fence = "```";
  if (const std::size_t open = text.find(fence); open != text.npos) {
    const std::size_t inside = text.find_first_of("{[", open);
    if (inside != text.npos) text.remove_prefix(inside);
  }
  Read last = Read::wrong;
  std::size_t start = text.find_first_of("{[");
  for (std::size_t tried = 0; start != text.npos && tried < most_starts; ++tried) {
    json::value out;
    last = Lenient(text.substr(start)).value(out, 1);
    const bool empty =
        (out.is_object() && out.as_object().empty()) || (out.is_array() && out.as_array().empty());
    if (last == Read::whole || (last == Read::cut && !empty)) return out;
    if (last == Read::deep) break;
    start = text.find_first_of("{[", start + 1);
  }
  if (last == Read::deep)
    return fail(Code::invalid, "json_too_deep", "The answer is nested too deeply.");
  return fail(Code::invalid, "json_malformed", "The answer holds no JSON object that can be read.");
}

json::object plain_schema(const Type& type) {
  json::object definitions;
  json::value out = json_schema(type, "#/$defs/", definitions);
  const auto put = [&](auto&& self, json::value& node) -> void {
    if (json::array* list = node.if_array()) {
      for (json::value& item : *list) self(self, item);
      return;
    }
    json::object* object = node.if_object();
    if (object == nullptr) return;
    constexpr std::string_view prefix = "#/$defs/";
    if (const json::value* reference = object->if_contains("$ref")) {
      const std::string name(std::string_view(reference->as_string()).substr(prefix.size()));
      object->erase("$ref");
      for (const auto& [key, value] : definitions.at(name).as_object())
        if (!object->contains(key)) object->emplace(key, value);
    }
    for (auto& member : *object) self(self, member.value());
  };
  put(put, out);
  return std::move(out.as_object());
}

}  // namespace insightflow::llm
