#pragma once

#include <insightflow/jobs/job.hpp>
#include <insightflow/observe/observer.hpp>

namespace insightflow::jobs {

/// One attempt at a job, as its observer sees it: a span, a line when it starts and one when it
/// ends, and what is counted. Does nothing without an observer.
class Attempt {
 public:
  Attempt(observe::Observer* observer, const Job& job);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  /// Lets the outcomes of a kind begin at 0, so that a first failure is a step.
  static void expect(observe::Observer& observer, std::string_view kind);

  /// The worker of an attempt was killed, or stood still; `job` is as it was left by that.
  static void abandoned(observe::Observer& observer, const Job& job);

  /// What the job's own calls and jobs belong to.
  Origin origin() const;

  /// `outcome` is one of those that the table of metrics names.
  void ended(std::string_view outcome, const Error* why = nullptr);

 private:
  observe::Observer* observer_;
  const Job& job_;
  std::chrono::steady_clock::time_point begun_;
  observe::Span span_;
};

}  // namespace insightflow::jobs
