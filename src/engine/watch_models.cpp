#include "engine/watch_models.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/observe/llm.hpp>

#include <boost/json/object.hpp>

#include <map>
#include <memory>

namespace insightflow {

namespace {

using observe::LlmOutcome;

LlmOutcome outcome_of(std::string_view reason) {
  static constexpr std::pair<std::string_view, LlmOutcome> table[] = {
      {"", LlmOutcome::ok},
      {"llm_timed_out", LlmOutcome::timeout},
      {"deadline_passed", LlmOutcome::timeout},
      {"llm_rate_limited", LlmOutcome::rate_limited},
      {"llm_quota_exhausted", LlmOutcome::quota},
      {"llm_key_refused", LlmOutcome::unauthorized},
      {"llm_refused", LlmOutcome::refused},
      {"llm_reply_malformed", LlmOutcome::invalid_output},
      {"llm_overloaded", LlmOutcome::unavailable},
      {"llm_unreachable", LlmOutcome::unavailable},
      {"cancelled", LlmOutcome::cancelled}};
  for (const auto& [known, outcome] : table)
    if (known == reason) return outcome;
  return LlmOutcome::failed;
}

observe::Breaker breaker_of(std::string_view state) {
  if (state == slug(llm::BreakerState::open)) return observe::Breaker::open;
  if (state == slug(llm::BreakerState::half_open)) return observe::Breaker::half_open;
  return observe::Breaker::closed;
}

}  // namespace

llm::Observer watch_models(observe::Observer& observer, const llm::Settings& settings) {
  const auto providers = std::make_shared<std::map<std::string, std::string, std::less<>>>();
  for (const llm::Model& model : settings.models) {
    providers->emplace(model.name, model.provider);
    observe::llm_breaker(&observer.metrics, model.provider, model.name, observe::Breaker::closed);
  }
  llm::Observer out;
  out.on_call = [&observer](const llm::Call& call) {
    if (!call.cached)
      observe::llm_call(&observer.metrics, {.task = call.task,
                                            .provider = call.provider,
                                            .model = call.model,
                                            .outcome = outcome_of(call.reason),
                                            .took = std::chrono::milliseconds(call.latency_ms),
                                            .input_tokens = call.input_tokens,
                                            .output_tokens = call.output_tokens,
                                            .cost_micros = call.cost});
    const bool failed = !call.reason.empty();
    observer.log.write(failed ? observe::Level::warn : observe::Level::info, "llm_call",
                       {{"workspace", call.workspace_id.str()},
                        {"task", call.task},
                        {"provider", call.provider},
                        {"model", call.model},
                        {"prompt", call.prompt_version},
                        {"origin", call.origin},
                        {"cached", call.cached},
                        {"attempts", call.attempts},
                        {"input_tokens", call.input_tokens},
                        {"output_tokens", call.output_tokens},
                        {"cost_micros", call.cost},
                        {"milliseconds", call.latency_ms},
                        {"reason", call.reason}});
  };
  out.on_event = [&observer, providers](const llm::Event& event) {
    switch (event.kind) {
      case llm::EventKind::cache_hit:
      case llm::EventKind::semantic_hit:
      case llm::EventKind::cache_missed:
        observe::llm_cache(&observer.metrics, event.task,
                           event.kind != llm::EventKind::cache_missed);
        break;
      case llm::EventKind::breaker_moved:
        if (const auto known = providers->find(event.model); known != providers->end())
          observe::llm_breaker(&observer.metrics, known->second, known->first,
                               breaker_of(event.reason));
        [[fallthrough]];
      default:
        observer.log.write(observe::Level::debug, "llm_" + std::string(slug(event.kind)),
                           {{"task", event.task},
                            {"model", event.model},
                            {"reason", event.reason},
                            {"milliseconds", event.ms}});
    }
  };
  return out;
}

namespace {

constexpr std::size_t told_at_once = 64;  // bytes

/// Collects the pieces of one answer.
class Telling {
 public:
  Telling(events::Hub& hub, const llm::Request& request)
      : hub_(hub), workspace_(request.workspace), task_(request.task) {
    constexpr std::string_view of_job = "job ";
    if (request.origin.starts_with(of_job)) job_ = request.origin.substr(of_job.size());
  }
  ~Telling() { tell(); }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  void add(std::string_view piece) {
    waiting_ += piece;
    if (waiting_.size() >= told_at_once) tell();
  }

 private:
  void tell() {
    if (waiting_.empty()) return;
    // Who watches misses a piece; the answer itself is not harmed.
    (void)hub_.send_transient(
        workspace_, {.type = "llm.delta",
                     .subject = job_,
                     .data = serialize(json::object{{"task", task_}, {"text", waiting_}})});
    waiting_.clear();
  }

  events::Hub& hub_;
  const WorkspaceId workspace_;
  const std::string task_;
  std::string job_, waiting_;
};

}  // namespace

std::function<llm::OnText(const llm::Request&)> tell_watchers(events::Hub& hub) {
  return [&hub](const llm::Request& request) -> llm::OnText {
    if (hub.watching() == 0) return {};
    return [telling = std::make_shared<Telling>(hub, request)](std::string_view piece) {
      telling->add(piece);
    };
  };
}

}  // namespace insightflow
