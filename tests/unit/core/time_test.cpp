#include <insightflow/core/ctx.hpp>
#include <insightflow/core/time.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace insightflow;

TEST_CASE("instants are read and written as RFC 3339 says") {
  struct Row {
    const char* text;
    std::int64_t ms;
    const char* printed;
  };
  const Row rows[] = {
      {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
      {"1970-01-01", 0, "1970-01-01T00:00:00.000Z"},
      {"1970-01-01t00:00:00z", 0, "1970-01-01T00:00:00.000Z"},
      {"1970-01-01 00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
      {"1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"},
      {"2026-01-31T08:05:00.5Z", 1'769'846'700'500, "2026-01-31T08:05:00.500Z"},
      {"2026-01-31T08:05:00.123456789Z", 1'769'846'700'123, "2026-01-31T08:05:00.123Z"},
      {"2026-01-31T10:05:00+02:00", 1'769'846'700'000, "2026-01-31T08:05:00.000Z"},
      {"2026-01-31T00:05:00-08:00", 1'769'846'700'000, "2026-01-31T08:05:00.000Z"},
      {"2026-01-31T13:50:00+05:45", 1'769'846'700'000, "2026-01-31T08:05:00.000Z"},
      {"2026-01-31T08:05:00-00:00", 1'769'846'700'000, "2026-01-31T08:05:00.000Z"},
      {"2024-02-29T12:00:00Z", 1'709'208'000'000, "2024-02-29T12:00:00.000Z"},
      {"2000-02-29", 951'782'400'000, "2000-02-29T00:00:00.000Z"},
      {"2016-12-31T23:59:60Z", 1'483'228'800'000, "2017-01-01T00:00:00.000Z"},
      {"0000-01-01T00:00:00Z", -62'167'219'200'000, "0000-01-01T00:00:00.000Z"},
      {"0000-02-29", -62'162'121'600'000, "0000-02-29T00:00:00.000Z"},
      {"9999-12-31T23:59:59.999Z", 253'402'300'799'999, "9999-12-31T23:59:59.999Z"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto instant = Instant::parse(row.text);
    REQUIRE(instant);
    CHECK(instant.value().ms == row.ms);
    CHECK(instant.value().str() == row.printed);
    CHECK(Instant::parse(row.printed).value() == instant.value());
  }
}

TEST_CASE("what is not an instant is an error") {
  const char* rows[] = {
      "", "2026", "2026-01", "2026-1-31", "2026-01-31T", "2026-01-31T08:05", "2026-01-31T08:05:00",
      "2026-02-29", "1900-02-29", "2023-02-29T00:00:00Z", "2026-00-10", "2026-13-01", "2026-01-00",
      "2026-01-32", "2026-04-31", "2026-01-31T24:00:00Z", "2026-01-31T08:60:00Z",
      "2026-01-31T08:05:61Z", "2026-01-31T08:05:00.Z", "2026-01-31T08:05:00.5",
      "2026-01-31T08:05:00+0200", "2026-01-31T08:05:00+02", "2026-01-31T08:05:00+24:00",
      "2026-01-31T08:05:00+02:60", "2026-01-31T08:05:00 +02:00", "2026-01-31T08:05:00ZZ",
      "2026-01-31Z", "2026/01/31", "31.01.2026", "+2026-01-31", "-026-01-31", "12026-01-31",
      "2026-01-31T08:05:00,5Z", " 2026-01-31", "2026-01-31 ", "2026-01-3x", "２０２６-01-31",
      // Beyond the years 0 to 9999, once the offset is taken off.
      "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01"};
  for (const char* text : rows) {
    CAPTURE(text);
    const auto instant = Instant::parse(text);
    CHECK(!instant);
    if (!instant) CHECK(instant.error().reason == "instant_malformed");
  }
}

TEST_CASE("every day of eight hundred years makes the round trip") {
  std::string last;
  for (std::int64_t day = -719'528; day < -719'528 + 292'194; ++day) {
    const Instant instant{day * 86'400'000 + (day & 0xFFFF)};
    const std::string text = instant.str();
    if (text <= last || Instant::parse(text).value() != instant) FAIL("at " << text);
    last = text;
  }
}

TEST_CASE("a context stops on request and at its deadline, and says which") {
  ManualClock clock{Instant{100}};
  std::stop_source stop;
  std::vector<std::string> seen;
  const Ctx ctx{.stop = stop.get_token(),
                .deadline = Instant{200},
                .clock = &clock,
                .on_progress = [&](const Progress& p) {
                  seen.push_back(std::string(p.stage) + " " + std::to_string(p.done) + "/" +
                                 std::to_string(p.total));
                }};
  CHECK(ctx.check());
  clock.at.ms = 200;
  CHECK(ctx.check());
  clock.at.ms = 201;
  CHECK(ctx.check().error().reason == "deadline_passed");
  CHECK(ctx.check().error().code == Code::timed_out);
  stop.request_stop();
  CHECK(ctx.check().error().reason == "cancelled");
  ctx.report("themes", 3, 4);
  CHECK(seen == std::vector<std::string>{"themes 3/4"});
  CHECK(Ctx{}.check());
  Ctx{}.report("nobody listens", 1);
}
