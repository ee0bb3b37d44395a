#include <insightflow/core/id_source.hpp>
#include <insightflow/core/ids.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

using namespace insightflow;

namespace {

std::int64_t milliseconds(const Uuid& id) {
  std::int64_t out = 0;
  for (int i = 0; i < 6; ++i) out = out << 8 | id.bytes[i];
  return out;
}

/// A clock that other threads may move while ids are made.
struct MovingClock final : Clock {
  Instant now() const override { return {at.load()}; }
  std::atomic<std::int64_t> at{1'767'225'600'000};
};

}  // namespace

TEST_CASE("ids are UUIDv7 that carry their time") {
  ManualClock clock{Instant{0x0123456789AB}};
  IdSource ids(clock, 7);
  for (int i = 0; i < 5000; ++i) {
    clock.at.ms += i % 3;
    const Uuid id = ids.next_uuid();
    REQUIRE((id.bytes[6] >> 4) == 7);
    REQUIRE((id.bytes[8] >> 6) == 2);
    REQUIRE(milliseconds(id) == clock.at.ms);
    REQUIRE(Uuid::parse(id.str()).value() == id);
  }
}

TEST_CASE("ids made one after another are in order, whatever the clock does") {
  ManualClock clock{Instant{1'767'225'600'000}};
  IdSource ids(clock, 1);
  const std::int64_t steps[] = {0, 0, 1, -1, -3'600'000, 0, 5, 3'600'000, -7'200'000, 1};
  Uuid last;
  std::string last_text;
  for (int i = 0; i < 100'000; ++i) {
    clock.at.ms += steps[static_cast<std::size_t>(i / 7) % std::size(steps)];
    const Uuid id = ids.next_uuid();
    REQUIRE(id > last);
    last = id;
  }
  // More ids within one millisecond than the counter holds.
  ManualClock still{Instant{1'000}};
  IdSource many(still, 2);
  last = {};
  for (int i = 0; i < 600'000; ++i) {
    const Uuid id = many.next_uuid();
    if (!(id > last)) FAIL("out of order at " << i);
    last = id;
  }
  CHECK(milliseconds(last) >= 1'002);
  CHECK(milliseconds(last) <= 1'003);
}

TEST_CASE("threads get ids that differ, each thread in order, over a clock that jumps") {
  MovingClock clock;
  IdSource ids(clock);
  std::vector<std::vector<Uuid>> made(8);
  std::vector<std::thread> threads;
  for (auto& mine : made)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) mine.push_back(ids.next_uuid());
    });
  for (int i = 0; i < 2'000; ++i) {
    clock.at += i % 2 ? 17 : -19;
    std::this_thread::yield();
  }
  for (auto& thread : threads) thread.join();
  std::set<Uuid> all;
  for (const auto& mine : made) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  CHECK(all.size() == 80'000);
}

TEST_CASE("two sources without a seed do not meet") {
  const ManualClock clock{Instant{5}};
  IdSource a(clock), b(clock);
  std::set<Uuid> all;
  for (int i = 0; i < 1000; ++i) {
    all.insert(a.next_uuid());
    all.insert(b.next_uuid());
  }
  CHECK(all.size() == 2000);
}

TEST_CASE("ids are read in one form only") {
  struct Row {
    std::string text;
    bool ok;
  };
  const std::string good = "0190a3c2-7b1e-7c3d-8f00-0123456789ab";
  const Row rows[] = {{good, true},
                      {"0190A3C2-7B1E-7C3D-8F00-0123456789AB", true},
                      {"00000000-0000-0000-0000-000000000000", true},
                      {"", false},
                      {good + "0", false},
                      {good.substr(1), false},
                      {"0190a3c27b1e7c3d8f000123456789ab", false},
                      {"{190a3c2-7b1e-7c3d-8f00-0123456789ab", false},
                      {"0190a3c2-7b1e-7c3d-8f00-0123456789ag", false},
                      {"0190a3c-27b1e-7c3d-8f00-0123456789ab", false},
                      {"0190a3c2 7b1e 7c3d 8f00 0123456789ab", false},
                      {" 190a3c2-7b1e-7c3d-8f00-0123456789ab", false}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto id = SurveyId::parse(row.text);
    CHECK(id.has_value() == row.ok);
    if (!id) CHECK(id.error().reason == "id_malformed");
  }
  CHECK(SurveyId::parse(rows[1].text).value().str() == good);
  CHECK(!SurveyId{});
  CHECK(SurveyId::parse(good).value());
}
