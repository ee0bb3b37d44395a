#pragma once

#include <insightflow/core/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace insightflow::llm {

struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

/// What is posted: the body is JSON, the path is behind the provider's base URL and holds no key.
struct HttpRequest {
  std::string path;
  std::vector<Header> headers;
  std::string body;
  bool stream = false;  ///< The answer is wanted as it is made.

  friend bool operator==(const HttpRequest&, const HttpRequest&) = default;
};

struct HttpHead {
  int status = 0;
  std::vector<Header> headers;

  /// The value of the first header of this name in any case; empty where there is none.
  std::string_view find(std::string_view name) const;
};

/// Reads an answer as it arrives, without knowing a socket. An error ends the transfer.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  virtual Result<void> head(const HttpHead& head) = 0;
  virtual Result<void> body(std::string_view bytes) = 0;
  /// Nothing that matters comes any more, even where the connection stays open.
  virtual bool complete() const = 0;
};

}  // namespace insightflow::llm
