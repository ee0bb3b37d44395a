#include "core/json_append.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cmath>

namespace insightflow {

namespace {

constexpr double exact = 9007199254740992.0;  // 2^53

/// Type functions take a mutable address because one table serves reading and writing; the
/// writer never changes what it points to.
void* address(const void* object) {
  return const_cast<void*>(object);
}

json::value whole_or_double(double number) {
  if (std::floor(number) == number && std::abs(number) < exact)
    return static_cast<std::int64_t>(number);
  return number;
}

bool empty(const Type& type, const void* object) {
  switch (type.shape) {
    case Shape::boolean: return !*static_cast<const bool*>(object);
    case Shape::integer: return type.get_integer(object) == 0;
    case Shape::number: return type.get_number(object) == 0;
    case Shape::text:
      return type.format.empty() ? static_cast<const std::string*>(object)->empty()
                                 : type.get_text(object).empty();
    case Shape::list:
    case Shape::map: return type.size(object) == 0;
    case Shape::optional: return type.peek(address(object)) == nullptr;
    default: return false;
  }
}

/// False for what is not the reader's business, and for what is left out while it is empty.
bool is_written(const Field& field, const void* object, Audience audience) {
  if (audience == Audience::api && field.note.internal) return false;
  const Type& type = field.type();
  return !(field.note.omit_empty || type.shape == Shape::optional) ||
         !empty(type, field.at(address(object)));
}

/// Where the reader stands. It is written out as a pointer only when something is wrong there.
struct Path {
  const Path* parent = nullptr;
  std::string_view key{};
  std::size_t index = 0;
  bool is_index = false;

  std::string pointer() const {
    if (parent == nullptr) return {};
    return is_index ? pointer_to(parent->pointer(), index) : pointer_to(parent->pointer(), key);
  }
};

/// Reads one document and collects every problem on the way.
class Reader {
 public:
  explicit Reader(Audience audience) : audience_(audience) {}

  void read(const Type& type, void* object, const json::value& from, const Path& path) {
    switch (type.shape) {
      case Shape::boolean:
        if (from.is_bool())
          *static_cast<bool*>(object) = from.get_bool();
        else
          mismatch("true or false", from, path);
        return;
      case Shape::integer: read_integer(type, object, from, path); return;
      case Shape::number:
        if (from.is_number())
          type.set_number(object, from.to_number<double>());
        else
          mismatch("a number", from, path);
        return;
      case Shape::text:
      case Shape::enumeration: read_text(type, object, from, path); return;
      case Shape::optional:
        if (from.is_null())
          type.clear(object);
        else
          read(type.item(), type.engage(object), from, path);
        return;
      case Shape::list: {
        if (!from.is_array()) return mismatch("a list", from, path);
        type.clear(object);
        const json::array& array = from.get_array();
        for (std::size_t i = 0; i < array.size(); ++i)
          read(type.item(), type.append(object), array[i], Path{&path, {}, i, true});
        return;
      }
      case Shape::map: {
        if (!from.is_object()) return mismatch("an object", from, path);
        type.clear(object);
        for (const auto& [key, item] : from.get_object())
          read(type.item(), type.insert(object, key), item, Path{&path, key});
        return;
      }
      case Shape::object: read_object(type, object, from, path); return;
      case Shape::custom: {
        if (const auto done = type.read_custom(object, from); !done) take(done.error(), path);
        return;
      }
    }
  }

  std::vector<Problem> problems;

 private:
  void read_object(const Type& type, void* object, const json::value& from, const Path& path) {
    if (!from.is_object()) return mismatch("an object", from, path);
    const json::object& input = from.get_object();
    std::size_t known = 0;
    for (const Field& field : type.fields) {
      const auto* at = input.if_contains(field.name);
      if (audience_ == Audience::api && field.note.internal) continue;
      known += at != nullptr;
      if (audience_ == Audience::api && field.note.read_only) continue;
      if (at == nullptr) {
        if (field.note.required)
          add(path, "field_missing", "\"" + std::string(field.name) + "\" is missing.");
        continue;
      }
      const Path inner{&path, field.name};
      const std::size_t before = problems.size();
      read(field.type(), field.at(object), *at, inner);
      if (problems.size() == before) check_bounds(field, field.at(object), inner);
    }
    if (audience_ == Audience::storage || known == input.size()) return;
    for (const auto& [key, unused] : input) {
      bool found = false;
      for (const Field& field : type.fields)
        found = found || (field.name == key && !field.note.internal);
      if (!found)
        add(Path{&path, key}, "field_unknown",
            "There is no field \"" + std::string(utf8::prefix(key, 64)) + "\" here.");
    }
  }

  void read_integer(const Type& type, void* object, const json::value& from, const Path& path) {
    std::int64_t number = 0;
    if (from.is_int64()) {
      number = from.get_int64();
    } else if (from.is_double() && std::floor(from.get_double()) == from.get_double() &&
               std::abs(from.get_double()) < exact) {
      number = static_cast<std::int64_t>(from.get_double());
    } else if (from.is_number()) {
      return add(path, "type_mismatch", "Expected a whole number.");
    } else {
      return mismatch("a whole number", from, path);
    }
    if (!type.set_integer(object, number)) add(path, "out_of_range", "The number is too large.");
  }

  void read_text(const Type& type, void* object, const json::value& from, const Path& path) {
    if (!from.is_string()) return mismatch("a text", from, path);
    if (const auto done = type.set_text(object, from.get_string()); !done) {
      Error error = done.error();
      if (type.shape == Shape::enumeration) {
        error.detail = "'" + std::string(utf8::prefix(from.get_string(), 64)) + "' is not one of:";
        for (const std::string_view known : type.slugs) (error.detail += ' ') += known;
      }
      take(error, path);
    }
  }

  void check_bounds(const Field& field, void* object, const Path& path) {
    const Type* type = &field.type();
    if (type->shape == Shape::optional) {
      object = type->peek(object);
      if (object == nullptr) return;
      type = &type->item();
    }
    double size = 0;
    const char* unit = "";
    switch (type->shape) {
      case Shape::integer: size = static_cast<double>(type->get_integer(object)); break;
      case Shape::number: size = type->get_number(object); break;
      case Shape::text:
        if (!type->format.empty()) return;
        size = static_cast<double>(utf8::length(*static_cast<const std::string*>(object)));
        unit = " characters";
        break;
      case Shape::list:
      case Shape::map:
        size = static_cast<double>(type->size(object));
        unit = " entries";
        break;
      default: return;
    }
    if (size < field.note.min)
      add(path, "out_of_range", "At least " + number(field.note.min) + unit + " needed.");
    else if (size > field.note.max)
      add(path, "out_of_range", "At most " + number(field.note.max) + unit + " allowed.");
  }

  static std::string number(double value) {
    char digits[40];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  }

  void mismatch(std::string_view expected, const json::value& found, const Path& path) {
    static constexpr std::array kinds{"nothing",  "true or false", "a number", "a number",
                                      "a number", "a text",        "a list",   "an object"};
    add(path, "type_mismatch",
        "Expected " + std::string(expected) + ", found " +
            kinds[static_cast<std::size_t>(found.kind())] + ".");
  }

  /// An error of a field's own type, its pointers moved below `pointer`.
  void take(const Error& error, const Path& path) {
    if (error.problems.empty()) return add(path, error.reason, error.detail, error.pointer);
    for (const Problem& problem : error.problems)
      add(path, problem.reason, problem.detail, problem.pointer);
  }

  void add(const Path& path, std::string_view reason, std::string detail,
           std::string_view below = {}) {
    if (problems.size() < 100)
      problems.push_back({path.pointer() + std::string(below), reason, std::move(detail)});
  }

  Audience audience_;
};

}  // namespace

json::value write_json(const Type& type, const void* object, Audience audience) {
  switch (type.shape) {
    case Shape::boolean: return *static_cast<const bool*>(object);
    case Shape::integer: return type.get_integer(object);
    case Shape::number: return whole_or_double(type.get_number(object));
    case Shape::text:
    case Shape::enumeration: return json::value(type.get_text(object));
    case Shape::optional: {
      const void* item = type.peek(address(object));
      return item == nullptr ? json::value() : write_json(type.item(), item, audience);
    }
    case Shape::list: {
      json::array out;
      const std::size_t size = type.size(object);
      out.reserve(size);
      for (std::size_t i = 0; i < size; ++i)
        out.push_back(write_json(type.item(), type.item_at(address(object), i), audience));
      return out;
    }
    case Shape::map: {
      struct State {
        json::object out;
        const Type& item;
        Audience audience;
      } state{{}, type.item(), audience};
      type.each(object, &state, [](void* with, std::string_view key, const void* item) {
        auto& writer = *static_cast<State*>(with);
        writer.out.emplace(key, write_json(writer.item, item, writer.audience));
      });
      return std::move(state.out);
    }
    case Shape::object: {
      json::object out;
      out.reserve(type.fields.size());
      for (const Field& field : type.fields) {
        if (!is_written(field, object, audience)) continue;
        out.emplace(field.name, write_json(field.type(), field.at(address(object)), audience));
      }
      return out;
    }
    case Shape::custom: {
      json::value out;
      type.write_custom(object, out);
      return out;
    }
  }
  return nullptr;
}

Result<void> read_json(const Type& type, void* object, const json::value& from, Audience audience) {
  Reader reader(audience);
  reader.read(type, object, from, Path{});
  if (!reader.problems.empty()) return invalid(std::move(reader.problems));
  return success();
}

Result<void> read_json_text(const Type& type, void* object, std::string_view text,
                            Audience audience, const JsonLimits& limits) {
  BOOST_OUTCOME_TRY(const auto value, parse_json(text, limits));
  return read_json(type, object, value, audience);
}

namespace {

/// Writes JSON text straight away: what is stored or sent needs no tree of values in between.
class Writer {
 public:
  Writer(std::string& out, Audience audience) : out_(out), audience_(audience) {}

  void write(const Type& type, const void* object) {
    switch (type.shape) {
      case Shape::boolean: out_ += *static_cast<const bool*>(object) ? "true" : "false"; return;
      case Shape::integer: append_json(out_, type.get_integer(object)); return;
      case Shape::number: append_json(out_, whole_or_double(type.get_number(object))); return;
      case Shape::text:
        if (type.format.empty()) {
          append_json(out_, *static_cast<const std::string*>(object));
          return;
        }
        [[fallthrough]];
      case Shape::enumeration: append_json(out_, std::string_view(type.get_text(object))); return;
      case Shape::optional:
        if (const void* item = type.peek(address(object)))
          write(type.item(), item);
        else
          out_ += "null";
        return;
      case Shape::list: write_list(type, object); return;
      case Shape::map: write_map(type, object); return;
      case Shape::object: write_object(type, object); return;
      case Shape::custom: {
        json::value value;
        type.write_custom(object, value);
        append_json(out_, value);
        return;
      }
    }
  }

 private:
  void write_list(const Type& type, const void* object) {
    out_ += '[';
    const std::size_t size = type.size(object);
    for (std::size_t i = 0; i < size; ++i) {
      if (i > 0) out_ += ',';
      write(type.item(), type.item_at(address(object), i));
    }
    out_ += ']';
  }

  void write_map(const Type& type, const void* object) {
    struct Visit {
      Writer& writer;
      const Type& item;
      bool first = true;
    } visit{*this, type.item()};
    out_ += '{';
    type.each(object, &visit, [](void* with, std::string_view key, const void* item) {
      auto& entry = *static_cast<Visit*>(with);
      entry.writer.key(key, std::exchange(entry.first, false));
      entry.writer.write(entry.item, item);
    });
    out_ += '}';
  }

  void write_object(const Type& type, const void* object) {
    out_ += '{';
    bool first = true;
    for (const Field& field : type.fields) {
      if (!is_written(field, object, audience_)) continue;
      key(field.name, std::exchange(first, false));
      write(field.type(), field.at(address(object)));
    }
    out_ += '}';
  }

  void key(std::string_view name, bool first) {
    if (!first) out_ += ',';
    append_json(out_, name);
    out_ += ':';
  }

  std::string& out_;
  const Audience audience_;
};

}  // namespace

std::string write_json_text(const Type& type, const void* object, Audience audience) {
  std::string out;
  Writer(out, audience).write(type, object);
  return out;
}

void add_bounds(json::object& schema, const Note& note, Shape shape) {
  const auto set = [&](const char* least, const char* most) {
    if (std::isfinite(note.min)) schema[least] = whole_or_double(note.min);
    if (std::isfinite(note.max)) schema[most] = whole_or_double(note.max);
  };
  switch (shape) {
    case Shape::integer:
    case Shape::number: set("minimum", "maximum"); break;
    case Shape::text: set("minLength", "maxLength"); break;
    case Shape::list: set("minItems", "maxItems"); break;
    case Shape::map: set("minProperties", "maxProperties"); break;
    default: break;
  }
}

json::object json_schema(const Type& type, std::string_view prefix, json::object& definitions,
                         Audience audience) {
  json::object out;
  const auto reference = [&](auto&& fill) {
    if (!definitions.contains(type.name)) {
      definitions[type.name] = nullptr;  // stops recursion
      json::object definition;
      fill(definition);
      definitions[type.name] = std::move(definition);
    }
    out["$ref"] = std::string(prefix) + std::string(type.name);
  };
  switch (type.shape) {
    case Shape::boolean: out["type"] = "boolean"; break;
    case Shape::integer: out["type"] = "integer"; break;
    case Shape::number: out["type"] = "number"; break;
    case Shape::text:
      out["type"] = "string";
      if (!type.format.empty()) out["format"] = type.format;
      break;
    case Shape::enumeration:
      reference([&](json::object& definition) {
        definition["type"] = "string";
        definition["enum"] = json::array(type.slugs.begin(), type.slugs.end());
      });
      break;
    case Shape::optional:
      out = json_schema(type.item(), prefix, definitions, audience);
      if (const auto kind = out.find("type"); kind != out.end())
        kind->value() = json::array{kind->value(), "null"};
      else
        out = {{"anyOf", json::array{std::move(out), json::object{{"type", "null"}}}}};
      break;
    case Shape::list:
      out["type"] = "array";
      out["items"] = json_schema(type.item(), prefix, definitions, audience);
      break;
    case Shape::map:
      out["type"] = "object";
      out["additionalProperties"] = json_schema(type.item(), prefix, definitions, audience);
      break;
    case Shape::custom:
      reference([&](json::object& definition) { type.schema_custom(definition); });
      break;
    case Shape::object:
      reference([&](json::object& definition) {
        definition["type"] = "object";
        json::object properties;
        json::array required;
        for (const Field& field : type.fields) {
          const Note& note = field.note;
          if (note.internal && audience == Audience::api) continue;
          const Type* inner = &field.type();
          json::object property = json_schema(*inner, prefix, definitions, audience);
          if (!note.doc.empty()) property["description"] = note.doc;
          if (note.read_only) property["readOnly"] = true;
          if (inner->shape == Shape::optional) inner = &inner->item();
          add_bounds(property, note, inner->shape);
          properties[field.name] = std::move(property);
          if (note.required) required.emplace_back(field.name);
        }
        definition["properties"] = std::move(properties);
        if (!required.empty()) definition["required"] = std::move(required);
        definition["additionalProperties"] = false;
      });
      break;
  }
  return out;
}

json::object json_schema(const Type& type) {
  json::object definitions;
  json::object schema = json_schema(type, "#/$defs/", definitions);
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["$defs"] = std::move(definitions);
  return schema;
}

std::string column_list(const Type& type, std::string_view prefix) {
  std::string out;
  for (const Field& field : type.fields) {
    if (!out.empty()) out += ", ";
    (out += prefix) += field.name;
  }
  return out;
}

}  // namespace insightflow
