#include "llm/policy.hpp"
#include "llm/tokens.hpp"

#include <algorithm>

namespace insightflow::llm {

namespace {

class BudgetPolicy final : public Decorator {
 public:
  BudgetPolicy(std::unique_ptr<Client> inner, const Shared& shared, const Deployment& deployment)
      : Decorator(Policy::budget, std::move(inner)), shared_(shared), deployment_(deployment) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    const Model& model = *deployment_.model;
    Settlement settlement{.call = call_of(request)};
    Call& call = settlement.call;
    settlement.estimated_input = call.input_tokens;
    settlement.reserved_tokens = call.input_tokens + call.output_tokens;
    settlement.reserved_cost = call.cost;
    if (const auto reserved = shared_.ledger.reserve(call); !reserved) {
      shared_.observer.tell({.kind = EventKind::budget_refused,
                             .task = request.task,
                             .model = model.name,
                             .reason = reserved.error().reason});
      return reserved.error();
    }
    Attempts attempts;
    Request sent = request;
    sent.trail.attempts = &attempts;
    Watched watched(on_text);
    auto reply = inner().complete(sent, ctx, watched.on_text());

    call.attempts = attempts.count;
    call.ended_at = shared_.clock.now();
    call.latency_ms = std::max<std::int64_t>(*call.ended_at - call.started_at, 0);
    Usage usage = reply ? reply.value().usage : Usage{.estimated = true};
    if (reply) {
      call.state = CallState::completed;
      call.served_model = reply.value().model;
      reply.value().name = model.name;
      reply.value().call = call.id;
      if (usage.estimated && usage.input_tokens == 0 && usage.output_tokens == 0)
        usage = {.input_tokens = settlement.estimated_input,
                 .output_tokens = estimate_tokens(reply.value().text, deployment_.provider->wire),
                 .estimated = true};
    } else {
      call.state = CallState::failed;
      call.reason = reply.error().reason;
      // What was streamed before it broke is charged as if all of it were Latin letters.
      if (meaning(reply.error().reason).billed || watched.started())
        usage = {.input_tokens = settlement.estimated_input,
                 .output_tokens = static_cast<std::int64_t>(watched.bytes() + 3) / 4,
                 .estimated = true};
    }
    add(usage, attempts.lost);
    call.input_tokens = bounded_tokens(usage.input_tokens);
    call.output_tokens = bounded_tokens(usage.output_tokens);
    call.cached_input_tokens = bounded_tokens(usage.cached_input_tokens);
    call.estimated = usage.estimated;
    call.cost = price(model, usage);
    shared_.ledger.settle(std::move(settlement));
    return reply;
  }

 private:
  Call call_of(const Request& request) const {
    const Model& model = *deployment_.model;
    Call call{.id = shared_.ids.next<LlmCallId>(),
              .workspace_id = request.workspace,
              .task = request.task,
              .prompt_version = request.prompt_version,
              .model = model.name,
              .provider = deployment_.provider->name,
              .served_model = {},
              .origin = request.origin,
              .reason = {},
              .input_tokens = estimate_tokens(request, deployment_.provider->wire),
              .output_tokens = bounded_tokens(request.max_output_tokens),
              .estimated = true,
              .experiment = request.trail.experiment,
              .decision = request.trail.decision,
              .cache_key = request.trail.cache_key,
              .started_at = shared_.clock.now(),
              .ended_at = {}};
    call.cost =
        price(model, {.input_tokens = call.input_tokens, .output_tokens = call.output_tokens});
    return call;
  }

  static void add(Usage& usage, const Usage& lost) {
    if (lost == Usage{}) return;
    usage.input_tokens = bounded_tokens(usage.input_tokens) + lost.input_tokens;
    usage.output_tokens = bounded_tokens(usage.output_tokens) + lost.output_tokens;
    usage.estimated = true;
  }

  const Shared shared_;
  const Deployment& deployment_;
};

}  // namespace

std::unique_ptr<Client> make_budget(std::unique_ptr<Client> inner, const Shared& shared,
                                    const Deployment& deployment) {
  return std::make_unique<BudgetPolicy>(std::move(inner), shared, deployment);
}

}  // namespace insightflow::llm
