#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace insightflow::test {

/// A scripted HTTP server for one client at a time: keeps what it is sent, answers with what the
/// script says. A status of 0 hangs until the object goes; -1 closes without an answer.
class Collector {
 public:
  struct Received {
    std::string head;
    std::string body;
  };

  /// `status` is asked once for each request, counted from 0.
  explicit Collector(std::function<int(std::size_t request)> status =
                         [](std::size_t) { return 200; })
      : status_(std::move(status)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Collector() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    {
      const std::lock_guard lock(mutex_);
      if (client_ >= 0) ::shutdown(client_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listener_);
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<Received> received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  void run() {
    while (!stopping_) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      {
        const std::lock_guard lock(mutex_);
        client_ = client;
      }
      while (!stopping_ && serve(client)) continue;
      const std::lock_guard lock(mutex_);
      client_ = -1;
      ::close(client);
    }
  }

  bool serve(int client) {
    std::string text;
    std::size_t head_end = 0, whole = 0;
    while (whole == 0 || text.size() < whole) {
      char piece[4096];
      const ssize_t count = ::recv(client, piece, sizeof piece, 0);
      if (count <= 0) return false;
      text.append(piece, static_cast<std::size_t>(count));
      if (whole == 0 && (head_end = text.find("\r\n\r\n")) != std::string::npos) {
        const std::size_t at = text.find("Content-Length: ");
        whole =
            head_end + 4 + (at < head_end ? std::strtoul(text.c_str() + at + 16, nullptr, 10) : 0);
      }
    }
    std::size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = received_.size();
      received_.push_back({text.substr(0, head_end), text.substr(head_end + 4)});
    }
    const int status = status_(number);
    if (status < 0) return false;
    if (status == 0) {
      char rest[64];
      return ::recv(client, rest, sizeof rest, 0) > 0;
    }
    const std::string answer =
        "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: 2\r\n\r\n{}";
    return ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL) > 0;
  }

  std::function<int(std::size_t)> status_;
  int listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  int client_ = -1;
  std::vector<Received> received_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace insightflow::test
