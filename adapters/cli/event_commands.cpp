#include "cli/command.hpp"

#include <insightflow/core/json.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <condition_variable>
#include <limits>
#include <mutex>

namespace insightflow::cli {

namespace {

/// Prints events, one JSON object a line, until there are no more, or with `follow` for ever.
Result<void> print_events(events::Subscription& subscription, bool follow,
                          const std::stop_token& stop) {
  using Then = events::Subscription::Then;
  std::mutex mutex;
  std::condition_variable_any woken;
  bool more = false;
  subscription.on_wake([&] {
    const std::lock_guard lock(mutex);
    more = true;
    woken.notify_all();
  });
  struct Silence {
    events::Subscription& subscription;
    ~Silence() { subscription.on_wake(nullptr); }
  } const silence{subscription};
  std::vector<events::MessagePtr> messages;
  for (Then then = Then::again; !stop.stop_requested();) {
    messages.clear();
    then = then == Then::fetch ? subscription.fetch(messages) : subscription.next(messages);
    for (const events::MessagePtr& message : messages) print(std::string(message->json()) + "\n");
    if (!messages.empty()) std::fflush(stdout);
    if (then == Then::end)
      return fail(Code::unavailable, "database_failed", "The events can no longer be read.");
    if (then != Then::wait) continue;
    if (!follow) break;
    std::unique_lock lock(mutex);
    woken.wait(lock, stop, [&] { return more; });
    more = false;
  }
  return insightflow::success();
}

}  // namespace

void add_event_commands(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("events", "Print what has happened, one JSON object a line");
  struct Arguments {
    events::Ask ask;
    std::int64_t after = 0;
    bool follow = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto* after = command
                    ->add_option("--after", arguments->after,
                                 "Only what came after this id; all that is kept when left out")
                    ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()));
  command->add_flag("-f,--follow", arguments->follow,
                    "Go on with what happens, until Ctrl-C; without --after only that");
  command->add_option("--types", arguments->ask.types, "Only these types, or families as job.*")
      ->delimiter(',');
  on_call(*command, context, [&context, arguments, after]() -> Result<void> {
    const std::stop_token stop = interrupted_by_signal();
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    if (after->count() > 0 || !arguments->follow) arguments->ask.after = arguments->after;
    BOOST_OUTCOME_TRY(const auto subscription, engine.watch(session, arguments->ask));
    return print_events(*subscription, arguments->follow, stop);
  });
}

}  // namespace insightflow::cli
