#pragma once

#include <insightflow/llm/client.hpp>

#include <deque>
#include <functional>
#include <mutex>

namespace insightflow::test {

/// A model that says what the test says, one answer after the other or by a function of the
/// request. Remembers what it was asked.
class FakeClient : public llm::Client {
 public:
  using Answer = std::function<Result<llm::Reply>(const llm::Request&)>;

  FakeClient() = default;
  explicit FakeClient(Answer answer) : answer_(std::move(answer)) {}
  explicit FakeClient(std::vector<std::string> texts) {
    for (std::string& text : texts) queue_.push_back(reply(std::move(text)));
  }

  static llm::Reply reply(std::string text) {
    return {.text = std::move(text),
            .usage = {.input_tokens = 100, .output_tokens = 10},
            .provider = "fake",
            .model = "fake-1"};
  }

  using llm::Client::complete;
  Result<llm::Reply> complete(const llm::Request& request, const Ctx&,
                              const llm::OnText&) override {
    const std::lock_guard lock(mutex_);
    asked.push_back(request);
    if (answer_) return answer_(request);
    if (queue_.empty())
      return fail(Code::unavailable, "llm_overloaded", "The model has nothing more to say.");
    Result<llm::Reply> out = std::move(queue_.front());
    queue_.pop_front();
    return out;
  }
  void then(Result<llm::Reply> answer) { queue_.push_back(std::move(answer)); }

  std::vector<llm::Request> asked;

 private:
  std::mutex mutex_;
  Answer answer_;
  std::deque<Result<llm::Reply>> queue_;
};

}  // namespace insightflow::test
