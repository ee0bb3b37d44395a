#pragma once

#include "cli/command.hpp"
#include "http/metrics_server.hpp"

#include <insightflow/observe/observer.hpp>

#include <memory>
#include <optional>

namespace insightflow::cli {

/// What `serve` and `work` are told about metrics, logs and traces.
struct ObserveOptions {
  http::MetricsOptions metrics;
  std::string log_format = "json";
  std::optional<std::string> log_level;
  std::string traces;

  /// `usual` is the level where none was asked for. Errors: `slug_unknown`.
  Result<std::unique_ptr<observe::Observer>> observer(
      observe::Level usual = observe::Level::info) const;
};

/// Adds --metrics-port, --metrics-address, --log-format, --log-level and --traces.
std::shared_ptr<ObserveOptions> add_observe_options(CLI::App& command);

}  // namespace insightflow::cli
