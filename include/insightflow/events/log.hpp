#pragma once

#include <insightflow/events/event.hpp>
#include <insightflow/storage/database.hpp>

#include <chrono>

namespace insightflow::events {

/// How much of the log is kept; what is beyond either bound goes.
struct Retention {
  std::chrono::milliseconds age = std::chrono::hours(24 * 7);
  std::int64_t count = 100'000;  ///< Of all workspaces together.
};

/// What a reader can still get.
struct Extent {
  std::int64_t last = 0;    ///< The highest id ever given in this database.
  std::int64_t purged = 0;  ///< The highest id of this workspace that is gone.

  /// True where somebody who saw `id` last can go on without a gap. An id that was never given
  /// comes from another database.
  bool covers(std::int64_t id) const { return id >= purged && id <= last; }
};

/// A stretch of the log. Types that this program does not know, because a newer one wrote them, are
/// left out of the messages.
struct Batch {
  std::vector<MessagePtr> messages;
  std::int64_t first = 0;  ///< The id of its first event; 0 where there is none.
  std::int64_t last = 0;   ///< That of its last one; `after` where there is none.
  bool more = false;       ///< The limit ended it.
};

/// The persisted log of a database. Ids count up in the order of commits. Cheap to make; safe from
/// several threads and processes.
class Log {
 public:
  Log(storage::Database& db, const Clock& clock) : db_(db), clock_(clock) {}

  /// Adds an event to the caller's transaction and gives its id; readers of this process are woken
  /// by its commit. `id` and `at` of `event` are set here. Now and then it also deletes what
  /// `Retention` does not keep, a bounded number of rows. Errors: `event_type_unknown`, and
  /// `event_not_kept` for a type that is only passed on.
  Result<std::int64_t> append(storage::Tx& tx, WorkspaceId workspace, Event event);

  /// Events of a workspace behind `after`, in order.
  Result<std::vector<Event>> read(WorkspaceId workspace, std::int64_t after, std::int64_t limit);

  /// The same for all workspaces, ready to be sent: what the one reader of a process asks for.
  Result<Batch> read_all(std::int64_t after, std::int64_t limit);

  Result<Extent> extent(WorkspaceId workspace);

  /// Deletes what is not to be kept, the oldest first, a thousand rows at most. Gives how many.
  Result<std::int64_t> purge(const Retention& retention = {});

 private:
  friend class Subscription;
  static Result<Extent> extent(storage::Tx& tx, WorkspaceId workspace);
  static Result<std::vector<Event>> read(storage::Tx& tx, WorkspaceId workspace, std::int64_t after,
                                         std::int64_t limit);
  static Result<std::int64_t> purge(storage::Tx& tx, const Retention& retention, Instant now);

  storage::Database& db_;
  const Clock& clock_;
};

}  // namespace insightflow::events

// Its field table is instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<events::Event>();
}  // namespace insightflow
