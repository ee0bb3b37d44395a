// Budgets, records and what faults of the database do to them.
#include "llm_world.hpp"
#include "support/faulty_database.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

using namespace insightflow;
using namespace insightflow::llm;
using test::llm_error;
using test::LlmWorld;

namespace {

struct BudgetWorld : LlmWorld {
  BudgetWorld() { settings.cache.mode = CacheMode::off; }

  /// What is charged must be what the records say, in every span.
  void check_sums() {
    CHECK(number("SELECT coalesce(sum(tokens), 0) FROM llm_spend WHERE span = 'month'") ==
          number("SELECT coalesce(sum(input_tokens + output_tokens), 0) FROM llm_calls"));
    CHECK(number("SELECT coalesce(sum(money), 0) FROM llm_spend WHERE span = 'day'") ==
          number("SELECT coalesce(sum(cost), 0) FROM llm_calls"));
  }
};

}  // namespace

TEST_CASE_FIXTURE(BudgetWorld, "what is too much is refused before anything is sent") {
  struct Row {
    const char* name;
    Budget budget;
    Code code;
    bool waits;
  };
  const Row rows[] = {
      {"more tokens than a day has", {"*", 50, {}, {}, {}}, Code::forbidden, false},
      {"more money than a month has", {"*", {}, {}, {}, 5}, Code::forbidden, false},
      {"spent for today", {"*", 200, {}, {}, {}}, Code::rate_limited, true},
      {"spent for this month", {"*", {}, 200, {}, {}}, Code::rate_limited, true},
      {"the workspace's own row comes first",
       {home.str(), {}, {}, 30, {}},
       Code::rate_limited,
       true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    REQUIRE(db->write([&](storage::Tx& tx) { return erase_workspace(tx, home); }));
    settings.budgets = {{.workspace = "*"}};
    if (row.budget.workspace == "*") settings.budgets.clear();
    settings.budgets.push_back(row.budget);
    auto gateway = open();
    if (row.waits) REQUIRE(gateway->complete(request("first"), ctx()));
    const std::size_t sent = script.seen.size();
    const Error error = gateway->complete(request("second"), ctx()).error();
    CHECK(error.reason == "llm_budget_exhausted");
    CHECK(error.code == row.code);
    CHECK((error.retry_after.count() > 0) == row.waits);
    CHECK(script.seen.size() == sent);
    check_sums();
    if (!row.waits) continue;
    time.ms += error.retry_after.count();
    CHECK(gateway->complete(request("third"), ctx()));
    time.ms = 1'767'225'600'000;
  }
}

TEST_CASE("days and months are those of UTC") {
  struct Row {
    const char* at;
    const char* day;
    const char* next_day;
    const char* month;
    const char* next_month;
  };
  const Row rows[] = {
      {"2026-01-01T00:00:00Z", "2026-01-01", "2026-01-02", "2026-01-01", "2026-02-01"},
      {"2024-02-29T23:59:59.999Z", "2024-02-29", "2024-03-01", "2024-02-01", "2024-03-01"},
      {"2026-12-31T12:00:00Z", "2026-12-31", "2027-01-01", "2026-12-01", "2027-01-01"},
      {"1969-12-31T12:00:00Z", "1969-12-31", "1970-01-01", "1969-12-01", "1970-01-01"}};
  for (const Row& row : rows) {
    CAPTURE(row.at);
    const auto spans = spans_at(Instant::parse(row.at).value());
    CHECK(spans[0].start == Instant::parse(row.day).value());
    CHECK(spans[0].end == Instant::parse(row.next_day).value());
    CHECK(spans[1].start == Instant::parse(row.month).value());
    CHECK(spans[1].end == Instant::parse(row.next_month).value());
  }
}

TEST_CASE_FIXTURE(BudgetWorld, "threads together do not spend more than the budget") {
  // A call reserves five tokens and the hundred of the largest answer, and costs as much.
  settings.budgets = {{.workspace = "*", .tokens_per_day = 1'500}};
  auto gateway = open();
  script.always = [](const Request&, const OnText&) -> Result<Reply> {
    Reply reply = test::Script::reply("ok");
    reply.usage = {.input_tokens = 5, .output_tokens = 100};
    return reply;
  };
  std::atomic<int> served{0}, refused{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i) {
          const auto reply =
              gateway->complete(request(std::to_string(t) + " " + std::to_string(i)), ctx());
          if (reply)
            ++served;
          else if (reply.error().reason == "llm_budget_exhausted")
            ++refused;
        }
      });
  }
  CHECK(served + refused == 80);
  CHECK(served > 0);
  CHECK(served <= 14);
  CHECK(number("SELECT tokens FROM llm_spend WHERE span = 'day'") <= 1'500);
  CHECK(script.seen.size() == static_cast<std::size_t>(served));
  check_sums();
}

TEST_CASE_FIXTURE(BudgetWorld, "processes together do not spend more than the budget") {
  settings.budgets = {{.workspace = "*", .tokens_per_day = 1'500}};
  std::vector<pid_t> children;
  db.reset();  // no connection crosses a fork
  for (int child = 0; child < 3; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      int served = 0;
      {
        auto own = storage::open_sqlite({.path = folder / "a.db"}).value();
        database = own.get();
        auto gateway = open();
        for (int i = 0; i < 10; ++i)
          served +=
              gateway->complete(request(std::to_string(child) + " " + std::to_string(i)), ctx())
                  .has_value();
      }
      ::_exit(served);
    }
    children.push_back(pid);
  }
  int served = 0;
  for (const pid_t pid : children) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    REQUIRE(WIFEXITED(status));
    served += WEXITSTATUS(status);
  }
  db = storage::open_sqlite({.path = folder / "a.db"}).value();
  CHECK(served > 0);
  CHECK(served <= 10);  // each is charged 150
  CHECK(number("SELECT tokens FROM llm_spend WHERE span = 'day'") == served * 150);
  CHECK(number("SELECT count(*) FROM llm_calls WHERE state = 'completed'") == served);
}

TEST_CASE_FIXTURE(LlmWorld, "a fault of the database at any step costs neither answer nor record") {
  for (const bool budgeted : {false, true}) {
    settings.budgets.clear();
    if (budgeted) settings.budgets = {{.workspace = "*", .tokens_per_day = 1'000'000}};
    for (int step = 1;; ++step) {
      CAPTURE(budgeted);
      CAPTURE(step);
      REQUIRE(db->write([&](storage::Tx& tx) { return erase_workspace(tx, home); }));
      events.clear();
      script.seen.clear();
      test::FaultyDatabase faulty(*db, step);
      database = &faulty;
      std::size_t delayed = 0;
      {
        auto gateway = open();
        const auto reply = gateway->complete(request(), ctx());
        if (reply) {
          CHECK(reply.value().text == "fine");
        } else {
          // Only where a budget could not be checked, and then nothing was sent.
          CHECK(budgeted);
          CHECK(script.seen.empty());
        }
        delayed = gateway->delayed_records();
        CHECK((delayed == 0 || count(EventKind::record_delayed) > 0));
      }
      // The end of the gateway writes what was delayed.
      CHECK(number("SELECT count(*) FROM llm_calls WHERE state = 'completed' AND cost = 20") ==
            static_cast<std::int64_t>(script.seen.size()));
      CHECK(number("SELECT coalesce(sum(tokens), 0) FROM llm_spend WHERE span = 'day'") ==
            150 * static_cast<std::int64_t>(script.seen.size()));
      if (!faulty.fired()) break;
      REQUIRE(step < 100);
    }
  }
}

TEST_CASE_FIXTURE(BudgetWorld, "a call whose process went away stays charged and is called lost") {
  settings.budgets = {{.workspace = "*", .tokens_per_day = 1'000}};
  auto gateway = open();
  {
    const Observer nobody;
    Ledger gone(db.get(), settings, time, nobody);
    REQUIRE(gone.reserve({.id = ids.next<LlmCallId>(),
                          .workspace_id = home,
                          .task = "summarize",
                          .prompt_version = "1",
                          .model = "small",
                          .provider = "house",
                          .served_model = {},
                          .origin = {},
                          .reason = {},
                          .input_tokens = 300,
                          .output_tokens = 100,
                          .cost = 50,
                          .experiment = {},
                          .decision = {},
                          .cache_key = {},
                          .started_at = time.now(),
                          .ended_at = {}}));
  }
  CHECK(number("SELECT tokens FROM llm_spend WHERE span = 'day'") == 400);
  time.ms += 25 * 3'600'000ll;
  REQUIRE(gateway->tidy());
  CHECK(number("SELECT count(*) FROM llm_calls WHERE state = 'lost'") == 1);
  check_sums();
  time.ms += 91 * 86'400'000ll;
  REQUIRE(gateway->tidy());
  CHECK(number("SELECT count(*) FROM llm_calls") == 0);
}

TEST_CASE_FIXTURE(BudgetWorld, "usage and outcomes are told by task and model") {
  settings.budgets = {{.workspace = "*", .tokens_per_day = 10'000, .money_per_month = 7'700}};
  auto gateway = open();
  const auto reply = gateway->complete(request(), ctx()).value();
  script.then(llm_error("llm_refused"));
  script.then(llm_error("llm_refused"));
  CHECK(!gateway->complete(request("second"), ctx()));
  const UsageReport report = usage(*db, home, {}, time.now(), &settings).value();
  REQUIRE(report.rows.size() == 2);
  CHECK(report.rows[0].model == "large");
  CHECK(report.rows[0].failed == 1);
  CHECK(report.rows[1].model == "small");
  CHECK(report.rows[1].calls == 2);
  REQUIRE(report.budgets.size() == 2);
  CHECK(report.budgets[0].what == "tokens_per_day");
  CHECK(report.budgets[0].spent > 150);
  CHECK(report.budgets[1].limit == 7'700);

  REQUIRE(gateway->report_outcome(home, reply.call, {Quality::repaired, 10, 3}));
  REQUIRE(gateway->report_outcome(home, reply.call, {Quality::failed, 10, 9}));  // too late
  const auto seen = figures(*db, "summarize", {}).value();
  REQUIRE(seen.size() == 2);
  CHECK(seen[1].repaired == 1);
  CHECK(seen[1].invalid == 0);
  CHECK(seen[1].statements == 10);
  CHECK(gateway->report_outcome({}, reply.call, {}).error().reason == "llm_call_unknown");
}
