#include "llm/policy.hpp"

#include <condition_variable>

namespace insightflow::llm {

namespace {

using Wrap = std::unique_ptr<Client> (*)(std::unique_ptr<Client>, const Shared&);
using WrapOne = std::unique_ptr<Client> (*)(std::unique_ptr<Client>, const Shared&,
                                            const Deployment&);

/// How a policy of the order is made: before the fallback once, behind it for each model.
struct MakeRow {
  Policy policy;
  Wrap wrap;
  WrapOne wrap_one;
};
constexpr std::array make_table{MakeRow{Policy::redaction, &make_redaction, nullptr},
                                MakeRow{Policy::moderation, &make_moderation, nullptr},
                                MakeRow{Policy::exact_cache, &make_exact_cache, nullptr},
                                MakeRow{Policy::semantic_cache, &make_semantic_cache, nullptr},
                                MakeRow{Policy::router, &make_router, nullptr},
                                MakeRow{Policy::fallback, nullptr, nullptr},
                                MakeRow{Policy::breaker, nullptr, &make_breaker},
                                MakeRow{Policy::budget, nullptr, &make_budget},
                                MakeRow{Policy::retry, nullptr, &make_retry},
                                MakeRow{Policy::rate_limit, nullptr, &make_rate_limit}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < policy_order.size(); ++i)
    if (make_table[i].policy != policy_order[i].policy) return false;
  return make_table.size() == policy_order.size();
}
static_assert(in_order(), "the policies are made in the order that is documented");

}  // namespace

std::unique_ptr<Client> compose(const Shared& shared) {
  std::map<std::string, std::unique_ptr<Client>> chains;
  for (const Deployment& deployment : shared.deployments) {
    std::unique_ptr<Client> chain;
    for (auto row = make_table.rbegin(); row->wrap_one != nullptr; ++row)
      chain = row->wrap_one(std::move(chain), shared, deployment);
    chains.emplace(deployment.model->name, std::move(chain));
  }
  std::unique_ptr<Client> whole = make_fallback(std::move(chains), shared);
  for (auto row = make_table.rbegin(); row != make_table.rend(); ++row)
    if (row->wrap != nullptr) whole = row->wrap(std::move(whole), shared);
  return whole;
}

Result<void> sleep_for(std::chrono::milliseconds time, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(ctx.check());
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, ctx.stop, time, [] { return false; });
  return ctx.check();
}

}  // namespace insightflow::llm
