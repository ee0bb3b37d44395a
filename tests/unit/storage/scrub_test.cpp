// What was deleted is in no file any more.
#include "support/temporary.hpp"

#include <insightflow/core/rng.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

using namespace insightflow;
using namespace insightflow::storage;

namespace {

constexpr Migration schema[] = {
    {1, "a", "CREATE TABLE a (k TEXT PRIMARY KEY, x TEXT NOT NULL) STRICT, WITHOUT ROWID;"}};

struct Fixture {
  const test::TemporaryFolder folder{test::memory_folder()};
  std::unique_ptr<Database> db = open_sqlite({.path = folder / "a.db"}, schema).value();

  std::string bytes(const char* name) const {
    std::ifstream file(folder / name, std::ios::binary);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
  }
  bool holds(std::string_view text) const {
    return (bytes("a.db") + bytes("a.db-wal") + bytes("a.db-shm")).find(text) != std::string::npos;
  }
  Result<std::int64_t> put(std::string key, std::string text) {
    return db->write([&](Tx& tx) {
      return tx.execute("INSERT INTO a (k, x) VALUES (?1, ?2) ON CONFLICT (k) DO UPDATE SET x = ?2",
                        {key, text});
    });
  }
  Result<std::int64_t> remove_marked() {
    return db->write([](Tx& tx) { return tx.execute("DELETE FROM a WHERE x LIKE 'MARK%'"); });
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "rows, overflow pages, pages that were split, and the log") {
  Rng rng(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string key;
    for (int c = 0; c < 6; ++c) key += static_cast<char>('a' + rng.below(26));
    const std::string text = (i % 7 == 0 ? "MARK" : "KEPT") + std::to_string(i);
    REQUIRE(put(key + text, text + std::string(rng.below(40) == 0 ? 9'000 : rng.below(300), '.')));
  }
  REQUIRE(holds("MARK"));
  REQUIRE(remove_marked());
  CHECK(holds("MARK"));  // the log at least
  REQUIRE(db->scrub(Scrub::log));
  CHECK(bytes("a.db-wal").empty());
  REQUIRE(db->scrub(Scrub::file));
  CHECK(!holds("MARK"));
  CHECK(bytes("a.db-wal").empty());
  CHECK(holds("KEPT1"));
}

TEST_CASE_FIXTURE(Fixture, "a reader of an old state is waited for, and then told of") {
  REQUIRE(put("a", "MARK"));
  REQUIRE(db->read([&](Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.find<std::int64_t>("SELECT count(*) FROM a"));
    BOOST_OUTCOME_TRY(remove_marked());
    const auto held_up = db->scrub(Scrub::log);
    CHECK(!held_up);
    CHECK(held_up.error().reason == "database_busy");
    CHECK(put("b", "written meanwhile"));
    return success();
  }));
  CHECK(db->scrub(Scrub::file));
  CHECK(!holds("MARK"));
}

TEST_CASE_FIXTURE(Fixture, "others write and read meanwhile") {
  std::atomic<int> failed = 0, written = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t](std::stop_token stop) {
        for (int i = 0; !stop.stop_requested() || i < 50; ++i) {
          failed += put(std::to_string(t) + "-" + std::to_string(i), "KEPT") ? 0 : 1;
          failed += db->read([](Tx& tx) { return tx.find<std::int64_t>("SELECT count(*) FROM a"); })
                        ? 0
                        : 1;
          ++written;
        }
      });
    for (int i = 0; i < 10; ++i) CHECK(db->scrub(i % 2 ? Scrub::log : Scrub::file));
  }
  CHECK(failed == 0);
  CHECK(db->read([](Tx& tx) { return tx.find<std::int64_t>("SELECT count(*) FROM a"); })
            .value()
            .value() == written);
}

TEST_CASE("a file that cannot be written says so") {
  const test::TemporaryFolder folder;
  auto db = open_sqlite({.path = folder / "a.db"}, schema).value();
  const auto other = open_sqlite({.path = folder / "a.db", .busy_timeout = 50}, schema).value();
  REQUIRE(db->write([&](Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("INSERT INTO a (k, x) VALUES ('a', 'b')"));
    const auto refused = other->scrub(Scrub::file);
    CHECK(!refused);
    CHECK(refused.error().reason == "database_busy");
    return success();
  }));
  CHECK(other->scrub(Scrub::file));
}
