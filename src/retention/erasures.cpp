#include "retention/removal.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/identity/trail.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/retention/mentions.hpp>
#include <insightflow/retention/retentions.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/security/tokens.hpp>
#include <insightflow/storage/page.hpp>
#include <insightflow/survey/access.hpp>

namespace insightflow::retention {

using identity::Permission;

namespace {

const std::string columns = column_list(type_of<Erasure>());

constexpr std::size_t shortest_text = 3;
constexpr std::size_t longest_text = 500;
constexpr std::int64_t attempts = 20;

std::string request_text(const ErasureRequest& request) {
  return to_json_text(request, Audience::storage);
}

Subject subject_of(const ErasureRequest& request) {
  if (request.respondent) return Subject::respondent;
  return request.texts.empty() ? Subject::responses : Subject::person;
}

}  // namespace

Result<void> validate(const ErasureRequest& request) {
  const int ways = (request.response_ids.empty() ? 0 : 1) + (request.respondent ? 1 : 0) +
                   (request.texts.empty() ? 0 : 1);
  if (ways == 0)
    return fail(Code::invalid, "subject_missing",
                "Say what to erase: response_ids, a respondent, or texts that name a person.");
  if (ways > 1)
    return fail(Code::invalid, "subject_ambiguous",
                "Name what to erase in one way only: response_ids, a respondent, or texts.");
  for (std::size_t i = 0; i < request.texts.size(); ++i) {
    const std::string& text = request.texts[i];
    if (text.size() < shortest_text)
      return fail(Code::invalid, "text_too_short",
                  "A text of less than three bytes would be found in the answers of many others.",
                  pointer_to("/texts", i));
    if (text.size() > longest_text)
      return fail(Code::invalid, "text_too_long", "A text has at most 500 bytes.",
                  pointer_to("/texts", i));
  }
  return success();
}

std::string subject_digest(std::string_view salt, const ErasureRequest& request) {
  return security::sha256(std::string(salt) + request_text(request));
}

Result<NewErasure> Erasures::request(const ErasureRequest& request) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  BOOST_OUTCOME_TRY(validate(request));
  NewErasure out{.salt = security::random_token("ifz_", 26), .erasure = {}};
  return scope_.db.write([&](storage::Tx& tx) -> Result<NewErasure> {
    const WorkspaceId workspace = scope_.actor.workspace;
    if (request.survey_id) {
      BOOST_OUTCOME_TRY(survey::require(tx, scope_, Permission::survey_read, *request.survey_id));
    }
    for (std::size_t i = 0; i < request.response_ids.size(); ++i) {
      BOOST_OUTCOME_TRY(
          const auto known,
          tx.find<std::int64_t>("SELECT count(*) FROM responses WHERE workspace_id = ?1 AND id = "
                                "?2 AND (?3 IS NULL OR survey_id = ?3)",
                                {workspace, request.response_ids[i], request.survey_id}));
      if (known.value_or(0) == 0)
        return fail(Code::not_found, "response_unknown",
                    "No response of this workspace has this id. Nothing was erased.",
                    pointer_to("/response_ids", i));
    }
    jobs::Queue queue(scope_.db, scope_.clock, scope_.ids, scope_.origin);
    Erasure& erasure = out.erasure;
    erasure = {.id = scope_.ids.next<ErasureId>(),
               .workspace_id = workspace,
               .job_id = {},
               .cause = Cause::request,
               .subject = subject_of(request),
               .subject_digest = subject_digest(out.salt, request),
               .survey_id = request.survey_id,
               .requested_by = identity::name_of(scope_.actor),
               .requested_at = scope_.clock.now(),
               .request_id = scope_.origin.request_id,
               .removed = {},
               .mentioned = {},
               .oldest_at = {},
               .removed_at = {},
               .completed_at = {},
               .audit_number = {},
               .audit_digest = {}};
    BOOST_OUTCOME_TRY(erasure.job_id, queue.enqueue(tx,
                                                    {.workspace_id = workspace,
                                                     .kind = std::string(erasure_job),
                                                     .subject = erasure.id.str(),
                                                     .priority = jobs::Priority::high,
                                                     .max_attempts = attempts},
                                                    request_text(request)));
    BOOST_OUTCOME_TRY(tx.insert("erasures", erasure));
    return out;
  });
}

Result<Erasure> Erasures::get(ErasureId id) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  static const std::string sql =
      "SELECT " + columns + " FROM erasures WHERE workspace_id = ?1 AND id = ?2";
  BOOST_OUTCOME_TRY(auto found, scope_.db.read([&](storage::Tx& tx) {
    return tx.find<Erasure>(sql, {scope_.actor.workspace, id});
  }));
  if (!found)
    return fail(Code::not_found, "erasure_unknown", "No erasure of this workspace has this id.");
  return std::move(*found);
}

Result<ErasurePage> Erasures::list(const ErasureFilter& filter) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  static const std::string sql = "SELECT " + columns +
                                 " FROM erasures WHERE workspace_id = ?1 AND (?2 = '' OR id < ?2) "
                                 "ORDER BY id DESC LIMIT ?3";
  const std::int64_t limit = storage::page_limit(filter.limit);
  return scope_.db.read([&](storage::Tx& tx) -> Result<ErasurePage> {
    ErasurePage out;
    BOOST_OUTCOME_TRY(out.items,
                      tx.list<Erasure>(sql, {scope_.actor.workspace, filter.after, limit + 1}));
    out.next = storage::cut_page(out.items, limit);
    return out;
  });
}

namespace {

/// One erasure on request, from the first row to the certificate.
class Eraser {
 public:
  Eraser(storage::Database& db, const Clock& clock, IdSource& ids, const jobs::Job& job,
         const Ctx& ctx)
      : db_(db), clock_(clock), queue_(db, clock, ids), job_(job), ctx_(ctx) {}

  Result<void> run() {
    BOOST_OUTCOME_TRY(auto erasure,
                      db_.read([&](storage::Tx& tx) { return find_erasure(tx, job_.id); }));
    if (!erasure) return fail(Code::corrupt, "row_corrupt", "The erasure of the job is missing.");
    id_ = erasure->id;
    if (erasure->state == ErasureState::removing) {
      BOOST_OUTCOME_TRY(const auto input, queue_.input(job_));
      BOOST_OUTCOME_TRY(const auto request,
                        from_json_text<ErasureRequest>(input, Audience::storage));
      BOOST_OUTCOME_TRY(remove(request));
      BOOST_OUTCOME_TRY(removed(request));
    }
    ctx_.report("scrubbing", 0, 1);
    BOOST_OUTCOME_TRY(db_.scrub(storage::Scrub::file));
    return db_.write([&](storage::Tx& tx) { return complete(tx, queue_, clock_, job_); });
  }

 private:
  using Predicate = FunctionRef<bool(const response::Response&)>;

  /// Work on the rows of the workspace in one transaction, on the certificate too.
  Result<void> take(FunctionRef<Result<void>(Removal&)> work) {
    return db_.write([&](storage::Tx& tx) -> Result<void> {
      Removal removal(tx, db_, clock_, job_.workspace_id);
      BOOST_OUTCOME_TRY(work(removal));
      return removal.record(id_);
    });
  }

  Result<void> remove(const ErasureRequest& request) {
    if (!request.response_ids.empty()) return remove_ids(request.response_ids);
    if (request.respondent) {
      const Respondent& who = *request.respondent;
      return remove_where(request.survey_id, [&](const response::Response& one) {
        const auto at = one.hidden.find(who.field);
        return at != one.hidden.end() && at->second == who.value;
      });
    }
    const Mentions mentions(request.texts);
    BOOST_OUTCOME_TRY(remove_where(
        request.survey_id, [&](const response::Response& one) { return mentions.in(one); }));
    return remove_made(request.survey_id, mentions);
  }

  Result<void> remove_ids(const std::vector<ResponseId>& ids) {
    for (const ResponseId id : ids) {
      BOOST_OUTCOME_TRY(ctx_.check());
      BOOST_OUTCOME_TRY(const auto survey, db_.read([&](storage::Tx& tx) {
        return tx.find<SurveyId>(
            "SELECT survey_id FROM responses WHERE workspace_id = ?1 AND id = ?2",
            {job_.workspace_id, id});
      }));
      if (!survey) continue;
      BOOST_OUTCOME_TRY(take([&](Removal& removal) {
        return removal.responses(*survey, {&id, 1}, true);
      }));
    }
    return success();
  }

  Result<std::vector<SurveyId>> surveys(std::optional<SurveyId> only) {
    return db_.read([&](storage::Tx& tx) {
      return tx.list<SurveyId>(
          "SELECT id FROM surveys WHERE workspace_id = ?1 AND (?2 IS NULL OR id = ?2) ORDER BY id",
          {job_.workspace_id, only});
    });
  }

  Result<void> remove_where(std::optional<SurveyId> only, Predicate wanted) {
    BOOST_OUTCOME_TRY(const auto all, surveys(only));
    std::int64_t done = 0;
    for (const SurveyId survey : all) {
      ctx_.report("removing", done++, static_cast<std::int64_t>(all.size()));
      for (std::int64_t after = 0, read = batch_rows; read == batch_rows;) {
        BOOST_OUTCOME_TRY(ctx_.check());
        std::vector<ResponseId> found;
        BOOST_OUTCOME_TRY(db_.read([&](storage::Tx& tx) -> Result<void> {
          found.clear();
          read = 0;
          return response::each_response(
              tx, survey, {.after = after, .most = batch_rows},
              [&](std::int64_t sequence, response::Response&& one) -> Result<void> {
                ++read;
                after = sequence;
                if (wanted(one)) found.push_back(one.id);
                return success();
              });
        }));
        if (found.empty()) continue;
        BOOST_OUTCOME_TRY(
            take([&](Removal& removal) { return removal.responses(survey, found, true); }));
      }
    }
    return success();
  }

  /// What was made of answers that were removed earlier, by a policy, may still hold the texts.
  Result<void> remove_made(std::optional<SurveyId> only, const Mentions& mentions) {
    BOOST_OUTCOME_TRY(const auto all, surveys(only));
    for (const SurveyId survey : all) {
      BOOST_OUTCOME_TRY(ctx_.check());
      std::vector<RunId> runs;
      std::vector<std::string> keys;
      BOOST_OUTCOME_TRY(db_.read([&](storage::Tx& tx) -> Result<void> {
        runs.clear();
        keys.clear();
        BOOST_OUTCOME_TRY(tx.each(
            "SELECT r.id, r.findings, r.settings, j.error FROM insight_runs r JOIN jobs j ON j.id "
            "= r.job_id WHERE r.workspace_id = ?1 AND r.survey_id = ?2 ORDER BY r.id",
            {job_.workspace_id, survey}, [&](const storage::Row& row) -> Result<void> {
              if (!mentions.in_json(row.text(1)) && !mentions.in_json(row.text(2)) &&
                  !mentions.in(row.text(3)))
                return success();
              BOOST_OUTCOME_TRY(const auto id, RunId::parse(row.text(0)));
              runs.push_back(id);
              return success();
            }));
        return tx.each("SELECT key FROM idempotency_keys WHERE survey_id = ?1 ORDER BY key",
                       {survey}, [&](const storage::Row& row) -> Result<void> {
                         if (mentions.in(row.text(0))) keys.emplace_back(row.text(0));
                         return success();
                       });
      }));
      if (runs.empty() && keys.empty()) continue;
      BOOST_OUTCOME_TRY(take([&](Removal& removal) -> Result<void> {
        for (const std::string& key : keys) {
          BOOST_OUTCOME_TRY(removal.idempotency_key(survey, key));
        }
        return removal.runs(runs);
      }));
    }
    return take([](Removal& removal) { return removal.replies(); });
  }

  /// Members' own words that name the person, by table.
  Result<std::map<std::string, std::int64_t>> mentioned(storage::Tx& tx, const Mentions& mentions) {
    struct Words {
      const char* table;
      const char* sql;
    };
    static constexpr Words words[] = {
        {"projects", "SELECT name, description FROM projects WHERE workspace_id = ?1"},
        {"surveys", "SELECT title, questionnaire FROM surveys WHERE workspace_id = ?1"},
        {"survey_versions",
         "SELECT '', v.questionnaire FROM survey_versions v JOIN surveys s ON s.id = v.survey_id "
         "WHERE s.workspace_id = ?1"},
        {"prompts", "SELECT name, text FROM prompts WHERE workspace_id = ?1"},
        {"job_inputs",
         "SELECT '', i.document FROM job_inputs i JOIN jobs j ON j.id = i.job_id WHERE "
         "j.workspace_id = ?1 AND j.kind <> 'erasure'"},
        {"invites", "SELECT email, '' FROM invites WHERE workspace_id = ?1"}};
    std::map<std::string, std::int64_t> out;
    for (const Words& one : words) {
      BOOST_OUTCOME_TRY(
          tx.each(one.sql, {job_.workspace_id}, [&](const storage::Row& row) -> Result<void> {
            const bool named = mentions.in(row.text(0)) || mentions.in(row.text(1)) ||
                               mentions.in_json(row.text(1));
            if (named) ++out[one.table];
            return success();
          }));
    }
    return out;
  }

  /// All rows are gone: the request may go as well, for it holds the texts too.
  Result<void> removed(const ErasureRequest& request) {
    const Mentions mentions(request.texts);
    std::map<std::string, std::int64_t> named;
    BOOST_OUTCOME_TRY(db_.read([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(named, mentioned(tx, mentions));
      return success();
    }));
    return db_.write([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(tx.execute("DELETE FROM job_inputs WHERE job_id = ?1", {job_.id}));
      BOOST_OUTCOME_TRY(tx.execute(
          "UPDATE erasures SET state = ?2, removed_at = ?3, mentioned = ?4, copies_taken = (SELECT "
          "count(*) FROM audit_entries a WHERE a.workspace_id = erasures.workspace_id AND a.action "
          "IN ('responses_exported', 'report_exported') AND a.at >= erasures.oldest_at) WHERE id "
          "= ?1",
          {id_, ErasureState::scrubbing, clock_.now(),
           storage::Param::owned(to_json_text(named))}));
      return success();
    });
  }

  storage::Database& db_;
  const Clock& clock_;
  jobs::Queue queue_;
  const jobs::Job& job_;
  const Ctx& ctx_;
  ErasureId id_;
};

}  // namespace

jobs::Handler erasure_handler(storage::Database& db, const Clock& clock, IdSource& ids) {
  return [&db, &clock, &ids](const jobs::Job& job, const Ctx& ctx) {
    return Eraser(db, clock, ids, job, ctx).run();
  };
}

}  // namespace insightflow::retention

namespace insightflow {
template const Type& type_of<retention::ErasureRequest>();
template const Type& type_of<retention::Erasure>();
template const Type& type_of<retention::ErasurePage>();
template const Type& type_of<retention::NewErasure>();
}  // namespace insightflow
