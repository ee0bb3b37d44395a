#pragma once

#include <insightflow/core/rng.hpp>
#include <insightflow/observe/trace.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace insightflow::observe {

/// "http://host:4318" → "http://host:4318/v1/traces"; nothing stays nothing.
std::string traces_endpoint(std::string base);

/// The queue of ended spans and the thread that empties it.
struct Tracer::State {
  explicit State(TraceOptions given);
  ~State();

  /// Fills in the span id, and the trace id where the trace is new.
  void draw_ids(TraceContext& context, bool new_trace);
  /// Whether a new trace is within the share that is kept; a function of its id alone.
  bool keeps(const TraceContext& context) const;

  void push(SpanData span);
  void flush();
  void run();
  /// Posts a batch, a second time where the collector asks for that. True when it was taken.
  bool send(const std::string& body);

  const TraceOptions options;
  std::mutex drawing;
  Rng rng;

  mutable std::mutex mutex;
  std::condition_variable woken, sent;
  std::vector<SpanData> waiting;
  std::uint64_t taken = 0;    ///< Spans that ever entered the queue …
  std::uint64_t settled = 0;  ///< … and those that were sent or given up.
  bool hurry = false;
  bool stopping = false;
  std::atomic<std::int64_t> exported{0}, dropped{0};
  /// When what is under way is broken off; the steady clock's nanoseconds.
  std::atomic<std::int64_t> give_up_at;
  std::thread thread;  // last: it uses all of the above
};

}  // namespace insightflow::observe
