#pragma once

#include <insightflow/identity/actor.hpp>
#include <insightflow/insight/build.hpp>
#include <insightflow/jobs/schedules.hpp>
#include <insightflow/jobs/worker.hpp>
#include <insightflow/llm/task.hpp>

namespace insightflow::insight {

/// One computation of findings, as a job.
struct Run {
  RunId id;
  SurveyId survey_id;
  JobId job_id;
  jobs::State state = jobs::State::queued;
  std::string stage;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string error;
  bool cached = false;
  Instant created_at;
  std::optional<Instant> completed_at;
};
BOOST_DESCRIBE_STRUCT(Run, (),
                      (id, survey_id, job_id, state, stage, done, total, error, cached, created_at,
                       completed_at))
inline constexpr std::array run_notes{
    Note{.field = "state", .doc = "queued, running, completed, failed or cancelled."},
    Note{.field = "stage", .doc = "What it is doing.", .omit_empty = true},
    Note{.field = "done", .doc = "Units of the stage that are done."},
    Note{.field = "total", .doc = "Units of the stage; 0 where it is not known."},
    Note{.field = "error", .doc = "Why it failed.", .omit_empty = true},
    Note{.field = "cached", .doc = "The findings were already there."}};
constexpr std::span<const Note> field_notes(const Run*) {
  return run_notes;
}

struct RunPage {
  std::vector<Run> items;
};
BOOST_DESCRIBE_STRUCT(RunPage, (), (items))

/// What to compute, and whether findings that are already there will do.
struct RunRequest : Settings {
  bool force_refresh = false;
};
BOOST_DESCRIBE_STRUCT(RunRequest, (Settings), (force_refresh))
inline constexpr std::array run_request_notes{
    Note{.field = "force_refresh", .doc = "Compute again even if nothing has changed."}};
constexpr std::span<const Note> field_notes(const RunRequest*) {
  return run_request_notes;
}

/// Insight runs of the actor's workspace. Reading needs `Permission::insight_read`, starting,
/// scheduling and cancelling `Permission::insight_run`: in the workspace, or by a grant on the
/// survey or its project.
class Runs {
 public:
  /// With a voice, its models word what a run finds; it must outlive the service.
  explicit Runs(identity::Scope scope, const llm::Voice* voice = nullptr)
      : scope_(std::move(scope)),
        queue_(scope_.db, scope_.clock, scope_.ids, scope_.origin),
        voice_(voice) {}

  /// Queues a run over the answers that are there now. When the same answers were already analysed
  /// with the same settings by the same engine (and models and prompts), that run is returned:
  /// `cached` when it is completed, as it stands while it is under way. Errors: `survey_unknown`,
  /// `survey_unpublished`, `segment_unknown`.
  Result<Run> start(SurveyId survey, const RunRequest& request = {});

  /// Errors: `run_unknown`.
  Result<Run> get(RunId id);
  /// Newest first, at most 100. Errors: `survey_unknown`.
  Result<RunPage> list(SurveyId survey);

  /// The findings of a completed run. Every quote is compared with its answer again; what no longer
  /// matches is left out and counted in the notes. Errors: `run_unknown`, `run_unfinished`,
  /// `run_failed`.
  Result<Findings> findings(RunId id);

  /// Errors: `run_unknown`, `job_finished`.
  Result<Run> cancel(RunId id);

  /// Starts a run of the survey whenever `cron` says so; see `jobs::Cron`. When nothing has changed
  /// since the last run, nothing is computed. Errors: `survey_unknown`, `cron_malformed`,
  /// `cron_never`.
  Result<jobs::Schedule> schedule(SurveyId survey, std::string_view cron);

  /// Errors: `survey_unknown`, `schedule_unknown`.
  Result<jobs::Schedule> scheduled(SurveyId survey);
  Result<jobs::Schedule> unschedule(SurveyId survey);

 private:
  Result<void> require(identity::Permission permission, SurveyId survey);
  jobs::Schedules schedules() const {
    return {scope_.db, scope_.clock, scope_.ids, scope_.actor.workspace};
  }

  identity::Scope scope_;
  jobs::Queue queue_;
  const llm::Voice* voice_;
};

/// Takes out of the findings every quote whose answer is gone or says something else now, and says
/// so in their notes. Gives how many.
Result<std::int64_t> recheck_quotes(storage::Tx& tx, SurveyId survey, Findings& findings);

/// The findings as they are stored.
Result<Findings> read_findings(std::string_view document);

/// The kind of the jobs that `Runs::start` queues.
inline constexpr std::string_view run_job = "insight_run";

/// The kind of the jobs that a schedule queues; each starts a run.
inline constexpr std::string_view scheduled_run_job = "scheduled_insight_run";

/// Run such jobs. The database, the clock, the ids and the voice must outlive the handler. Answers
/// of models are checkpoints of the job.
jobs::Handler run_handler(storage::Database& db, const Clock& clock, IdSource& ids,
                          const llm::Voice* voice = nullptr);
jobs::Handler scheduled_run_handler(storage::Database& db, const Clock& clock, IdSource& ids,
                                    const llm::Voice* voice = nullptr);

}  // namespace insightflow::insight

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<insight::Run>();
extern template const Type& type_of<insight::RunPage>();
extern template const Type& type_of<insight::RunRequest>();
}  // namespace insightflow
