#include "llm/policy.hpp"

#include <algorithm>

namespace insightflow::llm {

namespace {

/// Whether the next model is worth asking after this error: one with the same context does not help
/// where the messages were too long.
bool may_help(const Error& error, const Model& failed, const Model& next) {
  if (error.reason == "llm_context_exceeded") return next.context_tokens > failed.context_tokens;
  return meaning(error.reason).fall_back;
}

class FallbackPolicy final : public Decorator {
 public:
  FallbackPolicy(std::map<std::string, std::unique_ptr<Client>> chains, const Shared& shared)
      : Decorator(Policy::fallback, nullptr), chains_(std::move(chains)), shared_(shared) {}

  const Client* behind() const override {
    return chains_.empty() ? nullptr : chains_.begin()->second.get();
  }

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    Watched watched(on_text);
    const auto order = line_up(request);
    std::optional<Error> first;
    std::optional<std::chrono::milliseconds> soonest;
    const Model* failed = nullptr;
    for (const Model* model : order) {
      if (failed != nullptr && !may_help(*first, *failed, *model)) continue;
      Request sent = request;
      sent.model = model->name;
      if (failed != nullptr)
        shared_.observer.tell({.kind = EventKind::fell_back,
                               .task = request.task,
                               .model = model->name,
                               .reason = first->reason});
      auto reply = chains_.at(model->name)->complete(sent, ctx, watched.on_text());
      if (reply) return reply;
      const Error& error = reply.error();
      if (error.reason == "llm_resting")
        soonest = std::min(soonest.value_or(error.retry_after), error.retry_after);
      if (watched.started() || !meaning(error.reason).fall_back) return reply;
      // A model that was not asked says less than one that failed.
      if (!first || first->reason == "llm_resting") {
        first = error;
        failed = model;
      }
    }
    if (first->reason == "llm_resting") {
      first->detail =
          "Every model that could serve rests after failures. Try again later, or use "
          "what works without a model.";
      first->retry_after = *soonest;
    }
    return *first;
  }

 private:
  /// The chosen model, then the others of its group that may serve the task.
  std::vector<const Model*> line_up(const Request& request) const {
    std::vector<const Model*> out{find(request.model)};
    for (const FallbackGroup& group : shared_.settings.fallback) {
      if (std::ranges::find(group.models, request.model) == group.models.end()) continue;
      for (const std::string& name : group.models) {
        const Model* model = find(name);
        const bool serves = model->tasks.empty() ||
                            std::ranges::find(model->tasks, request.task) != model->tasks.end();
        if (name != request.model && serves) out.push_back(model);
      }
    }
    return out;
  }

  const Model* find(const std::string& name) const {
    return &*std::ranges::find(shared_.settings.models, name, &Model::name);
  }

  std::map<std::string, std::unique_ptr<Client>> chains_;
  const Shared shared_;
};

}  // namespace

std::unique_ptr<Client> make_fallback(std::map<std::string, std::unique_ptr<Client>> chains,
                                      const Shared& shared) {
  return std::make_unique<FallbackPolicy>(std::move(chains), shared);
}

}  // namespace insightflow::llm
