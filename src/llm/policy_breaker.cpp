#include "llm/policy.hpp"

#include <algorithm>

namespace insightflow::llm {

std::optional<BreakerState> Breaker::step(BreakerEvent event) {
  const auto to = next(breaker_edges, state_, event);
  if (!to) return {};
  state_ = *to;
  ++generation_;
  failures_ = 0;
  probing_ = false;
  if (state_ == BreakerState::open) opened_at_ = clock_.now();
  return state_;
}

Error Breaker::refusal() const {
  Error error =
      fail(Code::unavailable, "llm_resting", "The model rests after failures. Try again later.");
  error.retry_after = std::chrono::milliseconds(std::clamp<std::int64_t>(
      settings_.cooldown_ms - (clock_.now() - opened_at_), 1, settings_.cooldown_ms));
  return error;
}

Result<Breaker::Ticket> Breaker::admit() {
  const std::lock_guard lock(mutex_);
  // A clock that was set back does not prolong the rest for ever.
  const std::int64_t rested = clock_.now() - opened_at_;
  if (state_ == BreakerState::open && (rested >= settings_.cooldown_ms || rested < 0))
    step(BreakerEvent::cooled);
  if (state_ == BreakerState::open || probing_) return refusal();
  probing_ = state_ == BreakerState::half_open;
  return Ticket{generation_, probing_};
}

std::optional<BreakerState> Breaker::succeeded(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (ticket.generation != generation_) return {};
  failures_ = 0;
  return ticket.probe ? step(BreakerEvent::recovered) : std::nullopt;
}

std::optional<BreakerState> Breaker::failed(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (ticket.generation != generation_) return {};
  if (ticket.probe) return step(BreakerEvent::failed_again);
  return ++failures_ >= settings_.failures ? step(BreakerEvent::tripped) : std::nullopt;
}

void Breaker::abandoned(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (ticket.generation == generation_ && ticket.probe) probing_ = false;
}

BreakerState Breaker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Breaker::resting() const {
  const std::lock_guard lock(mutex_);
  if (state_ != BreakerState::open) return probing_;
  const std::int64_t rested = clock_.now() - opened_at_;
  return rested >= 0 && rested < settings_.cooldown_ms;
}

namespace {

class BreakerPolicy final : public Decorator {
 public:
  BreakerPolicy(std::unique_ptr<Client> inner, const Shared& shared, const Deployment& deployment)
      : Decorator(Policy::breaker, std::move(inner)),
        observer_(shared.observer),
        deployment_(deployment) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    Breaker& breaker = *deployment_.breaker;
    BOOST_OUTCOME_TRY(const auto ticket, breaker.admit());
    Held held{breaker, ticket};
    auto reply = inner().complete(request, ctx, on_text);
    const ErrorRow what = reply ? ErrorRow{.answers = true} : meaning(reply.error().reason);
    held.given = what.answers || what.rests;
    std::optional<BreakerState> moved;
    if (held.given) moved = what.rests ? breaker.failed(ticket) : breaker.succeeded(ticket);
    if (moved)
      observer_.tell({.kind = EventKind::breaker_moved,
                      .task = request.task,
                      .model = deployment_.model->name,
                      .reason = slug(*moved)});
    return reply;
  }

 private:
  /// A ticket that is given back whatever happens, an exception of a hook included.
  struct Held {
    Breaker& breaker;
    Breaker::Ticket ticket;
    bool given = false;
    ~Held() {
      if (!given) breaker.abandoned(ticket);
    }
  };

  const Observer& observer_;
  const Deployment& deployment_;
};

}  // namespace

std::unique_ptr<Client> make_breaker(std::unique_ptr<Client> inner, const Shared& shared,
                                     const Deployment& deployment) {
  return std::make_unique<BreakerPolicy>(std::move(inner), shared, deployment);
}

}  // namespace insightflow::llm
