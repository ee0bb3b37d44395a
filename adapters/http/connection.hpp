#pragma once

#include "http/channel.hpp"
#include "http/server.hpp"
#include "http/workers.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>

/// The server's inside; includes Asio and so is included by its own files only.
namespace insightflow::http {

using Steady = std::chrono::steady_clock;

/// What all connections of a server share.
struct Shared {
  Shared(Options given, Handler handler);
  void give_id(Request& request);
  const observe::Log& log() const { return options.log ? *options.log : observe::plain_log(); }

  Options options;
  Handler handler;
  ReaderLimits limits;
  Workers workers;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> connections{0};
  std::atomic<std::uint64_t> next_id;
};

/// A client, whatever is spoken with it. Belongs to its lane's thread.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  virtual ~Peer() = default;
  virtual void start() = 0;
  virtual void sweep(Steady::time_point now) = 0;
  virtual void drain() = 0;  ///< Closes if it waits for nothing.
  virtual void cut() = 0;    ///< Closes at once, or as soon as a worker comes back.

  std::size_t index = 0;  ///< In the lane's list.
};

/// One I/O thread with the connections it serves. Everything but `context` belongs to that thread.
/// Timeouts are a number in each connection and a sweep over all of them a few times a second: on
/// the way of a fast request there is no timer to set and no clock to read.
class Lane {
 public:
  explicit Lane(Shared& to);
  void run();
  void add(Socket socket, bool refuse);
  void remove(Peer& peer);
  /// Puts `next` in the place of `peer`, which has given its socket away.
  void replace(Peer& peer, std::shared_ptr<Peer> next);
  /// Gives the job to the workers at the end of the current round of events.
  void submit(Job& job);
  /// Connections that wait for nothing are closed; `run` returns when the last one is.
  void drain();

  Shared& shared;
  asio::io_context context{1};

 private:
  void sweep();
  void serve_round();

  void let_go(std::shared_ptr<Peer> gone);

  std::vector<std::shared_ptr<Peer>> peers_;
  JobList ready_;
  asio::basic_waitable_timer<Steady, asio::wait_traits<Steady>, asio::io_context::executor_type>
      timer_;
  Steady::duration tick_;
  bool draining_ = false;
  Steady::time_point drain_deadline_{};
};

/// One client. Its channel, buffer and reader belong to the lane; the request and the answer belong
/// to whoever holds the baton. A worker writes its answer to the socket itself, and if all of it
/// went out it just puts the baton down: the lane picks it up when the next bytes arrive, so a
/// request costs one hand-off and not two.
class Connection final : public Job, public Peer {
 public:
  Connection(Lane& lane, Channel channel);

  void start() override;
  void refuse();  ///< Too many connections.
  void sweep(Steady::time_point now) override;
  void drain() override;
  void cut() override;

  void run() noexcept override;

 private:
  enum class Phase { reading, handling, writing, yielding, lingering, closed };
  enum class Baton {
    lane,     ///< Nobody works on the request.
    worker,   ///< A worker does and will put the baton down without a word.
    awaited,  ///< A worker does and must tell the lane.
  };
  enum class Sent { all, some, broken };

  std::shared_ptr<Connection> self() {
    return std::static_pointer_cast<Connection>(shared_from_this());
  }

  // On the lane:
  void arm_read();
  void on_read(bool failed, std::size_t count);
  void advance();
  bool take_baton();
  void wait_for_more();
  void hand_over();
  void reject(const Rejection& rejection);
  void on_served(Sent sent);
  void wait_writable();
  void yield();
  void linger();
  void close();
  std::string_view buffered() const { return std::string_view(in_).substr(begin_, end_ - begin_); }

  // Holding the baton:
  Sent serve();
  Sent pump();
  Sent flush();
  void answer(Response response);
  void tell_answered(std::size_t bytes);
  void tell_error(std::string_view event, std::string_view why);

  Lane& lane_;
  Channel channel_;
  RequestReader reader_;
  Phase phase_ = Phase::reading;
  std::string in_;
  std::size_t begin_ = 0, end_ = 0;
  bool read_armed_ = false, ended_ = false, cut_ = false;
  bool head_begun_ = false, body_begun_ = false;
  std::size_t marked_ = 0;  ///< Bytes of body or answer at which the deadline was last moved.
  Steady::time_point deadline_ = Steady::time_point::max();

  std::atomic<Baton> baton_{Baton::lane};
  Response response_;
  std::string out_, chunk_;
  std::size_t sent_ = 0;
  bool keep_ = false, fresh_ = false, streaming_ = false, chunked_ = false, more_buffered_ = false;
  Steady::time_point begun_{};
};

}  // namespace insightflow::http
