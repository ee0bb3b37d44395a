#pragma once

#include <insightflow/core/json.hpp>

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Making sense of what models write: JSON that is nearly JSON, and whether it follows a schema.
namespace insightflow::llm {

/// Reads the JSON value in an answer, as leniently as can be done without guessing: code fences and
/// prose around it, single quotes, bare keys, trailing commas, comments, Python's True, False and
/// None, raw line breaks in texts, and an answer that was cut off. Of the latter what is incomplete
/// is left out: half a text, and half an item of a list. Linear. Errors: `json_malformed` when no
/// object or list can be read, `json_too_deep` beyond 32 levels.
Result<boost::json::value> read_leniently(std::string_view text);

/// The JSON Schema of a described type with every reference put in its place, as providers want
/// it. The type must not contain itself.
boost::json::object plain_schema(const Type& type);

/// What stands between a value and a schema, at most 20 problems with pointers; empty when nothing
/// does. A schema that cannot be read is a problem of its own.
std::vector<Problem> validate(const boost::json::value& value, const boost::json::value& schema);

}  // namespace insightflow::llm
