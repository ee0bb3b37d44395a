#include <insightflow/core/json.hpp>
#include <insightflow/llm/gateway.hpp>
#include <insightflow/llm/task.hpp>
#include <insightflow/security/digest.hpp>

namespace insightflow::llm {

Voice voice_of(Gateway& gateway) {
  const Settings& settings = gateway.settings();
  Voice out{.client = &gateway};
  // What answers depend on: not what they may cost, nor how long they are kept.
  out.settings =
      security::sha256(to_json_text(settings.models) + to_json_text(settings.providers) +
                       to_json_text(settings.fallback) + to_json_text(settings.redaction));
  out.context_tokens = [&gateway](std::string_view task, Tier tier) {
    return gateway.context_tokens(task, tier);
  };
  out.count_tokens = [&gateway](std::string_view text) { return gateway.count_tokens(text); };
  out.on_fate = [&gateway](const Request& request, const Reply& reply, const Fate& fate) {
    if (!reply.call) return;
    const Quality quality = !fate.usable       ? Quality::failed
                            : fate.repairs > 0 ? Quality::repaired
                                               : Quality::valid;
    // A figure for the router; no answer is lost without it.
    (void)gateway.report_outcome(request.workspace, reply.call,
                                 {quality, fate.statements, fate.dropped});
  };
  return out;
}

}  // namespace insightflow::llm
