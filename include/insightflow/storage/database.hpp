#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/function_ref.hpp>
#include <insightflow/core/id.hpp>
#include <insightflow/core/time.hpp>

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The port to a relational database. SQL is written once, in the subset that SQLite and PostgreSQL
/// share: parameters are `?1`, `?2`, …; times are integer UTC milliseconds; enums are TEXT slugs;
/// ids are TEXT.
namespace insightflow::storage {

/// One parameter of a statement. Text passed as `std::string_view` or `const std::string&` must
/// live until the call returns.
class Param {
 public:
  Param(std::nullptr_t) : value_(nullptr) {}
  template <std::integral I>
  Param(I value) : value_(static_cast<std::int64_t>(value)) {}
  Param(double value) : value_(value) {}
  Param(std::string_view value) : value_(value) {}
  Param(const std::string& value) : value_(std::string_view(value)) {}
  Param(const char* value) : value_(std::string_view(value)) {}
  Param(Instant value) : value_(value.ms) {}
  template <class Tag>
  Param(const Id<Tag>& id) : value_(id.str()) {}
  template <class E>
  requires std::is_enum_v<E> Param(E value) : value_(slug(value)) {}
  template <class T>
  Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param(nullptr)) {}

  /// Text that this object keeps alive itself.
  static Param owned(std::string text) {
    Param out(nullptr);
    out.value_ = std::move(text);
    return out;
  }

  using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, std::string>;
  const Value& value() const { return value_; }

 private:
  Value value_;
};
using Params = std::span<const Param>;

/// The row a query stands on. Views are valid until the next row.
class Row {
 public:
  virtual ~Row() = default;
  virtual int columns() const = 0;
  virtual bool null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double number(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
};

/// Fills a described struct from the columns in the order of its fields; optionals take NULL,
/// lists, maps and nested structs are read from JSON text. Errors: `row_corrupt`.
Result<void> read_row(const Row& row, const Type& type, void* object);

/// The parameters of a described struct, in the order of its fields; the inverse of `read_row`.
std::vector<Param> row_params(const Type& type, const void* object);
template <class T>
std::vector<Param> row_params(const T& object) {
  return row_params(type_of<T>(), &object);
}

/// "INSERT INTO table (columns) VALUES (?1, …)" for a described struct.
std::string insert_sql(std::string_view table, const Type& type);

/// An open transaction. Every error of a statement is already mapped: `database_busy`,
/// `database_full`, `database_read_only`, `database_corrupt`, `unique_violated`,
/// `reference_violated`, `constraint_violated`, `database_failed`. Not for use from two threads at
/// once, nor after the closure it was given to has returned.
class Tx {
 public:
  virtual ~Tx() = default;

  /// Runs one statement that returns no rows. Gives the number of rows changed.
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Param> params = {}) {
    return run(sql, {params.begin(), params.size()}, nullptr);
  }
  Result<std::int64_t> execute(std::string_view sql, Params params) {
    return run(sql, params, nullptr);
  }

  using Visit = FunctionRef<Result<void>(const Row&)>;

  /// Calls `visit` for each row as it arrives; an error stops the query and is returned.
  Result<void> each(std::string_view sql, Params params, Visit visit) {
    BOOST_OUTCOME_TRY(run(sql, params, &visit));
    return success();
  }
  Result<void> each(std::string_view sql, std::initializer_list<Param> params, Visit visit) {
    return each(sql, Params{params.begin(), params.size()}, visit);
  }

  /// The first row as a described struct, an integer, or a text; nothing when there is none.
  template <class T>
  Result<std::optional<T>> find(std::string_view sql, std::initializer_list<Param> params = {}) {
    std::optional<T> out;
    BOOST_OUTCOME_TRY(each(sql, params, [&](const Row& row) -> Result<void> {
      return out ? Result<void>(success()) : read(row, out.emplace());
    }));
    return out;
  }

  /// All rows; for queries with a limit.
  template <class T>
  Result<std::vector<T>> list(std::string_view sql, std::initializer_list<Param> params = {}) {
    std::vector<T> out;
    BOOST_OUTCOME_TRY(each(sql, params, [&](const Row& row) -> Result<void> {
      return read(row, out.emplace_back());
    }));
    return out;
  }

  /// Inserts a described struct whose fields are the columns of `table`.
  template <class T>
  Result<void> insert(std::string_view table, const T& object) {
    return insert_row(table, type_of<T>(), &object);
  }

  /// Calls those who listen with `Database::listen` once this transaction is committed.
  virtual void signal() {}

 private:
  virtual Result<std::int64_t> run(std::string_view sql, Params params, Visit* visit) = 0;
  Result<void> insert_row(std::string_view table, const Type& type, const void* object);

  template <class T>
  static Result<void> read(const Row& row, T& out) {
    if constexpr (std::integral<T>)
      out = static_cast<T>(row.integer(0));
    else if constexpr (std::same_as<T, std::string>)
      out = row.text(0);
    else if constexpr (detail::text_like<T>) {
      if constexpr (std::same_as<T, Instant>)
        out = Instant{row.integer(0)};
      else {
        BOOST_OUTCOME_TRY(out, T::parse(row.text(0)));
      }
    } else
      return read_row(row, type_of<T>(), &out);
    return success();
  }
};

/// What a database has done and needs; for whoever runs the program. 0 where it is not known.
struct Usage {
  std::int64_t commits = 0;     ///< By this process, since it opened it.
  std::int64_t writes = 0;      ///< Works of `write_tx` in them.
  std::int64_t bytes = 0;       ///< On disk, with the log.
  std::int64_t free_bytes = 0;  ///< Left on that disk.
};

/// How thoroughly what was deleted is taken out of the files.
enum class Scrub {
  log,  ///< Deleted rows are overwritten; a page that was split may keep an old copy in its gap.
  file  ///< Nothing is left but what is stored.
};

/// A database. Safe from any number of threads.
class Database {
 public:
  virtual ~Database() = default;

  using Work = FunctionRef<Result<void>(Tx&)>;

  /// Runs `work` against one consistent snapshot. Reads never wait for writers.
  virtual Result<void> read_tx(Work work) = 0;

  /// Runs `work` atomically. When this returns success the changes are on disk; when `work` returns
  /// an error or throws, none of them are. Concurrent writers may share one commit. `work` must not
  /// wait for another write, and may be run again when the database asks for it.
  virtual Result<void> write_tx(Work work) = 0;

  /// Writes a consistent copy to a file that must not exist yet, while others go on working.
  /// Errors: `backup_exists`, `backup_failed`.
  virtual Result<void> backup(const std::string& path) = 0;

  /// Makes sure that what was deleted before is nowhere in the files of the database any more. With
  /// `Scrub::log` the write-ahead log is brought into the file and emptied, with `Scrub::file` the
  /// file is written anew besides, which takes as long as copying it and as much space again;
  /// writes wait meanwhile. Others may hold it up for a while: `database_busy` is worth another
  /// try. Errors: `database_busy`, `database_full`.
  virtual Result<void> scrub(Scrub depth) = 0;

  virtual Usage usage() const { return {}; }

  /// Calls `listener` after each commit of this process in which somebody signalled, until the
  /// handle is destroyed. It is called on the committing thread and must be quick. Commits of other
  /// processes are not seen: a hint to look, not the news.
  virtual std::shared_ptr<void> listen(std::function<void()>) { return nullptr; }

  /// `read`/`write` for work that returns a value: `db.write([&](Tx& tx) -> Result<SurveyId> {…})`.
  template <class F>
  auto read(F&& work) {
    return with_value(&Database::read_tx, work);
  }
  template <class F>
  auto write(F&& work) {
    return with_value(&Database::write_tx, work);
  }

 private:
  template <class F>
  auto with_value(Result<void> (Database::*run)(Work), F& work) -> std::invoke_result_t<F&, Tx&> {
    using R = std::invoke_result_t<F&, Tx&>;
    if constexpr (std::same_as<R, Result<void>>) {
      return (this->*run)(work);
    } else {
      std::optional<R> out;
      BOOST_OUTCOME_TRY((this->*run)([&](Tx& tx) -> Result<void> {
        out.emplace(work(tx));
        if (!*out) return out->error();
        return success();
      }));
      return std::move(*out);
    }
  }
};

}  // namespace insightflow::storage
