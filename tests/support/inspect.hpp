#pragma once

#include <insightflow/storage/database.hpp>

#include <string>
#include <vector>

namespace insightflow::test {

/// Everything that is stored, as one text: equal texts, equal databases.
inline std::string dump(storage::Database& db) {
  std::string out;
  const auto read = db.read([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto tables,
                      tx.list<std::string>("SELECT name FROM sqlite_schema WHERE type = 'table' "
                                           "AND name NOT LIKE 'sqlite_%' ORDER BY name"));
    for (const std::string& table : tables) {
      out += "# " + table + "\n";
      BOOST_OUTCOME_TRY(tx.each("SELECT * FROM " + table + " ORDER BY 1, 2", {},
                                [&](const storage::Row& row) -> Result<void> {
                                  for (int i = 0; i < row.columns(); ++i) {
                                    out += row.null(i) ? "NULL" : std::string(row.text(i));
                                    out += '|';
                                  }
                                  out += '\n';
                                  return success();
                                }));
    }
    return success();
  });
  return read ? out : std::string(read.error().detail);
}

/// The same without what the hub of events notes by itself, some time after somebody has begun to
/// watch: how many answers it has announced.
inline std::string dump_without_announcements(storage::Database& db) {
  std::string out, all = dump(db);
  bool announced = false;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at) + 1;
    const std::string_view line = std::string_view(all).substr(at, end - at);
    if (line.starts_with("# ")) announced = line == "# announced_answers\n";
    if (!announced && line.find("|survey.answers|") == line.npos) out += line;
    at = end;
  }
  return out;
}

/// What must hold in a database whatever has failed before; one line for each thing that does not.
inline std::vector<std::string> broken_invariants(storage::Database& db) {
  struct Rule {
    const char* name;
    const char* violations;
  };
  static constexpr Rule rules[] = {
      {"a published survey has its version, and no version is newer",
       "SELECT count(*) FROM surveys s WHERE s.published_version <> coalesce((SELECT max(number) "
       "FROM survey_versions v WHERE v.survey_id = s.id), 0)"},
      {"versions are numbered from 1 without a gap",
       "SELECT count(*) FROM (SELECT max(number) - count(*) AS gap FROM survey_versions GROUP BY "
       "survey_id) WHERE gap <> 0"},
      {"a survey that is open was published",
       "SELECT count(*) FROM surveys WHERE state IN ('published', 'closed') AND published_version "
       "= 0"},
      {"every survey has a counter",
       "SELECT count(*) FROM surveys WHERE id NOT IN (SELECT survey_id FROM survey_counters)"},
      {"counters count",
       "SELECT count(*) FROM survey_counters c WHERE c.responses <> (SELECT count(*) FROM "
       "responses r WHERE r.survey_id = c.survey_id)"},
      {"a response answers a version that exists",
       "SELECT count(*) FROM responses r WHERE NOT EXISTS (SELECT 1 FROM survey_versions v WHERE "
       "v.survey_id = r.survey_id AND v.number = r.version)"},
      {"a response belongs to its survey's workspace",
       "SELECT count(*) FROM responses r JOIN surveys s ON s.id = r.survey_id WHERE "
       "r.workspace_id <> s.workspace_id"},
      {"an idempotency key points to a response",
       "SELECT count(*) FROM idempotency_keys WHERE response_id NOT IN (SELECT id FROM responses)"},
      {"a run has its job",
       "SELECT count(*) FROM insight_runs r WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = "
       "r.job_id AND j.subject = r.id AND j.workspace_id = r.workspace_id)"},
      {"a job has its run",
       "SELECT count(*) FROM jobs j WHERE j.kind = 'insight_run' AND j.subject NOT IN (SELECT id "
       "FROM insight_runs)"},
      {"a run has findings exactly when its job is completed",
       "SELECT count(*) FROM insight_runs r JOIN jobs j ON j.id = r.job_id WHERE (j.state = "
       "'completed') <> (r.findings <> '') OR (j.state = 'completed') <> (r.completed_at IS NOT "
       "NULL)"},
      {"a job is leased exactly while it runs",
       "SELECT count(*) FROM jobs WHERE (state = 'running') <> (leased_until IS NOT NULL) OR "
       "(state = 'running') <> (lease <> '')"},
  };
  std::vector<std::string> out;
  for (const Rule& rule : rules) {
    const auto found =
        db.read([&](storage::Tx& tx) { return tx.find<std::int64_t>(rule.violations); });
    if (!found || found.value().value_or(-1) != 0) out.emplace_back(rule.name);
  }
  return out;
}

}  // namespace insightflow::test
