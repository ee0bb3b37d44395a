// The whole chain on a fake client: what a caller sees, and what is left behind.
#include "llm_world.hpp"

using namespace insightflow;
using namespace insightflow::llm;
using test::llm_error;
using test::LlmWorld;

TEST_CASE_FIXTURE(LlmWorld, "the policies stand in the order that is documented") {
  auto gateway = open();
  std::vector<Deployment> deployments;
  const Observer observer;
  Ledger ledger(nullptr, settings, time, observer);
  const Sleep sleep = &sleep_for;
  deployments.push_back({&settings.models[0], &settings.providers[0],
                         std::make_unique<Breaker>(settings.breaker, time)});
  const auto chain =
      compose({settings, time, sleep, moderation, observer, ledger, ids, deployments, nullptr, 1});
  std::vector<Policy> found;
  for (const Client* at = chain.get(); at != nullptr;) {
    const auto* policy = dynamic_cast<const Decorator*>(at);
    REQUIRE(policy != nullptr);
    found.push_back(policy->policy());
    at = policy->behind();
  }
  std::vector<Policy> told;
  for (const PolicyRow& row : policy_order) told.push_back(row.policy);
  CHECK(found == told);
}

TEST_CASE_FIXTURE(LlmWorld, "a call is answered, recorded and paid for") {
  auto gateway = open();
  Request asked = request();
  asked.origin = "job-1";
  const auto reply = gateway->complete(asked, ctx());
  REQUIRE(reply);
  CHECK(reply.value().text == "fine");
  CHECK(reply.value().name == "small");
  CHECK(reply.value().provider == "house");
  CHECK(!reply.value().cached);
  CHECK(script.models() == std::vector<std::string>{"small-8b"});
  const Call call = find_call(*db, home, reply.value().call).value();
  CHECK(call.state == CallState::completed);
  CHECK(call.input_tokens == 100);
  CHECK(call.output_tokens == 50);
  CHECK(call.cost == 20);  // 100 × 0.1 + 50 × 0.2 millionths
  CHECK(call.attempts == 1);
  CHECK(call.origin == "job-1");
  CHECK(call.prompt_version == "summarize@1");
  CHECK(call.decision.find("\"chosen\":\"small\"") != std::string::npos);
  CHECK(number("SELECT tokens FROM llm_spend WHERE span = 'day'") == 150);
  CHECK(number("SELECT money FROM llm_spend WHERE span = 'month'") == 20);
  CHECK(number("SELECT calls FROM llm_stats") == 1);
}

TEST_CASE_FIXTURE(LlmWorld,
                  "the same request is answered from the cache, for its workspace alone") {
  auto gateway = open();
  REQUIRE(gateway->complete(request(), ctx()));
  const auto again = gateway->complete(request(), ctx());
  REQUIRE(again);
  CHECK(again.value().cached);
  CHECK(again.value().text == "fine");
  CHECK(script.seen.size() == 1);
  const Call call = find_call(*db, home, again.value().call).value();
  CHECK(call.cached);
  CHECK(call.cost == 0);
  CHECK(call.model == "small");
  CHECK(number("SELECT tokens FROM llm_spend WHERE span = 'day'") == 150);

  struct Row {
    const char* name;
    std::function<void(Request&)> change;
  };
  const Row rows[] = {
      {"text", [](Request& r) { r.messages[0].text += "!"; }},
      {"role", [](Request& r) { r.messages[0].role = Role::system; }},
      {"one message or two",
       [](Request& r) {
         r.messages = {{Role::user, "What do"}, {Role::user, " they say?"}};
       }},
      {"prompt", [](Request& r) { r.prompt_version = "summarize@2"; }},
      {"schema", [](Request& r) { r.schema = "{}"; }},
      {"tier", [](Request& r) { r.tier = Tier::best; }},
      {"task", [](Request& r) { r.task = "recommend"; }},
      {"temperature", [](Request& r) { r.temperature = 0.5; }},
      {"workspace", [](Request& r) { r.workspace = {}; }},
  };
  std::size_t sent = 1;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Request changed = request();
    row.change(changed);
    CHECK(!gateway->complete(changed, ctx()).value().cached);
    CHECK(script.seen.size() == ++sent);
  }
  SUBCASE("until it is too old") {
    time.ms += 8 * 86'400'000ll;
    CHECK(!gateway->complete(request(), ctx()).value().cached);
  }
  SUBCASE("until it is purged") {
    REQUIRE(gateway->purge_cache(home));
    CHECK(!gateway->complete(request(), ctx()).value().cached);
  }
  SUBCASE("until it turns out to be useless") {
    REQUIRE(gateway->report_outcome(home, call.id, {.quality = Quality::failed}));
    CHECK(!gateway->complete(request(), ctx()).value().cached);
  }
  SUBCASE("until the workspace is erased") {
    REQUIRE(db->write([&](storage::Tx& tx) { return erase_workspace(tx, home); }));
    CHECK(number("SELECT count(*) FROM llm_calls WHERE workspace_id <> "
                 "'00000000-0000-0000-0000-000000000000'") == 0);
    CHECK(!gateway->complete(request(), ctx()).value().cached);
  }
}

TEST_CASE_FIXTURE(LlmWorld, "the cache stays within its bytes, the oldest goes first") {
  settings.cache.most_bytes = 1'000;
  auto gateway = open();
  for (int i = 0; i < 40; ++i) {
    time.ms += 1;
    REQUIRE(gateway->complete(request("Question " + std::to_string(i)), ctx()));
  }
  CHECK(number("SELECT sum(bytes) FROM llm_cache") <= 1'000);
  CHECK(gateway->complete(request("Question 39"), ctx()).value().cached);
  CHECK(!gateway->complete(request("Question 0"), ctx()).value().cached);
}

TEST_CASE_FIXTURE(LlmWorld, "what is cut off or failed is not kept") {
  auto gateway = open();
  script.next.push_back([](const Request&, const OnText&) -> Result<Reply> {
    Reply cut = test::Script::reply("half a");
    cut.finish = Finish::length;
    return cut;
  });
  CHECK(gateway->complete(request(), ctx()).value().text == "half a");
  CHECK(gateway->complete(request(), ctx()).value().text == "fine");
  CHECK(script.seen.size() == 2);
}

TEST_CASE_FIXTURE(LlmWorld, "a failing model is retried, then another of its group answers") {
  settings.retry.attempts = 3;
  auto gateway = open();
  for (int i = 0; i < 3; ++i) script.then(llm_error("llm_overloaded"));
  const auto reply = gateway->complete(request(), ctx());
  REQUIRE(reply);
  CHECK(reply.value().name == "large");
  CHECK(script.models() ==
        std::vector<std::string>{"small-8b", "small-8b", "small-8b", "large-70b"});
  CHECK(waits.size() == 2);
  CHECK(count(EventKind::retried) == 2);
  CHECK(count(EventKind::fell_back) == 1);
  CHECK(number("SELECT count(*) FROM llm_calls WHERE state = 'failed' AND reason = "
               "'llm_overloaded' AND attempts = 3 AND cost = 0") == 1);
  CHECK(number("SELECT failures FROM llm_stats WHERE model = 'small'") == 1);
}

TEST_CASE_FIXTURE(LlmWorld, "a fallback is tried where another model may help") {
  struct Row {
    const char* reason;
    std::size_t asked;  ///< Models that were sent the request.
  };
  const Row rows[] = {{"llm_refused", 2},         {"llm_context_exceeded", 2},
                      {"llm_key_refused", 2},     {"llm_quota_exhausted", 2},
                      {"llm_model_unknown", 2},   {"llm_request_refused", 2},
                      {"llm_reply_malformed", 2}, {"cancelled", 1},
                      {"deadline_passed", 1},     {"unheard_of", 1}};
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    script.seen.clear();
    auto gateway = open();
    script.then(llm_error(row.reason));
    const auto reply = gateway->complete(request(row.reason), ctx());
    CHECK(script.seen.size() == row.asked);
    CHECK(reply.has_value() == (row.asked == 2));
  }
  SUBCASE("a model with no larger context does not help a message that is too long") {
    settings.models[1].context_tokens = 8'192;
    auto gateway = open();
    script.seen.clear();
    script.then(llm_error("llm_context_exceeded"));
    CHECK(gateway->complete(request("long"), ctx()).error().reason == "llm_context_exceeded");
    CHECK(script.seen.size() == 1);
  }
}

TEST_CASE_FIXTURE(LlmWorld, "when every model rests the error says so, and nothing is sent") {
  settings.retry.attempts = 1;
  settings.breaker = {.failures = 2, .cooldown_ms = 10'000};
  auto gateway = open();
  script.always = [](const Request&, const OnText&) -> Result<Reply> {
    return llm_error("llm_unreachable");
  };
  for (int i = 0; i < 2; ++i)
    CHECK(gateway->complete(request(), ctx()).error().reason == "llm_unreachable");
  const std::size_t sent = script.seen.size();
  CHECK(sent == 4);
  time.ms += 4'000;
  const Error error = gateway->complete(request(), ctx()).error();
  CHECK(error.reason == "llm_resting");
  CHECK(error.code == Code::unavailable);
  CHECK(error.retry_after == std::chrono::milliseconds(6'000));
  CHECK(script.seen.size() == sent);
  CHECK(gateway->models()[0].breaker == BreakerState::open);

  time.ms += 6'000;
  script.always = {};
  CHECK(gateway->complete(request(), ctx()));
  CHECK(gateway->models()[0].breaker == BreakerState::closed);
}

TEST_CASE_FIXTURE(LlmWorld, "after the first streamed text nothing is tried again") {
  auto gateway = open();
  script.next.push_back([](const Request&, const OnText& on_text) -> Result<Reply> {
    on_text("It be");
    return llm_error("llm_unreachable");
  });
  std::string streamed;
  const auto reply =
      gateway->complete(request(), ctx(), [&](std::string_view text) { streamed += text; });
  CHECK(reply.error().reason == "llm_unreachable");
  CHECK(streamed == "It be");
  CHECK(script.seen.size() == 1);
  CHECK(waits.empty());
  // What came was paid for, as far as anybody can tell.
  CHECK(number("SELECT count(*) FROM llm_calls WHERE estimated = 1 AND cost > 0 AND state = "
               "'failed'") == 1);
}

TEST_CASE_FIXTURE(LlmWorld, "without a database everything works that needs none") {
  database = nullptr;
  auto gateway = open();
  CHECK(gateway->complete(request(), ctx()).value().text == "fine");
  CHECK(gateway->complete(request(), ctx()).value().text == "fine");
  CHECK(script.seen.size() == 2);
  settings.budgets = {{.workspace = "*", .tokens_per_day = 5}};
  CHECK(Gateway::open(options()).error().reason == "llm_budget_needs_database");
}

TEST_CASE_FIXTURE(LlmWorld, "a provider that counts nonsense overflows nothing") {
  auto gateway = open();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  script.next.push_back([](const Request&, const OnText&) -> Result<Reply> {
    Reply reply = test::Script::reply("ok");
    reply.usage = {.input_tokens = most, .output_tokens = -most, .cached_input_tokens = most};
    return reply;
  });
  const auto reply = gateway->complete(request(), ctx());
  REQUIRE(reply);
  CHECK(find_call(*db, home, reply.value().call).value().input_tokens == 1'000'000'000);
  Request greedy = request("greedy");
  greedy.max_output_tokens = most;
  CHECK(gateway->complete(greedy, ctx()).error().reason == "llm_context_exceeded");
}

TEST_CASE_FIXTURE(LlmWorld, "a named model is asked; an unknown one is an error") {
  auto gateway = open();
  Request named = request();
  named.model = "finest";
  CHECK(gateway->complete(named, ctx()).value().name == "finest");
  named.model = "absent";
  CHECK(gateway->complete(named, ctx()).error().reason == "llm_model_unknown");
}

TEST_CASE_FIXTURE(LlmWorld, "moderation refuses before and after") {
  int asked = 0;
  moderation.before = [&](const Request& r) -> Result<void> {
    ++asked;
    if (r.messages[0].text.find("forbidden") == std::string::npos) return success();
    return fail(Code::forbidden, "words_forbidden", "Not this.");
  };
  moderation.after = [](const Request&, const Reply& reply) -> Result<void> {
    if (reply.text != "fine") return fail(Code::forbidden, "reply_forbidden", "Not this.");
    return success();
  };
  auto gateway = open();
  CHECK(gateway->complete(request("forbidden"), ctx()).error().reason == "words_forbidden");
  CHECK(script.seen.empty());
  CHECK(gateway->complete(request(), ctx()));
  script.then("bad");
  std::string streamed;
  CHECK(gateway->complete(request("other"), ctx(), [&](std::string_view t) { streamed += t; })
            .error()
            .reason == "reply_forbidden");
  CHECK(streamed.empty());
  CHECK(asked == 3);
}
