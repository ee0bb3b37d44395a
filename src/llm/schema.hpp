#pragma once

#include <boost/json/fwd.hpp>

#include <optional>

namespace insightflow::llm {

/// What the strict modes of providers accept: every object closed with all of its members required,
/// and no keyword beyond a few. Bounds and patterns are left out, since whoever asked checks the
/// answer anyway. Nothing where the schema cannot be said that way without allowing something else:
/// optional members, maps, conditions, `allOf`, a root that is no object.
std::optional<boost::json::object> strict_schema(const boost::json::object& schema);

/// The same schema with the definition that its root refers to at the root, which providers want.
boost::json::object rooted(boost::json::object schema);

}  // namespace insightflow::llm
