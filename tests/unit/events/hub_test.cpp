#include "support/world.hpp"

#include <insightflow/events/hub.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace insightflow;
using namespace insightflow::events;
using Then = Subscription::Then;

namespace {

/// Follows a subscription as a connection does, and collects what it is told.
class Reader {
 public:
  explicit Reader(std::shared_ptr<Subscription> subscription)
      : subscription_(std::move(subscription)) {
    subscription_->on_wake([this] {
      const std::lock_guard lock(mutex_);
      ++wakes_;
      woken_.notify_all();
    });
  }
  ~Reader() { subscription_->on_wake(nullptr); }

  /// Takes until so many have come, or the end, or 20 seconds.
  const std::vector<MessagePtr>& until(std::size_t count) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (got.size() < count && !ended) {
      const int seen = [&] {
        const std::lock_guard lock(mutex_);
        return wakes_;
      }();
      if (take() || got.size() >= count || ended) continue;
      std::unique_lock lock(mutex_);
      if (!woken_.wait_until(lock, patience, [&] { return wakes_ != seen; })) break;
    }
    return got;
  }
  /// Everything that is there now.
  const std::vector<MessagePtr>& now() {
    while (take()) continue;
    return got;
  }
  bool await_end() {
    until(std::size_t(-1));
    return ended;
  }
  std::vector<std::int64_t> ids() const {
    std::vector<std::int64_t> out;
    for (const auto& message : got) out.push_back(message->id);
    return out;
  }

  std::vector<MessagePtr> got;
  bool ended = false;
  int fetches = 0;

 private:
  bool take() {
    then_ =
        then_ == Then::fetch ? (++fetches, subscription_->fetch(got)) : subscription_->next(got);
    ended = then_ == Then::end;
    return then_ == Then::again || then_ == Then::fetch;
  }

  std::shared_ptr<Subscription> subscription_;
  Then then_ = Then::again;
  std::mutex mutex_;
  std::condition_variable woken_;
  int wakes_ = 0;
};

struct Fixture : test::World {
  Log log{*db, clock};
  WorkspaceId home = workspace.workspace.id;
  WorkspaceId elsewhere =
      identity::create_workspace(*db, clock, ids, "Second").value().workspace.id;

  void add(WorkspaceId to, int count = 1, std::string type = "survey.answers") {
    REQUIRE(db->write([&](storage::Tx& tx) -> Result<void> {
      for (int i = 0; i < count; ++i) {
        BOOST_OUTCOME_TRY(log.append(tx, to, {.type = type, .data = "{}"}));
      }
      return success();
    }));
  }
};

using Ids = std::vector<std::int64_t>;
constexpr std::chrono::milliseconds never{3'600'000};

Ids range(std::int64_t first, std::int64_t last) {
  Ids out;
  for (; first <= last; ++first) out.push_back(first);
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "who watches is told by the commit, in order, and only of its own") {
  Hub hub(*db, clock, {.poll = never});
  add(home);
  Reader ours(hub.subscribe(home).value()), theirs(hub.subscribe(elsewhere).value());
  CHECK(hub.watching() == 2);
  CHECK(ours.now().empty());
  add(home, 2);
  add(elsewhere);
  add(home);
  ours.until(3);
  theirs.until(1);
  CHECK(ours.ids() == Ids{2, 3, 5});
  CHECK(theirs.ids() == Ids{4});
  // Written once, for all.
  Reader second(hub.subscribe(home, {.after = 4}).value());
  CHECK(second.until(1).at(0) == ours.got.at(2));
}

TEST_CASE_FIXTURE(Fixture, "what another process writes is found by looking") {
  const auto other = storage::open_sqlite({.path = folder / "a.db"}).value();
  Hub hub(*db, clock, {.poll = std::chrono::milliseconds(5)});
  Reader reader(hub.subscribe(home).value());
  Log theirs(*other, clock);
  for (int i = 0; i < 3; ++i)
    REQUIRE(other->write([&](storage::Tx& tx) {
      return theirs.append(tx, home, {.type = "survey.closed", .data = "{}"});
    }));
  reader.until(3);
  CHECK(reader.ids() == Ids{1, 2, 3});
}

TEST_CASE_FIXTURE(Fixture, "who comes back misses nothing and is told nothing twice") {
  Hub hub(*db, clock, {.poll = never, .recent = 16});
  add(home, 600);
  struct Row {
    std::optional<std::int64_t> after;
    std::int64_t first;  ///< What comes first; 604 is what happens afterwards.
  };
  for (const Row& row :
       {Row{0, 1}, Row{1, 2}, Row{256, 257}, Row{599, 600}, Row{600, 601}, Row{{}, 601}}) {
    CAPTURE(row.first);
    Reader reader(hub.subscribe(home, {.after = row.after}).value());
    const auto last = number("SELECT max(id) FROM events");
    add(home);
    const std::int64_t first = row.after ? row.first : last + 1;
    reader.until(static_cast<std::size_t>(last + 1 - first + 1));
    CHECK(reader.ids() == range(first, last + 1));
  }
}

TEST_CASE_FIXTURE(Fixture, "who is slow reads the log and then goes on in memory") {
  Hub hub(*db, clock, {.poll = never, .recent = 8});
  Reader slow(hub.subscribe(home).value()), quick(hub.subscribe(home).value());
  for (int i = 0; i < 50; ++i) {
    add(home, 3);
    quick.until(static_cast<std::size_t>(3 * (i + 1)));
  }
  CHECK(quick.ids() == range(1, 150));
  slow.until(150);
  CHECK(slow.fetches > 0);
  CHECK(slow.ids() == range(1, 150));
  const int fetches = slow.fetches;
  add(home);
  slow.until(151);
  CHECK(slow.fetches == fetches);
  CHECK(slow.ids() == range(1, 151));
}

TEST_CASE_FIXTURE(Fixture,
                  "what is gone is answered with a reset, and then what happens from now") {
  Hub hub(*db, clock, {.poll = never});
  add(home, 20);
  REQUIRE(log.purge({.count = 10}));
  for (const std::int64_t asked : {5, 9, 25, 1'000'000}) {
    CAPTURE(asked);
    Reader reader(hub.subscribe(home, {.after = asked}).value());
    const std::int64_t last = number("SELECT max(id) FROM events");
    reader.until(1);
    CHECK(event_kinds[reader.got.at(0)->kind].name == "reset");
    add(home);
    reader.until(2);
    CHECK(reader.ids() == Ids{last, last + 1});
  }
  // Who saw nothing gets what is left, and another workspace's loss is no loss.
  Reader all(hub.subscribe(home, {.after = 0}).value());
  CHECK(all.until(10).at(0)->id == 11);
  Reader theirs(hub.subscribe(elsewhere, {.after = 5}).value());
  CHECK(theirs.now().empty());
}

TEST_CASE_FIXTURE(Fixture, "a reader the log is cut under is told so") {
  Hub hub(*db, clock, {.poll = never, .recent = 4});
  Reader reader(hub.subscribe(home).value());
  add(home, 400);
  REQUIRE(log.purge({.count = 5}));
  reader.until(1);
  CHECK(event_kinds[reader.got.at(0)->kind].name == "reset");
  CHECK(reader.got.at(0)->id == 400);
  add(home);
  reader.until(2);
  CHECK(reader.got.back()->id == 401);
}

TEST_CASE_FIXTURE(Fixture, "only the types that are wanted come") {
  Hub hub(*db, clock, {.poll = never, .recent = 4});
  const auto types = TypeFilter::of(std::vector<std::string>{"survey.*"}).value();
  Reader live(hub.subscribe(home, {.types = types}).value());
  for (int i = 0; i < 10; ++i) {
    add(home, 1, "job.queued");
    add(home, 1, "survey.closed");
  }
  live.until(10);
  Reader later(hub.subscribe(home, {.after = 0, .types = types}).value());
  later.until(10);
  CHECK(live.ids() == Ids{2, 4, 6, 8, 10, 12, 14, 16, 18, 20});
  CHECK(later.ids() == live.ids());
}

TEST_CASE_FIXTURE(Fixture, "what is transient is told to who watches now, and not kept") {
  Hub hub(*db, clock, {.poll = never});
  const Event delta{.type = "llm.delta", .subject = "t", .data = R"({"text":"Hel"})"};
  CHECK(hub.send_transient(home, delta));  // Nobody is there.
  Reader ours(hub.subscribe(home).value()), theirs(hub.subscribe(elsewhere).value());
  add(home);
  ours.until(1);
  CHECK(hub.send_transient(home, delta));
  add(home);
  ours.until(3);
  CHECK(ours.ids() == Ids{1, 0, 2});
  CHECK(ours.got[1]->json().find(R"("data":{"text":"Hel"})") != std::string_view::npos);
  CHECK(theirs.now().empty());
  CHECK(number("SELECT count(*) FROM events") == 2);
  CHECK(hub.send_transient(home, {.type = "job.queued"}).error().reason == "event_kept");
  CHECK(hub.send_transient(home, {.type = "what"}).error().reason == "event_type_unknown");
  Reader later(hub.subscribe(home, {.after = 0}).value());
  later.until(2);
  CHECK(later.ids() == Ids{1, 2});
}

TEST_CASE_FIXTURE(Fixture, "memory holds a bounded number of messages and bytes") {
  Hub hub(*db, clock, {.poll = never, .recent = 1000, .recent_bytes = 4000});
  Reader slow(hub.subscribe(home).value());
  for (int i = 0; i < 200; ++i)
    CHECK(hub.send_transient(home, {.type = "llm.delta", .data = R"({"text":"some more"})"}));
  // What was not taken in time is missed; who is that slow is no live reader.
  CHECK(slow.now().size() < 60);
}

TEST_CASE_FIXTURE(Fixture, "a permit that is gone ends those who held it, and no others") {
  std::atomic<bool> good{true};
  std::atomic<int> asked{0};
  Hub hub(*db, clock,
          {.poll = std::chrono::milliseconds(2), .rounds = std::chrono::milliseconds(5)});
  const Permit permit{"key", [&]() -> Result<bool> {
                        ++asked;
                        return good.load();
                      }};
  Reader first(hub.subscribe(home, {.permit = permit}).value()),
      second(hub.subscribe(home, {.permit = permit}).value()), other(hub.subscribe(home).value());
  while (asked < 3) std::this_thread::yield();
  add(home);
  first.until(1);
  CHECK(!first.ended);
  good = false;
  CHECK(first.await_end());
  CHECK(second.await_end());
  other.until(1);
  CHECK(!other.ended);
}

TEST_CASE_FIXTURE(Fixture, "sources are asked while somebody watches, and no longer") {
  std::atomic<int> asked{0};
  Hub hub(*db, clock,
          {.poll = std::chrono::milliseconds(1),
           .rounds = std::chrono::milliseconds(1),
           .sources = {[&]() -> Result<void> {
             ++asked;
             return fail(Code::unavailable, "database_busy", "");
           }}});
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(asked == 0);
  {
    Reader reader(hub.subscribe(home).value());
    while (asked < 3) std::this_thread::yield();
  }
  // The round that is under way may be the last to hold the reader.
  while (hub.watching() != 0) std::this_thread::yield();
  // Whoever comes after a pause is where he asked to be.
  add(home, 3);
  Reader late(hub.subscribe(home, {.after = 1}).value());
  late.until(2);
  CHECK(late.ids() == Ids{2, 3});
}

TEST_CASE_FIXTURE(Fixture, "many readers come and go while much is written") {
  Hub hub(*db, clock, {.poll = std::chrono::milliseconds(1), .recent = 32});
  constexpr int total = 400;
  std::atomic<bool> failed{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 6; ++i)
    readers.emplace_back([&, i] {
      std::int64_t last = 0;
      while (last < total && !failed) {
        Reader reader(hub.subscribe(i % 2 == 0 ? home : elsewhere, {.after = last}).value());
        reader.until(std::min<std::size_t>(97, static_cast<std::size_t>(total - last) / 2 + 1));
        std::int64_t before = last;
        for (const std::int64_t id : reader.ids()) {
          // The workspaces take turns.
          const std::int64_t expected = before == 0 ? (i % 2 == 0 ? 1 : 2) : before + 2;
          if (id != expected) failed = true;
          before = id;
        }
        if (before == last) failed = true;
        last = before;
        if (last >= total - 1) break;
      }
    });
  for (int i = 0; i < total / 2; ++i) {
    add(home);
    add(elsewhere);
  }
  readers.clear();
  CHECK(!failed);
}
