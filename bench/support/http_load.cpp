#include "support/http_load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <vector>

namespace bench {
namespace {
using Steady = std::chrono::steady_clock;

struct Client {
  int handle = -1;
  Steady::time_point sent{};
  std::string answer;  ///< Only what a short read left over.
};

int connect_to(std::uint16_t port) {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return handle;
  ::close(handle);
  return -1;
}

/// The size of the whole answer; 0 while the head is not complete, npos where it makes no sense.
std::size_t answer_size(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view field = "Content-Length: ";
  const std::size_t at = text.substr(0, head).find(field);
  if (at == std::string_view::npos) return std::string_view::npos;
  std::size_t length = 0;
  std::from_chars(text.data() + at + field.size(), text.data() + head, length);
  return head + 4 + length;
}

class Run {
 public:
  explicit Run(const Load& load) : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    latencies_.reserve(1 << 20);
  }
  ~Run() {
    for (Client& client : clients_)
      if (client.handle >= 0) ::close(client.handle);
    ::close(epoll_);
  }

  LoadFigures run() {
    clients_.resize(static_cast<std::size_t>(load_.connections));
    for (Client& client : clients_) {
      client.handle = connect_to(load_.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &client;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.handle, &event);
    }
    const auto begin = Steady::now();
    counting_from_ = begin + std::chrono::duration_cast<Steady::duration>(
                                 std::chrono::duration<double>(load_.warm_up));
    const auto end = counting_from_ + std::chrono::duration_cast<Steady::duration>(
                                          std::chrono::duration<double>(load_.seconds));
    now_ = begin;
    for (Client& client : clients_) send_next(client);
    std::array<epoll_event, 256> events;
    while (now_ < end && alive_ > 0) {
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), 100);
      for (int i = 0; i < count; ++i) receive(*static_cast<Client*>(events[i].data.ptr));
      now_ = Steady::now();
    }
    return figures();
  }

 private:
  void send_next(Client& client) {
    request_.clear();
    load_.request(next_++, request_);
    client.sent = Steady::now();
    const auto size = static_cast<ssize_t>(request_.size());
    if (::send(client.handle, request_.data(), request_.size(), MSG_NOSIGNAL) != size) drop(client);
  }

  void receive(Client& client) {
    const ssize_t count = ::recv(client.handle, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return drop(client);
    std::string_view text(buffer_.data(), static_cast<std::size_t>(count));
    if (!client.answer.empty()) text = client.answer.append(text);
    const std::size_t size = answer_size(text);
    if (size == std::string_view::npos || (size > 0 && size < text.size())) return drop(client);
    if (size == 0 || size > text.size()) {
      if (client.answer.empty()) client.answer = text;
      return;
    }
    now_ = Steady::now();
    if (now_ >= counting_from_) {
      const bool good = text.size() > 9 && text[9] == '2';
      ++(good ? figures_.answers : figures_.refusals);
      latencies_.push_back(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(now_ - client.sent).count()));
    }
    client.answer.clear();
    send_next(client);
  }

  void drop(Client& client) {
    ++figures_.failures;
    --alive_;
    ::close(client.handle);
    client.handle = -1;
  }

  LoadFigures figures() {
    const double spent = std::chrono::duration<double>(now_ - counting_from_).count();
    if (spent > 0) figures_.per_second = static_cast<double>(figures_.answers) / spent;
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double share) {
      if (latencies_.empty()) return 0.0;
      const auto index = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
      return latencies_[std::min(index, latencies_.size() - 1)] / 1000.0;
    };
    figures_.p50_ms = at(0.50);
    figures_.p95_ms = at(0.95);
    figures_.p99_ms = at(0.99);
    figures_.max_ms = at(1.0);
    return figures_;
  }

  const Load& load_;
  const int epoll_;
  int alive_ = load_.connections;
  std::vector<Client> clients_;
  std::vector<std::uint32_t> latencies_;
  std::array<char, 64 << 10> buffer_;
  std::string request_;
  std::uint64_t next_ = 0;
  Steady::time_point now_{}, counting_from_{};
  LoadFigures figures_;
};
}  // namespace

LoadFigures run_load(const Load& load) {
  Run run(load);
  return run.run();
}

std::string get_request(std::string_view target, std::string_view fields) {
  std::string request("GET ");
  request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
  return request.append("\r\n");
}

}  // namespace bench
