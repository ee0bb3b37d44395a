// What rests, what is tried again, and for how long.
#include "llm_world.hpp"

#include <thread>

using namespace insightflow;
using namespace insightflow::llm;
using test::llm_error;
using test::LlmWorld;

TEST_CASE("a breaker opens, cools, and lets one call try") {
  ManualClock clock{Instant{1'000'000}};
  Breaker breaker({.failures = 2, .cooldown_ms = 1'000}, clock);
  const auto first = breaker.admit().value(), second = breaker.admit().value();
  CHECK(!breaker.failed(first));
  CHECK(breaker.failed(second) == BreakerState::open);
  CHECK(breaker.resting());
  CHECK(breaker.admit().error().retry_after == std::chrono::milliseconds(1'000));
  clock.at = clock.at + 999;
  CHECK(!breaker.admit());
  clock.at = clock.at + 1;
  CHECK(!breaker.resting());
  const auto probe = breaker.admit().value();
  CHECK(probe.probe);
  CHECK(breaker.state() == BreakerState::half_open);
  CHECK(!breaker.admit());
  SUBCASE("who came before it opened changes nothing") {
    CHECK(!breaker.succeeded(second));
    CHECK(!breaker.failed(first));
    CHECK(breaker.state() == BreakerState::half_open);
  }
  SUBCASE("the probe fails") {
    CHECK(breaker.failed(probe) == BreakerState::open);
    CHECK(!breaker.admit());
  }
  SUBCASE("the probe succeeds") {
    CHECK(breaker.succeeded(probe) == BreakerState::closed);
    CHECK(breaker.admit());
  }
  SUBCASE("the probe is given up: the next one tries") {
    breaker.abandoned(probe);
    CHECK(breaker.admit().value().probe);
  }
  SUBCASE("a clock that is set back does not prolong the rest") {
    breaker.failed(probe);
    clock.at = Instant{5};
    CHECK(breaker.admit());
  }
}

TEST_CASE("a success between failures keeps the breaker closed") {
  ManualClock clock{Instant{1'000'000}};
  Breaker breaker({.failures = 3, .cooldown_ms = 1'000}, clock);
  for (int i = 0; i < 20; ++i) {
    CHECK(!breaker.failed(breaker.admit().value()));
    CHECK(!breaker.failed(breaker.admit().value()));
    CHECK(!breaker.succeeded(breaker.admit().value()));
  }
}

TEST_CASE("whatever happens, one probe at most is under way and a rest is kept") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    ManualClock clock{Instant{1'000'000}};
    Breaker breaker({.failures = 3, .cooldown_ms = 500}, clock);
    std::vector<Breaker::Ticket> out;
    std::optional<Instant> opened;
    for (int step = 0; step < 200; ++step) {
      clock.at = clock.at + static_cast<std::int64_t>(rng.below(200));
      if (rng.below(2) == 0 || out.empty()) {
        if (const auto ticket = breaker.admit()) {
          CHECK((!opened || clock.at - *opened >= 500));
          out.push_back(ticket.value());
        }
        std::int64_t probes = 0;
        if (breaker.state() == BreakerState::half_open)
          for (const auto& one : out)
            probes += one.probe && one.generation == out.back().generation;
        CHECK(probes <= 1);
      } else {
        const std::size_t at = rng.below(out.size());
        const auto ticket = out[at];
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
        std::optional<BreakerState> moved;
        if (const auto what = rng.below(4); what < 2)
          moved = breaker.failed(ticket);
        else if (what == 2)
          moved = breaker.succeeded(ticket);
        else
          breaker.abandoned(ticket);
        if (moved == BreakerState::open) opened = clock.at;
        if (moved == BreakerState::closed) opened.reset();
      }
    }
  }
}

TEST_CASE_FIXTURE(LlmWorld, "only what may pass is tried again") {
  settings.fallback.clear();
  for (const ErrorRow& row : error_table) {
    CAPTURE(row.reason);
    script.seen.clear();
    script.always = [&](const Request&, const OnText&) -> Result<Reply> {
      return llm_error(row.reason);
    };
    auto gateway = open();
    const auto reply = gateway->complete(request(), ctx());
    CHECK(reply.error().reason == row.reason);
    CHECK(script.seen.size() == (row.retry ? 4 : 1));
  }
}

TEST_CASE_FIXTURE(LlmWorld, "waits double from half a second to eight, half of each by chance") {
  settings.fallback.clear();
  settings.retry.attempts = 8;
  settings.breaker.failures = 100;
  script.always = [](const Request&, const OnText&) -> Result<Reply> {
    return llm_error("llm_overloaded");
  };
  auto gateway = open();
  CHECK(!gateway->complete(request(), ctx()));
  const std::int64_t full[] = {500, 1'000, 2'000, 4'000, 8'000, 8'000, 8'000};
  REQUIRE(waits.size() == std::size(full));
  for (std::size_t i = 0; i < waits.size(); ++i) {
    CAPTURE(i);
    CHECK(waits[i] >= full[i] / 2);
    CHECK(waits[i] <= full[i]);
  }
}

TEST_CASE_FIXTURE(LlmWorld, "Retry-After is obeyed up to a minute") {
  settings.fallback.clear();
  struct Row {
    std::int64_t asked;
    std::size_t sent;
  };
  for (const Row& row : {Row{20'000, 2}, Row{60'000, 2}, Row{60'001, 1}}) {
    CAPTURE(row.asked);
    script.seen.clear();
    waits.clear();
    script.then(llm_error("llm_rate_limited", row.asked));
    auto gateway = open();
    const auto reply = gateway->complete(request(std::to_string(row.asked)), ctx());
    CHECK(script.seen.size() == row.sent);
    if (row.sent == 2) {
      CHECK(waits == std::vector<std::int64_t>{row.asked});
    } else {
      CHECK(reply.error().retry_after.count() == row.asked);
      script.next.clear();
    }
  }
}

TEST_CASE_FIXTURE(LlmWorld, "a wait ends with the caller, and none begins past the deadline") {
  settings.fallback.clear();
  script.always = [](const Request&, const OnText&) -> Result<Reply> {
    return llm_error("llm_overloaded", 30'000);
  };
  SUBCASE("a deadline") {
    auto gateway = open();
    Ctx limited = ctx();
    limited.deadline = time.now() + 10'000;
    CHECK(gateway->complete(request(), limited).error().reason == "llm_overloaded");
    CHECK(waits.empty());
  }
  SUBCASE("a stop, on real time") {
    GatewayOptions given = options();
    given.sleep = &sleep_for;
    auto gateway = Gateway::open(std::move(given)).value();
    std::stop_source stop;
    Ctx stoppable{.stop = stop.get_token(), .on_progress = {}};
    std::jthread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      stop.request_stop();
    });
    CHECK(gateway->complete(request(), stoppable).error().reason == "cancelled");
    CHECK(script.seen.size() == 1);
  }
}

TEST_CASE_FIXTURE(LlmWorld, "attempts and time are bounded whatever a provider does") {
  database = nullptr;
  settings.retry.attempts = 5;
  // Two models, each with the largest wait before every attempt but the first.
  const std::int64_t bound = 2 * 4 * 60'000;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    script.seen.clear();
    bool streamed = false;
    std::size_t after_text = 0;
    script.always = [&](const Request&, const OnText& on_text) -> Result<Reply> {
      if (streamed) ++after_text;
      const auto what = rng.below(10);
      if (what == 0) return test::Script::reply("done");
      if (what == 1 && on_text) {
        streamed = true;
        on_text("part");
      }
      const ErrorRow& row = error_table[rng.below(error_table.size())];
      return llm_error(row.reason, static_cast<std::int64_t>(rng.below(90'000)));
    };
    auto gateway = open();
    const Instant start = time.now();
    (void)gateway->complete(request(), ctx(), [](std::string_view) {});
    CHECK(script.seen.size() <= 10);
    CHECK(after_text == 0);
    CHECK(time.now() - start <= bound);
  }
}

TEST_CASE("a rate is kept over every stretch of time") {
  struct Row {
    std::int64_t requests, tokens, each;
  };
  for (const Row& row : {Row{60, 0, 1}, Row{6'000, 0, 1}, Row{0, 10'000, 700}, Row{0, 1'000, 5'000},
                         Row{30, 6'000, 400}, Row{1, 0, 1}}) {
    CAPTURE(row.requests);
    CAPTURE(row.tokens);
    RateGate gate(row.requests, row.tokens);
    std::int64_t now = 1'000'000;
    std::vector<std::int64_t> passed;
    Rng rng(3);
    for (int i = 0; i < 2'000; ++i) {
      const auto wait = gate.take(Instant{now}, row.each);
      if (wait.count() == 0)
        passed.push_back(now);
      else if (rng.below(3) == 0)
        CHECK(gate.take(Instant{now + wait.count() - 1}, row.each).count() > 0);
      now += wait.count() > 0 ? wait.count() : static_cast<std::int64_t>(rng.below(5));
    }
    REQUIRE(passed.size() > 5);
    for (std::size_t from = 0; from < passed.size(); from += 7)
      for (std::size_t to = from + 1; to < passed.size(); to += 5) {
        const auto count = static_cast<std::int64_t>(to - from + 1);
        const double minutes = static_cast<double>(passed[to] - passed[from]) / 60'000.;
        const auto within = [&](std::int64_t per_minute, std::int64_t each) {
          if (per_minute == 0) return true;
          const double burst =
              static_cast<double>(std::max({per_minute / 6, each, std::int64_t{1}}));
          return static_cast<double>(count * each) <= static_cast<double>(per_minute) * minutes +
                                                          burst + static_cast<double>(each) * 1.01;
        };
        CHECK(within(row.requests, 1));
        CHECK(within(row.tokens, row.each));
      }
  }
}

TEST_CASE_FIXTURE(LlmWorld, "calls wait for their turn at a provider, but not for ever") {
  settings.rate_limits = {{.provider = "house", .requests_per_minute = 6}};
  settings.fallback.clear();
  settings.cache.mode = CacheMode::off;
  auto gateway = open();
  for (int i = 0; i < 3; ++i) CHECK(gateway->complete(request(), ctx()));
  CHECK(waits == std::vector<std::int64_t>{10'000, 10'000});
  Ctx limited = ctx();
  limited.deadline = time.now() + 1'000;
  const Error error = gateway->complete(request(), limited).error();
  CHECK(error.reason == "llm_turn_missed");
  CHECK(error.retry_after.count() == 10'000);
  CHECK(script.seen.size() == 3);
}

TEST_CASE_FIXTURE(LlmWorld, "equal requests at the same time are one call") {
  std::mutex gate;
  gate.lock();
  std::atomic<int> asked{0};
  script.always = [&](const Request&, const OnText&) -> Result<Reply> {
    ++asked;
    const std::lock_guard wait(gate);
    return test::Script::reply("shared");
  };
  auto gateway = open();
  std::atomic<int> cached{0}, whole{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        const auto reply = gateway->complete(request(), ctx());
        whole += reply && reply.value().text == "shared";
        cached += reply && reply.value().cached;
      });
    while (asked == 0) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    gate.unlock();
  }
  CHECK(asked == 1);
  CHECK(whole == 6);
  CHECK(cached == 5);
  CHECK(number("SELECT count(*) FROM llm_calls WHERE cost > 0") == 1);
}

TEST_CASE_FIXTURE(LlmWorld, "when the first of equal requests is stopped another takes over") {
  std::atomic<int> asked{0};
  std::stop_source stop;
  script.always = [&](const Request&, const OnText&) -> Result<Reply> {
    if (++asked > 1) return test::Script::reply("second");
    while (!stop.stop_requested()) std::this_thread::yield();
    return llm_error("cancelled");
  };
  auto gateway = open();
  std::jthread first([&] {
    CHECK(gateway->complete(request(), {.stop = stop.get_token(), .on_progress = {}})
              .error()
              .reason == "cancelled");
  });
  while (asked == 0) std::this_thread::yield();
  std::jthread second([&] { CHECK(gateway->complete(request(), ctx()).value().text == "second"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  stop.request_stop();
  second.join();
  CHECK(asked == 2);
}
