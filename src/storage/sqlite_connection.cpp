#include "storage/sqlite_connection.hpp"

namespace insightflow::storage {

namespace {

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  int columns() const override { return sqlite3_column_count(statement_); }
  bool null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  double number(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes == nullptr
               ? std::string_view()
               : std::string_view(
                     bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3_stmt* statement_;
};

int bind(sqlite3_stmt* statement, int at, const Param::Value& value) {
  struct Bind {
    sqlite3_stmt* statement;
    int at;
    int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, at); }
    int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, at, v); }
    int operator()(double v) const { return sqlite3_bind_double(statement, at, v); }
    int operator()(std::string_view v) const {
      // A null pointer would bind NULL; an empty text is not NULL.
      return sqlite3_bind_text64(statement, at, v.data() == nullptr ? "" : v.data(), v.size(),
                                 SQLITE_STATIC, SQLITE_UTF8);
    }
  };
  if (const auto* text = std::get_if<std::string>(&value))
    return Bind{statement, at}(std::string_view(*text));
  return std::visit(Bind{statement, at}, value);
}

/// Gives the statement back clean, however the run ends.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

Error sqlite_error(int code, sqlite3* db) {
  struct Known {
    int code;
    Code ours;
    std::string_view reason;
    const char* detail;
  };
  static constexpr Known extended[] = {
      {SQLITE_CONSTRAINT_UNIQUE, Code::conflict, "unique_violated", "This already exists."},
      {SQLITE_CONSTRAINT_PRIMARYKEY, Code::conflict, "unique_violated", "This already exists."},
      {SQLITE_CONSTRAINT_FOREIGNKEY, Code::conflict, "reference_violated",
       "Something this refers to does not exist, or is still referred to."},
  };
  static constexpr Known primary[] = {
      {SQLITE_CONSTRAINT, Code::invalid, "constraint_violated",
       "A value breaks a rule of the database."},
      {SQLITE_BUSY, Code::unavailable, "database_busy",
       "Another process is writing to the database. Try again, or stop the other process."},
      {SQLITE_LOCKED, Code::unavailable, "database_busy",
       "Another connection holds a lock on the database. Try again."},
      {SQLITE_FULL, Code::unavailable, "database_full",
       "The disk is full. Nothing of this request was stored. Free some space and try again."},
      {SQLITE_READONLY, Code::unavailable, "database_read_only",
       "The database cannot be written to. Check the permissions of the file and its folder."},
      {SQLITE_PERM, Code::unavailable, "database_read_only",
       "Access to the database file is not permitted. Check its permissions."},
      {SQLITE_CANTOPEN, Code::not_found, "database_missing",
       "The database file cannot be opened. Check the path and the permissions of its folder."},
      {SQLITE_CORRUPT, Code::corrupt, "database_corrupt",
       "The database file is damaged. Restore the last backup."},
      {SQLITE_NOTADB, Code::corrupt, "database_corrupt",
       "The file is not a database, or is damaged. Check the path, or restore the last backup."},
      {SQLITE_INTERRUPT, Code::cancelled, "cancelled", "The statement was interrupted."},
      {SQLITE_TOOBIG, Code::too_large, "value_too_large", "A value is too large to be stored."},
  };
  const int full = db == nullptr ? code : sqlite3_extended_errcode(db);
  for (const Known& known : extended)
    if (known.code == full) return fail(known.ours, known.reason, known.detail);
  for (const Known& known : primary)
    if (known.code == (code & 0xFF)) return fail(known.ours, known.reason, known.detail);
  if ((code & 0xFF) == SQLITE_IOERR)
    return fail(Code::unavailable, "database_failed",
                "Reading or writing the database file failed (SQLite code " + std::to_string(full) +
                    "). Check the disk.");
  return fail(Code::internal, "database_failed",
              "The database refused a statement (SQLite code " + std::to_string(full) + ").");
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, int flags,
                                                                 int busy_timeout) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(raw));
  if (code != SQLITE_OK) return sqlite_error(code, raw);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_timeout);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  return connection;
}

Result<void> SqliteConnection::script(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_error(code, db_.get());
  return success();
}

Result<sqlite3_stmt*> SqliteConnection::prepared(std::string_view sql) {
  if (const auto at = statements_.find(sql); at != statements_.end()) return at->second.get();
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return sqlite_error(code, db_.get());
  return statements_.emplace(sql, raw).first->second.get();
}

Result<std::int64_t> SqliteConnection::run(std::string_view sql, Params params, Visit* visit) {
  BOOST_OUTCOME_TRY(sqlite3_stmt* const statement, prepared(sql));
  const Reset reset{statement};
  for (std::size_t i = 0; i < params.size(); ++i)
    if (const int code = bind(statement, static_cast<int>(i) + 1, params[i].value()))
      return sqlite_error(code, db_.get());
  const SqliteRow row(statement);
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) break;
    if (code != SQLITE_ROW) return sqlite_error(code, db_.get());
    if (visit == nullptr) continue;
    BOOST_OUTCOME_TRY((*visit)(row));
  }
  return sqlite3_changes64(db_.get());
}

}  // namespace insightflow::storage
