#pragma once

#include <insightflow/core/fields.hpp>

#include <boost/json/fwd.hpp>

/// JSON of described structs. To keep includes cheap this header only names Boost.JSON's types; a
/// file that looks into a `json::value` includes <boost/json/value.hpp> itself.
namespace insightflow {

namespace json = boost::json;

/// Who the JSON is for. `api` leaves out fields marked `internal`, refuses unknown keys and skips
/// `read_only` ones; `storage` writes everything and passes over keys it does not know, so that a
/// document written by a newer version can still be read.
enum class Audience { api, storage };

/// Limits of the strict parser.
struct JsonLimits {
  std::size_t max_depth = 32;
  std::size_t max_bytes = 16u << 20;
};

/// Parses one JSON text (RFC 8259), strictly: no duplicate keys, no lone surrogates, no bytes
/// that are not UTF-8, nothing behind the value. Errors: `json_malformed`, `json_duplicate_key`,
/// `json_too_deep`, `json_too_large`, `utf8_invalid`; the detail says where.
Result<json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

/// The type-erased workers behind the templates below.
json::value write_json(const Type& type, const void* object, Audience audience);
Result<void> read_json(const Type& type, void* object, const json::value& from, Audience audience);

/// Absent optionals and `omit_empty` fields are left out.
template <class T, class Value = json::value>
Value to_json(const T& object, Audience audience = Audience::api) {
  return write_json(type_of<T>(), &object, audience);
}

/// Reads a described struct; every wrong place is reported at once, each with its JSON pointer.
/// Errors (`Code::invalid`): `field_missing`, `field_unknown`, `type_mismatch`, `out_of_range`,
/// `slug_unknown`, and what the field's own type returns.
template <class T>
Result<T> from_json(const json::value& from, Audience audience = Audience::api) {
  T object{};
  BOOST_OUTCOME_TRY(read_json(type_of<T>(), &object, from, audience));
  return object;
}

/// Parses and reads in one step, with the errors of both.
Result<void> read_json_text(const Type& type, void* object, std::string_view text,
                            Audience audience, const JsonLimits& limits = {});
template <class T>
Result<T> from_json_text(std::string_view text, Audience audience = Audience::api,
                         const JsonLimits& limits = {}) {
  T object{};
  BOOST_OUTCOME_TRY(read_json_text(type_of<T>(), &object, text, audience, limits));
  return object;
}

/// JSON text of a described struct, compact.
std::string write_json_text(const Type& type, const void* object, Audience audience);
template <class T>
std::string to_json_text(const T& object, Audience audience = Audience::api) {
  return write_json_text(type_of<T>(), &object, audience);
}

/// Compact or indented (two spaces) JSON text; a number that is whole is written without exponent.
std::string serialize(const json::value& value);
std::string pretty(const json::value& value);

/// JSON Schema 2020-12 of a type. Named objects and enumerations become `$ref`s under
/// `reference_prefix` (e.g. "#/components/schemas/") and are added to `definitions`.
json::object json_schema(const Type& type, std::string_view reference_prefix,
                         json::object& definitions, Audience audience = Audience::api);

/// Adds the least and the most that a field's note allows, in the words for its shape.
void add_bounds(json::object& schema, const Note& note, Shape shape);

/// A self-contained JSON Schema document with `$defs`.
json::object json_schema(const Type& type);

/// "id, name, created_at": the columns of a described row, in order of declaration.
std::string column_list(const Type& type, std::string_view prefix = {});

/// Escapes one token of a JSON pointer (RFC 6901) and appends it.
std::string pointer_to(std::string_view parent, std::string_view token);
inline std::string pointer_to(std::string_view parent, std::size_t index) {
  return pointer_to(parent, std::to_string(index));
}

}  // namespace insightflow
