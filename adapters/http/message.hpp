#pragma once

#include "http/feed.hpp"

#include <insightflow/core/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insightflow::http {

/// ASCII-only comparison without regard to case, as field names want it (RFC 9110, 5.1).
inline bool equal_fold(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// The fields of a request in the order in which they came. One block of text and a list of places
/// in it: after the first request of a connection, reading the next one allocates nothing.
class Headers {
 public:
  struct Entry {
    std::string_view name;
    std::string_view value;
  };

  void add(std::string_view name, std::string_view value) {
    places_.push_back({static_cast<std::uint32_t>(text_.size()),
                       static_cast<std::uint32_t>(name.size()),
                       static_cast<std::uint32_t>(value.size())});
    text_.append(name).append(value);
  }
  void clear() noexcept {
    text_.clear();
    places_.clear();
  }

  std::size_t size() const noexcept { return places_.size(); }
  /// Valid until the headers are changed.
  Entry operator[](std::size_t index) const noexcept {
    const Place& place = places_[index];
    const std::string_view text(text_);
    return {text.substr(place.at, place.name), text.substr(place.at + place.name, place.value)};
  }
  /// The first value of the field, whatever the case of its name.
  std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i].name != name.size()) continue;
      const Entry entry = (*this)[i];
      if (equal_fold(entry.name, name)) return entry.value;
    }
    return std::nullopt;
  }

 private:
  struct Place {
    std::uint32_t at, name, value;
  };
  std::string text_;
  std::vector<Place> places_;
};

struct Parameter {
  std::string name;
  std::string value;

  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// One request, complete and checked: what a handler sees.
struct Request {
  std::string method;                 ///< "GET", "POST", …: one that HTTP defines, upper case.
  std::string path;                   ///< As sent, without the query: "/s/a%20b".
  std::vector<std::string> segments;  ///< The path split at '/', then decoded; valid UTF-8. A
                                      ///< decoded "/" stays inside its segment. "/" has none.
  std::string query;                  ///< As sent, without the '?'.
  std::vector<Parameter> parameters;  ///< The query decoded as a form; valid UTF-8.
  Headers headers;
  std::string body;        ///< Any bytes; at most the limit of this route.
  std::string remote;      ///< The client's address, e.g. "127.0.0.1" or "::1".
  bool secure = false;     ///< It came over TLS, spoken with this server.
  std::string request_id;  ///< From X-Request-Id where that is well formed, else made here.
  bool keep_alive = false;

  /// The first query parameter of that name.
  std::optional<std::string_view> parameter(std::string_view name) const noexcept {
    for (const Parameter& candidate : parameters)
      if (candidate.name == name) return candidate.value;
    return std::nullopt;
  }
};

/// Appends the next piece of a body to the empty `chunk` and returns whether more may follow. Runs
/// on a worker and may block. An error ends the connection in the middle of the body, so that the
/// client can tell a cut answer from a whole one.
using BodyStream = std::function<Result<bool>(std::string& chunk)>;

/// What logs and metrics say of an answer; never sent.
struct Trail {
  std::size_t route = 0;  ///< The place of its name in the application's list; 0: no route of ours.
  std::string workspace;
  std::string reason;       ///< Of an error.
  std::string detail;       ///< Of one that the client is not told.
  std::string traceparent;  ///< Of the span of this request.
  std::string client;       ///< The address behind trusted proxies.
};

/// What a handler answers. Content-Length, Transfer-Encoding, Connection, Date and X-Request-Id are
/// the server's and are left out of `headers` where a handler sets them.
struct Response {
  int status = 200;  ///< 200 to 599.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  BodyStream stream;  ///< Where set, replaces `body` and is sent in constant memory.
  /// Where set, replaces `body`: what is said from time to time until the client has enough. Holds
  /// no worker.
  std::shared_ptr<Feed> feed;
  bool websocket = false;  ///< With a `feed`: the request becomes a WebSocket instead.
  bool close = false;      ///< Ask for the connection to be closed afterwards.
  Trail trail{};
};

/// What became of a request.
struct Answered {
  int status = 0;
  std::chrono::microseconds took{0};  ///< From the request's last byte.
  std::size_t bytes = 0;              ///< Head and body; of a streamed answer its first piece.
  const Trail& trail;
};

}  // namespace insightflow::http
