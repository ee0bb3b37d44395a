#pragma once

#include "http/message.hpp"

/// The text forms inside a request. Pure functions; strict: what is not well formed or not UTF-8 is
/// an error, never repaired.
namespace insightflow::http {

enum class Plus { literal, space };

/// Decodes %XX (RFC 3986, 2.1). With `Plus::space` a '+' becomes a space, as forms write it.
/// Errors: `percent_malformed`, `utf8_invalid`, `nul_byte`.
Result<std::string> percent_decode(std::string_view text, Plus plus = Plus::literal);

/// The segments of an absolute path, each decoded by itself: "/s/a%2Fb" gives "s" and "a/b", "/"
/// gives none, "/s/" gives "s" and an empty one. Errors: those of `percent_decode`, and
/// `path_malformed` where the path does not begin with '/' or a segment is "." or "..".
Result<std::vector<std::string>> path_segments(std::string_view path);

/// Reads application/x-www-form-urlencoded: a body or a query. Order and repetition are kept; an
/// empty text gives no parameter. Errors: those of `percent_decode`, `too_many_parameters`.
Result<std::vector<Parameter>> parse_form(std::string_view text, std::size_t max_parameters = 1000);

/// The value of a cookie in a Cookie field (RFC 6265, 4.2), without its quotes.
std::optional<std::string_view> cookie(std::string_view field, std::string_view name);

}  // namespace insightflow::http
