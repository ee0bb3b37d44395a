#pragma once

#include "http/client_address.hpp"
#include "http/cors.hpp"
#include "http/event_feed.hpp"
#include "http/form_guard.hpp"
#include "http/limits.hpp"
#include "http/server.hpp"

#include <insightflow/engine.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace insightflow::http {

struct ApplicationOptions {
  /// Recognises callers where the application around has a login of its own; empty: the engine's
  /// keys and access tokens. What it is shown is what stands behind "Authorization: Bearer".
  Authenticator authenticate;

  /// Origins as "https://app.example" whose pages may open a WebSocket, besides the server's own;
  /// "*" lets all. Programs that are no browsers show no origin and are not asked.
  std::vector<std::string> allowed_origins;

  /// Origins whose pages may call the API, as of `parse_origin`; none unless named.
  std::vector<std::string> cors_origins;

  /// What a public form must prove.
  FormRules form;

  /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<Network> trusted_proxies;

  /// Rates other than those of `limit_rules`; absent: nothing is limited.
  std::optional<std::vector<LimitSetting>> limits;

  /// Where the time of the limits comes from; must outlive the application.
  const Clock* clock = &system_clock();
};

/// The product over HTTP: every operation below /api/v1, the public survey pages below /s/,
/// /healthz, /readyz and /openapi.json. Reads a request, calls one operation, writes the answer.
/// Thread-safe; the engine must outlive it.
class Application {
 public:
  explicit Application(Engine& engine, ApplicationOptions options = {});
  ~Application();
  Application(Application&&) noexcept;

  Response handle(const Request& request) const;

  /// What `Trail::route` counts: the names of the operations, and of what else there is.
  std::vector<std::string_view> route_names() const;

  /// Bytes a request may send: 64 MiB to an import, else 1 MiB.
  static std::size_t body_limit(std::string_view method, std::string_view path);

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace insightflow::http
