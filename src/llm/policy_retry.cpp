#include "llm/policy.hpp"

#include <algorithm>

namespace insightflow::llm {

namespace {

/// Half of the delay is certain, half is chance, so that callers who failed together do not come
/// back together.
std::int64_t with_jitter(std::int64_t delay_ms, Rng& rng) {
  const std::int64_t half = delay_ms / 2;
  return delay_ms - half +
         static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(half) + 1));
}

class RetryPolicy final : public Decorator {
 public:
  RetryPolicy(std::unique_ptr<Client> inner, const Shared& shared, const Deployment& deployment)
      : Decorator(Policy::retry, std::move(inner)),
        settings_(shared.settings.retry),
        sleep_(shared.sleep),
        observer_(shared.observer),
        deployment_(deployment),
        rng_(shared.seed) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    Watched watched(on_text);
    std::int64_t backoff = settings_.first_delay_ms;
    for (std::int64_t attempt = 1;; ++attempt) {
      if (request.trail.attempts != nullptr) request.trail.attempts->count = attempt;
      auto reply = inner().complete(request, ctx, watched.on_text());
      if (reply) return reply;
      const Error& error = reply.error();
      const ErrorRow what = meaning(error.reason);
      if (!what.retry || watched.started() || attempt >= settings_.attempts) return reply;
      const auto wait = delay(error, backoff);
      if (!wait || ctx.clock->now().ms >= ctx.deadline.ms - *wait) return reply;
      if (what.billed && request.trail.attempts != nullptr)
        request.trail.attempts->lost.input_tokens +=
            estimate_tokens(request, deployment_.provider->wire);
      observer_.tell({.kind = EventKind::retried,
                      .task = request.task,
                      .model = deployment_.model->name,
                      .reason = error.reason,
                      .ms = *wait});
      BOOST_OUTCOME_TRY(sleep_(std::chrono::milliseconds(*wait), ctx));
      backoff = std::min(backoff * 2, settings_.most_delay_ms);
    }
  }

 private:
  /// What the provider asks for, or the backoff; nothing where it asks for too much.
  std::optional<std::int64_t> delay(const Error& error, std::int64_t backoff) {
    const std::int64_t asked = error.retry_after.count();
    if (asked > settings_.most_retry_after_ms) return {};
    const std::lock_guard lock(mutex_);
    const std::int64_t own = with_jitter(std::min(backoff, settings_.most_delay_ms), rng_);
    return std::max(asked, own);
  }

  const RetrySettings& settings_;
  const Sleep& sleep_;
  const Observer& observer_;
  const Deployment& deployment_;
  std::mutex mutex_;
  Rng rng_;
};

}  // namespace

std::unique_ptr<Client> make_retry(std::unique_ptr<Client> inner, const Shared& shared,
                                   const Deployment& deployment) {
  return std::make_unique<RetryPolicy>(std::move(inner), shared, deployment);
}

}  // namespace insightflow::llm
