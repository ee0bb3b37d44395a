#include "http/follower.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

/// The one file that instantiates Beast's WebSocket.
namespace insightflow::http {
namespace {
namespace beast = boost::beast;
namespace websocket = beast::websocket;

class WebSocket final : public Follower {
 public:
  WebSocket(Lane& lane, Channel channel, std::shared_ptr<Feed> feed, const Request& request)
      : Follower(lane, std::move(feed)), stream_(std::move(channel)) {
    const Options& options = lane.shared.options;
    boost::system::error_code ignored;
    stream_.next_layer().next_layer().set_option(asio::socket_base::send_buffer_size(kernel_buffer),
                                                 ignored);
    stream_.set_option(websocket::stream_base::timeout{
        .handshake_timeout = options.header_timeout,
        // Beast pings after half of it without a word, and gives up after all of it.
        .idle_timeout = options.heartbeat * 2,
        .keep_alive_pings = true});
    stream_.set_option(websocket::stream_base::decorator(
        [id = request.request_id](websocket::response_type& response) {
          response.set("X-Request-Id", id);
        }));
    stream_.read_message_max(options.max_message);
    stream_.auto_fragment(false);
    stream_.text(true);
    handshake_.method(beast::http::verb::get);
    handshake_.target(request.path);
    handshake_.version(11);
    for (std::size_t i = 0; i < request.headers.size(); ++i)
      handshake_.insert(request.headers[i].name, request.headers[i].value);
  }

  void start() override {
    stream_.async_accept(handshake_, [self = self()](const boost::system::error_code& error) {
      self->handshake_ = {};
      if (self->closed()) return;
      if (error) return self->close();
      self->open_ = true;
      self->read();
      self->follow();
    });
  }

 private:
  std::shared_ptr<WebSocket> self() {
    return std::static_pointer_cast<WebSocket>(shared_from_this());
  }

  void read() {
    stream_.async_read(in_, [self = self()](const boost::system::error_code& error, std::size_t) {
      self->on_read(error.failed());
    });
  }
  void on_read(bool failed) {
    if (closed() || leaving_) return;
    // Beast has told the client why where that is possible: too much, not UTF-8, not masked.
    if (failed) return close();
    if (!stream_.got_text()) return finish(websocket::close_code::unknown_data);
    std::string message(static_cast<const char*>(in_.data().data()), in_.size());
    in_.consume(in_.size());
    take(std::move(message));
  }
  void received() override { read(); }

  Sent send() override {
    at_ = 0;
    write();
    return Sent::later;
  }
  void write() {
    const std::string_view text = batch_[at_].text;
    stream_.async_write(asio::buffer(text.data(), text.size()),
                        [self = self()](const boost::system::error_code& error, std::size_t) {
                          if (self->closed()) return;
                          if (error) return self->close();
                          if (++self->at_ < self->batch_.size()) return self->write();
                          self->sent();
                          self->pull();
                        });
  }

  void say_goodbye(std::uint16_t code) override {
    if (!open_) return close();
    leaving_ = true;
    stream_.async_close(static_cast<websocket::close_code>(code),
                        [self = self()](const boost::system::error_code&) { self->close(); });
  }
  void close_socket() override {
    stream_.next_layer().shutdown(Socket::shutdown_both);
    stream_.next_layer().close();
  }

  websocket::stream<Channel, false> stream_;
  beast::http::request<beast::http::empty_body> handshake_;
  beast::flat_buffer in_;
  std::size_t at_ = 0;
  bool open_ = false;
  bool leaving_ = false;
};

}  // namespace

/// How Beast ends a WebSocket's connection; found by its name.
template <class Handler>
void async_teardown(beast::role_type role, Channel& channel, Handler&& handler) {
  channel.finish_sending();
  websocket::async_teardown(role, channel.next_layer(), std::forward<Handler>(handler));
}

std::shared_ptr<Peer> make_websocket(Lane& lane, Channel channel, std::shared_ptr<Feed> feed,
                                     const Request& request) {
  return std::make_shared<WebSocket>(lane, std::move(channel), std::move(feed), request);
}

}  // namespace insightflow::http
