#include "llm/policy.hpp"
#include "llm/tokens.hpp"

#include <algorithm>

namespace insightflow::llm {

namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t burst_share = 6;
/// Longer than this nobody is kept waiting for a turn.
constexpr std::int64_t most_wait_ms = 60'000;

/// Waits for the provider's turn, and calls the model by the provider's name for it.
class RateLimitPolicy final : public Decorator {
 public:
  RateLimitPolicy(const Shared& shared, const Deployment& deployment)
      : Decorator(Policy::rate_limit, nullptr), shared_(shared), deployment_(deployment) {}

  const Client* behind() const override { return deployment_.client; }

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    BOOST_OUTCOME_TRY(await_turn(request, ctx));
    BOOST_OUTCOME_TRY(ctx.check());
    Request sent = request;
    sent.model = deployment_.model->model;
    BOOST_OUTCOME_TRY(auto reply, deployment_.client->complete(sent, ctx, on_text));
    reply.provider = deployment_.provider->name;
    if (reply.model.empty()) reply.model = deployment_.model->model;
    return reply;
  }

 private:
  Result<void> await_turn(const Request& request, const Ctx& ctx) {
    if (deployment_.gate == nullptr) return success();
    const std::int64_t tokens =
        estimate_tokens(request, deployment_.provider->wire) +
        std::clamp<std::int64_t>(request.max_output_tokens, 0, deployment_.model->context_tokens);
    for (std::int64_t waited = 0;;) {
      const auto wait = deployment_.gate->take(shared_.clock.now(), tokens);
      if (wait.count() == 0) return success();
      if (waited + wait.count() > most_wait_ms ||
          ctx.clock->now().ms >= ctx.deadline.ms - wait.count()) {
        Error error = fail(Code::rate_limited, "llm_turn_missed",
                           "The settings let no more through to '" + deployment_.provider->name +
                               "' now. Try again later, or raise its rate limit.");
        error.retry_after = wait;
        return error;
      }
      shared_.observer.tell({.kind = EventKind::rate_waited,
                             .task = request.task,
                             .model = deployment_.model->name,
                             .ms = wait.count()});
      BOOST_OUTCOME_TRY(shared_.sleep(wait, ctx));
      waited += wait.count();
    }
  }

  const Shared shared_;
  const Deployment& deployment_;
};

}  // namespace

std::int64_t RateGate::Bucket::wait_us(std::int64_t now_us, std::int64_t amount) const {
  if (per_minute == 0) return 0;
  const std::int64_t burst = std::max(per_minute / burst_share, std::int64_t{1});
  // An amount above the burst passes when the bucket is empty.
  const std::int64_t spare = std::max(burst - std::max(amount, std::int64_t{1}), std::int64_t{0});
  return std::max<std::int64_t>(next_us - spare * minute_us / per_minute - now_us, 0);
}

void RateGate::Bucket::spend(std::int64_t now_us, std::int64_t amount) {
  if (per_minute == 0) return;
  next_us = std::max(next_us, now_us) + (amount * minute_us + per_minute - 1) / per_minute;
}

std::chrono::milliseconds RateGate::take(Instant now, std::int64_t tokens) {
  tokens = bounded_tokens(tokens);
  const std::int64_t now_us = now.ms * 1'000;
  const std::lock_guard lock(mutex_);
  const std::int64_t wait = std::max(requests_.wait_us(now_us, 1), tokens_.wait_us(now_us, tokens));
  if (wait > 0) return std::chrono::milliseconds((wait + 999) / 1'000);
  requests_.spend(now_us, 1);
  tokens_.spend(now_us, tokens);
  return {};
}

std::unique_ptr<Client> make_rate_limit(std::unique_ptr<Client>, const Shared& shared,
                                        const Deployment& deployment) {
  return std::make_unique<RateLimitPolicy>(shared, deployment);
}

}  // namespace insightflow::llm
