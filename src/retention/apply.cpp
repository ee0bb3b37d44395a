#include "retention/policies.hpp"
#include "retention/removal.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/insight/runs.hpp>

namespace insightflow::retention {

namespace {

/// Runs and their findings are large, so fewer of them share a transaction.
constexpr std::int64_t batch_runs = 16;

/// One application of the policies of a workspace.
class Application {
 public:
  Application(storage::Database& db, const Clock& clock, IdSource& ids, const jobs::Job& job,
              const Ctx& ctx)
      : db_(db), clock_(clock), ids_(ids), queue_(db, clock, ids), job_(job), ctx_(ctx) {}

  Result<void> run() {
    const Instant now = clock_.now();
    Policies policies;
    std::vector<SurveyId> surveys;
    BOOST_OUTCOME_TRY(kept_, queue_.checkpoints(job_));
    BOOST_OUTCOME_TRY(db_.read([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(policies, load_policies(tx, job_.workspace_id));
      BOOST_OUTCOME_TRY(
          surveys, tx.list<SurveyId>("SELECT id FROM surveys WHERE workspace_id = ?1 ORDER BY id",
                                     {job_.workspace_id}));
      return success();
    }));
    std::int64_t done = 0;
    for (const SurveyId survey : surveys) {
      ctx_.report("removing", done++, static_cast<std::int64_t>(surveys.size()));
      const auto own = policies.surveys.find(survey);
      const SurveyPolicy policy = in_force(
          policies.workspace, own == policies.surveys.end() ? SurveyPolicy{} : own->second);
      if (const auto before = cutoff(policy.insight_days, now)) {
        BOOST_OUTCOME_TRY(remove_runs(survey, *before));
      }
      if (const auto before = cutoff(policy.response_days, now)) {
        BOOST_OUTCOME_TRY(remove_responses(survey, *before));
      }
    }
    if (const auto before = cutoff(policies.workspace.event_days, now)) {
      BOOST_OUTCOME_TRY(remove_events(*before));
    }
    BOOST_OUTCOME_TRY(const auto certificate,
                      db_.read([&](storage::Tx& tx) { return find_erasure(tx, job_.id); }));
    if (certificate) {
      ctx_.report("scrubbing", 0, 1);
      BOOST_OUTCOME_TRY(db_.scrub(storage::Scrub::log));
    }
    return db_.write([&](storage::Tx& tx) { return complete(tx, queue_, clock_, job_); });
  }

 private:
  /// One transaction; gives how many rows it removed. The first that removes any makes the
  /// certificate.
  Result<std::int64_t> take(FunctionRef<Result<void>(Removal&)> work) {
    BOOST_OUTCOME_TRY(ctx_.check());
    return db_.write([&](storage::Tx& tx) -> Result<std::int64_t> {
      Removal removal(tx, db_, clock_, job_.workspace_id);
      BOOST_OUTCOME_TRY(work(removal));
      if (removal.rows() == 0) return 0;
      BOOST_OUTCOME_TRY(auto erasure, find_erasure(tx, job_.id));
      if (!erasure) {
        erasure = Erasure{.id = ids_.next<ErasureId>(),
                          .workspace_id = job_.workspace_id,
                          .job_id = job_.id,
                          .cause = Cause::policy,
                          .subject = Subject::age,
                          .subject_digest = {},
                          .survey_id = {},
                          .requested_by = {},
                          .requested_at = job_.created_at,
                          .request_id = job_.request_id.value_or(""),
                          .removed = {},
                          .mentioned = {},
                          .oldest_at = {},
                          .removed_at = {},
                          .completed_at = {},
                          .audit_number = {},
                          .audit_digest = {}};
        BOOST_OUTCOME_TRY(tx.insert("erasures", *erasure));
      }
      BOOST_OUTCOME_TRY(removal.record(erasure->id));
      return removal.rows();
    });
  }

  Result<void> remove_responses(SurveyId survey, Instant before) {
    const std::string step = "quotes " + survey.str();
    for (std::int64_t after = 0;;) {
      BOOST_OUTCOME_TRY(const auto old, db_.read([&](storage::Tx& tx) {
        return tx.list<Removal::Row>(
            "SELECT id, sequence, submitted_at FROM responses WHERE survey_id = ?1 AND sequence > "
            "?2 AND submitted_at < ?3 ORDER BY sequence LIMIT ?4",
            {survey, after, before, batch_rows});
      }));
      if (old.empty()) break;
      after = old.back().sequence;
      // A job that is stopped between the answers and their quotes takes the quotes up again.
      if (kept_.emplace(step, "").second) {
        BOOST_OUTCOME_TRY(queue_.checkpoint(job_, step, ""));
      }
      std::vector<ResponseId> ids;
      for (const Removal::Row& row : old) ids.push_back(row.id);
      BOOST_OUTCOME_TRY(
          take([&](Removal& removal) { return removal.responses(survey, ids, false); }));
    }
    return kept_.contains(step) ? remove_quotes(survey) : success();
  }

  /// Findings keep their figures and lose the quotes whose answers are gone.
  Result<void> remove_quotes(SurveyId survey) {
    BOOST_OUTCOME_TRY(const auto runs, db_.read([&](storage::Tx& tx) {
      return tx.list<RunId>(
          "SELECT id FROM insight_runs WHERE workspace_id = ?1 AND survey_id = "
          "?2 AND findings <> '' ORDER BY id",
          {job_.workspace_id, survey});
    }));
    for (const RunId run : runs) {
      BOOST_OUTCOME_TRY(ctx_.check());
      BOOST_OUTCOME_TRY(db_.write([&](storage::Tx& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(
            const auto document,
            tx.find<std::string>("SELECT findings FROM insight_runs WHERE id = ?1", {run}));
        if (!document || document->empty()) return success();
        BOOST_OUTCOME_TRY(auto findings, insight::read_findings(*document));
        BOOST_OUTCOME_TRY(const auto gone, insight::recheck_quotes(tx, survey, findings));
        if (gone == 0) return success();
        BOOST_OUTCOME_TRY(
            tx.execute("UPDATE insight_runs SET findings = ?2 WHERE id = ?1",
                       {run, storage::Param::owned(to_json_text(findings, Audience::storage))}));
        return success();
      }));
    }
    return success();
  }

  Result<void> remove_runs(SurveyId survey, Instant before) {
    for (;;) {
      BOOST_OUTCOME_TRY(const auto old, db_.read([&](storage::Tx& tx) {
        return tx.list<RunId>(
            "SELECT r.id FROM insight_runs r JOIN jobs j ON j.id = r.job_id WHERE r.workspace_id = "
            "?1 AND r.survey_id = ?2 AND r.created_at < ?3 AND j.finished_at IS NOT NULL ORDER BY "
            "r.id LIMIT ?4",
            {job_.workspace_id, survey, before, batch_runs});
      }));
      if (old.empty()) return success();
      BOOST_OUTCOME_TRY(take([&](Removal& removal) { return removal.runs(old); }));
    }
  }

  Result<void> remove_events(Instant before) {
    for (;;) {
      BOOST_OUTCOME_TRY(const auto rows, take([&](Removal& removal) {
                          return removal.events_before(before, batch_rows);
                        }));
      if (rows == 0) return success();
    }
  }

  storage::Database& db_;
  const Clock& clock_;
  IdSource& ids_;
  jobs::Queue queue_;
  const jobs::Job& job_;
  const Ctx& ctx_;
  std::map<std::string, std::string> kept_;
};

}  // namespace

jobs::Handler retention_handler(storage::Database& db, const Clock& clock, IdSource& ids) {
  return [&db, &clock, &ids](const jobs::Job& job, const Ctx& ctx) {
    return Application(db, clock, ids, job, ctx).run();
  };
}

}  // namespace insightflow::retention
