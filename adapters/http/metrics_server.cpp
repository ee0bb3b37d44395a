#include "http/metrics_server.hpp"

namespace insightflow::http {

namespace {

constexpr std::string_view plain = "text/plain; charset=utf-8";

Response text(int status, std::string_view media, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", std::string(media)}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

}  // namespace

Result<std::optional<std::uint16_t>> MetricsServer::start(const MetricsOptions& options) {
  if (!options.port) return std::nullopt;
  Options http{
      .address = options.address, .port = *options.port, .workers = 2, .max_connections = 64};
  if (engine_.observer()) http.log = &engine_.observer()->log;
  server_.emplace(std::move(http), [this](const Request& request) {
    if (request.method != "GET" && request.method != "HEAD")
      return text(405, plain, "This address takes GET.\n");
    if (request.path == "/metrics") return text(200, observe::metrics_media, engine_.metrics());
    if (request.path == "/healthz") return text(200, plain, "ok\n");
    return text(404, plain, "There is /metrics, and /healthz.\n");
  });
  BOOST_OUTCOME_TRY(const std::uint16_t port, server_->start());
  return std::optional(port);
}

}  // namespace insightflow::http
