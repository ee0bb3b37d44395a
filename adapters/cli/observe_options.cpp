#include "cli/observe_options.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdlib>

namespace insightflow::cli {

Result<std::unique_ptr<observe::Observer>> ObserveOptions::observer(observe::Level usual) const {
  observe::LogOptions log{.level = usual};
  BOOST_OUTCOME_TRY(log.format, one_of<observe::LogFormat>(log_format));
  if (log_level) {
    BOOST_OUTCOME_TRY(log.level, one_of<observe::Level>(*log_level));
  }
  observe::TraceOptions trace = observe::trace_options([](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  });
  if (!traces.empty()) trace.endpoint = traces;
  trace.service_version = INSIGHTFLOW_VERSION;
  return std::make_unique<observe::Observer>(std::move(log), std::move(trace));
}

std::shared_ptr<ObserveOptions> add_observe_options(CLI::App& command) {
  auto options = std::make_shared<ObserveOptions>();
  command.add_option("--metrics-port", options->metrics.port,
                     "Answer /metrics for Prometheus here; 0 takes a free port");
  command.add_option("--metrics-address", options->metrics.address, "Where --metrics-port listens")
      ->capture_default_str();
  command.add_option("--log-format", options->log_format, "json or text")->capture_default_str();
  command.add_option("--log-level", options->log_level, "debug, info, warn, error or off");
  command.add_option("--traces", options->traces,
                     "Send traces to this OTLP address, http://HOST:4318/v1/traces (or "
                     "OTEL_EXPORTER_OTLP_ENDPOINT)");
  return options;
}

}  // namespace insightflow::cli
