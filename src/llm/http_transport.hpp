#pragma once

#include "llm/endpoint.hpp"
#include "llm/http.hpp"

#include <insightflow/core/ctx.hpp>
#include <insightflow/llm/provider.hpp>

#include <memory>
#include <string>
#include <vector>

namespace insightflow::llm {

/// Posts to one provider over libcurl. Safe from several threads: each call has a connection of its
/// own while it lasts, and connections are kept for the calls to come (HTTP/2 where it is offered
/// over TLS). Redirects are not followed. Answers are inflated as they arrive.
class HttpTransport {
 public:
  /// `key_header` and `key_prefix`: how this wire sends the key.
  HttpTransport(Provider provider, Endpoint endpoint, std::string_view key_header,
                std::string_view key_prefix);
  ~HttpTransport();
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  /// Hands the answer to `sink` on the calling thread. Errors: those of the sink, of `ctx`,
  /// `llm_unreachable`, `llm_timed_out`. A request to stop ends it at once, whatever the server
  /// does; a deadline within 50 ms.
  Result<void> post(const HttpRequest& request, const Ctx& ctx, HttpSink& sink);

 private:
  class Line;
  class Lease;

  Provider provider_;
  Endpoint endpoint_;
  std::string key_line_;
  struct Lines;
  std::unique_ptr<Lines> lines_;
};

}  // namespace insightflow::llm
