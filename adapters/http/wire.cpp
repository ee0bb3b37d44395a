#include "http/wire.hpp"

#include "http/security_headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace insightflow::http {
namespace {
struct Reason {
  int status;
  std::string_view phrase;
};
constexpr std::array reasons{Reason{200, "OK"},
                             Reason{201, "Created"},
                             Reason{202, "Accepted"},
                             Reason{204, "No Content"},
                             Reason{206, "Partial Content"},
                             Reason{301, "Moved Permanently"},
                             Reason{302, "Found"},
                             Reason{303, "See Other"},
                             Reason{304, "Not Modified"},
                             Reason{307, "Temporary Redirect"},
                             Reason{308, "Permanent Redirect"},
                             Reason{400, "Bad Request"},
                             Reason{401, "Unauthorized"},
                             Reason{403, "Forbidden"},
                             Reason{404, "Not Found"},
                             Reason{405, "Method Not Allowed"},
                             Reason{406, "Not Acceptable"},
                             Reason{408, "Request Timeout"},
                             Reason{409, "Conflict"},
                             Reason{410, "Gone"},
                             Reason{412, "Precondition Failed"},
                             Reason{413, "Content Too Large"},
                             Reason{415, "Unsupported Media Type"},
                             Reason{417, "Expectation Failed"},
                             Reason{422, "Unprocessable Content"},
                             Reason{426, "Upgrade Required"},
                             Reason{428, "Precondition Required"},
                             Reason{429, "Too Many Requests"},
                             Reason{431, "Request Header Fields Too Large"},
                             Reason{500, "Internal Server Error"},
                             Reason{501, "Not Implemented"},
                             Reason{503, "Service Unavailable"},
                             Reason{504, "Gateway Timeout"},
                             Reason{505, "HTTP Version Not Supported"},
                             Reason{507, "Insufficient Storage"}};

std::string_view phrase_of(int status) {
  const auto found = std::ranges::lower_bound(reasons, status, {}, &Reason::status);
  return found != reasons.end() && found->status == status ? found->phrase : "Status";
}

void append_number(std::string& to, std::uint64_t number, int base = 10) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  to.append(digits.data(), end);
}

constexpr bool token_char(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool well_formed(std::string_view name, std::string_view value) {
  return !name.empty() && std::ranges::all_of(name, token_char) &&
         std::ranges::all_of(value, [](char c) {
           return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t';
         });
}
bool own_field(std::string_view name) {
  constexpr std::array<std::string_view, 5> own{"Content-Length", "Transfer-Encoding", "Connection",
                                                "Date", "X-Request-Id"};
  return std::ranges::any_of(own, [&](auto field) { return equal_fold(field, name); });
}

/// "Date: Sat, 21 Nov 2026 01:09:39 GMT\r\n", written anew once a second. Without strftime, whose
/// names of days follow the locale.
std::string_view date_field() {
  thread_local std::time_t last = -1;
  thread_local std::string field;
  const std::time_t now = std::time(nullptr);
  if (now == last) return field;
  constexpr std::string_view days = "SunMonTueWedThuFriSat";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::tm parts{};
  gmtime_r(&now, &parts);
  const auto two = [](int n) {
    return std::string{static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
  };
  field = "Date: ";
  field.append(days.substr(static_cast<std::size_t>(parts.tm_wday) * 3, 3)).append(", ");
  field.append(two(parts.tm_mday)).append(" ");
  field.append(months.substr(static_cast<std::size_t>(parts.tm_mon) * 3, 3)).append(" ");
  append_number(field, static_cast<std::uint64_t>(parts.tm_year + 1900));
  field.append(" ").append(two(parts.tm_hour)).append(":").append(two(parts.tm_min));
  field.append(":").append(two(parts.tm_sec)).append(" GMT\r\n");
  last = now;
  return field;
}
}  // namespace

Response error_response(int status, std::string_view code, std::string_view message,
                        const Request& request) {
  Response response{.status = status, .headers = {{"Content-Type", "application/json"}}};
  response.body.append(R"({"error":{"code":")").append(code);
  response.body.append(R"(","message":")").append(message).append(R"(","details":[])");
  response.body.append(R"(,"request_id":")").append(request.request_id).append(R"("}})");
  add_security_headers(response, Surface::api, request.secure);
  return response;
}

Result<void> write_head(std::string& to, const Response& response, const Request& request,
                        Framing framing, bool keep_alive, bool http_1_0) {
  const auto malformed = [](std::string detail) {
    return fail(Code::internal, "response_malformed", std::move(detail));
  };
  if (response.status < 200 || response.status > 599)
    return malformed("A handler answered with status " + std::to_string(response.status) + ".");
  to.append("HTTP/1.1 ");
  append_number(to, static_cast<std::uint64_t>(response.status));
  to.append(" ").append(phrase_of(response.status)).append("\r\n").append(date_field());
  for (const auto& [name, value] : response.headers) {
    if (own_field(name)) continue;
    if (!well_formed(name, value))
      return malformed("A handler gave a field that is not well formed.");
    to.append(name).append(": ").append(value).append("\r\n");
  }
  to.append("X-Request-Id: ").append(request.request_id).append("\r\n");
  if (framing == Framing::chunked) to.append("Transfer-Encoding: chunked\r\n");
  if (framing == Framing::length) {
    to.append("Content-Length: ");
    append_number(to, response.body.size());
    to.append("\r\n");
  }
  if (!keep_alive)
    to.append("Connection: close\r\n");
  else if (http_1_0)
    to.append("Connection: keep-alive\r\n");
  to.append("\r\n");
  return success();
}

void write_chunk(std::string& to, std::string_view data) {
  append_number(to, data.size(), 16);
  to.append("\r\n").append(data).append("\r\n");
}

}  // namespace insightflow::http
