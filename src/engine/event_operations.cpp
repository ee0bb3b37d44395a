#include "engine/operation_tables.hpp"

#include <charconv>

namespace insightflow {

using namespace detail;

namespace {

Result<Reply> stream_events(const Call& call) {
  BOOST_OUTCOME_TRY(auto ask, call.read_query<events::Ask>());
  // Who comes back says in the header what it saw since it made the address.
  if (const std::string_view text = call.last_event_id; !text.empty()) {
    std::int64_t id = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), id);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size() || id < 0)
      return fail(Code::invalid, "event_id_malformed",
                  "Last-Event-ID holds no id of this stream, which are whole numbers.");
    ask.after = id;
  }
  Reply out{.media_type = "text/event-stream"};
  BOOST_OUTCOME_TRY(out.subscription, call.engine.watch(*call.session, ask, call.permit));
  return out;
}

/// The adapter makes the WebSocket; the key may come over it.
Result<Reply> open_socket(const Call& call) {
  BOOST_OUTCOME_TRY(const auto ask, call.read_query<events::Ask>());
  BOOST_OUTCOME_TRY(events::TypeFilter::of(ask.types));
  return Reply{.status = 101};
}

}  // namespace

std::span<const Operation> event_operations() {
  static const Operation table[] = {
      {.name = "events.stream",
       .method = "GET",
       .path = "/events",
       .summary = "What happens, as server-sent events; goes on behind Last-Event-ID.",
       .permission = Permission::event_read,
       .query = type<events::Ask>,
       .output_media = "text/event-stream",
       .endless = true,
       .run = stream_events},
      {.name = "events.socket",
       .method = "GET",
       .path = "/ws",
       .summary = "The same over a WebSocket; the key may come in the first message.",
       .status = 101,
       .query = type<events::Ask>,
       .output_media = "application/json",
       .endless = true,
       .run = open_socket}};
  return table;
}

}  // namespace insightflow
