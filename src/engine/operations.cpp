#include "engine/operation_tables.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>

namespace insightflow {

Result<void> Call::body_into(const Type& type, void* object) const {
  // An operation whose every field has a default may be called without a body.
  return read_json_text(type, object, body.empty() ? "{}" : body, Audience::api);
}

Result<void> Call::query_into(const Type& type, void* object) const {
  json::object values;
  for (const auto& [name, text] : query) {
    const Field* field = nullptr;
    for (const Field& candidate : type.fields)
      if (candidate.name == name) field = &candidate;
    const Type* inner = field ? &field->type() : nullptr;
    if (inner && inner->shape == Shape::optional) inner = &inner->item();
    std::int64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = end.ec == std::errc() && end.ptr == text.data() + text.size();
    if (inner && inner->shape == Shape::integer && whole) {
      values[name] = number;
    } else if (inner && inner->shape == Shape::boolean && (text == "true" || text == "false")) {
      values[name] = text == "true";
    } else if (inner && inner->shape == Shape::list) {
      if (!values.contains(name)) values[name] = json::array();
      for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        values[name].as_array().emplace_back(std::string_view(text).substr(at, comma - at));
        at = comma + 1;
      }
    } else {
      values[name] = text;
    }
  }
  return read_json(type, object, values, Audience::api);
}

Result<void> admit(const Operation& operation, const Session* session) {
  if (!operation.permission) return success();
  if (session == nullptr)
    return fail(Code::unauthenticated, "key_missing",
                "This needs an API key: send 'Authorization: Bearer KEY'.");
  return session->scope().reach(*operation.permission);
}

bool demands_body(const Operation& operation) {
  if (operation.body == nullptr) return false;
  const auto& fields = operation.body().fields;
  return operation.method == "PUT" ||
         std::any_of(fields.begin(), fields.end(),
                     [](const Field& field) { return field.note.required; });
}

Result<Reply> perform(const Operation& operation, const Call& call) {
  BOOST_OUTCOME_TRY(admit(operation, call.session));
  // Without a body a field that must be there is missing; what replaces something may need none.
  if (call.body.empty() && operation.body != nullptr && operation.method == "PUT")
    return fail(Code::invalid, "json_missing", "This needs a JSON object as its body.");
  observe::Span span = observe::start_span(call.ctx(), operation.name);
  auto reply = operation.run(call);
  if (!reply) span.fail(reply.error().reason);
  return reply;
}

std::span<const Operation> operations() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> out;
    for (const auto& table :
         {survey_operations(), response_operations(), insight_operations(), job_operations(),
          event_operations(), task_operations(), workspace_operations(), member_operations(),
          account_operations(), audit_operations(), retention_operations(), public_operations()})
      out.insert(out.end(), table.begin(), table.end());
    return out;
  }();
  return all;
}

}  // namespace insightflow
