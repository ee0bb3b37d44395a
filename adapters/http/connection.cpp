#include "http/connection.hpp"

#include "http/follower.hpp"
#include "http/wire.hpp"

#include <boost/asio/post.hpp>

#include <sys/uio.h>

namespace insightflow::http {
namespace {
constexpr std::size_t small_buffer = 4 << 10;
constexpr std::size_t large_buffer = 64 << 10;
constexpr std::size_t body_slice = 1 << 20;
constexpr std::size_t answer_slice = 64 << 10;
/// Bodies up to this size are copied behind the head and leave in one piece.
constexpr std::size_t joined_body = 8 << 10;
/// After the last answer the client's remaining bytes are read and dropped for so long, because
/// closing a socket with unread bytes resets it and may destroy the answer on its way (RFC 9112,
/// 9.6).
constexpr std::chrono::milliseconds linger_time{1000};

constexpr Rejection incomplete{400, "request_incomplete",
                               "The connection ended in the middle of the request."};
constexpr Rejection slow{408, "request_timeout", "The request took too long to arrive."};
constexpr Rejection plain_http{400, "tls_required",
                               "This address speaks TLS; begin it with https://."};
constexpr Rejection crowded{503, "too_many_connections",
                            "The server has as many connections as it takes; try again later."};

Response failed(const Request& request) {
  return error_response(500, "internal", "The server failed to answer this request.", request);
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}
}  // namespace

Connection::Connection(Lane& lane, Channel channel)
    : lane_(lane),
      channel_(std::move(channel)),
      reader_(lane.shared.limits),
      in_(small_buffer, '\0') {
  boost::system::error_code ignored;
  Socket& socket = channel_.next_layer();
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto remote = socket.remote_endpoint(ignored);
  reader_.request().secure = channel_.secure();
  if (!ignored) reader_.request().remote = remote.address().to_string();
}

void Connection::start() {
  deadline_ = Steady::now() + lane_.shared.options.header_timeout;
  arm_read();
}

void Connection::refuse() {
  reject(crowded);
}

void Connection::arm_read() {
  if (read_armed_ || ended_) return;
  if (begin_ == end_) begin_ = end_ = 0;
  const bool body = reader_.state() == RequestReader::State::body;
  if (phase_ == Phase::reading && body && in_.size() < large_buffer)
    in_.resize(large_buffer);
  else if (end_ == 0 && !body && in_.size() > small_buffer)
    std::string(small_buffer, '\0').swap(in_);
  if (end_ == in_.size() && begin_ > 0) {
    in_.erase(0, begin_);
    end_ -= begin_;
    begin_ = 0;
    in_.resize(in_.capacity());
  }
  if (end_ == in_.size()) in_.resize(in_.size() * 2);
  read_armed_ = true;
  channel_.async_read_some(
      asio::buffer(in_.data() + end_, in_.size() - end_),
      [self = self()](const boost::system::error_code& error, std::size_t count) {
        self->on_read(error.failed(), count);
      });
}

void Connection::on_read(bool failed, std::size_t count) {
  read_armed_ = false;
  if (failed && channel_.drop_tls_if_plain()) return reject(plain_http);
  ended_ = ended_ || failed;
  end_ += count;
  switch (phase_) {
    case Phase::reading:
    case Phase::handling: return advance();
    case Phase::yielding: return yield();
    case Phase::lingering: begin_ = end_; return ended_ ? close() : arm_read();
    case Phase::writing:
    case Phase::closed: return;
  }
}

/// True when nobody works on the request; otherwise the worker will tell the lane when it is done.
bool Connection::take_baton() {
  Baton held = Baton::worker;
  return baton_.load(std::memory_order_acquire) == Baton::lane ||
         (!baton_.compare_exchange_strong(held, Baton::awaited, std::memory_order_acq_rel) &&
          held == Baton::lane);
}

void Connection::advance() {
  if (phase_ == Phase::handling) {
    if (!take_baton()) return;
    phase_ = Phase::reading;
    reader_.reset();
  }
  while (phase_ == Phase::reading) {
    begin_ += reader_.put(buffered());
    switch (reader_.state()) {
      case RequestReader::State::rejected: return reject(reader_.rejection());
      case RequestReader::State::complete: hand_over(); break;
      case RequestReader::State::head:
      case RequestReader::State::body: return wait_for_more();
    }
  }
}

void Connection::wait_for_more() {
  const Options& options = lane_.shared.options;
  const bool body = reader_.state() == RequestReader::State::body;
  const bool nothing = !body && begin_ == end_;
  if (ended_) return nothing ? close() : reject(incomplete);
  if (cut_ || (nothing && lane_.shared.stopping)) return close();
  if (body) {
    const std::size_t size = reader_.request().body.size();
    if (reader_.take_continue() && begin_ == end_) {
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      channel_.send(go_on);
    }
    if (!body_begun_ || size - marked_ >= body_slice) {
      deadline_ = Steady::now() + options.body_timeout;
      marked_ = size;
      body_begun_ = true;
    }
  } else if (nothing) {
    deadline_ = Steady::now() + options.idle_timeout;
  } else if (!head_begun_) {
    deadline_ = Steady::now() + options.header_timeout;
    head_begun_ = true;
  }
  arm_read();
}

void Connection::hand_over() {
  Shared& shared = lane_.shared;
  Request& request = reader_.request();
  if (request.request_id.empty()) shared.give_id(request);
  if (shared.options.on_answer) begun_ = Steady::now();
  head_begun_ = body_begun_ = false;
  more_buffered_ = begin_ != end_;
  fresh_ = true;
  if (shared.options.inline_handler && shared.options.inline_handler(request))
    return on_served(serve());
  phase_ = Phase::handling;
  // While the worker works, the next bytes are awaited, unless there are some already.
  if (!more_buffered_) arm_read();
  baton_.store(more_buffered_ || ended_ ? Baton::awaited : Baton::worker,
               std::memory_order_relaxed);
  lane_.submit(*this);
}

void Connection::reject(const Rejection& rejection) {
  Request& request = reader_.request();
  if (request.request_id.empty()) lane_.shared.give_id(request);
  begun_ = Steady::now();
  request.keep_alive = false;
  answer(error_response(rejection.status, rejection.code, rejection.message, request));
  const std::size_t bytes = out_.size() + response_.body.size();
  const Sent sent = pump();
  tell_answered(bytes);
  on_served(sent);
}

void Connection::run() noexcept {
  const Sent sent = fresh_ ? serve() : pump();
  if (sent == Sent::all && keep_) {
    Baton held = Baton::worker;
    // From here on the connection may be gone.
    if (baton_.compare_exchange_strong(held, Baton::lane, std::memory_order_acq_rel)) return;
  }
  asio::post(lane_.context, [self = self(), sent] {
    self->baton_.store(Baton::lane, std::memory_order_relaxed);
    self->on_served(sent);
  });
}

void Connection::on_served(Sent sent) {
  if (cut_ || sent == Sent::broken) return close();
  if (sent == Sent::some) {
    phase_ = Phase::writing;
    marked_ = sent_;
    deadline_ = Steady::now() + lane_.shared.options.write_timeout;
    return wait_writable();
  }
  if (response_.feed) return yield();
  if (!keep_) return linger();
  const bool inline_served = phase_ == Phase::reading;
  phase_ = Phase::reading;
  reader_.reset();
  marked_ = 0;
  if (!inline_served) advance();  // Otherwise `advance` is what called.
}

void Connection::wait_writable() {
  channel_.async_wait(Socket::wait_write, [self = self()](const boost::system::error_code& error) {
    Connection& me = *self;
    if (me.phase_ != Phase::writing) return;
    if (error) return me.close();
    const Sent sent = me.flush();
    if (sent == Sent::all && me.streaming_) {
      me.phase_ = Phase::handling;
      me.baton_.store(Baton::awaited, std::memory_order_relaxed);
      return me.lane_.submit(me);
    }
    if (sent != Sent::some) return me.on_served(sent);
    if (me.sent_ - me.marked_ >= answer_slice) {
      me.marked_ = me.sent_;
      me.deadline_ = Steady::now() + me.lane_.shared.options.write_timeout;
    }
    me.wait_writable();
  });
}

/// The head of an answer without an end is out: the socket goes to whoever follows the feed, once
/// the read that is still pending on it has come back.
void Connection::yield() {
  phase_ = Phase::yielding;
  if (read_armed_) return channel_.cancel();
  // A client that talks on before the other side agreed to a WebSocket does not speak it.
  if (response_.websocket && begin_ != end_) return close();
  phase_ = Phase::closed;
  lane_.replace(*this, make_follower(lane_, std::move(channel_), std::move(response_),
                                     reader_.request(), chunked_));
}

void Connection::linger() {
  if (ended_) return close();
  channel_.finish_sending();
  phase_ = Phase::lingering;
  deadline_ = Steady::now() + linger_time;
  begin_ = end_;
  arm_read();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  channel_.close();
  lane_.remove(*this);
}

void Connection::cut() {
  cut_ = true;
  if (phase_ == Phase::handling && !take_baton()) return channel_.shutdown(Socket::shutdown_both);
  close();
}

void Connection::drain() {
  if (phase_ == Phase::handling && take_baton()) {
    phase_ = Phase::reading;
    reader_.reset();
  }
  if (phase_ != Phase::reading || begin_ != end_ || reader_.state() != RequestReader::State::head)
    return;
  if (channel_.available() == 0) close();
}

void Connection::sweep(Steady::time_point now) {
  if (phase_ == Phase::handling) {
    if (baton_.load(std::memory_order_acquire) != Baton::lane) return;
    phase_ = Phase::reading;
    reader_.reset();
    deadline_ = now + lane_.shared.options.idle_timeout;
    return;
  }
  if (now < deadline_) return;
  const bool begun = begin_ != end_ || reader_.state() == RequestReader::State::body;
  if (phase_ == Phase::reading && begun) return reject(slow);
  close();
}

Connection::Sent Connection::serve() {
  const Request& request = reader_.request();
  Response response;
  try {
    response = lane_.shared.handler(request);
  } catch (const std::exception& problem) {
    tell_error("handler_threw", problem.what());
    response = failed(request);
  } catch (...) {
    tell_error("handler_threw", "");
    response = failed(request);
  }
  answer(std::move(response));
  const std::size_t bytes = out_.size() + response_.body.size();
  const Sent sent = pump();
  tell_answered(bytes);
  return sent;
}

void Connection::tell_answered(std::size_t bytes) {
  if (const auto& tell = lane_.shared.options.on_answer)
    tell(reader_.request(),
         {.status = response_.status,
          .took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begun_),
          .bytes = bytes,
          .trail = response_.trail});
}

void Connection::tell_error(std::string_view event, std::string_view why) {
  const Request& request = reader_.request();
  lane_.shared.log().write(observe::Level::error, event,
                           {{"request_id", request.request_id},
                            {"method", request.method},
                            {"path", request.path},
                            {"detail", why}});
}

/// Writes the head, and the body where it is short, into the output buffer.
void Connection::answer(Response response) {
  const Request& request = reader_.request();
  response_ = std::move(response);
  out_.clear();
  sent_ = 0;
  fresh_ = false;
  const bool head_only = request.method == "HEAD";
  if (response_.feed && response_.websocket) {  // Whoever follows the feed says the head too.
    keep_ = streaming_ = chunked_ = false;
    response_.body.clear();
    return;
  }
  if (head_only) response_.feed.reset();
  const bool open = response_.stream || response_.feed;
  const bool until_close = open && reader_.http_1_0();
  const Framing framing = has_no_body(response_.status) ? Framing::none
                          : until_close                 ? Framing::until_close
                          : open                        ? Framing::chunked
                                                        : Framing::length;
  keep_ = request.keep_alive && !response_.close && !until_close && !response_.feed &&
          (more_buffered_ || !lane_.shared.stopping.load(std::memory_order_relaxed));
  const auto written = write_head(out_, response_, request, framing, keep_, reader_.http_1_0());
  if (!written) {
    tell_error("answer_malformed", written.error().detail);
    return answer(failed(request));
  }
  chunked_ = framing == Framing::chunked;
  streaming_ = response_.stream && !head_only && framing != Framing::none;
  if (head_only || framing == Framing::none || open) response_.body.clear();
  if (response_.body.size() <= joined_body) {
    out_.append(response_.body);
    response_.body.clear();
  }
}

/// Sends and, for a streamed answer, asks for more until the socket is full or all is said.
Connection::Sent Connection::pump() {
  for (;;) {
    const Sent sent = flush();
    if (sent != Sent::all || !streaming_) return sent;
    out_.clear();
    response_.body.clear();
    sent_ = 0;
    chunk_.clear();
    try {
      const Result<bool> more = response_.stream(chunk_);
      if (!more) {
        tell_error("body_cut", more.error().detail);
        return Sent::broken;
      }
      streaming_ = more.value();
    } catch (...) {
      tell_error("body_cut", "Its stream threw.");
      return Sent::broken;
    }
    if (!chunked_)
      out_.swap(chunk_);
    else if (!chunk_.empty())
      write_chunk(out_, chunk_);
    if (chunked_ && !streaming_) write_chunk(out_, {});
  }
}

/// Sends what the socket takes without waiting. Safe beside the lane's pending read.
Connection::Sent Connection::flush() {
  const std::size_t total = out_.size() + response_.body.size();
  while (sent_ < total) {
    const std::size_t in_out = std::min(sent_, out_.size());
    const std::size_t in_body = sent_ - in_out;
    std::array<iovec, 2> parts{
        {{out_.data() + in_out, out_.size() - in_out},
         {response_.body.data() + in_body, response_.body.size() - in_body}}};
    const ssize_t count = channel_.send(std::span(parts).first(parts[1].iov_len > 0 ? 2 : 1));
    if (count >= 0) {
      sent_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return Sent::some;
    } else if (errno != EINTR) {
      return Sent::broken;
    }
  }
  return Sent::all;
}

}  // namespace insightflow::http
