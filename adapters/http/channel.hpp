#pragma once

#include "http/tls.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <array>

namespace insightflow::http {

namespace asio = boost::asio;
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

/// The bytes of one client: a socket, with TLS on it or not. Reads and waits belong to the lane;
/// `send` may be called from a worker beside them.
class Channel {
 public:
  using executor_type = Socket::executor_type;
  using next_layer_type = Socket;

  Channel(Socket socket, std::unique_ptr<TlsSession> tls)
      : socket_(std::move(socket)), handle_(socket_.native_handle()), tls_(std::move(tls)) {}

  executor_type get_executor() noexcept { return socket_.get_executor(); }
  Socket& next_layer() noexcept { return socket_; }
  const Socket& next_layer() const noexcept { return socket_; }
  bool secure() const noexcept { return tls_ != nullptr; }

  /// As of an Asio stream.
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    if (!tls_) return socket_.async_read_some(into, std::forward<Token>(token));
    return asio::async_compose<Token, Signature>(Op<Read>{*this, {first_of(into)}}, token, socket_);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    if (!tls_) return socket_.async_write_some(from, std::forward<Token>(token));
    return asio::async_compose<Token, Signature>(Op<Write>{*this, {parts_of(from)}}, token,
                                                 socket_);
  }
  template <class Token>
  auto async_wait(Socket::wait_type what, Token&& token) {
    return socket_.async_wait(what, std::forward<Token>(token));
  }

  /// Without waiting: the bytes that were sent, or -1 and `errno`, as of sendmsg.
  ssize_t send(std::span<iovec> parts) {
    if (tls_) return told(tls_->write(parts));
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    return ::sendmsg(handle_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  ssize_t send(std::string_view text) {
    iovec part{const_cast<char*>(text.data()), text.size()};
    return send(std::span(&part, 1));
  }
  /// Likewise, as of recv.
  ssize_t receive(std::span<char> into) {
    if (tls_) return told(tls_->read(into.data(), into.size()));
    return ::recv(handle_, into.data(), into.size(), MSG_DONTWAIT);
  }

  /// Where a client turned out to speak plain HTTP to a port with TLS: goes on without, to say so.
  bool drop_tls_if_plain() {
    if (plain_) tls_.reset();
    return std::exchange(plain_, false);
  }

  /// Bytes that have come and were not read.
  std::size_t available() {
    boost::system::error_code ignored;
    return socket_.available(ignored) + (tls_ ? tls_->pending() : 0);
  }
  void cancel() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  /// Says that nothing more will be sent.
  void finish_sending() {
    if (tls_) tls_->finish();
    shutdown(Socket::shutdown_send);
  }
  void shutdown(Socket::shutdown_type what) {
    boost::system::error_code ignored;
    socket_.shutdown(what, ignored);
  }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  using Outcome = TlsSession::Outcome;
  using Signature = void(boost::system::error_code, std::size_t);
  static constexpr std::size_t most_parts = 16;
  using Parts = std::pair<std::array<iovec, most_parts>, std::size_t>;

  template <class Buffers>
  static asio::mutable_buffer first_of(const Buffers& buffers) {
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers);
         ++at)
      if (const asio::mutable_buffer one(*at); one.size() > 0) return one;
    return {};
  }
  template <class Buffers>
  static Parts parts_of(const Buffers& buffers) {
    Parts out{};
    for (auto at = asio::buffer_sequence_begin(buffers);
         at != asio::buffer_sequence_end(buffers) && out.second < most_parts; ++at)
      if (const asio::const_buffer one(*at); one.size() > 0)
        out.first[out.second++] = {const_cast<void*>(one.data()), one.size()};
    return out;
  }

  static ssize_t told(const TlsSession::Moved& moved) {
    switch (moved.outcome) {
      case Outcome::done: return static_cast<ssize_t>(moved.bytes);
      case Outcome::ended: return 0;
      case Outcome::want_read:
      case Outcome::want_write: errno = EAGAIN; return -1;
      case Outcome::broken:
      case Outcome::plain_http: break;
    }
    errno = EPIPE;
    return -1;
  }

  /// Tries, waits for the socket where it must, and ends outside the call that began it.
  template <class Try>
  struct Op {
    Channel& channel;
    Try attempt;
    TlsSession::Moved moved{};
    bool begun = false, over = false;

    template <class Self>
    void operator()(Self& self, boost::system::error_code error = {}) {
      if (error) return self.complete(error, 0);
      if (!over) {
        moved = attempt(*channel.tls_);
        const bool inside = !std::exchange(begun, true);
        if (moved.outcome == Outcome::want_read)
          return channel.socket_.async_wait(Socket::wait_read, std::move(self));
        if (moved.outcome == Outcome::want_write)
          return channel.socket_.async_wait(Socket::wait_write, std::move(self));
        channel.plain_ = channel.plain_ || moved.outcome == Outcome::plain_http;
        over = true;
        if (inside) return asio::post(channel.get_executor(), std::move(self));
      }
      if (moved.outcome == Outcome::done) return self.complete({}, moved.bytes);
      self.complete(moved.outcome == Outcome::ended
                        ? boost::system::error_code(asio::error::eof)
                        : boost::system::error_code(asio::error::connection_reset),
                    0);
    }
  };
  struct Read {
    asio::mutable_buffer into;
    TlsSession::Moved operator()(TlsSession& tls) const {
      if (into.size() == 0) return {};
      return tls.read(static_cast<char*>(into.data()), into.size());
    }
  };
  struct Write {
    Parts parts;
    TlsSession::Moved operator()(TlsSession& tls) const {
      return tls.write(std::span(parts.first.data(), parts.second));
    }
  };
  Socket socket_;
  int handle_;  ///< For workers, who do not touch the socket's own state.
  std::unique_ptr<TlsSession> tls_;
  bool plain_ = false;
};

}  // namespace insightflow::http
