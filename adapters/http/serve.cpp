#include "http/serve.hpp"

#include "http/application.hpp"
#include "http/watch.hpp"

#include <condition_variable>
#include <thread>

namespace insightflow::http {

namespace {

/// How often the files of the certificate are looked at.
constexpr std::chrono::seconds certificate_watch{2};

void tell_validity(const Tls& tls, const TlsFiles& files, const observe::Log& log,
                   const Clock& clock) {
  const Tls::Validity validity = tls.validity();
  if (const auto warning = validity_warning(validity, clock.now()))
    log.write(observe::Level::warn, *warning,
              {{"certificate", files.certificate},
               {"from", validity.from.str()},
               {"until", validity.until.str()}});
}

void refresh(Tls& tls, const TlsFiles& files, const observe::Log& log, const Clock& clock) {
  const auto changed = tls.refresh();
  if (!changed) {
    log.write(observe::Level::error, "tls_certificate_kept",
              {{"reason", changed.error().reason}, {"detail", changed.error().detail}});
  } else if (changed.value()) {
    log.write(observe::Level::info, "tls_certificate_renewed",
              {{"certificate", files.certificate}, {"until", tls.validity().until.str()}});
    tell_validity(tls, files, log, clock);
  }
}

}  // namespace

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
  const observe::Log& log = http.log != nullptr ? *http.log : observe::plain_log();
  std::shared_ptr<Tls> tls;
  if (options.tls) {
    BOOST_OUTCOME_TRY(tls, Tls::load(*options.tls));
    tell_validity(*tls, *options.tls, log, *options.application.clock);
    http.tls = tls;
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
    if (!tls) woken.wait(lock, stop, [] { return false; });
    while (!stop.stop_requested()) {
      woken.wait_for(lock, stop, certificate_watch, [] { return false; });
      if (!stop.stop_requested()) refresh(*tls, *options.tls, log, *options.application.clock);
    }
    server.stop();
  }
  return success();
}

}  // namespace insightflow::http
