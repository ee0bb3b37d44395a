#include <insightflow/observe/observer.hpp>

namespace insightflow::observe {

std::string Observer::text() {
  const Tracer::Counts counts = tracer.counts();
  metrics.set(Measure::trace_spans_exported, {}, counts.exported);
  metrics.set(Measure::trace_spans_dropped, {}, counts.dropped);
  metrics.read_process();
  return metrics.text();
}

Span start_span(const Ctx& ctx, std::string_view name, SpanKind kind) {
  return ctx.observer ? ctx.observer->tracer.start(name, kind, ctx.origin.traceparent) : Span();
}

}  // namespace insightflow::observe
