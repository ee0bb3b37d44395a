#include "jobs/announce.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/events/log.hpp>

namespace insightflow::jobs {

namespace {

/// What an event tells of a job.
struct News {
  std::string kind;
  std::string subject;
  State state = State::queued;
  std::int64_t attempt = 0;
  std::string stage;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(News, (), (kind, subject, state, attempt, stage, done, total, error))
inline constexpr std::array news_notes{Note{.field = "stage", .omit_empty = true},
                                       Note{.field = "error", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const News*) {
  return news_notes;
}

}  // namespace

Result<void> announce(storage::Tx& tx, storage::Database& db, const Clock& clock, const Job& job,
                      std::string_view type, std::string_view why) {
  const News news{job.kind,  job.subject, job.state, job.attempt,
                  job.stage, job.done,    job.total, std::string(why)};
  BOOST_OUTCOME_TRY(events::Log(db, clock).append(
      tx, job.workspace_id,
      {.type = "job." + std::string(type), .subject = job.id.str(), .data = to_json_text(news)}));
  return success();
}

}  // namespace insightflow::jobs
