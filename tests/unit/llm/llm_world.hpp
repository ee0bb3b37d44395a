#pragma once

#include "llm/policy.hpp"
#include "support/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <deque>

/// Models without a network: a client that does what a test says, simulated time, and a gateway.
namespace insightflow::test {

/// Time that waits move forward; safe from several threads.
struct SimulatedClock final : Clock {
  std::atomic<std::int64_t> ms{1'767'225'600'000};  // 2026-01-01
  Instant now() const override { return Instant{ms.load()}; }
};

inline Error llm_error(std::string_view reason, std::int64_t retry_after_ms = 0) {
  Error error = fail(Code::unavailable, reason, "Scripted.");
  error.retry_after = std::chrono::milliseconds(retry_after_ms);
  return error;
}

/// What all fake clients of a test share.
struct Script {
  using Answer = std::function<Result<llm::Reply>(const llm::Request&, const llm::OnText&)>;

  std::mutex mutex;
  std::deque<Answer> next;  ///< Used up first.
  Answer always;
  std::vector<llm::Request> seen;

  static llm::Reply reply(std::string text) {
    return {.text = std::move(text),
            .usage = {.input_tokens = 100, .output_tokens = 50},
            .provider = {},
            .model = {},
            .name = {},
            .call = {}};
  }
  void then(std::string text) {
    next.push_back([text](const llm::Request&, const llm::OnText& on_text) -> Result<llm::Reply> {
      if (on_text) on_text(text);
      return reply(text);
    });
  }
  void then(Error error) {
    next.push_back(
        [error](const llm::Request&, const llm::OnText&) -> Result<llm::Reply> { return error; });
  }
  std::vector<std::string> models() const {
    std::vector<std::string> out;
    for (const llm::Request& one : seen) out.push_back(one.model);
    return out;
  }
};

class ScriptClient final : public llm::Client {
 public:
  explicit ScriptClient(Script& script) : script_(script) {}
  Result<llm::Reply> complete(const llm::Request& request, const Ctx&,
                              const llm::OnText& on_text) override {
    Script::Answer answer;
    {
      const std::lock_guard lock(script_.mutex);
      script_.seen.push_back(request);
      if (!script_.next.empty()) {
        answer = script_.next.front();
        script_.next.pop_front();
      } else {
        answer = script_.always;
      }
    }
    if (answer) return answer(request, on_text);
    if (on_text) on_text("fine");
    return Script::reply("fine");
  }

 private:
  Script& script_;
};

/// Two models of one group at one provider, and one of the best tier at another.
inline llm::Settings sample_settings() {
  llm::Settings out;
  out.providers = {{.name = "house"}, {.name = "cloud", .wire = llm::Wire::anthropic}};
  out.models = {{.name = "small",
                 .provider = "house",
                 .model = "small-8b",
                 .context_tokens = 8'192,
                 .input_price = 100'000,
                 .output_price = 200'000},
                {.name = "large",
                 .provider = "house",
                 .model = "large-70b",
                 .context_tokens = 100'000,
                 .input_price = 1'000'000,
                 .output_price = 2'000'000},
                {.name = "finest",
                 .provider = "cloud",
                 .model = "finest-1",
                 .context_tokens = 200'000,
                 .tier = llm::Tier::best,
                 .input_price = 5'000'000,
                 .output_price = 25'000'000}};
  out.fallback = {{{"small", "large"}}};
  return out;
}

struct LlmWorld : World {
  SimulatedClock time;
  Script script;
  std::vector<std::int64_t> waits;
  std::vector<llm::EventKind> events;
  std::vector<llm::Call> calls;
  std::mutex watching;
  llm::Settings settings = sample_settings();
  storage::Database* database = db.get();
  llm::Moderation moderation;
  WorkspaceId home = workspace.workspace.id;

  llm::GatewayOptions options() {
    return {.settings = settings,
            .db = database,
            .clock = &time,
            .sleep = [this](std::chrono::milliseconds wait, const Ctx& ctx) -> Result<void> {
              {
                const std::lock_guard lock(watching);
                waits.push_back(wait.count());
              }
              time.ms += wait.count();
              return ctx.check();
            },
            .open_client = [this](const llm::Provider&) -> Result<std::unique_ptr<llm::Client>> {
              return std::unique_ptr<llm::Client>(std::make_unique<ScriptClient>(script));
            },
            .open_embedder = {},
            .moderation = moderation,
            .observer = {.on_call =
                             [this](const llm::Call& call) {
                               const std::lock_guard lock(watching);
                               calls.push_back(call);
                             },
                         .on_event =
                             [this](const llm::Event& event) {
                               const std::lock_guard lock(watching);
                               events.push_back(event.kind);
                             }},
            .seed = 7};
  }
  std::unique_ptr<llm::Gateway> open() { return llm::Gateway::open(options()).value(); }

  llm::Request request(std::string text = "What do they say?") {
    return {.messages = {{llm::Role::user, std::move(text)}},
            .schema = {},
            .max_output_tokens = 100,
            .temperature = {},
            .model = {},
            .task = "summarize",
            .prompt_version = "summarize@1",
            .workspace = home,
            .origin = {},
            .trail = {}};
  }
  Ctx ctx() { return {.stop = {}, .clock = &time, .on_progress = {}}; }
  std::int64_t count(llm::EventKind kind) { return std::count(events.begin(), events.end(), kind); }
};

}  // namespace insightflow::test
