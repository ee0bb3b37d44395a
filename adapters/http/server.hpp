#pragma once

#include "http/message.hpp"
#include "http/reader.hpp"
#include "http/tls.hpp"

#include <insightflow/observe/log.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace insightflow::http {

/// What an application does with a request. Runs on a worker, for several requests at a time, and
/// may block; must return in the end, for `stop` waits for it. What it throws is logged with the
/// request id and answered with a plain 500.
using Handler = std::function<Response(const Request&)>;

struct Options {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6; "0.0.0.0" and "::" listen everywhere.
  std::uint16_t port = 0;             ///< 0 takes a free one; `start` tells which.

  /// Where set, TLS is spoken instead of plain HTTP. The handshake has to be over, and the first
  /// head there, within `header_timeout`. Costs some 20 KiB for each connection beyond the 6 KiB
  /// below.
  std::shared_ptr<const Tls> tls;

  /// Threads that run handlers. Default 64. A handler that writes waits for a group commit, so this
  /// is how many writes share one fsync. Each costs a stack; sleeping ones cost nothing else.
  std::size_t workers = 64;
  /// Threads that read and parse. Default 1, which serves some 100,000 small requests a second;
  /// more pay off only where that many cores are free. A connection stays on one of them.
  std::size_t io_threads = 1;
  /// Where set and true for a request, its handler runs on the I/O thread: saves two switches of
  /// thread (about a third of the cost of a trivial answer), and holds up every connection of that
  /// thread for as long as it takes. Only for handlers that never block. Not for streamed answers.
  std::function<bool(const Request&)> inline_handler;

  /// Bytes of request line and fields. Default 16 KiB. More is answered with 431.
  std::size_t max_header = 16 << 10;
  /// Fields of a request. Default 100. More is answered with 431.
  std::size_t max_fields = 100;
  /// Bytes of a request's body, which is held in memory. Default 1 MiB. More is answered with 413.
  std::size_t max_body = 1 << 20;
  /// Where set, decides instead of `max_body`, per method and path (as sent): for imports.
  BodyLimit body_limit;
  /// Connections at a time. Default 10,000 at about 6 KiB each. Those beyond are answered with 503.
  std::size_t max_connections = 10'000;

  /// From the first byte of a head (or the connection's start) to its last, however the bytes are
  /// spread. Default 10 s. Then 408, or a plain close where nothing came.
  std::chrono::milliseconds header_timeout{10'000};
  /// For each MiB of a body, or what there is of it. Default 30 s. Then 408.
  std::chrono::milliseconds body_timeout{30'000};
  /// Between two requests of a connection. Default 60 s.
  std::chrono::milliseconds idle_timeout{60'000};
  /// For each 64 KiB of an answer that the client has to take. Default 30 s. Then the connection is
  /// cut. A slow reader never holds a worker.
  std::chrono::milliseconds write_timeout{30'000};
  /// How often something is sent to whoever follows a feed with nothing to say; a WebSocket is
  /// pinged as often and cut when nothing comes back for twice as long. Default 15 s.
  std::chrono::milliseconds heartbeat{15'000};
  /// Bytes of a message that comes in over a WebSocket. Default 4 KiB. More closes it with 1009.
  std::size_t max_message = 4 << 10;
  /// How long `stop` lets started requests finish before it cuts their connections. Default 10 s.
  std::chrono::milliseconds drain_timeout{10'000};

  /// Called once for each answer, from the thread that made it, after its first bytes were sent.
  /// Must be thread-safe, quick, and not throw. Costs
  /// two readings of the clock.
  std::function<void(const Request&, const Answered&)> on_answer;
  /// Where the server itself tells what went wrong; must outlive it. Default: `plain_log`.
  const observe::Log* log = nullptr;
};

/// An HTTP/1.1 server: keep-alive, pipelining answered in order, 100-continue, chunked bodies both
/// ways, HEAD; with TLS or without. One request of a connection is worked on at a time and no
/// more is read meanwhile than one buffer, so a client that pipelines without end stalls itself.
/// The object is used from one thread; handlers must not outlive what they refer to.
class Server {
 public:
  Server(Options options, Handler handler);
  ~Server();  ///< Calls `stop`.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds, listens, starts the threads and returns the port. Errors: `address_malformed`,
  /// `address_unavailable` (in use, or not one of this machine's), `already_started`.
  Result<std::uint16_t> start();

  /// Stops accepting, answers what has begun to arrive, closes idle connections, and joins all
  /// threads. Does nothing when not running. A server does not start twice.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace insightflow::http
