#pragma once

#include <insightflow/core/json.hpp>
#include <insightflow/survey/localise.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Looks into JSON of other programs, which write a number, a text or a flag for the same thing.
namespace insightflow::formats {

inline const json::value* member(const json::object& object, std::string_view key) {
  return object.if_contains(key);
}
inline const json::object* object_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value ? value->if_object() : nullptr;
}
inline const json::array* array_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value ? value->if_array() : nullptr;
}

/// A scalar as text; empty for null, objects and arrays.
inline std::string scalar_text(const json::value& value) {
  if (const auto* text = value.if_string()) return {text->data(), text->size()};
  if (const auto* flag = value.if_bool()) return *flag ? "true" : "false";
  if (const auto* whole = value.if_int64()) return std::to_string(*whole);
  if (const auto* whole = value.if_uint64()) return std::to_string(*whole);
  if (const auto* number = value.if_double()) return survey::number_text(*number);
  return {};
}
inline std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value ? scalar_text(*value) : std::string();
}
inline bool is_true(const json::object& object, std::string_view key) {
  const std::string text = text_of(object, key);
  return text == "true" || text == "1" || text == "ON" || text == "Yes";
}
inline std::optional<std::int64_t> whole_of(const json::object& object, std::string_view key) {
  const auto number = survey::detail::number_of(text_of(object, key));
  if (!number || *number < -1e9 || *number > 1e9 || *number != std::floor(*number))
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

inline constexpr JsonLimits foreign_json{.max_depth = 128, .max_bytes = 64u << 20};

}  // namespace insightflow::formats
