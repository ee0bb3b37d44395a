#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/states.hpp>
#include <insightflow/core/time.hpp>

namespace insightflow::jobs {

enum class State { queued, running, completed, failed, cancelled };
BOOST_DESCRIBE_ENUM(State, queued, running, completed, failed, cancelled)

enum class Event { claim, complete, retry, fail, cancel };

inline constexpr std::array job_edges{Edge{State::queued, Event::claim, State::running},
                                      Edge{State::queued, Event::cancel, State::cancelled},
                                      Edge{State::running, Event::complete, State::completed},
                                      Edge{State::running, Event::retry, State::queued},
                                      Edge{State::running, Event::fail, State::failed},
                                      Edge{State::running, Event::cancel, State::cancelled}};
static_assert(!next(job_edges, State::completed, Event::claim));
static_assert(!next(job_edges, State::cancelled, Event::complete));

/// True for states that nothing leads out of.
constexpr bool finished(State state) {
  return state != State::queued && state != State::running;
}

/// One piece of work that outlives a request. Every write a worker makes is fenced on its lease.
struct Job {
  JobId id;
  WorkspaceId workspace_id;
  std::string kind;     ///< Which handler runs it, e.g. "insight_run".
  std::string subject;  ///< What it works on; usually an id.
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
};
BOOST_DESCRIBE_STRUCT(Job, (),
                      (id, workspace_id, kind, subject, state, attempt, max_attempts, run_at, lease,
                       leased_until, cancel_requested, stage, done, total, error, created_at,
                       started_at, finished_at))
inline constexpr std::array job_notes{
    Note{.field = "workspace_id", .doc = "Where it belongs.", .internal = true},
    Note{.field = "attempt", .doc = "How often it was started."},
    Note{.field = "lease", .doc = "Token of the worker that has it.", .internal = true},
    Note{.field = "leased_until", .doc = "When another worker may take it.", .internal = true},
    Note{.field = "stage", .doc = "What it is doing.", .omit_empty = true},
    Note{.field = "error", .doc = "Why the last attempt failed.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Job*) {
  return job_notes;
}

}  // namespace insightflow::jobs

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<jobs::Job>();
}  // namespace insightflow
