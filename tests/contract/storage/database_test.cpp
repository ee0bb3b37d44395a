// What every storage::Database must do, run against each implementation.
#include "support/temporary.hpp"

#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

using namespace insightflow;
using namespace insightflow::storage;

namespace {

constexpr Migration steps[] = {
    {1, "items", "CREATE TABLE items (id TEXT PRIMARY KEY, n INTEGER NOT NULL, note TEXT) STRICT;"},
};

struct Item {
  std::string id;
  std::int64_t n = 0;
  std::optional<std::string> note;
  friend bool operator==(const Item&, const Item&) = default;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, n, note))

struct Fixture {
  test::TemporaryFolder folder;
  std::unique_ptr<Database> db = open_sqlite({.path = folder / "a.db"}, steps).value();

  std::int64_t count() {
    return db->read([](Tx& tx) { return tx.find<std::int64_t>("SELECT count(*) FROM items"); })
        .value()
        .value();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "described rows make the round trip, NULL and empty text kept apart") {
  const std::vector<Item> items{{"a", 1, std::nullopt}, {"b", -5, ""}, {"c", 1LL << 60, "ü\n'\""}};
  REQUIRE(db->write([&](Tx& tx) -> Result<void> {
    for (const Item& item : items) {
      BOOST_OUTCOME_TRY(tx.insert("items", item));
    }
    return success();
  }));
  const auto back =
      db->read([](Tx& tx) { return tx.list<Item>("SELECT id, n, note FROM items ORDER BY id"); });
  CHECK(back.value() == items);
}

TEST_CASE_FIXTURE(Fixture, "a closure that fails or throws leaves nothing behind") {
  CHECK(!db->write([](Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.insert("items", Item{"a", 1, {}}));
    return fail(Code::invalid, "no", "No.");
  }));
  CHECK_THROWS_AS((void)db->write([](Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.insert("items", Item{"b", 1, {}}));
    throw std::runtime_error("no");
  }),
                  std::runtime_error);
  CHECK(count() == 0);
  CHECK(db->write([](Tx& tx) { return tx.insert("items", Item{"c", 1, {}}); }));
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(Fixture, "errors carry stable reasons and no SQL") {
  struct Case {
    const char* sql;
    std::string_view reason;
  };
  const Case cases[] = {
      {"INSERT INTO items VALUES ('a', 1, NULL)", "unique_violated"},
      {"INSERT INTO items VALUES ('b', NULL, NULL)", "constraint_violated"},
      {"INSERT INTO nowhere VALUES (1)", "database_failed"},
  };
  REQUIRE(db->write([](Tx& tx) { return tx.insert("items", Item{"a", 1, {}}); }));
  for (const Case& c : cases) {
    CAPTURE(c.sql);
    const auto done = db->write([&](Tx& tx) { return tx.execute(c.sql); });
    REQUIRE(!done);
    CHECK(done.error().reason == c.reason);
    CHECK(done.error().detail.find("items") == std::string::npos);
    CHECK(done.error().detail.find("nowhere") == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "writers that share a commit succeed and fail each on their own") {
  std::atomic<int> stored = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto done = db->write([&](Tx& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(
              tx.insert("items", Item{std::to_string(t) + "-" + std::to_string(i), i, {}}));
          if (i % 5 == 0) return fail(Code::invalid, "no", "Every fifth fails.");
          return success();
        });
        (done ? stored : refused)++;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(stored == 16 * 40);
  CHECK(refused == 16 * 10);
  CHECK(count() == stored);
}

TEST_CASE_FIXTURE(Fixture, "a reader keeps its snapshot while others write") {
  std::thread writer;
  REQUIRE(db->read([&](Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto before, tx.find<std::int64_t>("SELECT count(*) FROM items"));
    writer = std::thread([&] {
      CHECK(db->write([](Tx& other) { return other.insert("items", Item{"x", 1, {}}); }));
    });
    writer.join();
    BOOST_OUTCOME_TRY(const auto after, tx.find<std::int64_t>("SELECT count(*) FROM items"));
    CHECK(before == after);
    return success();
  }));
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a read transaction cannot write") {
  CHECK(!db->read([](Tx& tx) { return tx.insert("items", Item{"x", 1, {}}); }));
}

TEST_CASE_FIXTURE(Fixture, "an error from a visitor stops the query") {
  REQUIRE(db->write([](Tx& tx) -> Result<void> {
    for (const char* id : {"a", "b", "c"}) {
      BOOST_OUTCOME_TRY(tx.insert("items", Item{id, 1, {}}));
    }
    return success();
  }));
  int seen = 0;
  const auto stopped = db->read([&](Tx& tx) {
    return tx.each("SELECT id FROM items", {}, [&](const Row&) -> Result<void> {
      return ++seen == 2 ? Result<void>(fail(Code::cancelled, "stop", "Enough.")) : success();
    });
  });
  CHECK(!stopped);
  CHECK(seen == 2);
}

TEST_CASE_FIXTURE(Fixture, "a backup is a whole database and never overwrites") {
  REQUIRE(db->write([](Tx& tx) { return tx.insert("items", Item{"a", 7, "n"}); }));
  const std::string copy = folder / "copy.db";
  REQUIRE(db->backup(copy));
  CHECK(db->backup(copy).error().reason == "backup_exists");
  auto second = open_sqlite({.path = copy, .create = false}, steps).value();
  const auto item =
      second->read([](Tx& tx) { return tx.find<Item>("SELECT id, n, note FROM items"); });
  CHECK(item.value().value().n == 7);
  CHECK(db->backup(folder / "no/such/folder.db").error().reason == "backup_failed");
}

TEST_CASE_FIXTURE(Fixture, "a signal is heard after its commit, and by nobody who has left") {
  int heard = 0;
  auto listening = db->listen([&] { ++heard; });
  CHECK(db->write([](Tx&) -> Result<void> { return success(); }));
  CHECK(heard == 0);
  CHECK(db->write([&](Tx& tx) -> Result<void> {
    tx.signal();
    tx.signal();
    CHECK(heard == 0);
    return success();
  }));
  CHECK(heard == 1);
  listening.reset();
  CHECK(db->write([](Tx& tx) -> Result<void> {
    tx.signal();
    return success();
  }));
  CHECK(heard == 1);
}
