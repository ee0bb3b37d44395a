#include "llm/schema.hpp"

#include "llm/json_peek.hpp"

#include <algorithm>
#include <array>

namespace insightflow::llm {

namespace {

enum class Keep {
  copy,     ///< As it is.
  schema,   ///< A schema in itself.
  schemas,  ///< A list of schemas.
  named,    ///< Schemas by name.
  drop,     ///< Only narrows the answer, or says nothing about it.
  handled,  ///< Written by the rule for objects.
};
struct Keyword {
  std::string_view name;
  Keep keep;
};
// Sources: OpenAI, "Structured outputs / Supported schemas"; Anthropic, "Structured outputs / JSON
// Schema limitations". A keyword that is not here makes the schema one that cannot be strict.
constexpr std::array keywords{Keyword{"type", Keep::copy},
                              Keyword{"enum", Keep::copy},
                              Keyword{"const", Keep::copy},
                              Keyword{"description", Keep::copy},
                              Keyword{"title", Keep::copy},
                              Keyword{"items", Keep::schema},
                              Keyword{"anyOf", Keep::schemas},
                              Keyword{"properties", Keep::named},
                              Keyword{"$defs", Keep::named},
                              Keyword{"required", Keep::handled},
                              Keyword{"additionalProperties", Keep::handled},
                              Keyword{"$schema", Keep::drop},
                              Keyword{"$id", Keep::drop},
                              Keyword{"$comment", Keep::drop},
                              Keyword{"default", Keep::drop},
                              Keyword{"examples", Keep::drop},
                              Keyword{"readOnly", Keep::drop},
                              Keyword{"writeOnly", Keep::drop},
                              Keyword{"deprecated", Keep::drop},
                              Keyword{"format", Keep::drop},
                              Keyword{"pattern", Keep::drop},
                              Keyword{"minLength", Keep::drop},
                              Keyword{"maxLength", Keep::drop},
                              Keyword{"minimum", Keep::drop},
                              Keyword{"maximum", Keep::drop},
                              Keyword{"exclusiveMinimum", Keep::drop},
                              Keyword{"exclusiveMaximum", Keep::drop},
                              Keyword{"multipleOf", Keep::drop},
                              Keyword{"minItems", Keep::drop},
                              Keyword{"maxItems", Keep::drop},
                              Keyword{"uniqueItems", Keep::drop}};

bool tighten(json::object& out, const json::object& schema);

/// Puts the strict form of one schema, which may stand at many places, to its place.
bool put(json::value& place, const json::value& schema) {
  const json::object* object = schema.if_object();
  return object != nullptr && tighten(place.emplace_object(), *object);
}

/// Every member is required and no other is allowed.
bool closed(json::object& out, const json::object& schema) {
  const json::value* others = schema.if_contains("additionalProperties");
  if (others != nullptr && (!others->is_bool() || others->get_bool())) return false;
  const json::object* members = object_in(schema, "properties");
  if (members == nullptr) return false;
  const json::array* required = array_in(schema, "required");
  json::array all;
  for (const auto& [name, member] : *members) {
    const auto named = [&, wanted = std::string_view(name)](const json::value& value) {
      return text_of(&value) == wanted;
    };
    if (required == nullptr || std::none_of(required->begin(), required->end(), named))
      return false;
    all.emplace_back(name);
  }
  out["required"] = std::move(all);
  out["additionalProperties"] = false;
  return true;
}

bool tighten(json::object& out, const json::object& schema) {
  // What stands beside a reference is refused, and is only ever a description or a bound.
  if (const json::value* reference = schema.if_contains("$ref")) {
    out["$ref"] = *reference;
    return reference->is_string();
  }
  for (const auto& [name, value] : schema) {
    const std::string_view word = name;
    const auto row = std::find_if(keywords.begin(), keywords.end(),
                                  [&](const Keyword& keyword) { return keyword.name == word; });
    if (row == keywords.end()) return false;
    switch (row->keep) {
      case Keep::copy: out[name] = value; break;
      case Keep::schema:
        if (!put(out[name], value)) return false;
        break;
      case Keep::schemas: {
        if (!value.is_array()) return false;
        json::array& list = out[name].emplace_array();
        for (const json::value& item : value.get_array())
          if (!put(list.emplace_back(nullptr), item)) return false;
        break;
      }
      case Keep::named: {
        if (!value.is_object()) return false;
        json::object& map = out[name].emplace_object();
        for (const auto& [key, item] : value.get_object())
          if (!put(map[key], item)) return false;
        break;
      }
      case Keep::drop:
      case Keep::handled: break;
    }
  }
  const bool object = text_in(schema, "type") == "object" || schema.contains("properties");
  return !object || closed(out, schema);
}

}  // namespace

std::optional<json::object> strict_schema(const json::object& schema) {
  json::object out;
  if (text_in(schema, "type") != "object" || !tighten(out, schema)) return std::nullopt;
  return out;
}

json::object rooted(json::object schema) {
  schema.erase("$schema");
  constexpr std::string_view prefix = "#/$defs/";
  const std::string reference(text_in(schema, "$ref"));
  const json::object* definitions = object_in(schema, "$defs");
  if (definitions == nullptr || !reference.starts_with(prefix)) return schema;
  const json::object* root =
      object_in(*definitions, std::string_view(reference).substr(prefix.size()));
  if (root == nullptr) return schema;
  const json::object copy = *root;
  schema.erase("$ref");
  for (const auto& [name, value] : copy) schema[name] = value;
  return schema;
}

}  // namespace insightflow::llm
