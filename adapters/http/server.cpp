#include "http/server.hpp"

#include "http/connection.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <random>
#include <thread>

namespace insightflow::http {
namespace {
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

/// Connections beyond the limit that are still told so before they are closed.
constexpr std::size_t told_so = 64;

Steady::duration tick_of(const Options& options) {
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.idle_timeout,
                options.write_timeout, options.drain_timeout, options.heartbeat});
  return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(250));
}

ReaderLimits limits_of(const Options& options) {
  return {options.max_header, options.max_fields, options.max_body, options.body_limit};
}
}  // namespace

Shared::Shared(Options given, Handler handling)
    : options(std::move(given)),
      handler(std::move(handling)),
      limits(limits_of(options)),
      workers(options.workers),
      next_id((static_cast<std::uint64_t>(std::random_device{}()) << 32) ^ std::random_device{}()) {
}

void Shared::give_id(Request& request) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t z = next_id.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  for (int shift = 60; shift >= 0; shift -= 4)
    request.request_id.push_back(digits[z >> shift & 15]);
}

Lane::Lane(Shared& to) : shared(to), timer_(context.get_executor()), tick_(tick_of(to.options)) {}

void Lane::run() {
  sweep();
  while (!context.stopped()) {
    try {
      serve_round();
    } catch (const std::exception& problem) {
      // A hook threw, or memory ran out: one connection stalls until its deadline, not the server.
      shared.log().write(observe::Level::error, "http_failed", {{"detail", problem.what()}});
    }
  }
}

/// Waits for something to do, does what is ready, then wakes workers once for all of it.
void Lane::serve_round() {
  constexpr int most = 64;
  context.run_one();
  for (int i = 0; i < most && context.poll_one() > 0; ++i) continue;
  if (!ready_.empty()) shared.workers.submit(ready_);
}

void Lane::submit(Job& job) {
  ready_.push(job);
}

void Lane::add(Socket socket, bool refuse) {
  const auto& tls = shared.options.tls;
  auto session = tls ? tls->accept(socket.native_handle()) : nullptr;
  auto connection =
      std::make_shared<Connection>(*this, Channel(std::move(socket), std::move(session)));
  connection->index = peers_.size();
  peers_.push_back(connection);
  refuse ? connection->refuse() : connection->start();
  if (draining_) connection->drain();
}

/// The caller is inside a member of the peer: it goes when that returned.
void Lane::let_go(std::shared_ptr<Peer> gone) {
  asio::post(context, [gone = std::move(gone)] {});
}

void Lane::remove(Peer& peer) {
  shared.connections.fetch_sub(1, std::memory_order_relaxed);
  let_go(peers_[peer.index]);
  peers_.back()->index = peer.index;
  peers_[peer.index].swap(peers_.back());
  peers_.pop_back();
  if (draining_ && peers_.empty()) context.stop();
}

void Lane::replace(Peer& peer, std::shared_ptr<Peer> next) {
  let_go(peers_[peer.index]);
  next->index = peer.index;
  peers_[peer.index] = next;
  next->start();
  if (draining_) next->drain();
}

void Lane::drain() {
  draining_ = true;
  drain_deadline_ = Steady::now() + shared.options.drain_timeout;
  for (std::size_t i = peers_.size(); i-- > 0;) peers_[i]->drain();
  if (peers_.empty()) context.stop();
}

void Lane::sweep() {
  const auto now = Steady::now();
  const bool late = draining_ && now >= drain_deadline_;
  for (std::size_t i = peers_.size(); i-- > 0;) {
    const auto peer = peers_[i];
    if (late)
      peer->cut();
    else
      peer->sweep(now);
  }
  timer_.expires_after(tick_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

struct Server::State {
  State(Options options, Handler handler) : shared(std::move(options), std::move(handler)) {
    const std::size_t count = std::max<std::size_t>(shared.options.io_threads, 1);
    for (std::size_t i = 0; i < count; ++i) lanes.push_back(std::make_unique<Lane>(shared));
    acceptor.emplace(lanes.front()->context.get_executor());
    pause.emplace(lanes.front()->context);
  }

  void accept() {
    Lane& lane = *lanes[next_lane++ % lanes.size()];
    acceptor->async_accept(
        lane.context.get_executor(),
        [this, &lane](const boost::system::error_code& error, Socket socket) {
          if (error == asio::error::operation_aborted || !acceptor->is_open()) return;
          if (!error) {
            admit(lane, std::move(socket));
            return accept();
          }
          // Out of descriptors, most likely: those that are open have to go
          // first.
          shared.log().write(observe::Level::warn, "accept_failed", {{"detail", error.message()}});
          pause->expires_after(std::chrono::milliseconds(100));
          pause->async_wait([this](const boost::system::error_code& stopped) {
            if (!stopped) accept();
          });
        });
  }

  void admit(Lane& lane, Socket socket) {
    const std::size_t open = shared.connections.fetch_add(1, std::memory_order_relaxed);
    const std::size_t most = shared.options.max_connections;
    if (open >= most + told_so) {
      shared.connections.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    asio::dispatch(lane.context, [&lane, refuse = open >= most, it = std::move(socket)]() mutable {
      lane.add(std::move(it), refuse);
    });
  }

  /// Takes in what the kernel has accepted for us already, then closes the door.
  void close_door() {
    boost::system::error_code error;
    pause->cancel();
    acceptor->non_blocking(true, error);
    while (!error) {
      Lane& lane = *lanes[next_lane++ % lanes.size()];
      Socket socket(lane.context.get_executor());
      acceptor->accept(socket, error);
      if (!error) admit(lane, std::move(socket));
    }
    acceptor->close(error);
    for (auto& lane : lanes) asio::post(lane->context, [&lane] { lane->drain(); });
  }

  Shared shared;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::optional<Acceptor> acceptor;
  std::optional<asio::steady_timer> pause;
  std::size_t next_lane = 0;
  std::vector<std::thread> threads;
  bool started = false;
};

Server::Server(Options options, Handler handler)
    : state_(std::make_unique<State>(std::move(options), std::move(handler))) {}

Server::~Server() {
  stop();
}

Result<std::uint16_t> Server::start() {
  State& state = *state_;
  const Options& options = state.shared.options;
  if (state.started)
    return fail(Code::conflict, "already_started", "A server is started once; make a new one.");
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error)
    return fail(Code::invalid, "address_malformed",
                "\"" + options.address + "\" is not an IPv4 or IPv6 address.");
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  Acceptor& acceptor = *state.acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    return fail(Code::unavailable, "address_unavailable",
                "Cannot listen on " + options.address + " port " + std::to_string(options.port) +
                    ": " + error.message() + ".");
  }
  state.started = true;
  state.accept();
  for (auto& lane : state.lanes) state.threads.emplace_back([&lane = *lane] { lane.run(); });
  return acceptor.local_endpoint(error).port();
}

void Server::stop() {
  State& state = *state_;
  if (state.shared.stopping.exchange(true)) return;
  if (state.started) {
    asio::post(state.lanes.front()->context, [&state] { state.close_door(); });
    for (auto& thread : state.threads) thread.join();
  }
  state.shared.workers.stop();
}

}  // namespace insightflow::http
