#pragma once

#include <insightflow/bias/fix.hpp>

#include <boost/json/fwd.hpp>

/// JSON Patch on a value and on a text.
namespace insightflow::bias {

/// Errors: `pointer_unknown`, and those of `parse_json`.
Result<void> apply_to_value(boost::json::value& document, const Edit& edit);
Result<std::string> apply_to_text(std::string_view source, const Edit& edit);

}  // namespace insightflow::bias
