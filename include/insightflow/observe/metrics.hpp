#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

/// Counters, gauges and histograms, and how Prometheus reads them. What there is to measure stands
/// in one table; an update of a series that is at hand costs one or two atomic additions, finding
/// one costs a walk through those of its metric; neither allocates.
namespace insightflow::observe {

enum class MetricType { counter, gauge, histogram };

/// One row of the table of all metrics.
struct Metric {
  std::string_view name;
  MetricType type = MetricType::counter;
  std::string_view help;
  /// Label names, in the order in which values are given; "" ends them.
  std::array<std::string_view, 4> labels{};
  /// Values are counted in whole numbers; so many of them make 1 of what is shown. Times are
  /// counted in microseconds and shown in seconds.
  std::int64_t unit = 1;
  /// Upper bounds of a histogram's buckets, ascending, as counted; one more takes the rest.
  std::span<const std::int64_t> bounds{};
};

/// Every metric; the number of its row in `metric_table`.
enum class Measure : std::uint8_t {
  build_info,
  http_requests,
  http_request_duration,
  http_requests_in_flight,
  http_response_bytes,
  form_refusals,
  job_attempts,
  job_duration,
  job_start_delay,
  job_queue_depth,
  job_oldest_ready,
  job_workers,
  job_workers_busy,
  database_commits,
  database_writes,
  database_size,
  database_free,
  llm_calls,
  llm_call_duration,
  llm_tokens,
  llm_cost,
  llm_cache_lookups,
  llm_breaker_state,
  trace_spans_exported,
  trace_spans_dropped,
  scrape_errors,
  process_start_time,
  process_cpu,
  process_resident_memory,
  process_open_fds,
  process_max_fds
};

/// All metrics, in the order in which they are written.
std::span<const Metric> metric_table();

/// One series: a metric with values for its labels. Safe from several threads.
class Series {
 public:
  Series(const Metric& metric, std::span<const std::string_view> values);

  /// Counters and gauges; `n` below 0 is for gauges.
  void add(std::int64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  /// Gauges, and counters that somebody else keeps.
  void set(std::int64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  /// Histograms: one observation, in the unit of counting; below 0 counts as 0.
  void record(std::int64_t n) noexcept;

  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }
  /// Histograms: how many observations there were.
  std::int64_t count() const noexcept;

 private:
  friend class Metrics;
  const Metric* metric_;
  std::array<std::string, 4> labels_;
  std::atomic<std::int64_t> value_{0};  ///< Of a histogram the sum.
  std::unique_ptr<std::atomic<std::int64_t>[]> buckets_;
  std::unique_ptr<Series> next_;
};

/// The series of one process, or of one engine in it. Safe from several threads.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The series of these label values, made when it is new; it lives as long as this object. A
  /// metric has at most 1,000 series: what comes after them is counted together, with "other" for
  /// each label, so that labels without a bound cannot fill the memory. Values are cut at 100
  /// bytes.
  Series& series(Measure measure, std::initializer_list<std::string_view> values = {}) {
    return find(measure, {values.begin(), values.size()});
  }

  void add(Measure measure, std::initializer_list<std::string_view> values, std::int64_t n = 1) {
    series(measure, values).add(n);
  }
  void set(Measure measure, std::initializer_list<std::string_view> values, std::int64_t n) {
    series(measure, values).set(n);
  }
  void record(Measure measure, std::initializer_list<std::string_view> values, std::int64_t n) {
    series(measure, values).record(n);
  }

  /// Sets all series of a gauge to 0, before those that still exist are set again.
  void clear(Measure measure) noexcept;

  /// Reads what the operating system knows about this process: start, CPU time, memory, file
  /// descriptors. Does nothing where there is no /proc.
  void read_process();

  /// Everything in Prometheus' text format 0.0.4: by the order of the table, then by label values.
  /// https://prometheus.io/docs/instrumenting/exposition_formats/
  std::string text() const;

 private:
  struct Family;
  Series& find(Measure measure, std::span<const std::string_view> values);

  std::unique_ptr<Family[]> families_;
  std::mutex growing_;
};

/// The media type of `Metrics::text`.
inline constexpr std::string_view metrics_media = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace insightflow::observe
