#include "llm/reply_store.hpp"

#include <insightflow/core/json.hpp>

namespace insightflow::llm {

namespace {

/// A reply as it is kept.
struct Kept {
  std::string text;
  Usage usage;
  std::string provider;
  std::string model;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Kept, (), (text, usage, provider, model, name))

}  // namespace

std::optional<Reply> ReplyStore::find(WorkspaceId workspace, const std::string& key) const {
  const Instant oldest = shared_.clock.now() + -shared_.settings.cache.ttl_hours * hour_ms;
  const auto found = shared_.ledger.db()->read([&](storage::Tx& tx) {
    return tx.find<std::string>(
        "SELECT reply FROM llm_cache WHERE workspace_id = ?1 AND key = ?2 AND created_at >= ?3",
        {workspace, key, oldest});
  });
  if (!found || !found.value()) return {};
  auto kept = from_json_text<Kept>(*found.value(), Audience::storage);
  if (!kept) return {};
  Kept& it = kept.value();
  return Reply{.text = std::move(it.text),
               .usage = it.usage,
               .provider = std::move(it.provider),
               .model = std::move(it.model),
               .name = std::move(it.name),
               .call = {}};
}

Result<bool> ReplyStore::may_keep(storage::Tx& tx, const Request& request) {
  constexpr std::string_view job = "job ";
  if (!request.origin.starts_with(job)) return true;
  BOOST_OUTCOME_TRY(
      const auto runs,
      tx.find<std::int64_t>("SELECT count(*) FROM jobs WHERE id = ?1 AND state = 'running'",
                            {std::string_view(request.origin).substr(job.size())}));
  return runs.value_or(0) > 0;
}

void ReplyStore::keep(const Request& request, const Reply& reply) const {
  const WorkspaceId workspace = request.workspace;
  const std::string& key = request.trail.cache_key;
  const std::int64_t most = shared_.settings.cache.most_bytes;
  const std::string text = to_json_text(
      Kept{reply.text, reply.usage, reply.provider, reply.model, reply.name}, Audience::storage);
  const auto bytes = static_cast<std::int64_t>(text.size());
  if (bytes > most) return;
  (void)shared_.ledger.db()->write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const bool may, may_keep(tx, request));
    if (!may) return success();
    BOOST_OUTCOME_TRY(tx.execute(
        "INSERT INTO llm_cache (workspace_id, key, reply, bytes, created_at) VALUES (?1, ?2, ?3, "
        "?4, ?5) ON CONFLICT (workspace_id, key) DO UPDATE SET reply = ?3, bytes = ?4, created_at "
        "= ?5",
        {workspace, key, text, bytes, shared_.clock.now()}));
    // The oldest go, a batch at a time, until the rest fits.
    for (;;) {
      BOOST_OUTCOME_TRY(const auto sum,
                        tx.find<std::int64_t>(
                            "SELECT coalesce(sum(bytes), 0) FROM llm_cache WHERE workspace_id = ?1",
                            {workspace}));
      if (sum.value_or(0) <= most) return success();
      BOOST_OUTCOME_TRY(tx.execute(
          "DELETE FROM llm_cache WHERE workspace_id = ?1 AND key IN (SELECT key FROM llm_cache "
          "WHERE workspace_id = ?1 AND key <> ?2 ORDER BY created_at, key LIMIT 16)",
          {workspace, key}));
    }
  });
}

Reply ReplyStore::served(const Request& request, Reply kept) const {
  kept.cached = true;
  kept.call = shared_.ids.next<LlmCallId>();
  const Instant now = shared_.clock.now();
  shared_.ledger.settle({.call = {.id = kept.call,
                                  .workspace_id = request.workspace,
                                  .task = request.task,
                                  .prompt_version = request.prompt_version,
                                  .model = kept.name,
                                  .provider = kept.provider,
                                  .served_model = kept.model,
                                  .origin = request.origin,
                                  .state = CallState::completed,
                                  .reason = {},
                                  .cached = true,
                                  .experiment = {},
                                  .decision = {},
                                  .cache_key = request.trail.cache_key,
                                  .started_at = now,
                                  .ended_at = now}});
  return kept;
}

}  // namespace insightflow::llm
