#pragma once

#include "http/application.hpp"
#include "http/metrics_server.hpp"

#include <insightflow/engine.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace insightflow::http {

struct ServeOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;    ///< 0 takes a free one.
  std::optional<TlsFiles> tls;  ///< Where set, HTTPS; the files are read again when they change.
  int job_workers = 1;  ///< Threads that run jobs inside the server; 0 leaves them to `work`.
  std::size_t request_workers = 64;
  ApplicationOptions application{};
  bool access_log = true;  ///< One line for each request, in the log of the engine's observer.
  MetricsOptions metrics{};
};

/// Where a server listens.
struct Listening {
  std::uint16_t port = 0;
  std::optional<std::uint16_t> metrics_port;
};

/// Serves until `stop` is requested, then finishes what it accepted. Calls `on_listening` once.
/// Errors: those of `Server::start` and of
/// `Tls::load`.
Result<void> serve(Engine& engine, const ServeOptions& options, std::stop_token stop,
                   const std::function<void(const Listening&)>& on_listening);

}  // namespace insightflow::http
