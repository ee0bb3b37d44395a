#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace insightflow::test {

/// A TCP client that sends exactly the bytes it is told to, well formed or not. Every wait ends
/// after `patience`, so that a server that hangs fails a test and does not hang it.
class RawClient {
 public:
  static constexpr int patience_ms = 20'000;

  explicit RawClient(std::uint16_t port, int receive_buffer = 0)
      : handle_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0)
      ::setsockopt(handle_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : handle_(std::exchange(other.handle_, -1)),
        connected_(other.connected_),
        pending_(std::move(other.pending_)) {}
  ~RawClient() {
    if (handle_ >= 0) ::close(handle_);
  }

  bool connected() const noexcept { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// Nothing more will be sent; answers can still be read.
  void finish_sending() { ::shutdown(handle_, SHUT_WR); }

  /// Whatever comes next; empty at the end of the connection or when patience ends.
  std::string receive_some() {
    pollfd waiting{handle_, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) <= 0) {
      impatient_ = true;
      return {};
    }
    char buffer[16 << 10];
    const ssize_t count = ::recv(handle_, buffer, sizeof buffer, 0);
    reset_ = reset_ || count < 0;
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
  }

  /// Everything until the server closes.
  std::string receive_all() {
    std::string all = std::exchange(pending_, {});
    for (std::string some; !(some = receive_some()).empty();) all += some;
    return all;
  }
  /// True when the server closed (or reset) and patience did not have to end the wait.
  bool closed() {
    receive_all();
    return !impatient_;
  }

  /// True when the connection was seen to end by a reset, which may destroy answers on their way.
  bool was_reset() const noexcept { return reset_; }

  struct Answer {
    int status = 0;  ///< 0 where the connection ended before an answer was whole.
    std::string head;
    std::string body;  ///< Chunks put together.
    bool whole = false;

    std::string field(std::string_view name) const {
      const std::string start = "\r\n" + std::string(name) + ": ";
      const std::size_t at = head.find(start);
      if (at == std::string::npos) return {};
      const std::size_t begin = at + start.size();
      return head.substr(begin, head.find("\r\n", begin) - begin);
    }
  };

  /// One answer; `bodiless` for those to HEAD.
  Answer receive(bool bodiless = false) {
    Answer answer;
    std::size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return answer;
    answer.head = take(end + 4);
    answer.status = answer.head.size() > 12 ? std::atoi(answer.head.c_str() + 9) : 0;
    if (bodiless || answer.status < 200 || answer.status == 204 || answer.status == 304) {
      answer.whole = true;
    } else if (answer.field("Transfer-Encoding") == "chunked") {
      receive_chunks(answer);
    } else {
      const std::size_t length = std::strtoul(answer.field("Content-Length").c_str(), nullptr, 10);
      while (pending_.size() < length)
        if (!more()) return answer;
      answer.body = take(length);
      answer.whole = true;
    }
    return answer;
  }

 private:
  bool more() {
    const std::string some = receive_some();
    pending_ += some;
    return !some.empty();
  }
  std::string take(std::size_t count) {
    std::string taken = pending_.substr(0, count);
    pending_.erase(0, count);
    return taken;
  }
  void receive_chunks(Answer& answer) {
    for (;;) {
      std::size_t end;
      while ((end = pending_.find("\r\n")) == std::string::npos)
        if (!more()) return;
      const std::size_t size = std::strtoul(take(end + 2).c_str(), nullptr, 16);
      while (pending_.size() < size + 2)
        if (!more()) return;
      answer.body += take(size);
      take(2);
      if (size == 0) {
        answer.whole = true;
        return;
      }
    }
  }

  int handle_;
  bool connected_ = false;
  bool impatient_ = false;
  bool reset_ = false;
  std::string pending_;
};

}  // namespace insightflow::test
