#include "http/serve.hpp"

#include "http/application.hpp"
#include "http/watch.hpp"

#include <condition_variable>
#include <thread>

namespace insightflow::http {

Result<void> serve(Engine& engine, const ServeOptions& options, std::stop_token stop,
                   const std::function<void(const Listening&)>& on_listening) {
  const Application application(engine, options.application);
  Options http{.address = options.address,
               .port = options.port,
               .workers = options.request_workers,
               .body_limit = &Application::body_limit};
  Handler handler = [&](const Request& request) { return application.handle(request); };
  std::optional<Watch> watch;
  if (observe::Observer* observer = engine.observer()) {
    watch.emplace(*observer, application.route_names(), options.access_log);
    http.log = &observer->log;
    http.on_answer = [&](const Request& request, const Answered& answered) {
      watch->answered(request, answered);
    };
    handler = [&](const Request& request) {
      const auto in_flight = watch->in_flight();
      return application.handle(request);
    };
  }
  MetricsServer metrics(engine);
  BOOST_OUTCOME_TRY(const auto metrics_port, metrics.start(options.metrics));
  Server server(std::move(http), std::move(handler));
  BOOST_OUTCOME_TRY(const std::uint16_t port, server.start());
  if (on_listening) on_listening({port, metrics_port});
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
