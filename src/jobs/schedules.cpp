#include "jobs/fire.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/jobs/cron.hpp>
#include <insightflow/jobs/schedules.hpp>

namespace insightflow::jobs {

namespace {

const std::string schedule_columns = column_list(type_of<Schedule>());

Error unknown_schedule() {
  return fail(Code::not_found, "schedule_unknown", "There is no such schedule.");
}

}  // namespace

Result<Schedule> Schedules::set(std::string_view kind, std::string_view subject,
                                std::string_view cron) {
  return db_.write([&](storage::Tx& tx) { return set(tx, kind, subject, cron); });
}

Result<Schedule> Schedules::set(storage::Tx& tx, std::string_view kind, std::string_view subject,
                                std::string_view cron) {
  BOOST_OUTCOME_TRY(const auto parsed, Cron::parse(cron));
  const Instant now = clock_.now();
  const auto next_at = parsed.next(now);
  if (!next_at)
    return fail(Code::invalid, "cron_never",
                "'" + std::string(cron) + "' never comes, as 30 February never does.");
  static const std::string sql =
      "INSERT INTO job_schedules (" + schedule_columns +
      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7) ON CONFLICT (workspace_id, kind, subject) DO "
      "UPDATE SET cron = ?5, next_at = ?6 RETURNING " +
      schedule_columns;
  BOOST_OUTCOME_TRY(auto made, tx.find<Schedule>(sql, {ids_.next<ScheduleId>(), workspace_, kind,
                                                       subject, cron, *next_at, now}));
  if (!made) return unknown_schedule();
  return std::move(*made);
}

Result<Schedule> Schedules::get(std::string_view kind, std::string_view subject) {
  static const std::string sql =
      "SELECT " + schedule_columns +
      " FROM job_schedules WHERE workspace_id = ?1 AND kind = ?2 AND subject = ?3";
  return db_.read([&](storage::Tx& tx) -> Result<Schedule> {
    BOOST_OUTCOME_TRY(auto found, tx.find<Schedule>(sql, {workspace_, kind, subject}));
    if (!found) return unknown_schedule();
    return std::move(*found);
  });
}

Result<ScheduleList> Schedules::list() {
  static const std::string sql =
      "SELECT " + schedule_columns +
      " FROM job_schedules WHERE workspace_id = ?1 ORDER BY id LIMIT 1000";
  return db_.read([&](storage::Tx& tx) -> Result<ScheduleList> {
    BOOST_OUTCOME_TRY(auto items, tx.list<Schedule>(sql, {workspace_}));
    return ScheduleList{std::move(items)};
  });
}

Result<Schedule> Schedules::remove(std::string_view kind, std::string_view subject) {
  return db_.write([&](storage::Tx& tx) { return remove(tx, kind, subject); });
}

Result<Schedule> Schedules::remove(storage::Tx& tx, std::string_view kind,
                                   std::string_view subject) {
  static const std::string sql =
      "DELETE FROM job_schedules WHERE workspace_id = ?1 AND kind = ?2 AND subject = ?3 "
      "RETURNING " +
      schedule_columns;
  BOOST_OUTCOME_TRY(auto removed, tx.find<Schedule>(sql, {workspace_, kind, subject}));
  if (!removed) return unknown_schedule();
  return std::move(*removed);
}

Result<void> fire_schedules(storage::Tx& tx, Queue& queue, Instant now) {
  static const std::string sql =
      "SELECT " + schedule_columns +
      " FROM job_schedules WHERE next_at <= ?1 ORDER BY next_at, id LIMIT 100";
  BOOST_OUTCOME_TRY(const auto due, tx.list<Schedule>(sql, {now}));
  for (const Schedule& schedule : due) {
    BOOST_OUTCOME_TRY(queue.enqueue(tx, {.workspace_id = schedule.workspace_id,
                                         .kind = schedule.kind,
                                         .subject = schedule.subject,
                                         .unique_key = "schedule:" + schedule.id.str()}));
    BOOST_OUTCOME_TRY(const auto cron, Cron::parse(schedule.cron));
    // One that never comes again is kept, a century away, for its owner to see.
    constexpr std::int64_t century_ms = 100LL * 365 * 24 * 3'600'000;
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE job_schedules SET next_at = ?2, last_at = ?3 WHERE id = ?1",
                   {schedule.id, cron.next(now).value_or(now + century_ms), now}));
  }
  return success();
}

}  // namespace insightflow::jobs

namespace insightflow {
template const Type& type_of<jobs::Schedule>();
template const Type& type_of<jobs::ScheduleList>();
}  // namespace insightflow
