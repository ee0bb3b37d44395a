#include "insight/fields.hpp"
#include "insight/order.hpp"
#include "insight/segments.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/insight/job_memory.hpp>
#include <insightflow/insight/runs.hpp>
#include <insightflow/insight/wording.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/survey/access.hpp>

#include <set>

namespace insightflow::insight {

using identity::Permission;

namespace {

const std::string run_columns =
    "r.id, r.survey_id, r.job_id, j.state, j.stage, j.done, j.total, j.error, 0, r.created_at, "
    "r.completed_at FROM insight_runs r JOIN jobs j ON j.id = r.job_id JOIN surveys s ON s.id = "
    "r.survey_id WHERE r.workspace_id = ?1 ";

Error unknown_run() {
  return fail(Code::not_found, "run_unknown", "No insight run of this workspace has this id.");
}

/// A run of a survey on which the actor has the permission.
Result<Run> find_run(storage::Tx& tx, const identity::Scope& scope, Permission permission,
                     RunId id) {
  static const std::string sql = "SELECT " + run_columns + "AND r.id = ?2 AND " +
                                 identity::visible_sql("?3", "s.id, s.project_id");
  BOOST_OUTCOME_TRY(auto run, tx.find<Run>(sql, {scope.actor.workspace, id, scope.only_granted()}));
  if (!run) return unknown_run();
  BOOST_OUTCOME_TRY(survey::require(tx, scope, permission, run->survey_id));
  return std::move(*run);
}

/// A version that must be there.
Result<survey::Version> find_version(storage::Tx& tx, SurveyId survey, std::int64_t number) {
  auto version = survey::find_version(tx, survey, number);
  if (version || version.error().reason != "version_unknown") return version;
  return fail(Code::corrupt, "row_corrupt", "The published version of the survey is missing.");
}

/// The survey's state that findings depend on.
struct Inputs {
  std::int64_t published_version = 0;
  std::int64_t changes = 0;
  std::int64_t last_sequence = 0;
};
BOOST_DESCRIBE_STRUCT(Inputs, (), (published_version, changes, last_sequence))

/// Goes through every piece of evidence in the findings; `keep` decides, what is not kept is
/// removed.
template <class Keep>
std::int64_t sift_evidence(Findings& findings, const Keep& keep) {
  std::int64_t removed = 0;
  const auto sift = [&](std::vector<Evidence>& list) {
    removed += static_cast<std::int64_t>(
        std::erase_if(list, [&](const Evidence& evidence) { return !keep(evidence); }));
  };
  each_evidence(findings, sift);
  for (QuestionFindings& question : findings.questions)
    removed += static_cast<std::int64_t>(std::erase_if(
        question.keyphrases, [&](const Keyphrase& phrase) { return !keep(phrase.example); }));
  return removed;
}

/// A voice with the prompts that are in force in a workspace.
Result<llm::Run> voice_in(storage::Tx& tx, WorkspaceId workspace, const llm::Voice* voice) {
  llm::Run out{.workspace = workspace};
  if (voice == nullptr || voice->client == nullptr) return out;
  out.voice = *voice;
  BOOST_OUTCOME_TRY(out.prompts, llm::prompts_in_force(tx, workspace));
  return out;
}

/// Why parts were not worded by a model, each reason once.
std::string fallbacks(const Findings& findings) {
  std::set<std::string> reasons;
  for (const llm::Spoken& one : findings.spoken)
    if (!one.fallback.empty()) reasons.insert(one.fallback);
  std::string out;
  for (const std::string& reason : reasons) out += (out.empty() ? "" : " ") + reason;
  return out;
}

}  // namespace

Result<std::int64_t> recheck_quotes(storage::Tx& tx, SurveyId survey, Findings& findings) {
  std::map<std::string, std::optional<response::Submission>> sources;
  sift_evidence(findings, [&](const Evidence& evidence) {
    sources.emplace(evidence.response_id, std::nullopt);
    return true;
  });
  for (auto& [id, submission] : sources) {
    BOOST_OUTCOME_TRY(submission, response::find_submission(tx, survey, id));
  }
  const std::int64_t removed = sift_evidence(findings, [&](const Evidence& evidence) {
    const auto& submission = sources[evidence.response_id];
    if (!submission) return false;
    const auto text = evidence_text(*submission, evidence.question_id);
    return text && verify(evidence, *text);
  });
  if (removed > 0)
    findings.notes.push_back(std::to_string(removed) +
                             (removed == 1 ? " quote was" : " quotes were") +
                             " left out: the answer is gone or says something else now.");
  return removed;
}

Result<Findings> read_findings(std::string_view document) {
  return from_json_text<Findings>(document, Audience::storage,
                                  {.max_depth = 32, .max_bytes = 256u << 20});
}

Result<Run> Runs::start(SurveyId survey, const RunRequest& request) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::insight_run));
  const WorkspaceId workspace = scope_.actor.workspace;
  return scope_.db.write([&](storage::Tx& tx) -> Result<Run> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, Permission::insight_run, survey));
    BOOST_OUTCOME_TRY(
        const auto inputs,
        tx.find<Inputs>(
            "SELECT s.published_version, c.changes, coalesce((SELECT max(sequence) FROM responses "
            "WHERE survey_id = s.id), 0) FROM surveys s JOIN survey_counters c ON c.survey_id = "
            "s.id WHERE s.workspace_id = ?1 AND s.id = ?2",
            {workspace, survey}));
    if (!inputs)
      return fail(Code::not_found, "survey_unknown", "No survey of this workspace has this id.");
    if (inputs->published_version == 0)
      return fail(Code::conflict, "survey_unpublished",
                  "The survey was never published, so there is nothing to analyse.");
    const Settings& settings = request;
    if (settings != Settings{}) {
      BOOST_OUTCOME_TRY(const auto version, find_version(tx, survey, inputs->published_version));
      const Dataset unanswered{.questionnaire = version.questionnaire};
      for (std::size_t i = 0; i < settings.by.size(); ++i) {
        BOOST_OUTCOME_TRY(segments_of(unanswered, settings.by[i], pointer_to("/by", i)));
      }
      BOOST_OUTCOME_TRY(check_fields(unanswered, settings));
    }
    BOOST_OUTCOME_TRY(const auto speaker, voice_in(tx, workspace, voice_));
    const std::string cache_key = security::sha256(
        to_json_text(*inputs, Audience::storage) + to_json_text(settings) + engine_version() +
        llm::signature(speaker,
                       {analyze_responses.name, build_personas.name, generate_report_outline.name,
                        summarize.name, recommend_wording.name}));
    BOOST_OUTCOME_TRY(
        const auto known,
        tx.find<RunId>("SELECT id FROM insight_runs WHERE survey_id = ?1 AND cache_key = ?2",
                       {survey, cache_key}));
    if (known) {
      BOOST_OUTCOME_TRY(auto run, find_run(tx, scope_, Permission::insight_run, *known));
      const bool completed = run.state == jobs::State::completed;
      if ((completed && !request.force_refresh) || !jobs::finished(run.state)) {
        run.cached = completed;
        return run;
      }
      BOOST_OUTCOME_TRY(
          tx.execute("UPDATE insight_runs SET cache_key = '' WHERE id = ?1", {*known}));
    }
    Order order{.id = scope_.ids.next<RunId>(),
                .survey_id = survey,
                .job_id = {},
                .cache_key = cache_key,
                .settings = settings,
                .survey_version = inputs->published_version,
                .last_sequence = inputs->last_sequence,
                .findings = {},
                .created_at = scope_.clock.now()};
    BOOST_OUTCOME_TRY(order.job_id, queue_.enqueue(tx, {.workspace_id = workspace,
                                                        .kind = std::string(run_job),
                                                        .subject = order.id.str()}));
    static const std::string sql = "INSERT INTO insight_runs (" + column_list(type_of<Order>()) +
                                   ", workspace_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
                                   "?10)";
    std::vector<storage::Param> params = storage::row_params(order);
    params.emplace_back(workspace);
    BOOST_OUTCOME_TRY(tx.execute(sql, params));
    return find_run(tx, scope_, Permission::insight_run, order.id);
  });
}

Result<Run> Runs::get(RunId id) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::insight_read));
  return scope_.db.read(
      [&](storage::Tx& tx) { return find_run(tx, scope_, Permission::insight_read, id); });
}

Result<RunPage> Runs::list(SurveyId survey) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::insight_read));
  static const std::string sql =
      "SELECT " + run_columns + "AND r.survey_id = ?2 ORDER BY r.id DESC LIMIT 100";
  return scope_.db.read([&](storage::Tx& tx) -> Result<RunPage> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, Permission::insight_read, survey));
    BOOST_OUTCOME_TRY(auto runs, tx.list<Run>(sql, {scope_.actor.workspace, survey}));
    return RunPage{std::move(runs)};
  });
}

Result<Findings> Runs::findings(RunId id) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::insight_read));
  return scope_.db.read([&](storage::Tx& tx) -> Result<Findings> {
    BOOST_OUTCOME_TRY(const auto run, find_run(tx, scope_, Permission::insight_read, id));
    if (run.state == jobs::State::failed)
      return fail(Code::conflict, "run_failed", "The run has failed: " + run.error);
    if (run.state != jobs::State::completed)
      return fail(Code::conflict, "run_unfinished",
                  "The run is " + std::string(slug(run.state)) +
                      "; its findings are there when it is completed.");
    BOOST_OUTCOME_TRY(
        const auto document,
        tx.find<std::string>("SELECT findings FROM insight_runs WHERE id = ?1", {id}));
    BOOST_OUTCOME_TRY(auto findings, read_findings(document.value_or("")));
    BOOST_OUTCOME_TRY(recheck_quotes(tx, run.survey_id, findings));
    return findings;
  });
}

Result<Run> Runs::cancel(RunId id) {
  BOOST_OUTCOME_TRY(scope_.reach(Permission::insight_run));
  const auto find = [&] {
    return scope_.db.read(
        [&](storage::Tx& tx) { return find_run(tx, scope_, Permission::insight_run, id); });
  };
  BOOST_OUTCOME_TRY(const auto run, find());
  BOOST_OUTCOME_TRY(queue_.cancel(scope_.actor.workspace, run.job_id));
  return find();
}

Result<void> Runs::require(Permission permission, SurveyId survey) {
  BOOST_OUTCOME_TRY(scope_.reach(permission));
  return scope_.db.read([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, permission, survey));
    return success();
  });
}

Result<jobs::Schedule> Runs::schedule(SurveyId survey, std::string_view cron) {
  BOOST_OUTCOME_TRY(require(Permission::insight_run, survey));
  return schedules().set(scheduled_run_job, survey.str(), cron);
}

Result<jobs::Schedule> Runs::scheduled(SurveyId survey) {
  BOOST_OUTCOME_TRY(require(Permission::insight_read, survey));
  return schedules().get(scheduled_run_job, survey.str());
}

Result<jobs::Schedule> Runs::unschedule(SurveyId survey) {
  BOOST_OUTCOME_TRY(require(Permission::insight_run, survey));
  return schedules().remove(scheduled_run_job, survey.str());
}

jobs::Handler scheduled_run_handler(storage::Database& db, const Clock& clock, IdSource& ids,
                                    const llm::Voice* voice) {
  return [&db, &clock, &ids, voice](const jobs::Job& job, const Ctx& ctx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto survey, SurveyId::parse(job.subject));
    // A worker acts for the workspace that made the schedule.
    Runs runs({db, clock, ids, {job.workspace_id, identity::Role::analyst}, ctx.origin}, voice);
    BOOST_OUTCOME_TRY(runs.start(survey));
    return db.write([&](storage::Tx& tx) { return jobs::Queue(db, clock, ids).complete(tx, job); });
  };
}

jobs::Handler run_handler(storage::Database& db, const Clock& clock, IdSource& ids,
                          const llm::Voice* voice) {
  return [&db, &clock, &ids, voice](const jobs::Job& job, const Ctx& ctx) -> Result<void> {
    static const std::string sql = "SELECT " + column_list(type_of<Order>()) +
                                   " FROM insight_runs WHERE workspace_id = ?1 AND id = ?2";
    Dataset dataset;
    Order order;
    llm::Run speaker;
    BOOST_OUTCOME_TRY(db.read([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(auto found, tx.find<Order>(sql, {job.workspace_id, job.subject}));
      if (!found) return unknown_run();
      order = std::move(*found);
      BOOST_OUTCOME_TRY(auto version, find_version(tx, order.survey_id, order.survey_version));
      dataset.questionnaire = std::move(version.questionnaire);
      dataset.survey_id = order.survey_id.str();
      dataset.survey_version = order.survey_version;
      dataset.survey_digest = version.digest;
      BOOST_OUTCOME_TRY(speaker, voice_in(tx, job.workspace_id, voice));
      return response::each_response(
          tx, order.survey_id, {.last = order.last_sequence},
          [&](std::int64_t, response::Response&& one) -> Result<void> {
            if (dataset.records.size() % 1024 == 0) {
              BOOST_OUTCOME_TRY(ctx.check());
              ctx.report("reading", static_cast<std::int64_t>(dataset.records.size()));
            }
            const Instant at = one.submitted_at;
            dataset.records.push_back({one.id.str(), std::move(one), at});
            return success();
          });
    }));
    BOOST_OUTCOME_TRY(const auto previous, take_previous_wave(dataset, order.settings));
    jobs::Queue queue(db, clock, ids);
    const bool speaks = speaker.voice.client != nullptr;
    ThemeRecords records;
    BOOST_OUTCOME_TRY(auto findings,
                      build(dataset, order.settings, ctx,
                            {.previous = previous ? &*previous : nullptr,
                             .on_coded_text = speaks ? collect(records) : OnCodedText()}));
    if (speaks) {
      BOOST_OUTCOME_TRY(const auto memory, job_memory(queue, job, *speaker.voice.client));
      speaker.voice.client = memory.get();
      speaker.origin = "job " + job.id.str();
      BOOST_OUTCOME_TRY(reword(findings, dataset, order.settings, records, speaker, ctx));
    }
    const std::string document = to_json_text(findings, Audience::storage);
    return db.write([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(
          speaks ? queue.complete(tx, job,
                                  {order.id.str(), findings.manifest.engine, fallbacks(findings)})
                 : queue.complete(tx, job));
      BOOST_OUTCOME_TRY(
          tx.execute("UPDATE insight_runs SET findings = ?2, completed_at = ?3 WHERE id = ?1",
                     {order.id, document, clock.now()}));
      return success();
    });
  };
}

}  // namespace insightflow::insight

namespace insightflow {
template const Type& type_of<insight::Run>();
template const Type& type_of<insight::RunPage>();
template const Type& type_of<insight::RunRequest>();
}  // namespace insightflow
