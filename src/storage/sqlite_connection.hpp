#pragma once

#include <insightflow/storage/database.hpp>

#include <sqlite3.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace insightflow::storage {

/// SQLite's result code as one of ours; the detail is for operators and holds no SQL.
Error sqlite_error(int code, sqlite3* db);

/// One connection and its prepared statements. Used by one thread at a time.
class SqliteConnection final : public Tx {
 public:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  /// `flags` are SQLITE_OPEN_…
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, int flags,
                                                        int busy_timeout);

  /// Runs text that may hold several statements and takes no parameters.
  Result<void> script(const std::string& sql);

  /// True outside a transaction; SQLite may leave one on its own after a full disk.
  bool autocommit() const { return sqlite3_get_autocommit(db_.get()) != 0; }

  sqlite3* handle() const { return db_.get(); }

  void signal() override { signalled_ = true; }
  /// Whether somebody signalled since this was last asked.
  bool take_signal() { return std::exchange(signalled_, false); }

 private:
  explicit SqliteConnection(sqlite3* db) : db_(db) {}
  Result<std::int64_t> run(std::string_view sql, Params params, Visit* visit) override;
  Result<sqlite3_stmt*> prepared(std::string_view sql);

  bool signalled_ = false;
  std::unique_ptr<sqlite3, Close> db_;
  // Keyed by the text itself: statements are literals or built once, so there are few of them.
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, Hash, std::equal_to<>>
      statements_;
};

}  // namespace insightflow::storage
