#pragma once

#include <insightflow/storage/database.hpp>

#include <string>
#include <vector>

namespace insightflow::test {

/// Passes everything on to another database, writes down what was asked, and, where `keep` is
/// false, takes every change back once its work is done: so that one thing can be tried many times
/// over.
class WatchedDatabase final : public storage::Database {
 public:
  explicit WatchedDatabase(storage::Database& real, bool keep = true) : real_(real), keep_(keep) {}

  /// A line for each transaction and statement, with the rows it gave or changed.
  std::vector<std::string> steps;

  Result<void> read_tx(Work work) override {
    steps.emplace_back("read");
    return real_.read_tx([&](storage::Tx& tx) -> Result<void> {
      WatchedTx watched(tx, steps);
      return work(watched);
    });
  }
  Result<void> write_tx(Work work) override {
    steps.emplace_back("write");
    bool done = false;
    auto written = real_.write_tx([&](storage::Tx& tx) -> Result<void> {
      WatchedTx watched(tx, steps);
      BOOST_OUTCOME_TRY(work(watched));
      done = true;
      if (!keep_) return fail(Code::conflict, "taken_back", "This is only a try.");
      return success();
    });
    if (!keep_ && done) return success();
    return written;
  }
  Result<void> scrub(storage::Scrub depth) override { return real_.scrub(depth); }
  Result<void> backup(const std::string& path) override { return real_.backup(path); }

 private:
  struct WatchedTx final : storage::Tx {
    WatchedTx(storage::Tx& real, std::vector<std::string>& all) : real(real), steps(all) {}
    Result<std::int64_t> run(std::string_view sql, storage::Params params, Visit* visit) override {
      std::int64_t rows = 0;
      const std::size_t at = steps.size();
      steps.emplace_back(sql);
      if (visit == nullptr) {
        BOOST_OUTCOME_TRY(rows, real.execute(sql, params));
      } else {
        BOOST_OUTCOME_TRY(real.each(sql, params, [&](const storage::Row& row) -> Result<void> {
          ++rows;
          return (*visit)(row);
        }));
      }
      steps[at] += " -> " + std::to_string(rows);
      return rows;
    }
    storage::Tx& real;
    std::vector<std::string>& steps;
  };

  storage::Database& real_;
  const bool keep_;
};

}  // namespace insightflow::test
