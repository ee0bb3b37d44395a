#pragma once

#include "support/temporary.hpp"

#include <insightflow/identity/workspaces.hpp>
#include <insightflow/storage/sqlite.hpp>

namespace insightflow::test {

/// A fresh database with one workspace, a clock that stands still and ids from a fixed seed.
struct World {
  TemporaryFolder folder{};
  ManualClock clock{Instant{1'767'225'600'000}};  // 2026-01-01
  IdSource ids{clock, 1};
  std::unique_ptr<storage::Database> db = storage::open_sqlite({.path = folder / "a.db"}).value();
  identity::NewWorkspace workspace = identity::create_workspace(*db, clock, ids, "First").value();

  identity::Scope scope(identity::Role role = identity::Role::owner) {
    return {*db, clock, ids, {workspace.workspace.id, role}};
  }

  /// The first column of the first row, as a number.
  std::int64_t number(std::string_view sql) {
    return db->read([&](storage::Tx& tx) { return tx.find<std::int64_t>(sql); })
        .value()
        .value_or(0);
  }
};

}  // namespace insightflow::test
