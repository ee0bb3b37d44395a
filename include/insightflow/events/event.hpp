#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::events {

/// Something that happened in a workspace.
struct Event {
  std::int64_t id = 0;  ///< Its place in the log, from 1; 0 for what is not kept.
  Instant at;
  std::string type;     ///< A name of `event_kinds`.
  std::string subject;  ///< The id of the thing it happened to.
  std::string data;     ///< A JSON object, compact.

  friend bool operator==(const Event&, const Event&) = default;
};
BOOST_DESCRIBE_STRUCT(Event, (), (id, at, type, subject, data))

/// A type of event. Names are stable; new ones may come.
struct Kind {
  std::string_view name;
  bool kept = true;  ///< Stored in the log; else told to those who watch this process, and gone.
  std::string_view doc;
};

inline constexpr std::array event_kinds{
    Kind{"job.queued", true, "A job waits for a worker: a new one, or one that is tried again."},
    Kind{"job.started", true, "A worker took the job."},
    Kind{"job.progress", true, "The job is further; at most a few times a second for each job."},
    Kind{"job.completed", true, "The job is done."},
    Kind{"job.failed", true, "The job failed and is not tried again."},
    Kind{"job.cancelled", true, "The job was cancelled."},
    Kind{"survey.published", true, "A version of the survey takes answers."},
    Kind{"survey.closed", true, "The survey takes no more answers."},
    Kind{"survey.reopened", true, "The survey takes answers again."},
    Kind{"survey.archived", true, "The survey was put away."},
    Kind{"survey.answers", true, "The number of answers changed; at most once a second."},
    Kind{"llm.delta", false, "The next piece of a text that a model is writing."},
    Kind{"reset", false, "Events were missed: load what you show again, then go on from here."}};

constexpr const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : event_kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

/// An event as it is sent, written once for all who get it. Immutable.
struct Message {
  std::int64_t id = 0;  ///< 0 where a reader cannot go on from it.
  WorkspaceId workspace;
  std::size_t kind = 0;  ///< Index into `event_kinds`.
  std::string frame;     ///< As text/event-stream, with the empty line.
  std::size_t json_at = 0, json_size = 0;

  /// {"id","type","at","subject","data"}; without "id" where it is 0.
  std::string_view json() const { return std::string_view(frame).substr(json_at, json_size); }
};
using MessagePtr = std::shared_ptr<const Message>;

/// Errors: `event_type_unknown`.
Result<MessagePtr> write_message(WorkspaceId workspace, const Event& event);

/// Which types a reader wants, as a bit for each of `event_kinds`.
class TypeFilter {
 public:
  TypeFilter() = default;  ///< All of them.

  /// Names, or families as "job.*"; an empty list wants all. `reset` always comes. Errors:
  /// `event_type_unknown`.
  static Result<TypeFilter> of(std::span<const std::string> names);

  bool wants(std::size_t kind) const { return (bits_ >> kind & 1) != 0; }
  /// The same for several types at once, a bit each.
  bool wants_any(std::uint32_t kinds) const { return (bits_ & kinds) != 0; }

 private:
  static_assert(event_kinds.size() <= 32);
  std::uint32_t bits_ = ~std::uint32_t{0};
};

}  // namespace insightflow::events
