#pragma once

#include "http/server.hpp"

#include <insightflow/engine.hpp>

#include <optional>

namespace insightflow::http {

/// Where Prometheus reads. Figures of all workspaces stand there and no key is asked for, so it is
/// a listener of its own, off unless a port is named, and on this machine unless an address is.
struct MetricsOptions {
  std::string address = "127.0.0.1";
  std::optional<std::uint16_t> port;  ///< 0 takes a free one.
};

/// Answers GET /metrics with `Engine::metrics`, and GET /healthz. The engine must outlive it.
class MetricsServer {
 public:
  explicit MetricsServer(const Engine& engine) : engine_(engine) {}

  /// The port, or nothing where none was asked for. Errors: those of `Server::start`.
  Result<std::optional<std::uint16_t>> start(const MetricsOptions& options);

 private:
  const Engine& engine_;
  std::optional<Server> server_;
};

}  // namespace insightflow::http
