#pragma once

#include "cli/command.hpp"
#include "http/metrics_server.hpp"

#include <insightflow/observe/observer.hpp>

#include <memory>

namespace insightflow::cli {

/// What `serve` and `work` are told about metrics, logs and traces.
struct ObserveOptions {
  http::MetricsOptions metrics;
  std::string log_format = "json";
  std::string log_level = "info";
  std::string traces;

  /// Errors: `slug_unknown`.
  Result<std::unique_ptr<observe::Observer>> observer() const;
};

/// Adds --metrics-port, --metrics-address, --log-format, --log-level and --traces.
std::shared_ptr<ObserveOptions> add_observe_options(CLI::App& command);

}  // namespace insightflow::cli
