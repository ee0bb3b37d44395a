#include "llm/reply_store.hpp"

#include <insightflow/security/digest.hpp>

#include <condition_variable>

namespace insightflow::llm {

namespace {

constexpr auto look_again = std::chrono::milliseconds(50);

/// A request that is under way, and those who wait for its reply.
struct Flight {
  std::mutex mutex;
  std::condition_variable_any landed;
  std::optional<Result<Reply>> result;
  bool over = false;  ///< Without a result it was stopped by its caller.
};

class ExactCachePolicy final : public Decorator {
 public:
  ExactCachePolicy(std::unique_ptr<Client> inner, const Shared& shared)
      : Decorator(Policy::exact_cache, std::move(inner)), shared_(shared), store_(shared) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    if (shared_.ledger.db() == nullptr || shared_.settings.cache.mode == CacheMode::off)
      return inner().complete(request, ctx, on_text);
    Request sent = request;
    sent.trail.cache_key = cache_key(request);
    if (auto kept = store_.find(request.workspace, sent.trail.cache_key)) {
      tell(EventKind::cache_hit, request);
      return give(store_.served(sent, std::move(*kept)), on_text);
    }
    for (;;) {
      const auto [flight, mine] = board(sent.trail.cache_key);
      if (mine) return lead(*flight, sent, ctx, on_text);
      BOOST_OUTCOME_TRY(follow(*flight, ctx));
      if (!flight->result) continue;  // it was stopped; one of those who wait takes over
      tell(EventKind::joined, request);
      if (!*flight->result) return flight->result->error();
      return give(store_.served(sent, flight->result->value()), on_text);
    }
  }

 private:
  void tell(EventKind kind, const Request& request) const {
    shared_.observer.tell({.kind = kind, .task = request.task});
  }

  static Reply give(Reply reply, const OnText& on_text) {
    if (on_text && !reply.text.empty()) on_text(reply.text);
    return reply;
  }

  std::pair<std::shared_ptr<Flight>, bool> board(const std::string& key) {
    const std::lock_guard lock(mutex_);
    auto& flight = flights_[key];
    const bool mine = flight == nullptr;
    if (mine) flight = std::make_shared<Flight>();
    return {flight, mine};
  }

  Result<Reply> lead(Flight& flight, const Request& request, const Ctx& ctx,
                     const OnText& on_text) {
    struct Landing {
      ExactCachePolicy& policy;
      Flight& flight;
      const std::string& key;
      std::shared_ptr<Flight> alive;

      ~Landing() {
        {
          const std::lock_guard lock(policy.mutex_);
          const auto found = policy.flights_.find(key);
          alive = found->second;
          policy.flights_.erase(found);
        }
        const std::lock_guard lock(flight.mutex);
        flight.over = true;
        flight.landed.notify_all();
      }
    } landing{*this, flight, request.trail.cache_key, {}};

    // Somebody may have landed between our look and our start.
    if (auto kept = store_.find(request.workspace, request.trail.cache_key)) {
      tell(EventKind::cache_hit, request);
      land(flight, *kept);
      return give(store_.served(request, std::move(*kept)), on_text);
    }
    tell(EventKind::cache_missed, request);
    auto reply = inner().complete(request, ctx, on_text);
    if (reply && reply.value().finish == Finish::complete && !reply.value().cached)
      store_.keep(request, reply.value());
    const bool stopped = !reply && (reply.error().reason == "cancelled" ||
                                    reply.error().reason == "deadline_passed");
    if (!stopped) land(flight, reply);
    return reply;
  }

  static void land(Flight& flight, Result<Reply> result) {
    const std::lock_guard lock(flight.mutex);
    flight.result.emplace(std::move(result));
  }

  /// Waits for the end; nothing changes after it.
  static Result<void> follow(Flight& flight, const Ctx& ctx) {
    std::unique_lock lock(flight.mutex);
    while (!flight.over) {
      BOOST_OUTCOME_TRY(ctx.check());
      flight.landed.wait_for(lock, ctx.stop, look_again, [&] { return flight.over; });
    }
    return success();
  }

  const Shared shared_;
  ReplyStore store_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace

std::string cache_key(const Request& request) {
  security::Sha256 digest;
  const auto add = [&](std::string_view part) {
    digest.update(std::to_string(part.size()) + ":");
    digest.update(part);
  };
  add("insightflow.llm.cache.1");
  add(request.workspace.str());
  add(request.task);
  add(request.prompt_version);
  add(request.schema);
  add(request.model);  // empty unless the caller insists on one
  add(slug(request.tier));
  add(std::to_string(request.max_output_tokens));
  add(request.temperature ? std::to_string(*request.temperature) : "");
  for (const Message& message : request.messages) {
    add(slug(message.role));
    add(message.text);
  }
  return digest.hex();
}

std::unique_ptr<Client> make_exact_cache(std::unique_ptr<Client> inner, const Shared& shared) {
  return std::make_unique<ExactCachePolicy>(std::move(inner), shared);
}

}  // namespace insightflow::llm
