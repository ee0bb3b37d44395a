#pragma once

#include "http/message.hpp"

#include <string>
#include <vector>

namespace insightflow::http {

/// An origin as a browser writes it: "https://app.example", "http://127.0.0.1:3000". No path, no
/// wildcard, lower case, no port that goes without saying. Errors: `origin_malformed`.
Result<std::string> parse_origin(std::string_view text);

/// Which other origins' pages may call the API (https://fetch.spec.whatwg.org/#http-cors-protocol).
/// Without origins it does nothing. No answer allows credentials: nothing here lives in cookies.
class Cors {
 public:
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  /// Whether the request asks what a page may do here, from an origin that may ask.
  bool asks(const Request& request) const;
  /// The answer to that. `methods` as in Allow.
  Response preflight(const std::string& methods) const;
  /// Adds what the page of this request needs to read the answer.
  void admit(const Request& request, Response& response) const;

 private:
  bool knows(const Request& request) const;

  std::vector<std::string> origins_;
};

}  // namespace insightflow::http
