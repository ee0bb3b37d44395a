#include "http/serve.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/object.hpp>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <thread>

namespace insightflow::http {

Result<void> serve(Engine& engine, const ServeOptions& options, std::stop_token stop,
                   const std::function<void(std::uint16_t)>& on_listening) {
  const Application application(engine, options.application);
  Options http{.address = options.address,
               .port = options.port,
               .workers = options.request_workers,
               .body_limit = &Application::body_limit};
  auto logger = spdlog::get("access");
  if (!logger) logger = spdlog::stderr_logger_mt("access");
  logger->set_pattern("%v");
  if (options.access_log)
    http.access_log = [logger](const Request& request, int status, std::chrono::microseconds took) {
      // The path may hold a slug, never a query: that may hold a respondent's hidden fields.
      logger->info(serialize(json::object{{"time", system_clock().now().str()},
                                          {"request_id", request.request_id},
                                          {"remote", request.remote},
                                          {"method", request.method},
                                          {"path", request.path},
                                          {"status", status},
                                          {"microseconds", took.count()}}));
    };
  Server server(std::move(http),
                [&](const Request& request) { return application.handle(request); });
  BOOST_OUTCOME_TRY(const std::uint16_t port, server.start());
  if (on_listening) on_listening(port);
  {
    std::jthread workers;
    if (options.job_workers > 0)
      workers = std::jthread([&](std::stop_token ended) {
        (void)engine.work(std::move(ended), {.concurrency = options.job_workers});
      });
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait(lock, stop, [] { return false; });
    server.stop();
  }
  return success();
}

}  // namespace insightflow::http
