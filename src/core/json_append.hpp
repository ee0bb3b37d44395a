#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

/// Appends JSON text.
namespace insightflow {

void append_json(std::string& out, std::string_view text);
void append_json(std::string& out, std::int64_t number);
void append_json(std::string& out, const boost::json::value& value);

}  // namespace insightflow
