// What is special about SQLite files: upgrades, foreign and damaged files, full disks, two
// processes.
#include "support/temporary.hpp"

#include <insightflow/core/ids.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace insightflow;
using namespace insightflow::storage;

namespace {

constexpr Migration one[] = {{1, "a", "CREATE TABLE a (x TEXT NOT NULL) STRICT;"}};
constexpr Migration two[] = {one[0],
                             {2, "b",
                              "ALTER TABLE a ADD COLUMN y INTEGER; CREATE TABLE b (z "
                              "TEXT) STRICT;"}};
constexpr Migration broken[] = {one[0], {2, "b", "CREATE TABLE b (z TEXT); CREATE TABLE a (q);"}};
constexpr Migration changed[] = {{1, "a", "CREATE TABLE a (x TEXT) STRICT;"}};

std::string_view reason(const Result<std::unique_ptr<Database>>& opened) {
  return opened ? "opened" : opened.error().reason;
}

Result<std::int64_t> add(Database& db, std::string_view text) {
  return db.write([&](Tx& tx) { return tx.execute("INSERT INTO a (x) VALUES (?1)", {text}); });
}

std::int64_t count(Database& db) {
  return db.read([](Tx& tx) { return tx.find<std::int64_t>("SELECT count(*) FROM a"); })
      .value()
      .value();
}

}  // namespace

TEST_CASE(
    "an older file is upgraded, a newer or changed one refused, a broken step leaves it whole") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  REQUIRE(add(*open_sqlite({.path = path}, one).value(), "kept"));
  CHECK(reason(open_sqlite({.path = path}, broken)) == "database_failed");
  CHECK(reason(open_sqlite({.path = path}, changed)) == "migration_changed");
  CHECK(count(*open_sqlite({.path = path}, one).value()) == 1);
  CHECK(count(*open_sqlite({.path = path}, two).value()) == 1);
  CHECK(reason(open_sqlite({.path = path}, one)) == "database_newer");
  CHECK(count(*open_sqlite({.path = path}, two).value()) == 1);
}

TEST_CASE("files that are not ours are refused and left alone") {
  const test::TemporaryFolder folder;
  CHECK(reason(open_sqlite({.path = folder / "none.db", .create = false}, one)) ==
        "database_missing");
  CHECK(reason(open_sqlite({.path = folder / "no/folder.db"}, one)) == "database_missing");
  const std::string text(5000, 'x');
  std::ofstream(folder / "text.db") << text;
  CHECK(reason(open_sqlite({.path = folder / "text.db"}, one)) == "database_corrupt");
  std::string after;
  std::getline(std::ifstream(folder / "text.db"), after);
  CHECK(after == text);
}

TEST_CASE("a damaged page is reported as such") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  {
    auto db = open_sqlite({.path = path}, one).value();
    for (int i = 0; i < 200; ++i) REQUIRE(add(*db, std::string(200, 'a')));
  }
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 2; page < 12; ++page) {
      file.seekp(page * 4096);
      file << std::string(64, '\xff');
    }
  }
  auto db = open_sqlite({.path = path}, one);
  REQUIRE(db);
  const auto read = db.value()->read(
      [](Tx& tx) { return tx.find<std::int64_t>("SELECT sum(length(x)) FROM a"); });
  REQUIRE(!read);
  CHECK(read.error().reason == "database_corrupt");
}

TEST_CASE("a second connection that is writing makes this one wait, then say so") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  auto first = open_sqlite({.path = path, .busy_timeout = 50}, one).value();
  auto second = open_sqlite({.path = path, .busy_timeout = 50}, one).value();
  REQUIRE(first->write([&](Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("INSERT INTO a (x) VALUES ('1')"));
    const auto blocked = add(*second, "2");
    REQUIRE(!blocked);
    CHECK(blocked.error().reason == "database_busy");
    CHECK(retryable(blocked.error().code));
    return success();
  }));
  CHECK(add(*second, "2"));
  CHECK(count(*first) == 2);
}

TEST_CASE("a full disk is an error that loses nothing and goes away with its cause") {
  // A child process whose files may not grow: what the operating system does when space runs out.
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  int acknowledged[2];
  REQUIRE(pipe(acknowledged) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto db = open_sqlite({.path = path}, one).value();
    const rlimit limit{400'000, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::int64_t stored = 0;
    bool refused = false;
    for (int i = 0; i < 1000; ++i) {
      const auto done = add(*db, std::string(2000, 'x'));
      if (done)
        ++stored;
      else
        refused = refused || retryable(done.error().code);
    }
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &none);
    const bool recovered = static_cast<bool>(add(*db, "after"));
    const std::int64_t message[] = {stored + recovered, refused, recovered};
    _exit(write(acknowledged[1], message, sizeof message) == sizeof message ? 0 : 1);
  }
  std::int64_t message[3] = {};
  REQUIRE(read(acknowledged[0], message, sizeof message) == sizeof message);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(message[1] == 1);
  CHECK(message[2] == 1);
  CHECK(count(*open_sqlite({.path = path}, one).value()) == message[0]);
}

TEST_CASE("a file that may not be written is refused with advice") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  { auto db = open_sqlite({.path = path}, one).value(); }
  chmod(path.c_str(), 0444);
  chmod(folder.path().c_str(), 0555);
  const pid_t child = fork();
  if (child == 0) {
    // The superuser may write to any file; somebody else looks.
    constexpr uid_t nobody = 65534;
    if (geteuid() == 0 && (setgid(nobody) != 0 || setuid(nobody) != 0)) _exit(2);
    _exit(reason(open_sqlite({.path = path}, one)) == "database_read_only" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  chmod(folder.path().c_str(), 0755);
  chmod(path.c_str(), 0644);
  CHECK(reason(open_sqlite({.path = path}, one)) == "opened");
}

TEST_CASE("every write that was acknowledged before a kill -9 is there") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  { auto db = open_sqlite({.path = path}, one).value(); }
  int acknowledged[2];
  REQUIRE(pipe(acknowledged) == 0);
  const pid_t child = fork();
  if (child == 0) {
    auto db = open_sqlite({.path = path}, one).value();
    for (;;) {
      if (!add(*db, "x")) _exit(1);
      if (write(acknowledged[1], "+", 1) != 1) _exit(1);
    }
  }
  char got[300];
  std::size_t seen = 0;
  while (seen < sizeof got) {
    const auto n = read(acknowledged[0], got, sizeof got - seen);
    REQUIRE(n > 0);
    seen += static_cast<std::size_t>(n);
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(acknowledged[1]);
  for (ssize_t n; (n = read(acknowledged[0], got, sizeof got)) > 0;)
    seen += static_cast<std::size_t>(n);
  const auto stored = count(*open_sqlite({.path = path}, one).value());
  CHECK(stored >= static_cast<std::int64_t>(seen));
  CHECK(stored <= static_cast<std::int64_t>(seen) + 1);
}
