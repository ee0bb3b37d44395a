#pragma once

#include <insightflow/jobs/queue.hpp>
#include <insightflow/llm/task.hpp>

#include <memory>

namespace insightflow::insight {

/// A client whose answers are checkpoints of a job: a later attempt of it repeats no call that was
/// answered. The queue, the job and the client must outlive it.
inline Result<std::unique_ptr<llm::Client>> job_memory(jobs::Queue& queue, const jobs::Job& job,
                                                       llm::Client& client) {
  BOOST_OUTCOME_TRY(auto kept, queue.checkpoints(job));
  return std::unique_ptr<llm::Client>(std::make_unique<llm::Remembering>(
      client,
      [kept = std::move(kept)](const std::string& step) -> Result<std::optional<std::string>> {
        const auto at = kept.find(step);
        return at == kept.end() ? std::nullopt : std::optional(at->second);
      },
      [&queue, &job](const std::string& step, const std::string& bytes) {
        return queue.checkpoint(job, step, bytes);
      }));
}

}  // namespace insightflow::insight
