#include "cli/command.hpp"
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
  serve->add_option("--port", options->port, "0 takes a free one")->capture_default_str();
  serve
      ->add_option("--job-workers", options->job_workers,
                   "Threads that run jobs; 0 leaves them to 'work'")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  serve->add_option("--allow-origin", options->application.allowed_origins,
                    "Origin whose pages may open a WebSocket, as https://app.example; may be "
                    "repeated");
  serve->add_flag("--quiet", *quiet, "No access log");
  on_call(*serve, context, [&context, options, quiet]() -> Result<void> {
    const std::stop_token stop = interrupted_by_signal();
    BOOST_OUTCOME_TRY(auto engine, context.open());
    options->access_log = !*quiet;
    const bool as_json = context.json;
    return http::serve(engine, *options, stop, [&](std::uint16_t port) {
      const std::string url = "http://" + options->address + ":" + std::to_string(port);
      if (as_json)
        print(serialize(json::object{{"url", url}}) + "\n");
      else
        print("Listening on " + url + " (Ctrl-C stops it)\n");
      std::fflush(stdout);
    });
  });

  auto* work = app.add_subcommand("work", "Run queued jobs, beside 'serve' or alone");
  auto until_idle = std::make_shared<bool>(false);
  auto wanted = std::make_shared<WorkOptions>();
  work->add_flag("--until-idle", *until_idle, "End when no job is ready");
  work->add_option("--kinds", wanted->kinds, "Only jobs of these kinds")->delimiter(',');
  work->add_option("--concurrency", wanted->concurrency, "Jobs at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  on_call(*work, context, [&context, until_idle, wanted]() -> Result<void> {
    const Ctx ctx = context.ctx();
    BOOST_OUTCOME_TRY(auto engine, context.open());
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
