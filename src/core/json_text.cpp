#include "core/json_append.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace insightflow {

namespace {

/// The keys of one object as it is being read: a handful is searched in order, more are hashed.
class Keys {
 public:
  bool add(std::string_view key) {
    if (keys_.size() < 16) {
      for (const std::string& seen : keys_)
        if (seen == key) return false;
      keys_.emplace_back(key);
      return true;
    }
    if (hashed_.empty()) hashed_.insert(keys_.begin(), keys_.end());
    return hashed_.emplace(key).second;
  }

 private:
  std::vector<std::string> keys_;
  std::unordered_set<std::string> hashed_;
};

/// Builds a value as Boost.JSON's own parser does, and refuses a key that an object already has.
struct Handler {
  static constexpr std::size_t max_object_size = 1'000'000;
  static constexpr std::size_t max_array_size = 10'000'000;
  static constexpr std::size_t max_key_size = 1 << 16;
  static constexpr std::size_t max_string_size = 1 << 30;
  using error_code = boost::system::error_code;

  json::value_stack stack;
  std::vector<Keys> objects;
  std::string key;
  std::string number;
  std::string duplicate;
  bool repeated = false;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    objects.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, error_code&) {
    objects.pop_back();
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(std::string_view part, std::size_t, error_code&) {
    key += part;
    stack.push_chars(part);
    return true;
  }
  bool on_key(std::string_view part, std::size_t, error_code& ec) {
    key += part;
    if (!objects.back().add(key)) {
      duplicate = key;
      repeated = true;
      ec = json::make_error_code(json::error::extra_data);
      return false;
    }
    key.clear();
    stack.push_key(part);
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(std::string_view part, std::size_t, error_code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(std::string_view part, error_code&) {
    number += part;
    return true;
  }
  bool on_int64(std::int64_t i, std::string_view, error_code&) {
    number.clear();
    stack.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, std::string_view, error_code&) {
    number.clear();
    stack.push_uint64(u);
    return true;
  }
  /// Boost 1.81 may be off by one in the last place; a number must come back as it was written.
  bool on_double(double, std::string_view part, error_code& ec) {
    number += part;
    double d = 0;
    const auto end = std::from_chars(number.data(), number.data() + number.size(), d);
    number.clear();
    if (end.ec != std::errc() || !std::isfinite(d)) {
      ec = json::make_error_code(json::error::not_number);
      return false;
    }
    stack.push_double(d);
    return true;
  }
  bool on_bool(bool b, error_code&) {
    stack.push_bool(b);
    return true;
  }
  bool on_null(error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(std::string_view, error_code&) { return true; }
  bool on_comment(std::string_view, error_code&) { return true; }
};

void append_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // where the stretch began that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += hex[c >> 4];
        out += hex[c & 15];
    }
  }
  out.append(text.substr(plain));
  out += '"';
}

template <class N>
void append_number(std::string& out, N number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

/// `indent` below zero writes on one line.
void append(std::string& out, const json::value& value, int indent) {
  const auto line = [&](int depth) {
    if (indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(depth) * 2, ' ');
  };
  const int inner = indent < 0 ? indent : indent + 1;
  switch (value.kind()) {
    case json::kind::null: out += "null"; break;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; break;
    case json::kind::int64: append_number(out, value.get_int64()); break;
    case json::kind::uint64: append_number(out, value.get_uint64()); break;
    // Adding zero makes "-0" into "0", which is what it would be read back as.
    case json::kind::double_: append_number(out, value.get_double() + 0.0); break;
    case json::kind::string: append_string(out, value.get_string()); break;
    case json::kind::array: {
      const json::array& array = value.get_array();
      out += '[';
      for (std::size_t i = 0; i < array.size(); ++i) {
        if (i > 0) out += ',';
        line(inner);
        append(out, array[i], inner);
      }
      if (!array.empty()) line(indent);
      out += ']';
      break;
    }
    case json::kind::object: {
      const json::object& object = value.get_object();
      out += '{';
      bool first = true;
      for (const auto& [key, item] : object) {
        if (!first) out += ',';
        first = false;
        line(inner);
        append_string(out, key);
        out += indent < 0 ? ":" : ": ";
        append(out, item, inner);
      }
      if (!object.empty()) line(indent);
      out += '}';
      break;
    }
  }
}

/// Where in the text, as an editor counts: lines and characters from 1. One line has bytes alone.
std::string place_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  if (lines == 0) return " at byte " + std::to_string(byte) + ".";
  const std::string_view line = before.substr(before.rfind('\n') + 1);
  const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not the rest of a UTF-8 sequence
  });
  return " at line " + std::to_string(lines + 1) + ", character " + std::to_string(characters + 1) +
         ".";
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    return fail(Code::too_large, "json_too_large",
                "The JSON text has more than " + std::to_string(limits.max_bytes) + " bytes.");
  BOOST_OUTCOME_TRY(utf8::check(text));
  json::parse_options options;
  options.max_depth = limits.max_depth;
  json::basic_parser<Handler> parser(options);
  parser.handler().stack.reset();
  boost::system::error_code ec;
  // RFC 8259 allows to pass over a byte order mark, which some editors put before the text.
  const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const std::size_t read =
      mark + parser.write_some(false, text.data() + mark, text.size() - mark, ec);
  if (!ec && read < text.size()) ec = json::make_error_code(json::error::extra_data);
  if (!ec) return parser.handler().stack.release();
  const std::string where = place_of(text, read);
  if (parser.handler().repeated)
    return fail(
        Code::invalid, "json_duplicate_key",
        "The key \"" + parser.handler().duplicate + "\" stands twice in one object" + where);
  if (ec == json::error::too_deep)
    return fail(
        Code::invalid, "json_too_deep",
        "The JSON is nested deeper than " + std::to_string(limits.max_depth) + " levels" + where);
  return fail(Code::invalid, "json_malformed", "Not valid JSON: " + ec.message() + where);
}

void append_json(std::string& out, std::string_view text) {
  append_string(out, text);
}
void append_json(std::string& out, std::int64_t number) {
  append_number(out, number);
}
void append_json(std::string& out, const json::value& value) {
  append(out, value, -1);
}

std::string serialize(const json::value& value) {
  std::string out;
  append(out, value, -1);
  return out;
}

std::string pretty(const json::value& value) {
  std::string out;
  append(out, value, 0);
  out += '\n';
  return out;
}

std::string pointer_to(std::string_view parent, std::string_view token) {
  std::string out(parent);
  out += '/';
  for (const char c : token) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace insightflow
