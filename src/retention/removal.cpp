#include "retention/removal.hpp"

#include <insightflow/audit/log.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/events/log.hpp>

#include <algorithm>

namespace insightflow::retention {

namespace {

/// A run that goes.
struct RunRow {
  RunId id;
  JobId job_id;
  jobs::State state = jobs::State::queued;
  Instant created_at;
};
BOOST_DESCRIBE_STRUCT(RunRow, (), (id, job_id, state, created_at))

/// What an event tells of a job that was taken away.
struct TakenAway {
  std::string kind = "insight_run";
  std::string subject;
  jobs::State state = jobs::State::cancelled;
  std::string error = "Answers that it reads were erased. Start it again.";
};
BOOST_DESCRIBE_STRUCT(TakenAway, (), (kind, subject, state, error))

struct Ledger {
  std::map<std::string, std::int64_t> removed;
  std::optional<Instant> oldest_at;
};
BOOST_DESCRIBE_STRUCT(Ledger, (), (removed, oldest_at))

std::string counts_text(const std::map<std::string, std::int64_t>& counts) {
  std::string out;
  for (const auto& [table, rows] : counts)
    out += (out.empty() ? "" : " ") + table + "=" + std::to_string(rows);
  return out;
}

/// The places of the jobs of runs in one statement; a shorter list repeats its last one.
constexpr std::size_t runs_at_once = 16;

std::string clear_events_sql() {
  std::string out =
      "UPDATE events SET data = '{}' WHERE workspace_id = ?1 AND data <> '{}' AND subject IN (";
  for (std::size_t i = 0; i < runs_at_once; ++i)
    out += (i > 0 ? ", ?" : "?") + std::to_string(i + 2);
  return out + ")";
}

}  // namespace

Result<void> Removal::remove(std::string_view table, std::string_view condition,
                             std::initializer_list<storage::Param> params) {
  const std::string sql = "DELETE FROM " + std::string(table) + " WHERE " + std::string(condition);
  BOOST_OUTCOME_TRY(const auto rows, tx_.execute(sql, params));
  if (rows > 0) removed_[std::string(table)] += rows;
  return success();
}

Result<void> Removal::responses(SurveyId survey, std::span<const ResponseId> ids, bool runs) {
  std::int64_t gone = 0, first = 0;
  for (const ResponseId id : ids) {
    BOOST_OUTCOME_TRY(const auto row,
                      tx_.find<Row>("SELECT id, sequence, submitted_at FROM responses WHERE "
                                    "workspace_id = ?1 AND survey_id = ?2 AND id = ?3",
                                    {workspace_, survey, id}));
    if (!row) continue;
    BOOST_OUTCOME_TRY(remove("responses", "workspace_id = ?1 AND id = ?2", {workspace_, id}));
    BOOST_OUTCOME_TRY(remove("idempotency_keys", "response_id = ?1", {id}));
    first = gone++ == 0 ? row->sequence : std::min(first, row->sequence);
    oldest_ = oldest_ ? std::min(*oldest_, row->submitted_at) : row->submitted_at;
  }
  if (gone == 0) return success();
  BOOST_OUTCOME_TRY(
      tx_.execute("UPDATE survey_counters SET responses = responses - ?2, changes = changes + 1 "
                  "WHERE survey_id = ?1",
                  {survey, gone}));
  if (runs) {
    BOOST_OUTCOME_TRY(
        const auto read,
        tx_.list<RunId>("SELECT id FROM insight_runs WHERE workspace_id = ?1 AND survey_id = ?2 "
                        "AND last_sequence >= ?3 ORDER BY id",
                        {workspace_, survey, first}));
    BOOST_OUTCOME_TRY(this->runs(read));
  }
  return replies();
}

Result<void> Removal::runs(std::span<const RunId> ids) {
  std::vector<RunRow> rows;
  for (const RunId id : ids) {
    BOOST_OUTCOME_TRY(
        const auto row,
        tx_.find<RunRow>("SELECT r.id, r.job_id, j.state, r.created_at FROM insight_runs r JOIN "
                         "jobs j ON j.id = r.job_id WHERE r.workspace_id = ?1 AND r.id = ?2",
                         {workspace_, id}));
    if (row) rows.push_back(*row);
  }
  static const std::string clear_events = clear_events_sql();
  for (std::size_t at = 0; at < rows.size(); at += runs_at_once) {
    std::vector<storage::Param> params{workspace_};
    for (std::size_t i = 0; i < runs_at_once; ++i)
      params.emplace_back(rows[std::min(at + i, rows.size() - 1)].job_id);
    BOOST_OUTCOME_TRY(tx_.execute(clear_events, params));
  }
  for (const RunRow& row : rows) {
    BOOST_OUTCOME_TRY(tx_.execute(
        "UPDATE llm_calls SET cache_key = '' WHERE workspace_id = ?1 AND started_at >= "
        "?2 AND origin = ?3",
        {workspace_, row.created_at, storage::Param::owned("job " + row.job_id.str())}));
    BOOST_OUTCOME_TRY(remove("insight_runs", "id = ?1", {row.id}));
    for (const std::string_view table :
         {"job_checkpoints", "job_inputs", "job_results", "job_failures"}) {
      BOOST_OUTCOME_TRY(remove(table, "job_id = ?1", {row.job_id}));
    }
    BOOST_OUTCOME_TRY(remove("jobs", "id = ?1", {row.job_id}));
    if (jobs::finished(row.state)) continue;
    TakenAway news;
    news.subject = row.id.str();
    BOOST_OUTCOME_TRY(events::Log(db_, clock_)
                          .append(tx_, workspace_,
                                  {.type = "job.cancelled",
                                   .subject = row.job_id.str(),
                                   .data = to_json_text(news)}));
  }
  return success();
}

Result<void> Removal::idempotency_key(SurveyId survey, std::string_view key) {
  return remove("idempotency_keys", "survey_id = ?1 AND key = ?2", {survey, key});
}

Result<void> Removal::replies() {
  BOOST_OUTCOME_TRY(remove("llm_cache", "workspace_id = ?1", {workspace_}));
  return remove("llm_semantic", "workspace_id = ?1", {workspace_});
}

Result<void> Removal::events_before(Instant at, std::int64_t most) {
  BOOST_OUTCOME_TRY(const auto until,
                    tx_.find<std::int64_t>("SELECT coalesce(max(id), 0) FROM (SELECT id, at FROM "
                                           "events WHERE workspace_id = ?1 ORDER BY id LIMIT ?3) "
                                           "AS oldest WHERE at < ?2",
                                           {workspace_, at, most}));
  if (until.value_or(0) == 0) return success();
  BOOST_OUTCOME_TRY(
      tx_.execute("INSERT INTO event_floors (workspace_id, purged_id) VALUES (?1, ?2) ON CONFLICT "
                  "(workspace_id) DO UPDATE SET purged_id = excluded.purged_id",
                  {workspace_, *until}));
  return remove("events", "workspace_id = ?1 AND id <= ?2", {workspace_, *until});
}

std::int64_t Removal::rows() const {
  std::int64_t out = 0;
  for (const auto& [table, rows] : removed_) out += rows;
  return out;
}

Result<void> Removal::record(ErasureId erasure) {
  if (removed_.empty()) return success();
  BOOST_OUTCOME_TRY(
      auto ledger,
      tx_.find<Ledger>("SELECT removed, oldest_at FROM erasures WHERE id = ?1", {erasure}));
  if (!ledger) return fail(Code::corrupt, "row_corrupt", "The certificate is missing.");
  for (const auto& [table, rows] : removed_) ledger->removed[table] += rows;
  if (oldest_) ledger->oldest_at = std::min(ledger->oldest_at.value_or(*oldest_), *oldest_);
  std::vector<storage::Param> params = storage::row_params(*ledger);
  params.emplace_back(erasure);
  BOOST_OUTCOME_TRY(
      tx_.execute("UPDATE erasures SET removed = ?1, oldest_at = ?2 WHERE id = ?3", params));
  return success();
}

Result<std::optional<Erasure>> find_erasure(storage::Tx& tx, JobId job) {
  static const std::string sql =
      "SELECT " + column_list(type_of<Erasure>()) + " FROM erasures WHERE job_id = ?1";
  return tx.find<Erasure>(sql, {job});
}

Result<void> complete(storage::Tx& tx, jobs::Queue& queue, const Clock& clock,
                      const jobs::Job& job) {
  BOOST_OUTCOME_TRY(const auto erasure, find_erasure(tx, job.id));
  if (!erasure) return queue.complete(tx, job);
  const bool asked = erasure->cause == Cause::request;
  BOOST_OUTCOME_TRY(queue.complete(tx, job, {erasure->id.str(), {}, {}}));
  BOOST_OUTCOME_TRY(const auto entry,
                    audit::append(tx, clock,
                                  {.workspace_id = job.workspace_id,
                                   .actor = erasure->requested_by,
                                   .action = !asked ? audit::Action::retention_applied
                                             : erasure->subject == Subject::person
                                                 ? audit::Action::person_erased
                                                 : audit::Action::respondent_erased,
                                   .subject = "erasure:" + erasure->id.str(),
                                   .detail = counts_text(erasure->removed),
                                   .request_id = erasure->request_id}));
  BOOST_OUTCOME_TRY(tx.execute(
      "UPDATE erasures SET state = ?2, completed_at = ?3, audit_number = ?4, audit_digest = ?5 "
      "WHERE id = ?1",
      {erasure->id, ErasureState::completed, clock.now(), entry.number, entry.digest}));
  return success();
}

}  // namespace insightflow::retention
