// Migrations are written by hand, row types too: this is where they meet.
#include "identity/account_state.hpp"
#include "insight/order.hpp"
#include "response/store.hpp"
#include "support/temporary.hpp"
#include "survey/survey_row.hpp"

#include <insightflow/audit/log.hpp>
#include <insightflow/events/log.hpp>
#include <insightflow/identity/accounts.hpp>
#include <insightflow/identity/members.hpp>
#include <insightflow/jobs/schedules.hpp>
#include <insightflow/llm/records.hpp>
#include <insightflow/retention/retentions.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace insightflow;
using namespace insightflow::storage;

namespace {

struct Column {
  std::string name;
  std::string type;
  bool not_null = false;
  std::optional<std::string> fallback;
  std::int64_t key = 0;
};
BOOST_DESCRIBE_STRUCT(Column, (), (name, type, not_null, fallback, key))

/// A table, the row type that is written to it, and the columns that statements write besides.
struct Table {
  std::string name;
  const Type* type;
  std::set<std::string> besides;
};

const Table tables[] = {
    {"workspaces", &type_of<identity::Workspace>(), {}},
    {"api_keys", &type_of<identity::ApiKey>(), {}},
    {"memberships", &type_of<identity::Membership>(), {}},
    {"invites", &type_of<identity::Invite>(), {}},
    {"grants", &type_of<identity::Grant>(), {}},
    {"projects", &type_of<survey::Project>(), {"workspace_id"}},
    {"surveys", &type_of<survey::SurveyRow>(), {"workspace_id"}},
    {"survey_counters", nullptr, {"survey_id", "responses", "changes"}},
    {"survey_versions", &type_of<survey::Version>(), {}},
    {"responses", &type_of<response::ResponseRow>(), {"sequence"}},
    {"idempotency_keys",
     nullptr,
     {"survey_id", "key", "request_digest", "response_id", "created_at"}},
    {"jobs", &type_of<jobs::Job>(), {}},
    {"job_failures", &type_of<jobs::Failure>(), {"job_id"}},
    {"job_limits", &type_of<jobs::Limit>(), {"next_start"}},
    {"job_schedules", &type_of<jobs::Schedule>(), {}},
    {"audit_entries", &type_of<audit::Entry>(), {}},
    {"events", &type_of<events::Event>(), {"workspace_id"}},
    {"event_floors", nullptr, {"workspace_id", "purged_id"}},
    {"announced_answers", nullptr, {"survey_id", "responses", "at"}},
    {"job_checkpoints", nullptr, {"job_id", "step", "document", "created_at"}},
    {"job_inputs", nullptr, {"job_id", "document"}},
    {"job_results", &type_of<jobs::JobResult>(), {"job_id"}},
    {"retention_policies",
     &type_of<retention::Policy>(),
     {"workspace_id", "survey_id", "updated_at"}},
    {"erasures", &type_of<retention::Erasure>(), {}},
    {"prompts", nullptr, {"workspace_id", "name", "number", "text", "created_at"}},
    {"insight_runs", &type_of<insight::Order>(), {"workspace_id", "completed_at"}},
    {"llm_calls", &type_of<llm::Call>(), {}},
    {"llm_spend", nullptr, {"workspace_id", "span", "starts_at", "tokens", "money"}},
    {"llm_stats", &type_of<llm::Figures>(), {"task", "day"}},
    {"llm_cache", nullptr, {"workspace_id", "key", "reply", "bytes", "created_at"}},
    {"llm_semantic", nullptr, {"workspace_id", "key", "family", "vector", "created_at"}},
    {"llm_semantic_trials", nullptr, {"workspace_id", "task", "similarity", "trials", "wrong"}},
    {"users", &type_of<identity::User>(), {}},
    {"user_tokens", &type_of<identity::UserTokenRow>(), {}},
    {"sessions", &type_of<identity::UserSession>(), {}},
    {"refresh_tokens", &type_of<identity::RefreshTokenRow>(), {}},
    {"second_factors", &type_of<identity::SecondFactorRow>(), {}},
    {"signing_keys", &type_of<identity::SigningKeyRow>(), {}},
    {"external_identities", &type_of<identity::ExternalIdentityRow>(), {}},
    {"external_logins", &type_of<identity::ExternalLoginRow>(), {}},
    {"recovery_codes", nullptr, {"user_id", "digest"}},
    {"schema_migrations", nullptr, {"number", "name", "checksum"}},
};

std::string_view column_type(const Type& type) {
  switch (type.shape) {
    case Shape::boolean:
    case Shape::integer: return "INTEGER";
    case Shape::number: return "REAL";
    case Shape::optional: return column_type(type.item());
    case Shape::text: return &type == &type_of<Instant>() ? "INTEGER" : "TEXT";
    default: return "TEXT";
  }
}

struct Fixture {
  test::TemporaryFolder folder;
  std::unique_ptr<Database> db = open_sqlite({.path = folder / "a.db"}).value();

  template <class T>
  std::vector<T> list(std::string_view sql, std::string_view table) {
    return db->read([&](Tx& tx) { return tx.list<T>(sql, {table}); }).value();
  }
  std::vector<Column> columns(std::string_view table) {
    return list<Column>("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?1)",
                        table);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "every table of the schema is accounted for") {
  const auto found = list<std::string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE ?1", "sqlite_%");
  std::set<std::string> known;
  for (const Table& table : tables) known.insert(table.name);
  CHECK(std::set<std::string>(found.begin(), found.end()) == known);
}

TEST_CASE_FIXTURE(Fixture,
                  "every field has its column, of its type, and NULL where it is optional") {
  for (const Table& table : tables) {
    if (table.type == nullptr) continue;
    CAPTURE(table.name);
    const auto found = columns(table.name);
    for (const Field& field : table.type->fields) {
      CAPTURE(field.name);
      const auto column = std::find_if(found.begin(), found.end(),
                                       [&](const Column& c) { return c.name == field.name; });
      REQUIRE(column != found.end());
      CHECK(column->type == column_type(field.type()));
      const bool optional = field.type().shape == Shape::optional;
      CHECK((column->not_null || column->key > 0) == !optional);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "every column is written by somebody") {
  for (const Table& table : tables) {
    CAPTURE(table.name);
    std::set<std::string> written = table.besides;
    if (table.type != nullptr)
      for (const Field& field : table.type->fields) {
        CHECK(!written.contains(std::string(field.name)));
        written.insert(std::string(field.name));
      }
    std::set<std::string> there;
    for (const Column& column : columns(table.name)) {
      there.insert(column.name);
      // A default would let a statement forget a column.
      CHECK(!column.fallback);
    }
    CHECK(there == written);
  }
}

TEST_CASE_FIXTURE(Fixture, "a column that lists its values lists those of the enumeration") {
  int checked = 0;
  for (const Table& table : tables) {
    if (table.type == nullptr) continue;
    const std::string sql = list<std::string>(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", table.name)[0];
    for (const Field& field : table.type->fields) {
      const std::string head = "CHECK (" + std::string(field.name) + " IN (";
      const std::size_t at = sql.find(head);
      if (field.type().shape != Shape::enumeration || at == sql.npos) continue;
      CAPTURE(table.name);
      CAPTURE(field.name);
      std::set<std::string> listed, known;
      const std::string values =
          sql.substr(at + head.size(), sql.find("))", at) - at - head.size());
      for (std::size_t from = values.find('\''); from != values.npos;
           from = values.find('\'', from)) {
        const std::size_t end = values.find('\'', from + 1);
        listed.insert(values.substr(from + 1, end - from - 1));
        from = end + 1;
      }
      for (const std::string_view slug : field.type().slugs) known.emplace(slug);
      CHECK(listed == known);
      ++checked;
    }
  }
  CHECK(checked >= 10);
}
