#pragma once

#include <insightflow/engine.hpp>

#include <boost/json/fwd.hpp>

/// Every operation as a row of one table: its name, its place in the HTTP interface, the permission
/// it asks for, and the described types that go in and come out. Routes and the OpenAPI document
/// are made from the rows; no rule lives in an adapter.
namespace insightflow {

/// Everything an operation is given, whatever transport it came by.
struct Call {
  Engine& engine;
  const Session* session = nullptr;  ///< Null for public operations.
  std::vector<std::string> path;     ///< The values of the {…} in the path, in order.
  std::vector<std::pair<std::string, std::string>> query;
  std::string_view body;
  std::string_view idempotency_key;
  std::optional<std::int64_t> if_revision;
  Origin origin{};  ///< The session's is the same.

  /// For long work within this call.
  Ctx ctx() const { return {.origin = origin, .observer = engine.observer()}; }
  std::string_view last_event_id;  ///< Of a client that comes back to a stream of events.
  events::Permit permit;           ///< Of whoever watches events.

  /// Errors: `id_malformed` as `Code::not_found`.
  template <class I>
  Result<I> id(std::size_t position = 0) const {
    if (auto id = I::parse(path[position])) return id.value();
    return fail(Code::not_found, "id_malformed",
                "There is nothing under '" + path[position] + "'.");
  }

  /// The body as a described struct. Errors: those of `parse_json` and `read_json`.
  template <class T>
  Result<T> read_body() const {
    T out{};
    BOOST_OUTCOME_TRY(body_into(type_of<T>(), &out));
    return out;
  }

  /// The query as a described struct; lists are repeated or comma-separated parameters.
  template <class T>
  Result<T> read_query() const {
    T out{};
    BOOST_OUTCOME_TRY(query_into(type_of<T>(), &out));
    return out;
  }

 private:
  Result<void> body_into(const Type& type, void* object) const;
  Result<void> query_into(const Type& type, void* object) const;
};

/// What an operation answers.
struct Reply {
  int status = 200;
  std::string media_type = "application/json";
  std::string body;
  response::ChunkProducer stream;        ///< Instead of `body`, for answers without a bound.
  std::optional<std::int64_t> revision;  ///< The ETag.
  std::string location;                  ///< Where the new thing is, below the base path.
  std::string file_name;                 ///< Offered for saving.
  /// Instead of `body`, for an answer that goes on for as long as the client listens.
  std::shared_ptr<events::Subscription> subscription;
};

struct Operation {
  std::string_view name;     ///< Stable, e.g. "surveys.publish"; the operationId.
  std::string_view method;   ///< "GET", "POST", "PUT" or "DELETE".
  std::string_view path;     ///< Below the base path, e.g. "/surveys/{survey_id}/publish".
  std::string_view summary;  ///< One sentence.
  std::optional<identity::Permission> permission;  ///< None: public, no key is asked for.
  int status = 200;                                ///< Of success.
  const Type& (*query)() = nullptr;
  const Type& (*body)() = nullptr;  ///< A described struct …
  std::string_view body_media{};  ///< … or, without one, the media types that are read as they are.
  const Type& (*output)() = nullptr;  ///< A described struct …
  std::string_view output_media{};    ///< … or, without one, the media types that may come.
  bool revisioned = false;            ///< Takes If-Match, gives an ETag.
  bool endless = false;  ///< The answer goes on; a status of 101 is that of a WebSocket.
  Result<Reply> (*run)(const Call&) = nullptr;
};

/// All operations, in the order of the documentation.
std::span<const Operation> operations();

/// Whether an operation may be asked for at all, before anything of the request is looked at.
/// Errors: `key_missing`, `permission_missing`.
Result<void> admit(const Operation& operation, const Session* session);

/// Whether a call without a body means nothing: it replaces something, or a field must be there.
bool demands_body(const Operation& operation);

/// Runs an operation for whoever calls. Errors: those of `admit`, `json_missing`, and those of
/// the operation.
Result<Reply> perform(const Operation& operation, const Call& call);

/// The part of the address before an operation's path.
inline constexpr std::string_view base_path = "/api/v1";

/// The OpenAPI 3.1 document of all operations.
boost::json::object openapi();

/// The error envelope {"error":{"code","message","details"}} and its HTTP status.
std::string error_envelope(const Error& error, std::string_view request_id = {});
int http_status(const Error& error);

}  // namespace insightflow
