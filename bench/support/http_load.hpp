#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

struct Load {
  std::uint16_t port = 0;  ///< On 127.0.0.1.
  int connections = 64;    ///< Keep-alive, one request in flight on each.
  double seconds = 2;
  double warm_up = 0.3;  ///< Seconds before counting starts.
  /// The bytes of the i-th request, counted from 0; appended to the empty `to`. Called between
  /// reading an answer and sending the next request, so it should be quick.
  std::function<void(std::uint64_t i, std::string& to)> request;
};

struct LoadFigures {
  std::uint64_t answers = 0;   ///< With a status of 200 to 299.
  std::uint64_t refusals = 0;  ///< With any other status.
  std::uint64_t failures = 0;  ///< Connections that broke or answers that made no sense.
  double per_second = 0;       ///< Answers, after the warm-up.
  double p50_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;
};

/// Loads a server from one thread with epoll and raw sockets, because it shares the cores with
/// what it measures. Answers must carry Content-Length.
LoadFigures run_load(const Load& load);

/// A plain GET as the load sends it.
std::string get_request(std::string_view target, std::string_view fields = {});

}  // namespace bench
