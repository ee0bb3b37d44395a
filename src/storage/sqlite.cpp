#include "storage/sqlite_connection.hpp"

#include <insightflow/storage/sqlite.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <semaphore>
#include <thread>
#include <utility>

namespace insightflow::storage {

namespace {

constexpr int application_id = 0x494E5346;  // "INSF"

std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  static constexpr char hex[] = "0123456789abcdef";
  std::string out(16, '0');
  for (auto digit = out.rbegin(); digit != out.rend(); ++digit, hash >>= 4) *digit = hex[hash & 15];
  return out;
}

/// Whom to tell that somebody signalled in a transaction that is committed now.
class Listeners {
 public:
  using Listener = std::function<void()>;

  void call() {
    const std::lock_guard lock(*mutex_);
    std::erase_if(listeners_, [](const std::weak_ptr<Listener>& one) {
      const auto alive = one.lock();
      if (alive) (*alive)();
      return !alive;
    });
  }
  /// Whoever lets go of the handle is not called again, nor still being called.
  std::shared_ptr<void> add(Listener listener) {
    auto kept = std::make_shared<Listener>(std::move(listener));
    const std::lock_guard lock(*mutex_);
    listeners_.push_back(kept);
    return {kept.get(), [kept, mutex = mutex_](void*) mutable {
              const std::lock_guard released(*mutex);
              kept.reset();
            }};
  }

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::vector<std::weak_ptr<Listener>> listeners_;
};

/// The one writer. Whoever comes while a commit is under way waits in a queue; the head of the
/// queue then leads the next transaction, with every waiting closure in its own savepoint, and all
/// of them are told after the one commit.
class WriterLane {
 public:
  WriterLane(std::unique_ptr<SqliteConnection> connection, int most)
      : connection_(std::move(connection)), most_(static_cast<std::size_t>(std::max(1, most))) {}

  Result<void> run(Database::Work work) { return take_turn(work, false); }

  /// The same outside of a transaction, with the writer to itself.
  Result<void> run_alone(Database::Work work) { return take_turn(work, true); }

  std::int64_t commits() const noexcept { return commits_.load(std::memory_order_relaxed); }
  std::int64_t writes() const noexcept { return writes_.load(std::memory_order_relaxed); }
  std::shared_ptr<void> listen(std::function<void()> listener) {
    return listeners_.add(std::move(listener));
  }

 private:
  struct Waiting {
    Waiting(Database::Work work, std::binary_semaphore& woken, bool outside)
        : work(work), woken(woken), outside(outside) {}
    Database::Work work;
    std::binary_semaphore& woken;
    const bool outside;
    Result<void> result = success();
    std::exception_ptr thrown;
    bool leads = false;  ///< Set before waking: the one before has handed over.
  };

  Result<void> take_turn(Database::Work work, bool outside) {
    // Lives as long as its thread, so that whoever releases it never touches a stack that is gone.
    thread_local std::binary_semaphore woken{0};
    Waiting me{work, woken, outside};
    bool alone = false;
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(&me);
      alone = !std::exchange(busy_, true);
    }
    // Each wake-up is taken exactly once: one left behind would end this thread's next wait early,
    // before its work is done. So `leads`, which others set, is not looked at before it.
    if (!alone) woken.acquire();
    if (alone || me.leads) lead();  // its own work stands first in the batch
    if (me.thrown) std::rethrow_exception(me.thrown);
    return std::move(me.result);
  }

  void lead() {
    std::vector<Waiting*> batch;
    {
      const std::lock_guard lock(mutex_);
      const std::size_t count = together();
      batch.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    if (batch.front()->outside)
      attempt(*batch.front());
    else
      commit_together(batch);
    const bool signalled = connection_->take_signal();
    // Hand over before waking the others: the next leader's fsync is what everyone waits for.
    Waiting* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) {
        busy_ = false;
      } else {
        next = queue_.front();
        next->leads = true;
      }
    }
    if (next != nullptr) next->woken.release();
    for (Waiting* waiting : std::span(batch).subspan(1)) waiting->woken.release();
    if (signalled) listeners_.call();
  }

  /// How many of those at the head of the queue share the next turn.
  std::size_t together() const {
    if (queue_.front()->outside) return 1;
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(most_, queue_.size()));
    return static_cast<std::size_t>(
        std::find_if(queue_.begin(), end, [](const Waiting* one) { return one->outside; }) -
        queue_.begin());
  }

  void attempt(Waiting& waiting) {
    try {
      waiting.result = waiting.work(*connection_);
    } catch (...) {
      waiting.thrown = std::current_exception();
      waiting.result = fail(Code::internal, "exception", "The work of a transaction threw.");
    }
  }

  void commit_together(const std::vector<Waiting*>& batch) {
    Tx& tx = *connection_;
    const auto all_fail = [&](const Error& error) {
      for (Waiting* waiting : batch)
        if (waiting->result) waiting->result = error;
    };
    if (auto begun = tx.execute("BEGIN IMMEDIATE"); !begun) return all_fail(begun.error());
    std::int64_t kept = 0;
    for (Waiting* waiting : batch) {
      const bool alone = batch.size() == 1;
      if (!alone)
        if (auto saved = tx.execute("SAVEPOINT one"); !saved) {
          waiting->result = saved.error();
          continue;
        }
      attempt(*waiting);
      if (connection_->autocommit()) {
        // SQLite itself gave the whole transaction up (disk full, I/O error): nothing was kept.
        const Error error = waiting->result ? fail(Code::unavailable, "database_failed",
                                                   "The transaction was lost.")
                                            : waiting->result.error();
        for (Waiting* other : batch) other->result = error;
        return;
      }
      kept += waiting->result ? 1 : 0;
      if (alone) break;
      if (!waiting->result) (void)tx.execute("ROLLBACK TO one");
      if (auto released = tx.execute("RELEASE one"); !released && waiting->result)
        waiting->result = released.error();
    }
    const auto ended = kept > 0 ? tx.execute("COMMIT") : tx.execute("ROLLBACK");
    if (ended && kept > 0) {
      commits_.fetch_add(1, std::memory_order_relaxed);
      writes_.fetch_add(kept, std::memory_order_relaxed);
    }
    if (ended) return;
    (void)tx.execute("ROLLBACK");
    all_fail(ended.error());
  }

  std::unique_ptr<SqliteConnection> connection_;
  Listeners listeners_;
  const std::size_t most_;
  std::mutex mutex_;
  std::deque<Waiting*> queue_;
  bool busy_ = false;
  std::atomic<std::int64_t> commits_{0}, writes_{0};
};

/// Connections for reading, opened when they are first needed.
class ReaderPool {
 public:
  ReaderPool(std::string path, int most, int busy_timeout)
      : path_(std::move(path)), left_(std::max(1, most)), busy_timeout_(busy_timeout) {}

  Result<std::unique_ptr<SqliteConnection>> take() {
    {
      std::unique_lock lock(mutex_);
      freed_.wait(lock, [&] { return !idle_.empty() || left_ > 0; });
      if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
      --left_;
    }
    auto opened = open();
    if (!opened) {
      const std::lock_guard lock(mutex_);
      ++left_;
      freed_.notify_one();
    }
    return opened;
  }

  void give_back(std::unique_ptr<SqliteConnection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    freed_.notify_one();
  }

 private:
  Result<std::unique_ptr<SqliteConnection>> open() const {
    BOOST_OUTCOME_TRY(auto connection,
                      SqliteConnection::open(path_, SQLITE_OPEN_READONLY, busy_timeout_));
    BOOST_OUTCOME_TRY(connection->script("PRAGMA cache_size = -1024"));
    return connection;
  }

  const std::string path_;
  int left_;
  const int busy_timeout_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const SqliteOptions& options, std::unique_ptr<SqliteConnection> writer)
      : options_(options),
        lane_(std::move(writer), options.writes_per_commit),
        readers_(options.path, options.readers, options.busy_timeout) {}

  Result<void> read_tx(Work work) override {
    BOOST_OUTCOME_TRY(auto connection, readers_.take());
    struct GiveBack {
      ReaderPool& pool;
      std::unique_ptr<SqliteConnection>& connection;
      ~GiveBack() {
        Tx& tx = *connection;
        (void)tx.execute("COMMIT");
        pool.give_back(std::move(connection));
      }
    } const give_back{readers_, connection};
    Tx& tx = *connection;
    BOOST_OUTCOME_TRY(tx.execute("BEGIN"));
    return work(tx);
  }

  Result<void> write_tx(Work work) override { return lane_.run(work); }
  std::shared_ptr<void> listen(std::function<void()> listener) override {
    return lane_.listen(std::move(listener));
  }

  Result<void> backup(const std::string& path) override {
    namespace fs = std::filesystem;
    std::error_code ec;
    if (fs::exists(path, ec))
      return fail(Code::conflict, "backup_exists",
                  "The file '" + path + "' exists already; a backup never overwrites.");
    const std::string partial = path + ".partial";
    fs::remove(partial, ec);
    BOOST_OUTCOME_TRY(auto connection, readers_.take());
    Tx& tx = *connection;
    const auto copied = tx.execute("VACUUM INTO ?1", {partial});
    readers_.give_back(std::move(connection));
    const auto failed = [&](const std::string& why) {
      std::error_code ignored;
      fs::remove(partial, ignored);
      return fail(Code::unavailable, "backup_failed",
                  "The backup to '" + path + "' was not made: " + why);
    };
    if (!copied) return failed(copied.error().detail);
    const int file = ::open(partial.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!synced) return failed("it could not be brought to the disk.");
    fs::rename(partial, path, ec);
    if (ec) return failed(ec.message() + ".");
    return success();
  }

  Result<void> scrub(Scrub depth) override {
    if (depth == Scrub::file) {
      BOOST_OUTCOME_TRY(lane_.run_alone([](Tx& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(tx.execute("VACUUM"));
        return success();
      }));
    }
    // A reader of an old snapshot keeps the log. Writers wait while the log is emptied, so each try
    // is short and leaves them room.
    for (int left = scrub_tries;; --left) {
      BOOST_OUTCOME_TRY(const bool emptied, empty_log());
      if (emptied) return success();
      if (left <= 1)
        return fail(Code::unavailable, "database_busy",
                    "Somebody has been reading an old state of the database for a long time, so "
                    "the write-ahead log cannot be emptied. Try again when the reader is done.");
      std::this_thread::sleep_for(scrub_pause);
    }
  }

  Usage usage() const override {
    namespace fs = std::filesystem;
    Usage out{.commits = lane_.commits(), .writes = lane_.writes()};
    for (const char* suffix : {"", "-wal"}) {
      std::error_code missing;
      const auto size = fs::file_size(options_.path + suffix, missing);
      if (!missing) out.bytes += static_cast<std::int64_t>(size);
    }
    std::error_code unknown;
    const auto space = fs::space(fs::path(options_.path).parent_path() / ".", unknown);
    if (!unknown) out.free_bytes = static_cast<std::int64_t>(space.available);
    return out;
  }

 private:
  static constexpr int scrub_tries = 30;
  static constexpr std::chrono::milliseconds scrub_pause{100};

  Result<bool> empty_log() {
    bool emptied = false;
    const std::string usual = "PRAGMA busy_timeout = " + std::to_string(options_.busy_timeout);
    BOOST_OUTCOME_TRY(lane_.run_alone([&](Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(tx.find<std::int64_t>("PRAGMA busy_timeout = 50"));
      const auto held_up = tx.find<std::int64_t>("PRAGMA wal_checkpoint(TRUNCATE)");
      BOOST_OUTCOME_TRY(tx.find<std::int64_t>(usual));
      if (!held_up && held_up.error().reason != "database_busy") return held_up.error();
      emptied = held_up && held_up.value() == 0;
      return success();
    }));
    return emptied;
  }

  const SqliteOptions options_;
  WriterLane lane_;
  ReaderPool readers_;
};

Result<std::int64_t> pragma(Tx& tx, std::string_view name) {
  BOOST_OUTCOME_TRY(const auto value, tx.find<std::int64_t>("PRAGMA " + std::string(name)));
  return value.value_or(0);
}

struct AppliedMigration {
  std::int64_t number = 0;
  std::string name;
  std::string checksum;
};
BOOST_DESCRIBE_STRUCT(AppliedMigration, (), (number, name, checksum))

Result<void> migrate(Tx& tx, SqliteConnection& connection, std::span<const Migration> migrations) {
  BOOST_OUTCOME_TRY(const auto tables, tx.find<std::int64_t>("SELECT count(*) FROM sqlite_schema"));
  BOOST_OUTCOME_TRY(const auto owner, pragma(tx, "application_id"));
  if (owner != application_id && (owner != 0 || tables.value_or(0) > 0))
    return fail(Code::conflict, "database_foreign",
                "The file is a database of another program. Choose another path.");
  BOOST_OUTCOME_TRY(connection.script(
      "PRAGMA application_id = " + std::to_string(application_id) +
      "; CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT "
      "NULL, checksum TEXT NOT NULL) STRICT;"));
  BOOST_OUTCOME_TRY(const auto applied,
                    tx.list<AppliedMigration>(
                        "SELECT number, name, checksum FROM schema_migrations ORDER BY number"));
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (i >= migrations.size())
      return fail(Code::conflict, "database_newer",
                  "The database was written by a newer version of the program (schema " +
                      std::to_string(applied.back().number) + ", this program knows " +
                      std::to_string(migrations.size()) + "). Update the program.");
    if (applied[i].number != migrations[i].number ||
        applied[i].checksum != checksum(migrations[i].sql))
      return fail(Code::corrupt, "migration_changed",
                  "Step " + std::to_string(applied[i].number) +
                      " of the schema is not the one this program was built with. Use the program "
                      "that made the database, or restore a backup.");
  }
  for (const Migration& step : migrations.subspan(applied.size())) {
    BOOST_OUTCOME_TRY(connection.script(std::string(step.sql)));
    BOOST_OUTCOME_TRY(
        tx.execute("INSERT INTO schema_migrations (number, name, checksum) VALUES (?1, ?2, ?3)",
                   {step.number, step.name, Param::owned(checksum(step.sql))}));
  }
  return success();
}

/// True when nothing has to be done, so that opening needs no write lock.
Result<bool> up_to_date(Tx& tx, std::span<const Migration> migrations) {
  BOOST_OUTCOME_TRY(const auto table,
                    tx.find<std::int64_t>("SELECT count(*) FROM sqlite_schema WHERE name = "
                                          "'schema_migrations'"));
  if (table.value_or(0) == 0) return false;
  BOOST_OUTCOME_TRY(
      const auto last,
      tx.find<std::string>("SELECT checksum FROM schema_migrations ORDER BY number DESC LIMIT 1"));
  BOOST_OUTCOME_TRY(const auto count,
                    tx.find<std::int64_t>("SELECT count(*) FROM schema_migrations"));
  return last && static_cast<std::size_t>(*count) == migrations.size() &&
         *last == checksum(migrations.back().sql);
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options,
                                              std::span<const Migration> migrations) {
  std::error_code ec;
  if (!options.create && !std::filesystem::exists(options.path, ec))
    return fail(Code::not_found, "database_missing",
                "There is no database at '" + options.path +
                    "'. Create one with 'insightflow init', or check the path.");
  const auto at_path = [&](Error error) {
    error.detail = "'" + options.path + "': " + error.detail;
    return error;
  };
  auto opened = SqliteConnection::open(
      options.path, SQLITE_OPEN_READWRITE | (options.create ? SQLITE_OPEN_CREATE : 0),
      options.busy_timeout);
  if (!opened) return at_path(opened.error());
  auto writer = std::move(opened).value();
  if (sqlite3_db_readonly(writer->handle(), "main") == 1)
    return at_path(sqlite_error(SQLITE_READONLY, nullptr));
  const auto prepared = [&]() -> Result<void> {
    BOOST_OUTCOME_TRY(writer->script(
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; "
        "PRAGMA secure_delete = ON;"));
    BOOST_OUTCOME_TRY(const bool ready, up_to_date(*writer, migrations));
    BOOST_OUTCOME_TRY(writer->script("PRAGMA journal_mode = WAL;"));
    if (ready) return success();
    Tx& tx = *writer;
    BOOST_OUTCOME_TRY(tx.execute("BEGIN IMMEDIATE"));
    auto migrated = migrate(tx, *writer, migrations);
    if (!migrated) {
      (void)tx.execute("ROLLBACK");
      return migrated;
    }
    BOOST_OUTCOME_TRY(tx.execute("COMMIT"));
    return success();
  }();
  if (!prepared) return at_path(prepared.error());
  return std::unique_ptr<Database>(std::make_unique<SqliteDatabase>(options, std::move(writer)));
}

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
  return open_sqlite(options, sqlite_migrations());
}

}  // namespace insightflow::storage
