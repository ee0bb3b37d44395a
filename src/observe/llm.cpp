#include <insightflow/core/json.hpp>
#include <insightflow/observe/llm.hpp>

namespace insightflow::observe {

void llm_call(Metrics* metrics, const LlmCall& call) {
  if (!metrics) return;
  metrics->add(Measure::llm_calls, {call.task, call.provider, call.model, slug(call.outcome)});
  metrics->record(Measure::llm_call_duration, {call.provider, call.model}, call.took.count());
  for (const auto& [direction, tokens] :
       {std::pair("input", call.input_tokens), std::pair("output", call.output_tokens)})
    if (tokens > 0)
      metrics->add(Measure::llm_tokens, {call.provider, call.model, direction}, tokens);
  if (call.cost_micros > 0)
    metrics->add(Measure::llm_cost, {call.provider, call.model}, call.cost_micros);
}

void llm_cache(Metrics* metrics, std::string_view task, bool hit) {
  if (metrics) metrics->add(Measure::llm_cache_lookups, {task, hit ? "hit" : "miss"});
}

void llm_breaker(Metrics* metrics, std::string_view provider, std::string_view model,
                 Breaker state) {
  if (metrics)
    metrics->set(Measure::llm_breaker_state, {provider, model}, static_cast<std::int64_t>(state));
}

}  // namespace insightflow::observe
