#pragma once

#include "support/raw_client.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace insightflow::test {

inline std::string get_head(std::string_view path, std::string_view key,
                            std::string_view fields = {}) {
  std::string out = "GET " + std::string(path) + " HTTP/1.1\r\nHost: a.example\r\n";
  if (!key.empty()) out += "Authorization: Bearer " + std::string(key) + "\r\n";
  return out + std::string(fields) + "\r\n";
}

/// Follows /api/v1/events as a browser's EventSource does.
class EventClient {
 public:
  struct Frame {
    std::string id, type, data;
  };

  EventClient(std::uint16_t port, std::string_view key, std::string_view query = {},
              std::string_view fields = {}, int receive_buffer = 0)
      : client_(port, receive_buffer) {
    client_.send(get_head("/api/v1/events" + std::string(query), key, fields));
    while (raw_.find("\r\n\r\n") == std::string::npos && more()) continue;
    const std::size_t end = raw_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    head = raw_.substr(0, end + 4);
    status = std::atoi(head.c_str() + 9);
    raw_.erase(0, end + 4);
  }

  /// The next event; nothing at the end, or when 20 seconds bring none.
  std::optional<Frame> next() {
    for (;;) {
      const std::size_t end = text_.find("\n\n");
      if (end == std::string::npos) {
        if (!decode() && !more()) return std::nullopt;
        continue;
      }
      const std::string block = text_.substr(0, end);
      text_.erase(0, end + 2);
      Frame frame;
      for (std::size_t at = 0; at < block.size();) {
        const std::size_t line_end = std::min(block.find('\n', at), block.size());
        const std::string line = block.substr(at, line_end - at);
        at = line_end + 1;
        const auto value = [&](std::string_view name) {
          return line.starts_with(name) ? std::optional(line.substr(name.size())) : std::nullopt;
        };
        if (const auto id = value("id: ")) last_id = frame.id = *id;
        if (const auto type = value("event: ")) frame.type = *type;
        if (const auto data = value("data: ")) frame.data = *data;
        if (line.starts_with(":")) ++beats;
      }
      if (!frame.type.empty()) return frame;
      if (until_beat) return std::nullopt;
    }
  }
  /// True when the server ended the stream in good order.
  bool await_end() {
    while (next()) continue;
    return whole;
  }
  /// True when the connection is gone, however that came.
  bool await_cut() {
    while (more()) received += 1;
    return client_.closed();
  }

  std::string head;
  int status = 0;
  std::string last_id;
  int beats = 0;
  bool until_beat = false;  ///< `next` gives nothing at a comment.
  bool whole = false;
  std::size_t received = 0;
  std::size_t bytes = 0;

 private:
  bool more() {
    const std::string some = client_.receive_some();
    raw_ += some;
    bytes += some.size();
    return !some.empty();
  }
  /// Takes one chunk, where there is a whole one.
  bool decode() {
    const std::size_t end = raw_.find("\r\n");
    if (end == std::string::npos || whole) return false;
    const std::size_t size = std::strtoul(raw_.c_str(), nullptr, 16);
    if (raw_.size() < end + 2 + size + 2) return false;
    text_.append(raw_, end + 2, size);
    raw_.erase(0, end + 2 + size + 2);
    whole = size == 0;
    return true;
  }

  RawClient client_;
  std::string raw_, text_;
};

/// A WebSocket client that sends exactly what it is told to.
class SocketClient {
 public:
  enum Code : unsigned char { text = 1, binary = 2, closing = 8, ping = 9, pong = 10 };
  struct Frame {
    unsigned char code = 0;  ///< 0 at the end of the connection.
    std::string payload;

    /// With which a closing frame closes.
    int close_code() const {
      if (code != closing || payload.size() < 2) return 0;
      return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    }
  };

  explicit SocketClient(std::uint16_t port, std::string_view key = {}, std::string_view query = {},
                        std::string_view fields = {})
      : client_(port) {
    client_.send(get_head("/api/v1/ws" + std::string(query), key,
                          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
                          "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                              std::string(fields)));
    while (raw_.find("\r\n\r\n") == std::string::npos && more()) continue;
    const std::size_t end = raw_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    head = raw_.substr(0, end + 4);
    status = std::atoi(head.c_str() + 9);
    raw_.erase(0, end + 4);
  }

  bool send(unsigned char code, std::string_view payload) {
    std::string frame{static_cast<char>(0x80 | code)};
    if (payload.size() < 126) {
      frame += static_cast<char>(0x80 | payload.size());
    } else {
      frame += static_cast<char>(0x80 | 126);
      frame += static_cast<char>(payload.size() >> 8);
      frame += static_cast<char>(payload.size() & 0xFF);
    }
    frame.append(4, '\0');  // A mask that changes nothing.
    return client_.send(frame + std::string(payload));
  }
  bool say(std::string_view message) { return send(text, message); }

  /// The next frame of any kind. Pings are answered unless `deaf`.
  Frame receive() {
    for (;;) {
      const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(raw_[at]); };
      std::size_t head_size = 2, size = 0;
      if (raw_.size() >= 2) {
        size = byte(1) & 0x7F;
        if (size == 126) head_size = 4;
      }
      if (raw_.size() >= head_size) {
        if (head_size == 4) size = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
        if (raw_.size() >= head_size + size) {
          Frame frame{static_cast<unsigned char>(byte(0) & 0x0F), raw_.substr(head_size, size)};
          raw_.erase(0, head_size + size);
          if (frame.code != ping) return frame;
          ++pings;
          if (!deaf) send(pong, frame.payload);
          continue;
        }
      }
      if (!more()) return {};
    }
  }

  std::string head;
  int status = 0;
  int pings = 0;
  bool deaf = false;

 private:
  bool more() {
    const std::string some = client_.receive_some();
    raw_ += some;
    return !some.empty();
  }

  RawClient client_;
  std::string raw_;
};

}  // namespace insightflow::test
