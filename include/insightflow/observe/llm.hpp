#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/observe/metrics.hpp>

#include <chrono>

/// What is counted of language models. Plain values, so that this room knows nothing of theirs;
/// each function does nothing without metrics.
namespace insightflow::observe {

/// How a call ended.
enum class LlmOutcome {
  ok,
  timeout,
  rate_limited,
  quota,
  unauthorized,
  refused,
  invalid_output,
  unavailable,
  cancelled,
  failed
};
BOOST_DESCRIBE_ENUM(LlmOutcome, ok, timeout, rate_limited, quota, unauthorized, refused,
                    invalid_output, unavailable, cancelled, failed)

/// One call of one deployment; a retry is a call of its own.
struct LlmCall {
  std::string_view task;      ///< "detect_bias"
  std::string_view provider;  ///< "anthropic"
  std::string_view model;     ///< As configured, not as answered.
  LlmOutcome outcome = LlmOutcome::ok;
  std::chrono::microseconds took{0};
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cost_micros = 0;  ///< Millionths of the price list's currency.
};
void llm_call(Metrics* metrics, const LlmCall& call);

/// One question to the cache of model answers.
void llm_cache(Metrics* metrics, std::string_view task, bool hit);

/// The state of a deployment's circuit breaker; the numbers are those of the gauge.
enum class Breaker { closed = 0, half_open = 1, open = 2 };
void llm_breaker(Metrics* metrics, std::string_view provider, std::string_view model,
                 Breaker state);

}  // namespace insightflow::observe
