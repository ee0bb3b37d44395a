#include "http/cors.hpp"

#include <algorithm>

namespace insightflow::http {
namespace {

constexpr std::string_view asked_fields =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
    "X-Form-Token, X-Form-Work, X-Request-Id, X-Workspace-Id, traceparent";
constexpr std::string_view told_fields =
    "Content-Disposition, ETag, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    "Retry-After, X-Form-Token, X-Form-Work-Bits, X-Request-Id";
/// Seconds for which a browser need not ask again.
constexpr std::string_view good_for = "600";

}  // namespace

Result<std::string> parse_origin(std::string_view text) {
  const Error malformed = fail(Code::invalid, "origin_malformed",
                               "'" + std::string(text) +
                                   "' is no origin; write it as a browser does: "
                                   "https://app.example, or http://127.0.0.1:3000.");
  const std::size_t colon = text.find("://");
  const std::string_view scheme = text.substr(0, colon);
  if (colon == text.npos || (scheme != "https" && scheme != "http")) return malformed;
  const std::string_view rest = text.substr(colon + 3);
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  std::size_t host = 0;
  if (rest.starts_with('[')) {
    host = rest.find(']') + 1;  // 0 where there is none
    const auto inside = rest.substr(1, host < 2 ? 0 : host - 2);
    if (inside.empty() || inside.find_first_not_of("0123456789abcdef:.") != inside.npos)
      return malformed;
  } else {
    while (host < rest.size() && plain(rest[host])) ++host;
  }
  if (host == 0) return malformed;
  const std::string_view port = rest.substr(host);
  if (!port.empty() && (port[0] != ':' || port.size() < 2 || port.size() > 6 || port[1] == '0' ||
                        port.find_first_not_of("0123456789", 1) != port.npos ||
                        port == (scheme == "https" ? ":443" : ":80")))
    return malformed;
  return std::string(text);
}

bool Cors::knows(const Request& request) const {
  const auto origin = request.headers.find("Origin");
  return origin && std::ranges::find(origins_, *origin) != origins_.end();
}

bool Cors::asks(const Request& request) const {
  return request.method == "OPTIONS" && request.headers.find("Access-Control-Request-Method") &&
         knows(request);
}

Response Cors::preflight(const std::string& methods) const {
  return {.status = 204,
          .headers = {{"Access-Control-Allow-Methods", methods},
                      {"Access-Control-Allow-Headers", std::string(asked_fields)},
                      {"Access-Control-Max-Age", std::string(good_for)},
                      {"Vary", "Access-Control-Request-Method, Access-Control-Request-Headers"}}};
}

void Cors::admit(const Request& request, Response& response) const {
  if (origins_.empty()) return;
  // A cache must not give the answer for one origin to another, so it is told even where none was
  // named.
  response.headers.emplace_back("Vary", "Origin");
  if (!knows(request)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", *request.headers.find("Origin"));
  response.headers.emplace_back("Access-Control-Expose-Headers", told_fields);
}

}  // namespace insightflow::http
