#include "http/security_headers.hpp"

#include <algorithm>

namespace insightflow::http {
namespace {

constexpr unsigned on_api = 1, on_page = 2, on_document = 4, if_secure = 8;

struct Row {
  std::string_view name;
  std::string_view value;
  unsigned where;
};

/// After the OWASP Secure Headers Project. An API answers with JSON, tables, events, and reports:
/// those are documents with a style of their own.
constexpr Row rows[] = {
    {"Strict-Transport-Security", "max-age=31536000", on_api | on_page | on_document | if_secure},
    {"Cache-Control", "no-store", on_api | on_page | on_document},
    {"X-Content-Type-Options", "nosniff", on_api | on_page | on_document},
    {"Referrer-Policy", "no-referrer", on_api | on_page | on_document},
    {"Cross-Origin-Resource-Policy", "same-origin", on_api | on_page | on_document},
    {"Cross-Origin-Opener-Policy", "same-origin", on_page | on_document},
    {"Permissions-Policy",
     "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
     on_page | on_document},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'", on_api},
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
     "form-action 'none'; frame-ancestors 'none'; sandbox",
     on_document}};

bool has(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [&](const auto& field) { return equal_fold(field.first, name); });
}

bool is_html(const Response& response) {
  return std::ranges::any_of(response.headers, [](const auto& field) {
    return equal_fold(field.first, "Content-Type") && field.second.starts_with("text/html");
  });
}

}  // namespace

void add_security_headers(Response& response, Surface surface, bool secure) {
  response.headers.reserve(response.headers.size() + std::size(rows));
  const unsigned kind = surface == Surface::page ? on_page
                        : is_html(response)      ? on_document
                                                 : on_api;
  for (const Row& row : rows)
    if ((row.where & kind) != 0 && ((row.where & if_secure) == 0 || secure) &&
        !has(response, row.name))
      response.headers.emplace_back(row.name, row.value);
}

std::string page_policy(const std::string& nonce, bool script) {
  const std::string source = " 'nonce-" + nonce + "'; ";
  return "default-src 'none'; style-src" + source + (script ? "script-src" + source : "") +
         "form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
}

}  // namespace insightflow::http
