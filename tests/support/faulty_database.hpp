#pragma once

#include <insightflow/storage/database.hpp>

#include <atomic>

namespace insightflow::test {

/// Passes everything on to another database, but statement number `at` (counted from 1 over all
/// transactions, commits included) fails. Run a piece of work with at = 1, 2, 3 … until `fired()`
/// stays false, and look after each run whether what is stored still makes sense.
class FaultyDatabase final : public storage::Database {
 public:
  FaultyDatabase(storage::Database& real, int at) : real_(real), left_(at) {}

  bool fired() const { return left_ <= 0; }

  Result<void> read_tx(Work work) override {
    return real_.read_tx([&](storage::Tx& tx) -> Result<void> {
      FaultyTx faulty(tx, *this);
      return work(faulty);
    });
  }
  Result<void> write_tx(Work work) override {
    return real_.write_tx([&](storage::Tx& tx) -> Result<void> {
      FaultyTx faulty(tx, *this);
      BOOST_OUTCOME_TRY(work(faulty));
      return step();  // the commit
    });
  }
  Result<void> scrub(storage::Scrub depth) override {
    BOOST_OUTCOME_TRY(step());
    return real_.scrub(depth);
  }
  Result<void> backup(const std::string& path) override { return real_.backup(path); }
  std::shared_ptr<void> listen(std::function<void()> listener) override {
    return real_.listen(std::move(listener));
  }

 private:
  struct FaultyTx final : storage::Tx {
    FaultyTx(storage::Tx& real, FaultyDatabase& owner) : real(real), owner(owner) {}
    Result<std::int64_t> run(std::string_view sql, storage::Params params, Visit* visit) override {
      BOOST_OUTCOME_TRY(owner.step());
      if (visit == nullptr) return real.execute(sql, params);
      BOOST_OUTCOME_TRY(real.each(sql, params, *visit));
      return 0;
    }
    void signal() override { real.signal(); }
    storage::Tx& real;
    FaultyDatabase& owner;
  };

  Result<void> step() {
    if (--left_ == 0) return fail(Code::unavailable, "database_failed", "Injected fault.");
    return success();
  }

  storage::Database& real_;
  std::atomic<int> left_;
};

}  // namespace insightflow::test
