#include "http/limits.hpp"

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::http;

namespace {

constexpr Instant start{1'700'000'000'000};

Limits with(std::initializer_list<std::string_view> texts) {
  std::vector<LimitSetting> settings;
  for (const LimitRule& rule : limit_rules()) settings.push_back({std::string(rule.name), {}});
  for (const std::string_view text : texts) settings.push_back(parse_limit(text).value());
  return Limits(settings);
}

}  // namespace

TEST_CASE("a rate limit is read from RULE=BURST,PER_MINUTE") {
  const LimitSetting setting = parse_limit("submit_sender=5,30").value();
  CHECK(setting.rule == "submit_sender");
  REQUIRE(setting.rate);
  CHECK(setting.rate->burst == 5);
  CHECK(setting.rate->per_minute == 30);
  CHECK(!parse_limit("api_key=off").value().rate);
  for (const char* wrong : {"", "submit_sender", "submit_sender=", "submit_sender=5",
                            "submit_sender=5,", "submit_sender=0,1", "submit_sender=1,0",
                            "submit_sender=5,30x", "submit_sender=-1,30", "submit_sender=5;30"}) {
    CAPTURE(wrong);
    REQUIRE(!parse_limit(wrong));
    CHECK(parse_limit(wrong).error().reason == "rate_limit_malformed");
  }
  const auto unknown = parse_limit("submits=5,30");
  REQUIRE(!unknown);
  CHECK(unknown.error().reason == "rate_limit_unknown");
  CHECK(unknown.error().detail.find("submit_sender") != std::string::npos);
}

TEST_CASE("each rule counts what it is about, and nothing else") {
  Limits limits =
      with({"submit_sender=2,1", "submit_slug=3,1", "api_key=1,1", "sign_in_sender=1,1"});
  const std::string_view one = "203.0.113.1", two = "203.0.113.2";
  CHECK(limits.take(Traffic::submit, {one, "", "a"}, start)->allowed);
  CHECK(limits.take(Traffic::submit, {one, "", "a"}, start)->remaining == 0);
  const auto refused = limits.take(Traffic::submit, {one, "", "b"}, start);
  REQUIRE(refused);
  CHECK(!refused->allowed);
  CHECK(limits.take(Traffic::submit, {two, "", "a"}, start)->allowed);
  CHECK(!limits.take(Traffic::submit, {"203.0.113.3", "", "a"}, start)->allowed);
  CHECK(limits.take(Traffic::submit, {"203.0.113.4", "", "c"}, start)->allowed);

  CHECK(limits.take(Traffic::sign_in, {one, "", ""}, start)->allowed);
  CHECK(!limits.take(Traffic::sign_in, {one, "", ""}, start)->allowed);

  CHECK(limits.take(Traffic::api, {"203.0.113.1", "Bearer a", ""}, start)->allowed);
  CHECK(!limits.take(Traffic::api, {"203.0.113.9", "Bearer a", ""}, start)->allowed);
  CHECK(limits.take(Traffic::api, {"203.0.113.1", "Bearer b", ""}, start)->allowed);
  CHECK(!limits.take(Traffic::api, {"203.0.113.1", "", ""}, start));
}

TEST_CASE("senders on loopback are not one sender, and IPv6 networks are") {
  Limits limits = with({"submit_sender=1,1"});
  for (int i = 0; i < 10; ++i) CHECK(!limits.take(Traffic::submit, {"127.0.0.1", "", "a"}, start));
  CHECK(limits.take(Traffic::submit, {"2001:db8::1", "", "a"}, start)->allowed);
  CHECK(!limits.take(Traffic::submit, {"2001:db8::2", "", "a"}, start)->allowed);
}

TEST_CASE("a rule that is off counts nothing") {
  Limits limits = with({});
  for (const Traffic traffic : {Traffic::sign_in, Traffic::submit, Traffic::api})
    CHECK(!limits.take(traffic, {"203.0.113.1", "Bearer a", "a"}, start));
}

TEST_CASE("the answer says how much is left and when to come back") {
  Limits limits = with({"submit_sender=2,60"});
  Response response;
  add_limit_headers(response, *limits.take(Traffic::submit, {"203.0.113.1", "", "a"}, start));
  CHECK(response.headers ==
        std::vector<std::pair<std::string, std::string>>{
            {"RateLimit-Limit", "2"}, {"RateLimit-Remaining", "1"}, {"RateLimit-Reset", "1"}});
  (void)limits.take(Traffic::submit, {"203.0.113.1", "", "a"}, start);
  const Error error = too_many(*limits.take(Traffic::submit, {"203.0.113.1", "", "a"}, start));
  CHECK(error.reason == "rate_limited");
  CHECK(error.detail == "Too many requests; try again in 1 second.");
  CHECK(error.retry_after == std::chrono::milliseconds(1'000));
}

TEST_CASE("every operation is some traffic; every rule says what it is about") {
  std::size_t submits = 0;
  for (const Operation& operation : operations())
    submits += traffic_of(operation) == Traffic::submit;
  CHECK(submits > 0);
  CHECK(submits < operations().size());
  for (const LimitRule& rule : limit_rules()) {
    CHECK(!rule.summary.empty());
    CHECK(rule.rate.burst >= 1);
  }
}
