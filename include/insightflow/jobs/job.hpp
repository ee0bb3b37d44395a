#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/states.hpp>
#include <insightflow/core/time.hpp>

#include <optional>

namespace insightflow::jobs {

enum class State { queued, running, completed, failed, cancelled };
BOOST_DESCRIBE_ENUM(State, queued, running, completed, failed, cancelled)
constexpr std::string_view schema_name(const State*) {
  return "JobState";  // Surveys have states too.
}

/// Jobs of a higher priority start first.
enum class Priority { low, normal, high };
BOOST_DESCRIBE_ENUM(Priority, low, normal, high)

enum class Event { claim, complete, retry, fail, cancel, requeue };

inline constexpr std::array job_edges{Edge{State::queued, Event::claim, State::running},
                                      Edge{State::queued, Event::cancel, State::cancelled},
                                      Edge{State::running, Event::complete, State::completed},
                                      Edge{State::running, Event::retry, State::queued},
                                      Edge{State::running, Event::fail, State::failed},
                                      Edge{State::running, Event::cancel, State::cancelled},
                                      Edge{State::failed, Event::requeue, State::queued},
                                      Edge{State::cancelled, Event::requeue, State::queued}};
static_assert(!next(job_edges, State::completed, Event::claim));
static_assert(!next(job_edges, State::cancelled, Event::complete));

/// True where no worker will do anything more unless the job is queued again.
constexpr bool finished(State state) {
  return state != State::queued && state != State::running;
}

/// One piece of work that outlives a request. Every write a worker makes is fenced on its lease.
struct Job {
  JobId id;
  WorkspaceId workspace_id;
  std::string kind;     ///< Which handler runs it, e.g. "insight_run".
  std::string subject;  ///< What it works on; usually an id.
  Priority priority = Priority::normal;
  /// Of the jobs of a workspace and kind with the same key, one at most is queued or running.
  std::string unique_key;
  State state = State::queued;
  std::int64_t attempt = 0;
  std::int64_t max_attempts = 3;
  Instant run_at;
  std::string lease;
  std::optional<Instant> leased_until;
  bool cancel_requested = false;
  std::string stage;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string error;
  Instant created_at;
  std::optional<Instant> started_at;
  std::optional<Instant> finished_at;
  std::optional<std::string> request_id;   ///< `Origin::request_id` of what queued it.
  std::optional<std::string> traceparent;  ///< `Origin::traceparent` of what queued it.
};
BOOST_DESCRIBE_STRUCT(Job, (),
                      (id, workspace_id, kind, subject, priority, unique_key, state, attempt,
                       max_attempts, run_at, lease, leased_until, cancel_requested, stage, done,
                       total, error, created_at, started_at, finished_at, request_id, traceparent))
inline constexpr std::array job_notes{
    Note{.field = "workspace_id", .doc = "Where it belongs.", .internal = true},
    Note{.field = "kind", .doc = "Which handler runs it."},
    Note{.field = "subject", .doc = "What it works on; usually an id."},
    Note{.field = "priority", .doc = "Jobs of a higher priority start first."},
    Note{.field = "unique_key", .doc = "Identical jobs are joined.", .omit_empty = true},
    Note{.field = "attempt", .doc = "How often it was started."},
    Note{.field = "lease", .doc = "Token of the worker that has it.", .internal = true},
    Note{.field = "leased_until", .doc = "When another worker may take it.", .internal = true},
    Note{.field = "stage", .doc = "What it is doing.", .omit_empty = true},
    Note{.field = "error", .doc = "Why the last attempt failed.", .omit_empty = true},
    Note{.field = "request_id", .doc = "X-Request-Id of the request that queued it."},
    Note{.field = "traceparent", .doc = "The span that queued it.", .internal = true}};
constexpr std::span<const Note> field_notes(const Job*) {
  return job_notes;
}

/// Why an attempt did not succeed.
struct Failure {
  std::int64_t attempt = 0;
  Instant at;
  std::string reason;
  std::string detail;

  friend bool operator==(const Failure&, const Failure&) = default;
};
BOOST_DESCRIBE_STRUCT(Failure, (), (attempt, at, reason, detail))

/// What came out of a completed job.
struct JobResult {
  std::string subject;  ///< Usually an id, e.g. of the survey that was generated.
  std::string engine;   ///< "local", or the model that spoke.
  std::string note;     ///< Why the local engine spoke although there was a model.

  friend bool operator==(const JobResult&, const JobResult&) = default;
};
BOOST_DESCRIBE_STRUCT(JobResult, (), (subject, engine, note))
inline constexpr std::array job_result_notes{
    Note{.field = "subject", .doc = "What was made; usually an id."},
    Note{.field = "engine", .doc = "\"local\", or the model that spoke.", .omit_empty = true},
    Note{.field = "note",
         .doc = "Why the local engine spoke although a model is configured.",
         .omit_empty = true}};
constexpr std::span<const Note> field_notes(const JobResult*) {
  return job_result_notes;
}

/// A job with all that went wrong with it, oldest first, and with what came out.
struct JobHistory : Job {
  std::vector<Failure> failures;
  std::optional<JobResult> result;
};
BOOST_DESCRIBE_STRUCT(JobHistory, (Job), (failures, result))
inline constexpr std::array job_history_notes{
    Note{.field = "failures", .doc = "Why earlier attempts did not succeed."},
    Note{.field = "result", .doc = "What came out, where it is more than the subject."}};
constexpr std::span<const Note> field_notes(const JobHistory*) {
  return job_history_notes;
}

struct JobFilter {
  std::optional<State> state;
  std::string kind;
  std::int64_t limit = 50;
  std::string after;
};
BOOST_DESCRIBE_STRUCT(JobFilter, (), (state, kind, limit, after))
inline constexpr std::array job_filter_notes{
    Note{.field = "state", .doc = "Only jobs in this state."},
    Note{.field = "kind", .doc = "Only jobs of this kind."},
    Note{.field = "limit", .doc = "Jobs on a page.", .min = 1, .max = 200},
    Note{.field = "after", .doc = "The \"next\" of the page before.", .max = 64}};
constexpr std::span<const Note> field_notes(const JobFilter*) {
  return job_filter_notes;
}

struct JobPage {
  std::vector<Job> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(JobPage, (), (items, next))

/// What all workers together may do with the jobs of a kind.
struct Limit {
  std::string kind;
  std::int64_t concurrency = 0;
  std::int64_t per_minute = 0;

  friend bool operator==(const Limit&, const Limit&) = default;
};
BOOST_DESCRIBE_STRUCT(Limit, (), (kind, concurrency, per_minute))
inline constexpr std::array limit_notes{
    Note{.field = "kind", .doc = "Which jobs.", .required = true, .min = 1, .max = 100},
    Note{.field = "concurrency", .doc = "Jobs at a time; 0: no limit.", .min = 0, .max = 10'000},
    Note{.field = "per_minute", .doc = "Starts a minute; 0: no limit.", .min = 0, .max = 60'000}};
constexpr std::span<const Note> field_notes(const Limit*) {
  return limit_notes;
}

/// How much there is to do of one kind.
struct KindStats {
  std::string kind;
  std::int64_t queued = 0;
  std::int64_t running = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  std::optional<Instant> oldest_ready;
};
BOOST_DESCRIBE_STRUCT(KindStats, (),
                      (kind, queued, running, completed, failed, cancelled, oldest_ready))
inline constexpr std::array kind_stats_notes{
    Note{.field = "queued", .doc = "Waiting, those with a later time included."},
    Note{.field = "oldest_ready", .doc = "Since when the longest waiting job could start."}};
constexpr std::span<const Note> field_notes(const KindStats*) {
  return kind_stats_notes;
}

struct Stats {
  std::vector<KindStats> kinds;
};
BOOST_DESCRIBE_STRUCT(Stats, (), (kinds))

/// What waits and runs of one kind, over all workspaces.
struct Depth {
  std::string kind;
  std::int64_t ready = 0;
  std::int64_t scheduled = 0;  ///< Queued for a later time, those that wait to be retried included.
  std::int64_t running = 0;
  std::optional<Instant> oldest_ready;
};
BOOST_DESCRIBE_STRUCT(Depth, (), (kind, ready, scheduled, running, oldest_ready))

}  // namespace insightflow::jobs

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<jobs::Job>();
extern template const Type& type_of<jobs::JobHistory>();
extern template const Type& type_of<jobs::JobPage>();
extern template const Type& type_of<jobs::Stats>();
}  // namespace insightflow
