#pragma once

#include <insightflow/observe/log.hpp>
#include <insightflow/observe/metrics.hpp>
#include <insightflow/observe/trace.hpp>

namespace insightflow::observe {

/// Where an engine's metrics, logs and traces go. Safe from several threads; outlives what it
/// watches.
class Observer {
 public:
  explicit Observer(LogOptions log_options = {}, TraceOptions trace_options = {})
      : log(std::move(log_options)), tracer(std::move(trace_options)) {}

  Metrics metrics;
  Log log;
  Tracer tracer;

  /// `metrics` with what is read only when somebody asks: the process and the tracer.
  std::string text();
};

/// A span for work within `ctx`; does nothing where nobody watches. Give the work a context whose
/// origin holds the span's `traceparent`.
Span start_span(const Ctx& ctx, std::string_view name, SpanKind kind = SpanKind::internal);

}  // namespace insightflow::observe
