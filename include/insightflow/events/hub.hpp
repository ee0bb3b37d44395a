#pragma once

#include <insightflow/events/log.hpp>

#include <functional>
#include <optional>

namespace insightflow::events {

class Subscription;

struct HubOptions {
  /// How often the log is looked at for what other processes wrote; one indexed read, and none
  /// while nobody watches. What this process writes wakes the hub at once.
  std::chrono::milliseconds poll{50};

  /// The latest messages are kept in memory for whoever is a little behind: so many, and so many
  /// bytes. Who is further behind reads the log.
  std::size_t recent = 1024;
  std::size_t recent_bytes = 4u << 20;

  /// How often `sources` are asked and permits are looked at.
  std::chrono::milliseconds rounds{1000};

  /// Write events about what nobody announced, as answers that came in. Called one after the other,
  /// on the hub's thread, while somebody watches.
  std::vector<std::function<Result<void>()>> sources;
};

/// Whether a reader may still read. Asked on the hub's thread, once a round for all subscriptions
/// with the same name; `false` ends them. An error leaves things as they are.
struct Permit {
  std::string name;  ///< Empty: always.
  std::function<Result<bool>()> holds;
};

/// What a reader asks for, in words.
struct Ask {
  std::optional<std::int64_t> after;
  std::vector<std::string> types;
};
BOOST_DESCRIBE_STRUCT(Ask, (), (after, types))
inline constexpr std::array ask_notes{
    Note{.field = "after",
         .doc = "The last id you have; 0 for all that is kept, nothing for what happens from now.",
         .min = 0},
    Note{.field = "types", .doc = "Only these types, or families as job.*.", .max = 32}};
constexpr std::span<const Note> field_notes(const Ask*) {
  return ask_notes;
}

/// What a reader wants.
struct Wanted {
  /// The last event the reader has; 0 for all that is kept. Without it: what happens from now on.
  std::optional<std::int64_t> after;
  TypeFilter types;
  Permit permit;
};

/// Tells those who watch what happens, in all processes that use the database. One thread reads the
/// log, writes each message once, and wakes those it concerns; they take what is theirs at their
/// own speed. What a reader has not taken is in the log, or in memory shared by all: a slow reader
/// costs a number. Safe from several threads. Subscriptions must not outlive it.
class Hub {
 public:
  Hub(storage::Database& db, const Clock& clock, HubOptions options = {});
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// Reads the log once, so it may block. Gives exactly the events of the workspace behind
  /// `wanted.after` or from now on, in order, each once. When some of them are gone, a `reset`
  /// comes instead of what is left of them, and then what happens from now on. Errors: those of the
  /// database.
  Result<std::shared_ptr<Subscription>> subscribe(WorkspaceId workspace, const Wanted& wanted = {});

  /// Tells those who watch this process now, and nobody else; nothing is stored, and who is far
  /// behind misses it. For pieces of a text that is being written. `event.at` is set here. Errors:
  /// `event_type_unknown`, and `event_kept` for a type that belongs in the log.
  Result<void> send_transient(WorkspaceId workspace, Event event);

  /// How many watch.
  std::size_t watching() const;

 private:
  friend class Subscription;
  struct State;
  std::shared_ptr<State> state_;
};

/// One reader's place. `next` and `fetch` are for one thread at a time; the rest is safe.
class Subscription {
 public:
  enum class Then {
    wait,   ///< Nothing more now; the waker will be called.
    again,  ///< There is more: call `next`.
    fetch,  ///< The rest is in the database: call `fetch`.
    end     ///< Over: the permit is gone, the database failed, or `close` was called.
  };

  /// Appends what there is, at most 64 messages. Never blocks.
  Then next(std::vector<MessagePtr>& out);

  /// The same from the database; blocks for one read. To be called after `next` asked for it.
  Then fetch(std::vector<MessagePtr>& out);

  /// Calls `wake` whenever there may be something after a `wait`, also for the end; from any
  /// thread. It must be quick and not call back. None: nobody is called any more, and no call is
  /// still under way when this returns.
  void on_wake(std::function<void()> wake);

  /// Ends it.
  void close();

  /// True where the database ended it, so that it is worth coming back.
  bool failed() const;

 private:
  friend class Hub;
  struct Place;
  Subscription() = default;
  std::shared_ptr<Hub::State> hub_;
  std::unique_ptr<Place> place_;

 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
};

}  // namespace insightflow::events

// Its field table is instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<events::Ask>();
}  // namespace insightflow
