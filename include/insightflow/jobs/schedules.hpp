#pragma once

#include <insightflow/core/id_source.hpp>
#include <insightflow/jobs/job.hpp>
#include <insightflow/storage/database.hpp>

namespace insightflow::jobs {

/// Queues a job of this kind and subject whenever `cron` says so.
struct Schedule {
  ScheduleId id;
  WorkspaceId workspace_id;
  std::string kind;
  std::string subject;
  std::string cron;  ///< See `Cron`; UTC.
  Instant next_at;
  std::optional<Instant> last_at;
  Instant created_at;
};
BOOST_DESCRIBE_STRUCT(Schedule, (),
                      (id, workspace_id, kind, subject, cron, next_at, last_at, created_at))
inline constexpr std::array schedule_notes{
    Note{.field = "workspace_id", .doc = "Where it belongs.", .internal = true},
    Note{.field = "kind", .doc = "Of the jobs it queues."},
    Note{.field = "subject", .doc = "Of the jobs it queues."},
    Note{.field = "cron", .doc = "Five fields, UTC: minute, hour, day, month, day of the week."},
    Note{.field = "next_at", .doc = "When it is due next."},
    Note{.field = "last_at", .doc = "When it last queued a job."}};
constexpr std::span<const Note> field_notes(const Schedule*) {
  return schedule_notes;
}

struct ScheduleList {
  std::vector<Schedule> items;
};
BOOST_DESCRIBE_STRUCT(ScheduleList, (), (items))

/// The schedules of a workspace. Workers fire what is due; what was due while none was running
/// fires once, and a schedule whose last job is still under way waits for it. Safe from several
/// threads and processes.
class Schedules {
 public:
  Schedules(storage::Database& db, const Clock& clock, IdSource& ids, WorkspaceId workspace)
      : db_(db), clock_(clock), ids_(ids), workspace_(workspace) {}

  /// Makes the schedule of a kind and subject, or changes it. Errors: `cron_malformed`,
  /// `cron_never`.
  Result<Schedule> set(std::string_view kind, std::string_view subject, std::string_view cron);

  /// The same within the caller's transaction.
  Result<Schedule> set(storage::Tx& tx, std::string_view kind, std::string_view subject,
                       std::string_view cron);

  /// Errors: `schedule_unknown`.
  Result<Schedule> get(std::string_view kind, std::string_view subject);

  /// All of the workspace, in the order they were made.
  Result<ScheduleList> list();

  /// Gives the schedule that was. Errors: `schedule_unknown`.
  Result<Schedule> remove(std::string_view kind, std::string_view subject);
  Result<Schedule> remove(storage::Tx& tx, std::string_view kind, std::string_view subject);

 private:
  storage::Database& db_;
  const Clock& clock_;
  IdSource& ids_;
  WorkspaceId workspace_;
};

}  // namespace insightflow::jobs

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<jobs::Schedule>();
extern template const Type& type_of<jobs::ScheduleList>();
}  // namespace insightflow
