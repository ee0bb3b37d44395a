#pragma once

#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>

/// The tables that `operations()` puts together, one for each room, and what they share.
namespace insightflow {

std::span<const Operation> survey_operations();
std::span<const Operation> response_operations();
std::span<const Operation> insight_operations();
std::span<const Operation> job_operations();
std::span<const Operation> event_operations();
std::span<const Operation> task_operations();
std::span<const Operation> workspace_operations();
std::span<const Operation> account_operations();
std::span<const Operation> member_operations();
std::span<const Operation> audit_operations();
std::span<const Operation> retention_operations();
std::span<const Operation> public_operations();

namespace detail {

using identity::Permission;

/// A described type, as a row of a table names it.
template <class T>
constexpr auto type = &type_of<T>;

template <class T>
Reply reply(const T& object, int status = 200) {
  return {.status = status, .body = to_json_text(object)};
}
/// The same for a thing with a revision.
template <class T>
Reply revisioned(const T& object, int status = 200) {
  Reply out = reply(object, status);
  out.revision = object.revision;
  return out;
}

}  // namespace detail
}  // namespace insightflow
