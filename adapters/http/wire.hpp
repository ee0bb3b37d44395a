#pragma once

#include "http/message.hpp"

/// How answers are written; no sockets.
namespace insightflow::http {

/// {"error":{"code","message","details":[],"request_id"}}: what every refusal made by the server
/// itself holds.
Response error_response(int status, std::string_view code, std::string_view message,
                        const Request& request);

enum class Framing { none, length, chunked, until_close };

/// Status line and fields, with the empty line. Fields that are the server's own are left out of
/// what the handler gave. Errors: `response_malformed` where the status is not one a handler may
/// give or a field could break out of its line.
Result<void> write_head(std::string& to, const Response& response, const Request& request,
                        Framing framing, bool keep_alive, bool http_1_0);

/// One chunk of a chunked body around `data`; the closing chunk when it is empty.
void write_chunk(std::string& to, std::string_view data);

}  // namespace insightflow::http
