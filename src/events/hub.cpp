#include <insightflow/core/json.hpp>
#include <insightflow/events/hub.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace insightflow::events {

namespace {

constexpr std::int64_t page = 256;
constexpr std::int64_t live_page = 512;
constexpr std::size_t at_once = 64;
using Steady = std::chrono::steady_clock;
/// To be let go of without the hub's lock: the last to hold a subscription takes it off the list.
using Readers = std::vector<std::shared_ptr<Subscription>>;

}  // namespace

/// Where a reader is: `position` counts the messages of this process while it follows them in
/// memory, `last` is an id of the log below which it has everything.
struct Subscription::Place {
  WorkspaceId workspace;
  TypeFilter types;
  Permit permit;
  bool in_log = false;
  std::int64_t last = 0;
  std::uint64_t position = 0;
  std::uint64_t born = 0;  ///< The position at which it began.
  bool reset = false;      ///< To be told first.
  std::atomic<bool> ended{false};
  std::atomic<bool> failed{false};

  std::mutex mutex;  ///< Held while the waker is called.
  std::function<void()> waker;

  void wake() {
    const std::lock_guard lock(mutex);
    if (waker) waker();
  }
};

struct Hub::State {
  State(storage::Database& db, const Clock& clock, HubOptions given)
      : database(db), the_clock(clock), log(db, clock), options(std::move(given)) {}

  void run(const std::stop_token& stop);
  void look();
  void round();
  void add(MessagePtr message);
  void clear();
  Readers watching(std::span<const MessagePtr> messages) const;
  Readers everyone() const;
  static void wake(const Readers& some, std::span<const MessagePtr> messages);
  void enter(Subscription::Place& place);

  storage::Database& database;
  const Clock& the_clock;
  Log log;
  const HubOptions options;

  mutable std::mutex mutex;
  std::condition_variable_any woken;
  std::map<WorkspaceId, std::map<Subscription*, std::weak_ptr<Subscription>>> readers;
  std::atomic<std::size_t> count{0};
  bool signalled = false;
  std::uint64_t generation = 0;  ///< How often watching began anew.

  // The messages behind `floor`, as far as `seen`. The first of them has the position `begin`.
  std::deque<MessagePtr> recent;
  std::size_t bytes = 0;
  std::uint64_t begin = 0;
  std::int64_t floor = 0;
  std::int64_t seen = 0;

  std::shared_ptr<void> listening;
  std::jthread thread;  // last: it uses all of the above
};

void Hub::State::clear() {
  begin += recent.size();
  recent.clear();
  bytes = 0;
}

void Hub::State::add(MessagePtr message) {
  bytes += message->frame.size();
  recent.push_back(std::move(message));
  while (recent.size() > options.recent || bytes > options.recent_bytes) {
    bytes -= recent.front()->frame.size();
    floor = std::max(floor, recent.front()->id);
    recent.pop_front();
    ++begin;
  }
}

Readers Hub::State::watching(std::span<const MessagePtr> messages) const {
  Readers out;
  const WorkspaceId* last = nullptr;
  std::vector<WorkspaceId> workspaces;
  for (const MessagePtr& message : messages) {
    if (last == nullptr || *last != message->workspace) workspaces.push_back(message->workspace);
    last = &message->workspace;
  }
  std::ranges::sort(workspaces);
  workspaces.erase(std::unique(workspaces.begin(), workspaces.end()), workspaces.end());
  for (const WorkspaceId& workspace : workspaces)
    if (const auto at = readers.find(workspace); at != readers.end())
      for (const auto& [place, reader] : at->second)
        if (auto alive = reader.lock()) out.push_back(std::move(alive));
  return out;
}

Readers Hub::State::everyone() const {
  Readers out;
  for (const auto& [workspace, some] : readers)
    for (const auto& [place, reader] : some)
      if (auto alive = reader.lock()) out.push_back(std::move(alive));
  return out;
}

void Hub::State::wake(const Readers& some, std::span<const MessagePtr> messages) {
  std::uint32_t kinds = 0;
  for (const MessagePtr& message : messages) kinds |= std::uint32_t{1} << message->kind;
  for (const auto& reader : some)
    if (reader->place_->types.wants_any(kinds)) reader->place_->wake();
}

/// Puts a reader where it can go on in memory, or back to the log where memory does not reach.
void Hub::State::enter(Subscription::Place& place) {
  place.in_log = place.last < floor;
  if (place.in_log) return;
  // What it has already is passed over, with what was told in between and not kept.
  std::size_t skip = recent.size();
  while (skip > 0 && (recent[skip - 1]->id == 0 || recent[skip - 1]->id > place.last)) --skip;
  while (skip < recent.size() && recent[skip]->id == 0) ++skip;
  place.position = begin + skip;
}

void Hub::State::look() {
  std::uint64_t asked = 0;
  std::int64_t from = 0;
  {
    const std::lock_guard lock(mutex);
    asked = generation;
    from = seen;
  }
  for (;;) {
    const auto batch = log.read_all(from, live_page);
    if (!batch) return;  // Whoever waits is told when the database answers again.
    from = batch.value().last;
    Readers to_wake;
    {
      const std::lock_guard lock(mutex);
      if (generation != asked) return;
      // Ids have no gaps: what is missing was deleted before it was read, and nobody can go on
      // here.
      if (batch.value().first > seen + 1) {
        clear();
        floor = batch.value().first - 1;
        ++begin;
      }
      for (const MessagePtr& message : batch.value().messages) add(message);
      seen = from;
      to_wake = watching(batch.value().messages);
    }
    wake(to_wake, batch.value().messages);
    if (!batch.value().more) return;
  }
}

void Hub::State::round() {
  for (const auto& source : options.sources) (void)source();
  Readers held;
  {
    const std::lock_guard lock(mutex);
    held = everyone();
  }
  std::map<std::string, Readers> by_permit;
  for (auto& reader : held)
    if (const std::string& name = reader->place_->permit.name; !name.empty())
      by_permit[name].push_back(std::move(reader));
  for (const auto& [name, some] : by_permit) {
    const auto holds = some.front()->place_->permit.holds();
    if (!holds || holds.value()) continue;
    for (const auto& reader : some) reader->close();
  }
}

void Hub::State::run(const std::stop_token& stop) {
  auto next_round = Steady::now();
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (readers.empty()) {
      woken.wait(lock, stop, [&] { return !readers.empty(); });
      next_round = Steady::now();
      continue;
    }
    woken.wait_for(lock, stop, options.poll, [&] { return signalled; });
    signalled = false;
    lock.unlock();
    if (!stop.stop_requested()) {
      if (const auto now = Steady::now(); now >= next_round) {
        round();
        next_round = now + options.rounds;
      }
      look();
    }
    lock.lock();
  }
}

Hub::Hub(storage::Database& db, const Clock& clock, HubOptions options)
    : state_(std::make_shared<State>(db, clock, std::move(options))) {
  State* state = state_.get();
  state->listening = db.listen([state] {
    if (state->count.load(std::memory_order_relaxed) == 0) return;
    const std::lock_guard lock(state->mutex);
    state->signalled = true;
    state->woken.notify_all();
  });
}

Hub::~Hub() {
  state_->listening.reset();
  if (!state_->thread.joinable()) return;
  state_->thread.request_stop();
  state_->thread.join();
}

Result<std::shared_ptr<Subscription>> Hub::subscribe(WorkspaceId workspace, const Wanted& wanted) {
  State& state = *state_;
  BOOST_OUTCOME_TRY(const auto extent, state.log.extent(workspace));
  std::shared_ptr<Subscription> out(new Subscription);
  out->hub_ = state_;
  out->place_ = std::make_unique<Subscription::Place>();
  Subscription::Place& place = *out->place_;
  place.workspace = workspace;
  place.types = wanted.types;
  place.permit = wanted.permit;
  place.reset = wanted.after && !extent.covers(*wanted.after);
  // Who saw nothing (0) misses nothing of what is gone.
  if (wanted.after == 0) place.reset = false;
  place.last = wanted.after && !place.reset ? std::max(*wanted.after, extent.purged) : extent.last;
  const std::lock_guard lock(state.mutex);
  if (state.readers.empty()) {
    // Nobody has been reading the log.
    state.clear();
    state.floor = state.seen = extent.last;
    ++state.generation;
    if (!state.thread.joinable())
      state.thread = std::jthread([&state](const std::stop_token& stop) { state.run(stop); });
    state.woken.notify_all();
  }
  state.readers[workspace].emplace(out.get(), out);
  ++state.count;
  state.enter(place);
  place.born = state.begin + state.recent.size();
  return out;
}

Result<void> Hub::send_transient(WorkspaceId workspace, Event event) {
  State& state = *state_;
  if (const Kind* kind = find_kind(event.type); kind != nullptr && kind->kept)
    return fail(Code::invalid, "event_kept",
                "Events of the type '" + event.type + "' belong in the log.");
  event.id = 0;
  event.at = state.the_clock.now();
  BOOST_OUTCOME_TRY(auto message, write_message(workspace, event));
  Readers to_wake;
  {
    const std::lock_guard lock(state.mutex);
    if (!state.readers.contains(workspace)) return success();
    state.add(message);
    to_wake = state.watching({&message, 1});
  }
  State::wake(to_wake, {&message, 1});
  return success();
}

std::size_t Hub::watching() const {
  return state_->count;
}

Subscription::Then Subscription::next(std::vector<MessagePtr>& out) {
  Place& place = *place_;
  if (place.ended) return Then::end;
  if (place.reset || place.in_log) return Then::fetch;
  const std::lock_guard lock(hub_->mutex);
  if (place.position < hub_->begin) {
    place.in_log = true;
    return Then::fetch;
  }
  const std::size_t most = out.size() + at_once;
  for (; place.position < hub_->begin + hub_->recent.size(); ++place.position) {
    const MessagePtr& message = hub_->recent[place.position - hub_->begin];
    if (message->id != 0 ? message->id <= place.last : place.position < place.born) continue;
    const bool wanted = message->workspace == place.workspace && place.types.wants(message->kind);
    if (wanted && out.size() == most) return Then::again;
    if (message->id != 0) place.last = message->id;
    if (wanted) out.push_back(message);
  }
  return Then::wait;
}

Subscription::Then Subscription::fetch(std::vector<MessagePtr>& out) {
  Place& place = *place_;
  if (place.ended) return Then::end;
  std::vector<Event> events;
  const auto read = hub_->database.read([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto extent, Log::extent(tx, place.workspace));
    // The log may have been cut while the reader was behind.
    if (place.reset || !extent.covers(place.last)) {
      place.reset = false;
      place.last = extent.last;
      events = {{.id = extent.last, .at = hub_->the_clock.now(), .type = "reset"}};
      return success();
    }
    BOOST_OUTCOME_TRY(events, Log::read(tx, place.workspace, place.last, page));
    const bool more = static_cast<std::int64_t>(events.size()) == page;
    place.last = more ? events.back().id : extent.last;
    return success();
  });
  if (!read) {
    place.failed = place.ended = true;
    return Then::end;
  }
  for (const Event& event : events) {
    auto message = write_message(place.workspace, event);
    if (message && place.types.wants(message.value()->kind))
      out.push_back(std::move(message).value());
  }
  const std::lock_guard lock(hub_->mutex);
  hub_->enter(place);
  return place.in_log ? Then::fetch : Then::again;
}

void Subscription::on_wake(std::function<void()> wake) {
  const std::lock_guard lock(place_->mutex);
  place_->waker = std::move(wake);
}

void Subscription::close() {
  if (place_->ended.exchange(true)) return;
  place_->wake();
}

bool Subscription::failed() const {
  return place_->failed;
}

Subscription::~Subscription() {
  const std::lock_guard lock(hub_->mutex);
  const auto at = hub_->readers.find(place_->workspace);
  if (at == hub_->readers.end() || at->second.erase(this) == 0) return;
  if (at->second.empty()) hub_->readers.erase(at);
  --hub_->count;
}

}  // namespace insightflow::events

namespace insightflow {
template const Type& type_of<events::Ask>();
}  // namespace insightflow
