#pragma once

#include <insightflow/core/ctx.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Traces after OpenTelemetry: W3C trace context in and out, spans sent in batches over OTLP/HTTP
/// as JSON. Without an endpoint nothing is recorded, and trace context that came in is passed on.
namespace insightflow::observe {

/// Which span of which trace; https://www.w3.org/TR/trace-context/
struct TraceContext {
  std::array<std::uint8_t, 16> trace{};
  std::array<std::uint8_t, 8> span{};
  bool sampled = false;

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

/// Nothing where the header is malformed: another length, upper case, ids of zeros, version ff. A
/// higher version is read as far as it is known.
std::optional<TraceContext> parse_traceparent(std::string_view header);
std::string traceparent(const TraceContext& context);
/// 32 digits.
std::string trace_id_text(const TraceContext& context);

/// OTLP's numbers.
enum class SpanKind { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };

/// What is measured of one piece of work.
struct SpanData {
  TraceContext context;
  std::optional<std::array<std::uint8_t, 8>> parent;
  std::optional<TraceContext> link;
  std::string name;
  SpanKind kind = SpanKind::internal;
  std::int64_t start_ns = 0;  ///< Since 1970.
  std::int64_t end_ns = 0;
  std::vector<std::pair<std::string, std::variant<std::string, std::int64_t, bool>>> attributes;
  bool failed = false;
  std::string message;
};

class Tracer;

/// A span under way; it ends when the object goes. One that is not sampled records nothing.
/// Movable; for one thread at a time. The tracer must outlive it.
class Span {
 public:
  Span() = default;
  Span(Span&& other) noexcept
      : tracer_(std::exchange(other.tracer_, nullptr)),
        data_(std::move(other.data_)),
        traceparent_(std::move(other.traceparent_)) {}
  Span& operator=(Span&& other) noexcept {
    end();
    tracer_ = std::exchange(other.tracer_, nullptr);
    data_ = std::move(other.data_);
    traceparent_ = std::move(other.traceparent_);
    return *this;
  }
  ~Span() { end(); }

  bool recording() const noexcept { return data_ != nullptr; }
  /// Attributes with empty text are left out.
  void set(std::string_view name, std::string_view value);
  void set(std::string_view name, std::int64_t value);
  void rename(std::string_view name);
  /// The work failed; `message` is for people and holds no secrets.
  void fail(std::string_view message);
  void end();

  /// What to send on: this span's context, or what came in where nothing is traced.
  const std::string& traceparent() const noexcept { return traceparent_; }

 private:
  friend class Tracer;
  Tracer* tracer_ = nullptr;
  std::unique_ptr<SpanData> data_;
  std::string traceparent_;
};

struct TraceOptions {
  std::string endpoint;  ///< Whole URL, "http://127.0.0.1:4318/v1/traces"; empty: no traces.
  std::vector<std::string> headers;  ///< "name: value", sent with each batch; may be secret.
  std::string service_name = "insightflow";
  std::string service_version;
  /// The share of traces that begin here and are kept, 0 to 1. A trace that came in is kept exactly
  /// when its caller keeps it.
  double ratio = 1;
  std::size_t most_waiting = 2048;  ///< Spans beyond are dropped and counted.
  std::size_t batch = 512;
  std::chrono::milliseconds interval{5'000};  ///< Between batches that are not full.
  std::chrono::milliseconds timeout{10'000};  ///< Of one batch.
  std::chrono::milliseconds shutdown{1'000};  ///< For the last batches, when the tracer goes.
};

/// The options that OpenTelemetry's environment variables name: OTEL_EXPORTER_OTLP_ENDPOINT (gets
/// /v1/traces appended), OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS,
/// OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER_ARG, OTEL_SDK_DISABLED. `look_up` gives "" for what is
/// not set. Malformed values are passed over, as the specification wants.
TraceOptions trace_options(const std::function<std::string(const char* name)>& look_up);

/// Makes spans and sends them from a thread of its own. Never blocks and never holds more than
/// `most_waiting` spans and one batch: a collector that is slow or gone costs spans, nothing else.
/// Safe from several threads.
class Tracer {
 public:
  explicit Tracer(TraceOptions options = {});
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  bool active() const noexcept { return state_ != nullptr; }

  /// A span below the one that `parent` names; without it the first of a new trace.
  Span start(std::string_view name, SpanKind kind, std::string_view parent = {});
  /// The first span of a new trace that was caused by another one, perhaps long ago; kept when that
  /// one was.
  Span start_linked(std::string_view name, SpanKind kind, std::string_view cause);

  /// Waits until what has ended by now was sent or given up.
  void flush();

  struct Counts {
    std::int64_t exported = 0;
    std::int64_t dropped = 0;
    std::int64_t waiting = 0;
  };
  Counts counts() const;

 private:
  friend class Span;
  struct State;
  Span make(std::string_view name, SpanKind kind, std::optional<TraceContext> parent,
            std::optional<TraceContext> link);
  void take(SpanData data);
  std::unique_ptr<State> state_;
};

/// The body of a request to /v1/traces.
std::string otlp_json(const std::vector<SpanData>& spans, const TraceOptions& options);

}  // namespace insightflow::observe
