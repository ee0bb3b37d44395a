#pragma once

#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string_view>

/// Looking into JSON that others wrote: what is absent or of another type reads as nothing.
namespace insightflow::llm {

inline const json::object* object_in(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}
inline const json::array* array_in(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr ? value->if_array() : nullptr;
}
inline std::string_view text_of(const json::value* value) {
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string_view(*text) : std::string_view();
}
inline std::string_view text_in(const json::object& from, std::string_view key) {
  return text_of(from.if_contains(key));
}
/// Zero where absent or negative.
inline std::int64_t count_in(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  const std::int64_t* number = value != nullptr ? value->if_int64() : nullptr;
  return number != nullptr && *number > 0 ? *number : 0;
}

}  // namespace insightflow::llm
