#pragma once

#include "http/message.hpp"

#include <insightflow/engine.hpp>

#include <functional>
#include <mutex>
#include <optional>

namespace insightflow::http {

/// What somebody shows: an API key or an access token, and the workspace that a person names.
struct Credentials {
  std::string bearer;
  std::optional<WorkspaceId> workspace{};
};

/// Recognises who shows these. Asked again while a subscription lives; safe from several threads.
using Authenticator = std::function<Result<identity::Actor>(const Credentials&)>;

/// By the keys and access tokens of the engine, which must outlive it.
Authenticator authenticator_of(Engine& engine);

/// May be asked for the whole life of a subscription: are they still good, for this?
events::Permit permit_of(Engine& engine, Authenticator authenticate, Credentials credentials);

/// Events of a workspace as server-sent events.
std::shared_ptr<Feed> event_stream(std::shared_ptr<events::Subscription> subscription);

/// The same for a WebSocket. Without a subscription the client's first message has to bring its
/// key: {"key":"…"}, a person's token and "workspace". Each message may hold "after" and "types"
/// and begins anew from there.
std::shared_ptr<Feed> event_socket(Engine& engine, Authenticator authenticate,
                                   Credentials credentials,
                                   std::shared_ptr<events::Subscription> subscription,
                                   events::Ask ask);

/// Refuses what does not ask for a WebSocket (`upgrade_required`), and a browser that shows a page
/// of an origin which is neither that of the request nor in `allowed` (`origin_forbidden`).
Result<void> check_upgrade(const Request& request, const std::vector<std::string>& allowed);

}  // namespace insightflow::http
