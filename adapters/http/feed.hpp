#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace insightflow::http {

/// A text that is sent as it is; `owner` keeps it alive, so that a thousand connections may send
/// the same bytes.
struct Piece {
  std::shared_ptr<const void> owner;
  std::string_view text;
};

/// What an answer without an end has to say. The connection takes from it at the speed of its
/// client, so a slow one costs no memory, and none holds a thread while there is nothing to say.
/// `next`, `fetch` and `receive` are never called at the same time.
class Feed {
 public:
  enum class Then {
    wait,   ///< Nothing more now; the waker is called when there is.
    again,  ///< There is more: `next`.
    fetch,  ///< There is more, but getting it may block: `fetch`.
    end     ///< That was all; the connection is closed.
  };
  virtual ~Feed() = default;

  /// Appends what there is; on the I/O thread, so it must not block.
  virtual Then next(std::vector<Piece>& out) = 0;
  /// The same on a worker, where it may.
  virtual Then fetch(std::vector<Piece>& out) = 0;
  /// A message from the client of a WebSocket; on a worker.
  virtual Then receive(std::string_view text, std::vector<Piece>& out) = 0;

  /// Has `wake` called from any thread whenever there may be something after a `wait`. None: no
  /// call is under way when this returns, and none follows.
  virtual void on_wake(std::function<void()> wake) = 0;

  /// True once the client has said who it is; else it is cut after `Options::header_timeout`.
  virtual bool settled() const { return true; }
  /// With which a WebSocket is closed at the end (RFC 6455, 7.4.1).
  virtual std::uint16_t close_code() const { return 1000; }
  /// Sent when nothing else was for `Options::heartbeat`; nothing for a WebSocket, which pings.
  virtual std::string_view heartbeat() const { return {}; }
};

}  // namespace insightflow::http
