#include <insightflow/observe/metrics.hpp>

namespace insightflow::observe {

namespace {

constexpr std::int64_t microseconds = 1'000'000;
constexpr std::int64_t milliseconds = 1'000;

/// From a cached read to a whole import.
constexpr std::array<std::int64_t, 12> request_bounds{500,     1'000,     2'500,     5'000,
                                                      10'000,  25'000,    50'000,    100'000,
                                                      250'000, 1'000'000, 2'500'000, 10'000'000};
/// From a small run to the longest that a model is asked for.
constexpr std::array<std::int64_t, 11> job_bounds{10'000,     50'000,      100'000,      500'000,
                                                  1'000'000,  5'000'000,   10'000'000,   30'000'000,
                                                  60'000'000, 300'000'000, 1'800'000'000};
constexpr std::array<std::int64_t, 10> call_bounds{100'000,    250'000,    500'000,    1'000'000,
                                                   2'500'000,  5'000'000,  10'000'000, 30'000'000,
                                                   60'000'000, 120'000'000};

using enum MetricType;

struct Row {
  Measure measure;
  Metric metric;
};

constexpr Row rows[] = {
    {Measure::build_info,
     {"insightflow_build_info", gauge, "1, with the version of the engine.", {"version"}}},

    {Measure::http_requests,
     {"insightflow_http_requests_total",
      counter,
      "Answers, by route (the name of the operation) and class of status.",
      {"route", "status"}}},
    {Measure::http_request_duration,
     {"insightflow_http_request_duration_seconds",
      histogram,
      "From the last byte of a request to the first bytes of its answer.",
      {"route"},
      microseconds,
      request_bounds}},
    {Measure::http_requests_in_flight,
     {"insightflow_http_requests_in_flight", gauge, "Requests that are being answered now."}},
    {Measure::http_response_bytes,
     {"insightflow_http_response_bytes_total",
      counter,
      "Bytes of answers; of a streamed answer those of its first piece.",
      {"route"}}},
    {Measure::form_refusals,
     {"insightflow_form_refusals_total",
      counter,
      "Public answers that were not taken as those of a person, by reason.",
      {"reason"}}},

    {Measure::job_attempts,
     {"insightflow_job_attempts_total",
      counter,
      "Attempts that ended: completed, retried, failed, cancelled, handed_back, abandoned (the "
      "worker "
      "died), lost (it came back too late).",
      {"kind", "outcome"}}},
    {Measure::job_duration,
     {"insightflow_job_duration_seconds",
      histogram,
      "How long one attempt ran.",
      {"kind"},
      microseconds,
      job_bounds}},
    {Measure::job_start_delay,
     {"insightflow_job_start_delay_seconds",
      histogram,
      "From when a job could start to when a worker took it.",
      {"kind"},
      microseconds,
      job_bounds}},
    {Measure::job_queue_depth,
     {"insightflow_job_queue_depth",
      gauge,
      "Jobs of all workspaces: ready, scheduled for later, running.",
      {"kind", "state"}}},
    {Measure::job_oldest_ready,
     {"insightflow_job_oldest_ready_seconds",
      gauge,
      "How long the longest waiting job could have run by now; 0 where none waits.",
      {"kind"},
      milliseconds}},
    {Measure::job_workers,
     {"insightflow_job_workers", gauge, "Threads of this process that run jobs."}},
    {Measure::job_workers_busy,
     {"insightflow_job_workers_busy", gauge, "Those of them that are running one."}},

    {Measure::database_commits,
     {"insightflow_database_commits_total", counter, "Transactions this process committed."}},
    {Measure::database_writes,
     {"insightflow_database_writes_total", counter,
      "Writes in them; divided by the commits it is the width of a batch."}},
    {Measure::database_size,
     {"insightflow_database_size_bytes", gauge, "The database with its log."}},
    {Measure::database_free,
     {"insightflow_database_free_bytes", gauge, "What is left on the disk of the database."}},

    {Measure::llm_calls,
     {"insightflow_llm_calls_total",
      counter,
      "Calls of language models: ok, timeout, rate_limited, quota, unauthorized, refused, "
      "invalid_output, unavailable, cancelled, failed.",
      {"task", "provider", "model", "outcome"}}},
    {Measure::llm_call_duration,
     {"insightflow_llm_call_duration_seconds",
      histogram,
      "How long calls of language models took.",
      {"provider", "model"},
      microseconds,
      call_bounds}},
    {Measure::llm_tokens,
     {"insightflow_llm_tokens_total",
      counter,
      "Tokens that providers counted: input, output.",
      {"provider", "model", "direction"}}},
    {Measure::llm_cost,
     {"insightflow_llm_cost_total",
      counter,
      "What calls cost by the price list, in its currency.",
      {"provider", "model"},
      microseconds}},
    {Measure::llm_cache_lookups,
     {"insightflow_llm_cache_lookups_total",
      counter,
      "Questions to the cache of model answers: hit, miss.",
      {"task", "result"}}},
    {Measure::llm_breaker_state,
     {"insightflow_llm_breaker_state",
      gauge,
      "The circuit breaker of a deployment: 0 closed, 1 half open, 2 open.",
      {"provider", "model"}}},

    {Measure::trace_spans_exported,
     {"insightflow_trace_spans_exported_total", counter, "Spans that the collector took."}},
    {Measure::trace_spans_dropped,
     {"insightflow_trace_spans_dropped_total", counter,
      "Spans lost because the collector did not keep up or answer."}},
    {Measure::scrape_errors,
     {"insightflow_scrape_errors_total", counter,
      "Times a part of the metrics could not be read; its values are those of the time before."}},

    {Measure::process_start_time,
     {"process_start_time_seconds",
      gauge,
      "When the process started, Unix time.",
      {},
      milliseconds}},
    {Measure::process_cpu,
     {"process_cpu_seconds_total", counter, "CPU time, user and system.", {}, milliseconds}},
    {Measure::process_resident_memory,
     {"process_resident_memory_bytes", gauge, "Resident memory."}},
    {Measure::process_open_fds, {"process_open_fds", gauge, "Open file descriptors."}},
    {Measure::process_max_fds, {"process_max_fds", gauge, "How many there may be."}},
};

constexpr auto table = [] {
  std::array<Metric, std::size(rows)> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = rows[i].metric;
  return out;
}();

static_assert(
    [] {
      for (std::size_t i = 0; i < std::size(rows); ++i)
        if (rows[i].measure != static_cast<Measure>(i)) return false;
      return true;
    }(),
    "the rows stand in the order of Measure");

}  // namespace

std::span<const Metric> metric_table() {
  return table;
}

}  // namespace insightflow::observe
