#include "llm/policy.hpp"

namespace insightflow::llm {

namespace {

class SemanticCachePolicy final : public Decorator {
 public:
  explicit SemanticCachePolicy(std::unique_ptr<Client> inner)
      : Decorator(Policy::semantic_cache, std::move(inner)) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    return inner().complete(request, ctx, on_text);
  }
};

}  // namespace

std::unique_ptr<Client> make_semantic_cache(std::unique_ptr<Client> inner, const Shared&) {
  return std::make_unique<SemanticCachePolicy>(std::move(inner));
}

}  // namespace insightflow::llm
