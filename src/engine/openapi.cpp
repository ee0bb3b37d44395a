#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow {

int http_status(const Error& error) {
  switch (error.code) {
    // What cannot even be read is told from what can be read and is wrong.
    case Code::invalid:
      return error.reason.starts_with("json_") || error.reason == "utf8_invalid" ? 400 : 422;
    case Code::unauthenticated: return 401;
    case Code::forbidden: return 403;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::stale: return 412;
    case Code::too_large: return 413;
    case Code::unsupported: return 415;
    case Code::rate_limited: return 429;
    case Code::cancelled: return 409;
    case Code::timed_out:
    case Code::unavailable: return 503;
    case Code::corrupt:
    case Code::internal: return 500;
  }
  return 500;
}

std::string error_envelope(const Error& error, std::string_view request_id) {
  json::array details;
  const auto add = [&](std::string_view pointer, std::string_view reason, std::string_view detail) {
    details.push_back({{"pointer", pointer}, {"code", reason}, {"message", detail}});
  };
  for (const Problem& problem : error.problems)
    add(problem.pointer, problem.reason, problem.detail);
  if (details.empty() && !error.pointer.empty()) add(error.pointer, error.reason, error.detail);
  json::object body{{"code", error.reason}, {"message", error.detail}, {"details", details}};
  if (!request_id.empty()) body["request_id"] = request_id;
  return serialize(json::object{{"error", std::move(body)}});
}

namespace {

json::object media(std::string_view types, const json::object& schema) {
  json::object out;
  for (std::size_t at = 0; at <= types.size();) {
    const std::size_t comma = std::min(types.find(", ", at), types.size());
    out[types.substr(at, comma - at)] = json::object{{"schema", schema}};
    at = comma + 2;
  }
  return out;
}

json::object parameter(std::string_view in, std::string_view name, json::object schema,
                       std::string_view description, bool required) {
  json::object out{{"name", name}, {"in", in}, {"schema", std::move(schema)}};
  if (!description.empty()) out["description"] = description;
  if (required) out["required"] = true;
  return out;
}

/// The roles that have the permission in a workspace.
json::array roles_with(identity::Permission permission) {
  json::array out;
  for (const std::string_view name : type_of<identity::Role>().slugs)
    if (identity::allows(from_slug<identity::Role>(name).value(), permission))
      out.emplace_back(name);
  return out;
}

bool always(const Operation&) {
  return true;
}
bool changes(const Operation& operation) {
  return operation.method != "GET";
}
bool reads_body(const Operation& operation) {
  return operation.body != nullptr || !operation.body_media.empty();
}
bool takes_answers(const Operation& operation) {
  return operation.name == "public.respond";
}
bool shows_questionnaire(const Operation& operation) {
  return operation.name == "public.survey";
}
bool asks_who(const Operation& operation) {
  return operation.permission || operation.endless || operation.name.starts_with("auth.");
}

/// A header field that operations read or answer with: a text of so many characters, or a uuid, or
/// an integer.
struct HeaderField {
  std::string_view name;
  std::string_view form;
  int longest;
  std::string_view description;
  bool (*possible)(const Operation&);
};

constexpr HeaderField sent_headers[] = {
    {"X-Workspace-Id", "uuid", 0,
     "Where somebody who is signed in acts; needed by members of several workspaces, passed over "
     "with a key.",
     [](const Operation& one) { return one.permission.has_value(); }},
    {"If-Match", "", 0, "The ETag the change is based on; 412 when it is out of date.",
     [](const Operation& one) { return one.revisioned && changes(one); }},
    {"Idempotency-Key", "", 200, "A retry with the same key gets the first answer.", takes_answers},
    {"X-Form-Token", "", 0,
     "Where the server asks respondents to work: the token that came with the questionnaire.",
     takes_answers},
    {"X-Form-Work", "", 0,
     "A number with which SHA-256 of TOKEN:NUMBER begins with as many zero bits as were asked for.",
     takes_answers}};

constexpr HeaderField answered_headers[] = {
    {"ETag", "", 0, "The revision.", [](const Operation& one) { return one.revisioned; }},
    {"X-Form-Token", "", 0, "To be sent with the answers, where the server asks for work.",
     shows_questionnaire},
    {"X-Form-Work-Bits", "integer", 0, "How much work the server asks for.", shows_questionnaire}};

json::object schema_of(const HeaderField& field) {
  if (field.form == "integer") return {{"type", "integer"}, {"minimum", 1}};
  json::object out{{"type", "string"}};
  if (!field.form.empty()) out["format"] = field.form;
  if (field.longest > 0) out["maxLength"] = field.longest;
  return out;
}

json::array parameters(const Operation& operation, const std::string& prefix,
                       json::object& definitions) {
  json::array out;
  const std::string_view path = operation.path;
  for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
    const std::string_view name = path.substr(at + 1, path.find('}', at) - at - 1);
    json::object schema{{"type", "string"}};
    if (name.ends_with("_id")) schema["format"] = "uuid";
    if (name == "number") schema = {{"type", "integer"}, {"minimum", 0}};
    out.push_back(parameter("path", name, std::move(schema), {}, true));
  }
  if (operation.query != nullptr)
    for (const Field& field : operation.query().fields) {
      const Type& plain =
          field.type().shape == Shape::optional ? field.type().item() : field.type();
      json::object schema = json_schema(plain, prefix, definitions);
      add_bounds(schema, field.note, plain.shape);
      out.push_back(
          parameter("query", field.name, std::move(schema), field.note.doc, field.note.required));
    }
  for (const HeaderField& field : sent_headers)
    if (field.possible(operation))
      out.push_back(parameter("header", field.name, schema_of(field), field.description, false));
  return out;
}

json::object success_response(const Operation& operation, const std::string& prefix,
                              json::object& definitions) {
  json::object out{{"description", "Success."}};
  if (operation.output != nullptr)
    out["content"] =
        media("application/json", json_schema(operation.output(), prefix, definitions));
  else if (!operation.output_media.empty())
    out["content"] =
        media(operation.output_media,
              {{"type", operation.output_media.ends_with("json") ? "object" : "string"}});
  json::object headers;
  for (const HeaderField& field : answered_headers)
    if (field.possible(operation))
      headers[field.name] = {{"description", field.description}, {"schema", schema_of(field)}};
  if (!headers.empty()) out["headers"] = std::move(headers);
  return out;
}

/// A refusal, and which operations may answer with it.
struct Refusal {
  int status;
  std::string_view name;
  std::string_view description;
  bool (*possible)(const Operation&);
};

constexpr Refusal refusals[] = {
    {304, "NotModified", "Unchanged since the ETag of If-None-Match.",
     [](const Operation& one) { return one.revisioned && !changes(one); }},
    {400, "Malformed", "Not well-formed.", always},
    {401, "Unauthenticated", "Nobody known asks.", asks_who},
    {403, "Forbidden", "Whoever asks may not.", asks_who},
    {404, "NotFound", "There is nothing here, or it is another workspace's.", always},
    {409, "Conflict", "The state does not allow it.", changes},
    {412, "Stale", "Somebody else made a change first.",
     [](const Operation& one) { return one.revisioned && changes(one); }},
    {413, "TooLarge", "More bytes than are taken.", reads_body},
    {415, "MediaType", "Another media type or encoding than is read.", reads_body},
    {422, "Invalid", "Well-formed, but not valid; all problems in `details`.", always},
    {426, "UpgradeRequired", "Ask for a WebSocket.",
     [](const Operation& one) { return one.status == 101; }},
    {429, "TooMany", "Too many requests; see Retry-After.", always},
    {503, "Unavailable", "Try again; see Retry-After.", always}};

constexpr std::string_view responses_prefix = "#/components/responses/";

}  // namespace

json::object openapi() {
  const std::string prefix = "#/components/schemas/";
  json::object definitions, paths;
  for (const Operation& operation : operations()) {
    json::object entry{{"operationId", operation.name},
                       {"summary", operation.summary},
                       {"tags", json::array{operation.name.substr(0, operation.name.find('.'))}}};
    entry["security"] =
        operation.permission ? json::array{json::object{{"key", json::array{}}}} : json::array{};
    if (operation.permission) {
      entry["x-permission"] = slug(*operation.permission);
      entry["x-roles"] = roles_with(*operation.permission);
    }
    if (auto list = parameters(operation, prefix, definitions); !list.empty())
      entry["parameters"] = std::move(list);
    if (operation.body != nullptr)
      entry["requestBody"] = {
          {"required", demands_body(operation)},
          {"content",
           media("application/json", json_schema(operation.body(), prefix, definitions))}};
    else if (!operation.body_media.empty())
      entry["requestBody"] = {{"required", true},
                              {"content", media(operation.body_media, {{"type", "string"}})}};
    const json::object envelope{{"$ref", prefix + "ErrorEnvelope"}};
    json::object responses;
    for (const Refusal& one : refusals)
      if (one.possible(operation))
        responses[std::to_string(one.status)] = {
            {"$ref", std::string(responses_prefix) + std::string(one.name)}};
    responses[std::to_string(operation.status)] = success_response(operation, prefix, definitions);
    responses["default"] = {{"description", "Another error."},
                            {"content", media("application/json", envelope)}};
    entry["responses"] = std::move(responses);
    std::string method(operation.method);
    for (char& c : method) c = static_cast<char>(c | 0x20);
    json::value& path = paths[std::string(base_path) + std::string(operation.path)];
    if (!path.is_object()) path.emplace_object();
    path.get_object()[method] = std::move(entry);
  }
  definitions["ErrorEnvelope"] = {
      {"type", "object"},
      {"required", json::array{"error"}},
      {"properties",
       {{"error",
         {{"type", "object"},
          {"required", json::array{"code", "message", "details"}},
          {"properties",
           {{"code", {{"type", "string"}, {"description", "Stable slug."}}},
            {"message", {{"type", "string"}, {"description", "For a person."}}},
            {"request_id", {{"type", "string"}}},
            {"details",
             {{"type", "array"},
              {"items",
               {{"type", "object"},
                {"properties",
                 {{"pointer", {{"type", "string"}, {"description", "JSON pointer."}}},
                  {"code", {{"type", "string"}}},
                  {"message", {{"type", "string"}}}}}}}}}}}}}}}};
  json::object refused;
  for (const Refusal& one : refusals) {
    json::object response{{"description", one.description}};
    if (one.status >= 400)
      response["content"] = media("application/json", {{"$ref", prefix + "ErrorEnvelope"}});
    refused[one.name] = std::move(response);
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "InsightFlow"},
            {"version", "1"},
            {"description",
             "Surveys, a questionnaire linter, evidence-checked insights and reports. Within v1 "
             "changes are additive only."},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", std::move(definitions)},
            {"responses", std::move(refused)},
            {"securitySchemes", {{"key", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace insightflow
