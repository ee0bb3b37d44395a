#pragma once

#include <insightflow/storage/database.hpp>

namespace insightflow::storage {

struct SqliteOptions {
  /// Path of the database file. Created, with its tables, when it is not there yet and `create`
  /// holds.
  std::string path;

  /// Make the file when it is missing. When false, a missing file is the error `database_missing`.
  bool create = true;

  /// How many reads may run at once; further ones wait. As many as threads that read: with fewer,
  /// threads hand connections round instead of reading, which costs a third of what a busy server
  /// can answer. A connection is opened when it is first needed and has a page cache of up to 1
  /// MiB.
  int readers = 64;

  /// How long to wait, in milliseconds, for another process that is writing before the error
  /// `database_busy`.
  int busy_timeout = 5000;

  /// At most this many writes share one commit. More gives throughput, fewer gives a shorter wait
  /// for the last one in.
  int writes_per_commit = 256;
};

/// Opens a database file: write-ahead log, `synchronous=FULL`, foreign keys on, up to 16 MiB of
/// page cache for the writer; brings an older file up to date. Errors: `database_missing`,
/// `database_newer` (written by a newer program), `database_foreign` (not one of ours),
/// `migration_changed`, `database_read_only`, `database_corrupt`, `database_busy`, `database_full`,
/// `database_failed`.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

/// One numbered step of the schema.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

/// The steps compiled into this program, in order.
std::span<const Migration> sqlite_migrations();

/// `open_sqlite` with other steps; for tests of upgrades.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options,
                                              std::span<const Migration> migrations);

}  // namespace insightflow::storage
