#include "llm/policy.hpp"

namespace insightflow::llm {

namespace {

class ModerationPolicy final : public Decorator {
 public:
  ModerationPolicy(std::unique_ptr<Client> inner, const Moderation& moderation)
      : Decorator(Policy::moderation, std::move(inner)), moderation_(moderation) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    if (moderation_.before) {
      BOOST_OUTCOME_TRY(moderation_.before(request));
    }
    if (!moderation_.after) return inner().complete(request, ctx, on_text);
    BOOST_OUTCOME_TRY(auto reply, inner().complete(request, ctx, {}));
    BOOST_OUTCOME_TRY(moderation_.after(request, reply));
    if (on_text && !reply.text.empty()) on_text(reply.text);
    return reply;
  }

 private:
  const Moderation& moderation_;
};

}  // namespace

std::unique_ptr<Client> make_moderation(std::unique_ptr<Client> inner, const Shared& shared) {
  return std::make_unique<ModerationPolicy>(std::move(inner), shared.moderation);
}

}  // namespace insightflow::llm
