#pragma once

#include "http/connection.hpp"

namespace insightflow::http {

/// A connection whose answer has no end: sends what its feed has, a batch at a time, and asks for
/// more when that is out. While there is nothing to say it is a channel and a number. What differs
/// between the ways to send is in those derived from it.
class Follower : public Peer, public Job {
 public:
  Follower(Lane& lane, std::shared_ptr<Feed> feed);

  void sweep(Steady::time_point now) override;
  void drain() override;
  void cut() override { close(); }
  void run() noexcept override;

 protected:
  enum class Sent { all, later, broken };

  /// The kernel's own buffer for what a client does not take; what it would grow to by itself is
  /// megabytes.
  static constexpr int kernel_buffer = 64 << 10;

  /// Begins to send `batch_`; after `later` it calls `sent`.
  virtual Sent send() = 0;
  /// Says that this is the end, then calls `close`.
  virtual void say_goodbye(std::uint16_t code) = 0;
  virtual void close_socket() = 0;
  /// What came in was dealt with.
  virtual void received() {}

  void follow();  ///< From now on.
  void pull();
  void sent();
  void take(std::string message);  ///< From the client; one at a time.
  void finish(std::uint16_t code);
  void close();
  bool closed() const { return state_ == State::closed; }

  Lane& lane_;
  std::shared_ptr<Feed> feed_;  ///< Let go of when it is closed.
  std::vector<Piece> batch_;

 private:
  enum class State { idle, sending, working, leaving, closed };

  void wake();
  void work();
  void come_back(Feed::Then then);
  void send_batch();

  State state_ = State::idle;
  Feed::Then then_ = Feed::Then::again;
  bool following_ = false;
  bool draining_ = false;
  std::optional<std::string> message_;
  std::atomic<bool> woken_{false};
  std::shared_ptr<Follower> kept_;  ///< While a worker has it.
  Steady::time_point deadline_ = Steady::time_point::max();
  Steady::time_point next_beat_{};
};

/// Takes a connection over; `chunked` tells how its answer is framed.
std::shared_ptr<Peer> make_follower(Lane& lane, Channel channel, Response response,
                                    const Request& request, bool chunked);

/// The WebSocket among them. Errors that a client makes are told to it.
std::shared_ptr<Peer> make_websocket(Lane& lane, Channel channel, std::shared_ptr<Feed> feed,
                                     const Request& request);

}  // namespace insightflow::http
