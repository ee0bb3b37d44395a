#pragma once

#include <array>
#include <string_view>

/// Every table of the database, and what an erasure does to it. A test compares this list with the
/// schema, so that a new table must say where it stands; docs/security/erasure.md is written from
/// it.
namespace insightflow::retention {

enum class Reach {
  removed,   ///< Holds answers, or what was made of them: rows go.
  cleared,   ///< Rows stay, without the words.
  searched,  ///< Holds words of members, in which a person may be named: told, not changed.
  nothing    ///< Holds neither.
};

struct Place {
  std::string_view table;
  Reach reach;
  std::string_view doc;
};

inline constexpr std::array places{
    Place{"responses", Reach::removed, "The responses."},
    Place{"idempotency_keys", Reach::removed, "The keys that point to them, with their digests."},
    Place{"insight_runs", Reach::removed,
          "Every run that read one of them: findings, quotes, themes, personas, reports, cached "
          "results. A run that is under way stores nothing any more. By a policy: the quotes from "
          "them alone; runs by their own age."},
    Place{"jobs", Reach::removed, "The jobs of those runs."},
    Place{"job_checkpoints", Reach::removed, "With their job: answers of models."},
    Place{"job_inputs", Reach::removed, "With their job; also the request of the erasure itself."},
    Place{"job_results", Reach::removed, "With their job."},
    Place{"job_failures", Reach::removed, "With their job."},
    Place{"llm_cache", Reach::removed, "All replies of models kept for the workspace."},
    Place{"llm_semantic", Reach::removed, "All embeddings of requests kept for the workspace."},
    Place{"llm_calls", Reach::cleared,
          "Figures and names; the digests of the requests of those runs are cleared."},
    Place{
        "events", Reach::cleared,
        "Counts, ids and states; what was told of the jobs of those runs is cleared. By a policy: "
        "removed by age."},
    Place{"survey_counters", Reach::nothing, "Numbers; lowered by what was removed."},
    Place{"surveys", Reach::searched, "Questionnaires."},
    Place{"survey_versions", Reach::searched, "Published questionnaires."},
    Place{"projects", Reach::searched, "Names and descriptions."},
    Place{"prompts", Reach::searched, "What models are told."},
    Place{"invites", Reach::searched, "Addresses of people who were invited as members."},
    Place{"retention_policies", Reach::nothing, "Numbers of days."},
    Place{"erasures", Reach::nothing, "Certificates: counts and a digest that is salted."},
    Place{"audit_entries", Reach::nothing, "Ids, roles and counts; never changed."},
    Place{"workspaces", Reach::nothing, "Names of workspaces."},
    Place{"api_keys", Reach::nothing, "Keys of members, hashed."},
    Place{"memberships", Reach::nothing, "Who is a member."},
    Place{"grants", Reach::nothing, "Roles."},
    Place{"users", Reach::nothing, "Accounts of members, who are no respondents."},
    Place{"user_tokens", Reach::nothing, "Digests."},
    Place{"sessions", Reach::nothing, "Where members are signed in."},
    Place{"refresh_tokens", Reach::nothing, "Digests."},
    Place{"second_factors", Reach::nothing, "Sealed secrets of members."},
    Place{"recovery_codes", Reach::nothing, "Digests."},
    Place{"signing_keys", Reach::nothing, "Sealed keys of the server."},
    Place{"external_identities", Reach::nothing, "Ids of members at other providers."},
    Place{"external_logins", Reach::nothing, "Logins under way."},
    Place{"event_floors", Reach::nothing, "Numbers."},
    Place{"announced_answers", Reach::nothing, "Numbers."},
    Place{"job_limits", Reach::nothing, "Numbers."},
    Place{"job_schedules", Reach::nothing, "Ids and times."},
    Place{"llm_spend", Reach::nothing, "Numbers."},
    Place{"llm_stats", Reach::nothing, "Numbers."},
    Place{"llm_semantic_trials", Reach::nothing, "Numbers."},
    Place{"schema_migrations", Reach::nothing, "The schema."}};

}  // namespace insightflow::retention
