#include "retention/policies.hpp"

#include <insightflow/identity/trail.hpp>
#include <insightflow/survey/access.hpp>

namespace insightflow::retention {

using identity::Permission;

namespace {

constexpr std::string_view by_hand = "retention";

Result<void> check_days(
    std::initializer_list<std::pair<const char*, std::optional<std::int64_t>>> days) {
  for (const auto& [name, value] : days)
    if (value && (*value < 0 || *value > longest_days))
      return fail(
          Code::invalid, "days_out_of_range",
          "Days are a whole number from 0 (without end) to " + std::to_string(longest_days) + ".",
          std::string("/") + name);
  return success();
}

std::string day_text(std::optional<std::int64_t> days) {
  return days ? std::to_string(*days) : "none";
}

Result<void> store(storage::Tx& tx, WorkspaceId workspace, std::string_view survey,
                   const Policy& policy, Instant now) {
  if (policy == Policy{}) {
    BOOST_OUTCOME_TRY(
        tx.execute("DELETE FROM retention_policies WHERE workspace_id = ?1 AND survey_id = ?2",
                   {workspace, survey}));
    return success();
  }
  BOOST_OUTCOME_TRY(tx.execute(
      "INSERT INTO retention_policies (workspace_id, survey_id, response_days, insight_days, "
      "event_days, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (workspace_id, "
      "survey_id) DO UPDATE SET response_days = ?3, insight_days = ?4, event_days = ?5, updated_at "
      "= ?6",
      {workspace, survey, policy.response_days, policy.insight_days, policy.event_days, now}));
  return success();
}

Result<WorkspaceRetention> load(storage::Tx& tx, WorkspaceId workspace) {
  BOOST_OUTCOME_TRY(const auto policies, load_policies(tx, workspace));
  WorkspaceRetention out{.policy = policies.workspace, .surveys = {}, .next_at = {}};
  for (const auto& [survey, policy] : policies.surveys)
    out.surveys.push_back({survey, policy, in_force(policies.workspace, policy)});
  BOOST_OUTCOME_TRY(out.next_at,
                    tx.find<Instant>("SELECT next_at FROM job_schedules WHERE workspace_id = ?1 "
                                     "AND kind = ?2 AND subject = ?3",
                                     {workspace, retention_job, by_hand}));
  return out;
}

/// The policies are applied each day as long as there is one.
Result<void> keep_schedule(storage::Tx& tx, const identity::Scope& scope) {
  const WorkspaceId workspace = scope.actor.workspace;
  BOOST_OUTCOME_TRY(const auto plan, load(tx, workspace));
  const bool wanted = plan.policy != Policy{} || !plan.surveys.empty();
  jobs::Schedules schedules(scope.db, scope.clock, scope.ids, workspace);
  if (wanted && !plan.next_at) {
    BOOST_OUTCOME_TRY(schedules.set(tx, retention_job, by_hand, retention_cron));
  } else if (!wanted && plan.next_at) {
    BOOST_OUTCOME_TRY(schedules.remove(tx, retention_job, by_hand));
  }
  return success();
}

}  // namespace

Result<Policies> load_policies(storage::Tx& tx, WorkspaceId workspace) {
  Policies out;
  BOOST_OUTCOME_TRY(tx.each(
      "SELECT survey_id, response_days, insight_days, event_days FROM retention_policies WHERE "
      "workspace_id = ?1 ORDER BY survey_id",
      {workspace}, [&](const storage::Row& row) -> Result<void> {
        const auto days = [&](int column) {
          return row.null(column) ? std::nullopt : std::optional(row.integer(column));
        };
        const SurveyPolicy policy{days(1), days(2)};
        if (row.text(0).empty()) {
          out.workspace = Policy{policy, days(3)};
          return success();
        }
        BOOST_OUTCOME_TRY(const auto survey, SurveyId::parse(row.text(0)));
        out.surveys.emplace(survey, policy);
        return success();
      }));
  return out;
}

Result<WorkspaceRetention> Retentions::get() const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  return scope_.db.read([&](storage::Tx& tx) { return load(tx, scope_.actor.workspace); });
}

Result<WorkspaceRetention> Retentions::set(const Policy& policy) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  BOOST_OUTCOME_TRY(check_days({{"response_days", policy.response_days},
                                {"insight_days", policy.insight_days},
                                {"event_days", policy.event_days}}));
  const WorkspaceId workspace = scope_.actor.workspace;
  return scope_.db.write([&](storage::Tx& tx) -> Result<WorkspaceRetention> {
    BOOST_OUTCOME_TRY(store(tx, workspace, {}, policy, scope_.clock.now()));
    BOOST_OUTCOME_TRY(keep_schedule(tx, scope_));
    BOOST_OUTCOME_TRY(identity::record(
        tx, scope_, audit::Action::retention_changed, "workspace:" + workspace.str(),
        "response_days=" + day_text(policy.response_days) + " insight_days=" +
            day_text(policy.insight_days) + " event_days=" + day_text(policy.event_days)));
    return load(tx, workspace);
  });
}

Result<SurveyRetention> Retentions::get(SurveyId survey) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  return scope_.db.read([&](storage::Tx& tx) -> Result<SurveyRetention> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, Permission::retention_manage, survey));
    BOOST_OUTCOME_TRY(const auto policies, load_policies(tx, scope_.actor.workspace));
    const auto own = policies.surveys.find(survey);
    const SurveyPolicy policy = own == policies.surveys.end() ? SurveyPolicy{} : own->second;
    return SurveyRetention{survey, policy, in_force(policies.workspace, policy)};
  });
}

Result<SurveyRetention> Retentions::set(SurveyId survey, const SurveyPolicy& policy) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  BOOST_OUTCOME_TRY(
      check_days({{"response_days", policy.response_days}, {"insight_days", policy.insight_days}}));
  return scope_.db.write([&](storage::Tx& tx) -> Result<SurveyRetention> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, Permission::retention_manage, survey));
    BOOST_OUTCOME_TRY(
        store(tx, scope_.actor.workspace, survey.str(), Policy{policy, {}}, scope_.clock.now()));
    BOOST_OUTCOME_TRY(keep_schedule(tx, scope_));
    BOOST_OUTCOME_TRY(identity::record(tx, scope_, audit::Action::retention_changed,
                                       "survey:" + survey.str(),
                                       "response_days=" + day_text(policy.response_days) +
                                           " insight_days=" + day_text(policy.insight_days)));
    BOOST_OUTCOME_TRY(const auto policies, load_policies(tx, scope_.actor.workspace));
    return SurveyRetention{survey, policy, in_force(policies.workspace, policy)};
  });
}

Result<jobs::JobHistory> Retentions::apply() const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::retention_manage));
  return scope_.db.write([&](storage::Tx& tx) -> Result<jobs::JobHistory> {
    jobs::Queue queue(scope_.db, scope_.clock, scope_.ids, scope_.origin);
    BOOST_OUTCOME_TRY(const auto id, queue.enqueue(tx, {.workspace_id = scope_.actor.workspace,
                                                        .kind = std::string(retention_job),
                                                        .subject = std::string(by_hand),
                                                        .unique_key = std::string(by_hand)}));
    return queue.get(tx, scope_.actor.workspace, id);
  });
}

}  // namespace insightflow::retention

namespace insightflow {
template const Type& type_of<retention::Policy>();
template const Type& type_of<retention::SurveyPolicy>();
template const Type& type_of<retention::SurveyRetention>();
template const Type& type_of<retention::WorkspaceRetention>();
}  // namespace insightflow
