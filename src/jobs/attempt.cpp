#include "jobs/attempt.hpp"

namespace insightflow::jobs {

using observe::Level;
using observe::Measure;

Attempt::Attempt(observe::Observer* observer, const Job& job)
    : observer_(observer), job_(job), begun_(std::chrono::steady_clock::now()) {
  if (!observer_) return;
  observer_->metrics.series(Measure::job_workers_busy).add(1);
  if (job.started_at && job.attempt == 1)
    observer_->metrics.record(Measure::job_start_delay, {job.kind},
                              (*job.started_at - job.run_at) * 1000);
  span_ = observer_->tracer.start_linked("job " + job.kind, observe::SpanKind::consumer,
                                         job.traceparent.value_or(""));
  span_.set("job.id", job.id.str());
  span_.set("job.kind", job.kind);
  span_.set("job.subject", job.subject);
  span_.set("job.attempt", job.attempt);
  span_.set("workspace.id", job.workspace_id.str());
  span_.set("request.id", job.request_id.value_or(""));
  if (observer_->log.enabled(Level::info))
    observer_->log.write(Level::info, "job_start",
                         {{"job_id", job.id.str()},
                          {"kind", job.kind},
                          {"subject", job.subject},
                          {"workspace", job.workspace_id.str()},
                          {"attempt", job.attempt},
                          {"request_id", job.request_id.value_or("")}});
}

void Attempt::expect(observe::Observer& observer, std::string_view kind) {
  for (const std::string_view outcome :
       {"completed", "retried", "failed", "cancelled", "handed_back", "abandoned", "lost"})
    observer.metrics.series(Measure::job_attempts, {kind, outcome});
}

void Attempt::abandoned(observe::Observer& observer, const Job& job) {
  const std::string_view outcome = job.state == State::queued ? "abandoned" : slug(job.state);
  observer.metrics.add(Measure::job_attempts, {job.kind, outcome});
  observer.log.write(job.state == State::failed ? Level::error : Level::warn, "job_abandoned",
                     {{"job_id", job.id.str()},
                      {"kind", job.kind},
                      {"subject", job.subject},
                      {"workspace", job.workspace_id.str()},
                      {"attempt", job.attempt},
                      {"outcome", outcome},
                      {"request_id", job.request_id.value_or("")}});
}

Attempt::~Attempt() {
  if (observer_) observer_->metrics.series(Measure::job_workers_busy).add(-1);
}

Origin Attempt::origin() const {
  return {
      .request_id = job_.request_id.value_or(""),
      .traceparent = observer_ ? span_.traceparent() : job_.traceparent.value_or(std::string())};
}

void Attempt::ended(std::string_view outcome, const Error* why) {
  if (!observer_) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun_);
  observer_->metrics.add(Measure::job_attempts, {job_.kind, outcome});
  observer_->metrics.record(Measure::job_duration, {job_.kind}, took.count());
  span_.set("job.outcome", outcome);
  const bool failed = outcome == "failed" || outcome == "retried";
  if (why && failed) span_.fail(why->reason);
  span_.end();
  const Level level = outcome == "failed" ? Level::error : failed ? Level::warn : Level::info;
  if (!observer_->log.enabled(level)) return;
  observer_->log.write(level, "job_end",
                       {{"job_id", job_.id.str()},
                        {"kind", job_.kind},
                        {"subject", job_.subject},
                        {"workspace", job_.workspace_id.str()},
                        {"attempt", job_.attempt},
                        {"outcome", outcome},
                        {"microseconds", took.count()},
                        {"reason", why ? why->reason : std::string_view()},
                        {"request_id", job_.request_id.value_or("")},
                        {"traceparent", span_.traceparent()}});
}

}  // namespace insightflow::jobs
