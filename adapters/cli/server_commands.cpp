#include "cli/command.hpp"
#include "cli/observe_options.hpp"
#include "http/serve.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

void add_server_commands(CLI::App& app, Context& context) {
  auto* serve = app.add_subcommand("serve", "Serve the API and the public survey pages");
  auto options = std::make_shared<http::ServeOptions>();
  auto quiet = std::make_shared<bool>(false);
  serve->add_option("--address", options->address, "Where to listen; 0.0.0.0 for everywhere")
      ->capture_default_str();
  serve->add_option("--port", options->port, "0 takes a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  serve
      ->add_option("--job-workers", options->job_workers,
                   "Threads that run jobs; 0 leaves them to 'work'")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  serve->add_option("--allow-origin", options->application.allowed_origins,
                    "Origin whose pages may open a WebSocket, as https://app.example; may be "
                    "repeated");
  auto origins = std::make_shared<std::vector<std::string>>();
  serve->add_option("--cors-origin", *origins,
                    "Origin whose pages may call the API, as https://app.example; may be repeated");
  auto form_time = std::make_shared<std::string>();
  serve->add_option("--form-time", *form_time,
                    "MIN,MAX seconds that a public form may take; default 1,86400");
  serve
      ->add_option("--proof-of-work", options->application.form.work_bits,
                   "Bits of a puzzle that browsers solve before a public form is taken; 0 for none")
      ->check(CLI::Range(0, 24))
      ->capture_default_str();
  auto limits = std::make_shared<std::vector<std::string>>();
  serve->add_option("--rate-limit", *limits,
                    "RULE=BURST,PER_MINUTE or RULE=off, or 'off' for none; may be repeated");
  auto proxies = std::make_shared<std::vector<std::string>>();
  serve->add_option("--trusted-proxy", *proxies,
                    "Network of proxies whose X-Forwarded-For is believed, as 10.0.0.0/8; may be "
                    "repeated");
  const auto tls = std::make_shared<http::TlsFiles>();
  auto* certificate = serve->add_option(
      "--tls-certificate", tls->certificate,
      "PEM file with the certificate and those that vouch for it; HTTPS instead of HTTP");
  auto* key = serve->add_option("--tls-key", tls->key, "PEM file with its private key");
  certificate->needs(key);
  key->needs(certificate);
  serve->add_flag("--quiet", *quiet, "No access log");
  const auto watched = add_observe_options(*serve);
  on_call(*serve, context,
          [&context, options, quiet, watched, limits, proxies, tls, origins,
           form_time]() -> Result<void> {
            const std::stop_token stop = interrupted_by_signal();
            BOOST_OUTCOME_TRY(const auto observer, watched->observer());
            if (options->port != 0)
              context.link_base =
                  (tls->certificate.empty() ? "http://127.0.0.1:" : "https://localhost:") +
                  std::to_string(options->port);
            BOOST_OUTCOME_TRY(auto engine, context.open(false, observer.get()));
            if (const auto keys = engine.accounts().jwks(); !keys)
              remark("insightflow: Nobody can sign in. " + keys.error().detail);
            options->access_log = !*quiet;
            if (*limits != std::vector<std::string>{"off"}) {
              auto& settings = options->application.limits.emplace();
              for (const std::string& text : *limits) {
                BOOST_OUTCOME_TRY(settings.emplace_back(), http::parse_limit(text));
              }
            }
            for (const std::string& text : *proxies) {
              BOOST_OUTCOME_TRY(auto network, http::Network::parse(text));
              options->application.trusted_proxies.push_back(network);
            }
            for (const std::string& text : *origins) {
              BOOST_OUTCOME_TRY(options->application.cors_origins.emplace_back(),
                                http::parse_origin(text));
            }
            // A page that may call the API may also follow its events.
            options->application.allowed_origins.insert(options->application.allowed_origins.end(),
                                                        options->application.cors_origins.begin(),
                                                        options->application.cors_origins.end());
            if (!form_time->empty()) {
              BOOST_OUTCOME_TRY(options->application.form,
                                http::parse_form_time(*form_time, options->application.form));
            }
            if (!tls->certificate.empty()) options->tls = *tls;
            options->metrics = watched->metrics;
            const bool as_json = context.json;
            return http::serve(engine, *options, stop, [&](const http::Listening& listening) {
              const auto url = [](std::string_view scheme, const std::string& address,
                                  std::uint16_t port) {
                return std::string(scheme) + "://" + address + ":" + std::to_string(port);
              };
              const std::string own =
                  url(options->tls ? "https" : "http", options->address, listening.port);
              json::object out{{"url", own}};
              std::string words = "Listening on " + own + " (Ctrl-C stops it)\n";
              if (listening.metrics_port) {
                const std::string metrics =
                    url("http", options->metrics.address, *listening.metrics_port) + "/metrics";
                out["metrics"] = metrics;
                words += "Metrics are at " + metrics + "\n";
              }
              print(as_json ? serialize(out) + "\n" : words);
              std::fflush(stdout);
            });
          });

  auto* work = app.add_subcommand("work", "Run queued jobs, beside 'serve' or alone");
  auto until_idle = std::make_shared<bool>(false);
  auto wanted = std::make_shared<WorkOptions>();
  auto* idle = work->add_flag("--until-idle", *until_idle, "End when no job is ready");
  work->add_option("--kinds", wanted->kinds, "Only jobs of these kinds")
      ->delimiter(',')
      ->excludes(idle);
  work->add_option("--concurrency", wanted->concurrency, "Jobs at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  const auto work_watched = add_observe_options(*work);
  on_call(*work, context, [&context, until_idle, wanted, work_watched]() -> Result<void> {
    const Ctx ctx = context.ctx();
    BOOST_OUTCOME_TRY(
        const auto observer,
        work_watched->observer(*until_idle ? observe::Level::warn : observe::Level::info));
    BOOST_OUTCOME_TRY(auto engine, context.open(false, observer.get()));
    http::MetricsServer metrics(engine);
    BOOST_OUTCOME_TRY(const auto port, metrics.start(work_watched->metrics));
    if (port)
      remark("Metrics are at http://" + work_watched->metrics.address + ":" +
             std::to_string(*port) + "/metrics");
    if (*until_idle) {
      BOOST_OUTCOME_TRY(const int ran, engine.work_until_idle(ctx));
      if (context.json)
        print_json({{"jobs", ran}});
      else
        print(std::to_string(ran) + (ran == 1 ? " job run\n" : " jobs run\n"));
      return insightflow::success();
    }
    return engine.work(ctx.stop, *wanted);
  });

  auto* document =
      app.add_subcommand("openapi", "Print the OpenAPI document of the HTTP interface");
  on_call(*document, context, []() -> Result<void> {
    print(pretty(openapi()));
    return insightflow::success();
  });
}

}  // namespace insightflow::cli
