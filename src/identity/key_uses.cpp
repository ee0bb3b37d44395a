#include <insightflow/identity/workspaces.hpp>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace insightflow::identity {

namespace {

constexpr std::int64_t minute_ms = 60'000;

}  // namespace

struct KeyUses::State {
  explicit State(storage::Database& database) : db(database) {}

  void note(ApiKeyId key, Instant at) {
    {
      const std::shared_lock lock(mutex);
      const auto known = noted.find(key);
      if (known != noted.end() && at - known->second < minute_ms) return;
    }
    const std::unique_lock lock(mutex);
    noted[key] = at;
    waiting[key] = at;
    if (!writer.joinable())
      writer = std::jthread([this](std::stop_token stop) { run(std::move(stop)); });
  }

  Result<void> flush() {
    std::map<ApiKeyId, Instant> uses;
    {
      const std::unique_lock lock(mutex);
      uses.swap(waiting);
    }
    if (uses.empty()) return success();
    return db.write([&](storage::Tx& tx) -> Result<void> {
      for (const auto& [key, at] : uses) {
        BOOST_OUTCOME_TRY(
            tx.execute("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND (last_used_at IS "
                       "NULL OR last_used_at < ?2)",
                       {key, at}));
      }
      return success();
    });
  }

  void run(std::stop_token stop) {
    std::mutex sleeping;
    std::unique_lock lock(sleeping);
    do {
      asleep.wait_for(lock, stop, std::chrono::milliseconds(minute_ms), [] { return false; });
      (void)flush();  // A use that cannot be written is not worth more: the next one is.
    } while (!stop.stop_requested());
  }

  storage::Database& db;
  std::shared_mutex mutex;
  std::map<ApiKeyId, Instant> noted, waiting;
  std::condition_variable_any asleep;
  std::jthread writer;
};

KeyUses::KeyUses(storage::Database& db) : state_(std::make_unique<State>(db)) {}

KeyUses::~KeyUses() {
  if (state_->writer.joinable()) {
    state_->writer.request_stop();
    state_->writer.join();
  }
}

void KeyUses::note(ApiKeyId key, Instant at) {
  state_->note(key, at);
}

Result<void> KeyUses::flush() {
  return state_->flush();
}

}  // namespace insightflow::identity
