#include "http/follower.hpp"

#include "http/wire.hpp"

#include <boost/asio/post.hpp>

#include <spdlog/spdlog.h>

namespace insightflow::http {
namespace {
constexpr std::uint16_t going_away = 1001;
constexpr std::chrono::milliseconds time_to_leave{1000};
/// Bytes that a client of an event stream may send for nothing.
constexpr std::size_t most_chatter = 64 << 10;
}  // namespace

Follower::Follower(Lane& lane, std::shared_ptr<Feed> feed)
    : lane_(lane),
      feed_(std::move(feed)),
      deadline_(Steady::now() + lane.shared.options.header_timeout) {}

void Follower::follow() {
  following_ = true;
  next_beat_ = Steady::now() + lane_.shared.options.heartbeat;
  feed_->on_wake([weak = weak_from_this()] {
    if (const auto self = weak.lock()) static_cast<Follower&>(*self).wake();
  });
  pull();
}

void Follower::wake() {
  if (woken_.exchange(true)) return;
  asio::post(lane_.context, [self = shared_from_this()] {
    auto& me = static_cast<Follower&>(*self);
    me.woken_ = false;
    me.pull();
  });
}

void Follower::pull() {
  while (following_ && state_ == State::idle) {
    if (message_ || then_ == Feed::Then::fetch) return work();
    if (then_ == Feed::Then::end) return finish(feed_->close_code());
    if (draining_) return finish(going_away);
    then_ = feed_->next(batch_);
    if (!batch_.empty())
      send_batch();
    else if (then_ == Feed::Then::wait)
      return;
  }
}

void Follower::send_batch() {
  state_ = State::sending;
  deadline_ = Steady::now() + lane_.shared.options.write_timeout;
  switch (send()) {
    case Sent::all: return sent();
    case Sent::later: return;
    case Sent::broken: return close();
  }
}

void Follower::sent() {
  if (state_ != State::sending) return;
  std::vector<Piece>().swap(batch_);  // Whoever waits holds nothing.
  state_ = State::idle;
  next_beat_ = Steady::now() + lane_.shared.options.heartbeat;
}

void Follower::take(std::string message) {
  message_ = std::move(message);
  pull();
}

void Follower::work() {
  state_ = State::working;
  kept_ = std::static_pointer_cast<Follower>(shared_from_this());
  lane_.submit(*this);
}

void Follower::run() noexcept {
  const auto self = std::move(kept_);
  Feed::Then then = Feed::Then::end;
  try {
    then = message_ ? feed_->receive(*message_, batch_) : feed_->fetch(batch_);
  } catch (const std::exception& problem) {
    spdlog::error("feed threw: {}", problem.what());
  }
  asio::post(lane_.context, [self, then] { self->come_back(then); });
}

void Follower::come_back(Feed::Then then) {
  if (state_ != State::working) {
    if (closed()) feed_.reset();
    return;
  }
  const bool spoken = std::exchange(message_, std::nullopt).has_value();
  state_ = State::idle;
  then_ = then;
  if (!batch_.empty()) send_batch();
  if (spoken && !closed()) received();
  pull();
}

void Follower::sweep(Steady::time_point now) {
  if (state_ == State::closed || state_ == State::working) return;
  if (state_ != State::idle || !following_ || !feed_->settled()) {
    if (now >= deadline_) close();
    return;
  }
  if (now < next_beat_) return;
  next_beat_ = now + lane_.shared.options.heartbeat;
  if (feed_->heartbeat().empty()) return;
  batch_.push_back({nullptr, feed_->heartbeat()});
  send_batch();
}

void Follower::drain() {
  draining_ = true;
  if (state_ == State::idle) finish(going_away);
}

void Follower::finish(std::uint16_t code) {
  if (state_ == State::leaving || state_ == State::closed) return;
  state_ = State::leaving;
  deadline_ = Steady::now() + time_to_leave;
  say_goodbye(code);
}

void Follower::close() {
  if (state_ == State::closed) return;
  const bool worked_on = std::exchange(state_, State::closed) == State::working;
  feed_->on_wake(nullptr);
  if (!worked_on) feed_.reset();
  close_socket();
  lane_.remove(*this);
}

namespace {

/// A feed as the body of an HTTP answer: server-sent events.
class EventStream final : public Follower {
 public:
  EventStream(Lane& lane, Channel channel, std::shared_ptr<Feed> feed, bool chunked)
      : Follower(lane, std::move(feed)), channel_(std::move(channel)), chunked_(chunked) {
    boost::system::error_code ignored;
    channel_.next_layer().set_option(asio::socket_base::send_buffer_size(kernel_buffer), ignored);
  }

  void start() override {
    listen();
    follow();
  }

 private:
  std::shared_ptr<EventStream> self() {
    return std::static_pointer_cast<EventStream>(shared_from_this());
  }

  /// The client has nothing to say any more; its bytes are dropped, its end is noticed.
  void listen() {
    channel_.async_wait(Socket::wait_read, [self = self()](const boost::system::error_code& error) {
      if (!self->closed()) self->on_readable(error.failed());
    });
  }
  void on_readable(bool failed) {
    std::array<char, 512> dropped;
    const ssize_t count = failed ? 0 : channel_.receive(dropped);
    const bool nothing = count < 0 && (errno == EAGAIN || errno == EINTR);
    if (count > 0) chatter_ += static_cast<std::size_t>(count);
    if ((count <= 0 && !nothing) || chatter_ > most_chatter) return close();
    listen();
  }

  Sent send() override {
    sent_ = 0;
    std::string& body = chunked_ ? chunk_ : out_;
    for (const Piece& piece : batch_) body.append(piece.text);
    if (chunked_) write_chunk(out_, std::exchange(chunk_, {}));
    return flush();
  }
  Sent flush() {
    while (sent_ < out_.size()) {
      const ssize_t count = channel_.send(std::string_view(out_).substr(sent_));
      if (count >= 0) {
        sent_ += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        wait_writable();
        return Sent::later;
      } else if (errno != EINTR) {
        return Sent::broken;
      }
    }
    // Whoever waits holds no buffer.
    std::string().swap(out_);
    return Sent::all;
  }
  void wait_writable() {
    channel_.async_wait(Socket::wait_write,
                        [self = self()](const boost::system::error_code& error) {
                          if (self->closed()) return;
                          if (error) return self->close();
                          const Sent sent = self->flush();
                          if (sent == Sent::broken) return self->close();
                          if (sent == Sent::later) return;
                          self->sent();
                          self->pull();
                        });
  }

  void say_goodbye(std::uint16_t) override {
    if (chunked_ && out_.empty()) {
      std::string last;
      write_chunk(last, {});
      channel_.send(last);
    }
    close();
  }
  void close_socket() override {
    channel_.finish_sending();
    channel_.close();
  }

  Channel channel_;
  const bool chunked_;
  std::string out_, chunk_;
  std::size_t sent_ = 0;
  std::size_t chatter_ = 0;
};

}  // namespace

std::shared_ptr<Peer> make_follower(Lane& lane, Channel channel, Response response,
                                    const Request& request, bool chunked) {
  auto feed = std::move(response.feed);
  if (response.websocket) return make_websocket(lane, std::move(channel), std::move(feed), request);
  return std::make_shared<EventStream>(lane, std::move(channel), std::move(feed), chunked);
}

}  // namespace insightflow::http
