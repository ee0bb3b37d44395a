#pragma once

#include "http/message.hpp"

#include <memory>

namespace insightflow::http {

/// Bytes of body that a request of this method and path may have.
using BodyLimit = std::function<std::size_t(std::string_view method, std::string_view path)>;

struct ReaderLimits {
  std::size_t max_header = 16 << 10;  ///< Bytes of request line and fields together.
  std::size_t max_fields = 100;
  std::size_t max_body = 1 << 20;
  BodyLimit body_limit;  ///< Where set, decides instead of `max_body`.
};

/// Why a request is refused before a handler sees it.
struct Rejection {
  int status = 400;
  std::string_view code;     ///< Stable slug with static storage duration.
  std::string_view message;  ///< One sentence for a person, likewise.
};

/// Reads HTTP/1.1 requests from bytes, without a socket, a clock or a thread; so it can be tested
/// and fuzzed alone. Beast's parser does the work; the reader refuses in addition what Beast lets
/// through and what two programs on the way could read in two ways (RFC 9112, 11.2). Not
/// thread-safe.
class RequestReader {
 public:
  enum class State { head, body, complete, rejected };

  explicit RequestReader(const ReaderLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Takes what it can use from the front of `input` and returns how many bytes that were. What is
  /// left must be presented again with more behind it, unless the state is now final. Never takes
  /// bytes of the next request.
  std::size_t put(std::string_view input);

  State state() const noexcept { return state_; }
  /// True once when the client waits for "100 Continue" before it sends the body.
  bool take_continue() noexcept { return std::exchange(continue_, false); }
  /// Set in state `rejected`.
  const Rejection& rejection() const noexcept { return rejection_; }
  /// Whole in state `complete`; `remote` is the caller's to set and stays from request to request.
  Request& request() noexcept { return request_; }
  bool http_1_0() const noexcept { return http_1_0_; }

  /// Forgets the request; memory is kept for the next one.
  void reset();

 private:
  struct Parser;
  std::size_t put_head(std::string_view input);
  std::size_t put_body(std::string_view input);
  void finish_head();
  void reject(const Rejection& rejection);

  ReaderLimits limits_;
  State state_ = State::head;
  Rejection rejection_;
  Request request_;
  std::unique_ptr<Parser> parser_;
  std::size_t searched_ = 0;
  bool continue_ = false;
  bool http_1_0_ = false;
};

}  // namespace insightflow::http
