#include <insightflow/core/json.hpp>
#include <insightflow/events/log.hpp>

#include <boost/json/value.hpp>

#include <algorithm>

namespace insightflow::events {

namespace {

const std::string columns = column_list(type_of<Event>());

constexpr std::int64_t purged_at_once = 1'000;
/// An append in so many looks after the retention; it deletes several times as many as came.
constexpr std::int64_t appends_to_a_purge = 256;

Error unknown_type(std::string_view name) {
  return fail(Code::invalid, "event_type_unknown",
              "There is no type of event '" + std::string(name) + "'.");
}

}  // namespace

Result<MessagePtr> write_message(WorkspaceId workspace, const Event& event) {
  const Kind* kind = find_kind(event.type);
  if (kind == nullptr) return unknown_type(event.type);
  auto out = std::make_shared<Message>();
  // A reader goes on from a reset too, even one that found the log empty.
  const bool resumable = event.id != 0 || kind->name == "reset";
  out->id = event.id;
  out->workspace = workspace;
  out->kind = static_cast<std::size_t>(kind - event_kinds.data());
  std::string& frame = out->frame;
  const std::string id = std::to_string(event.id);
  frame.reserve(160 + event.subject.size() + event.data.size());
  if (resumable) frame.append("id: ").append(id).append("\n");
  frame.append("event: ").append(kind->name).append("\ndata: ");
  out->json_at = frame.size();
  frame.append("{");
  if (resumable) frame.append("\"id\":").append(id).append(",");
  frame.append("\"type\":\"").append(kind->name);
  frame.append("\",\"at\":\"").append(event.at.str());
  frame.append("\",\"subject\":").append(serialize(json::value(event.subject)));
  frame.append(",\"data\":").append(event.data.empty() ? "{}" : event.data).append("}");
  out->json_size = frame.size() - out->json_at;
  frame.append("\n\n");
  return MessagePtr(std::move(out));
}

Result<TypeFilter> TypeFilter::of(std::span<const std::string> names) {
  TypeFilter out;
  if (names.empty()) return out;
  out.bits_ = 0;
  for (const std::string& name : names) {
    const bool family = name.ends_with(".*");
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < event_kinds.size(); ++i) {
      const std::string_view known = event_kinds[i].name;
      const bool fits = family
                            ? known.starts_with(std::string_view(name).substr(0, name.size() - 1))
                            : known == name;
      if (fits) bits |= std::uint32_t{1} << i;
    }
    if (bits == 0) return unknown_type(name);
    out.bits_ |= bits;
  }
  out.bits_ |= std::uint32_t{1} << (find_kind("reset") - event_kinds.data());
  return out;
}

Result<std::int64_t> Log::append(storage::Tx& tx, WorkspaceId workspace, Event event) {
  const Kind* kind = find_kind(event.type);
  if (kind == nullptr) return unknown_type(event.type);
  if (!kind->kept)
    return fail(Code::invalid, "event_not_kept",
                "Events of the type '" + event.type + "' are passed on and not stored.");
  const Instant now = clock_.now();
  BOOST_OUTCOME_TRY(
      const auto id,
      tx.find<std::int64_t>("INSERT INTO events (workspace_id, at, type, subject, data) VALUES "
                            "(?1, ?2, ?3, ?4, ?5) RETURNING id",
                            {workspace, now, event.type, event.subject, event.data}));
  if (*id % appends_to_a_purge == 0) {
    BOOST_OUTCOME_TRY(purge(tx, {}, now));
  }
  tx.signal();
  return *id;
}

Result<std::vector<Event>> Log::read(storage::Tx& tx, WorkspaceId workspace, std::int64_t after,
                                     std::int64_t limit) {
  static const std::string sql =
      "SELECT " + columns + " FROM events WHERE workspace_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
  return tx.list<Event>(sql, {workspace, after, limit});
}

Result<std::vector<Event>> Log::read(WorkspaceId workspace, std::int64_t after,
                                     std::int64_t limit) {
  return db_.read([&](storage::Tx& tx) { return read(tx, workspace, after, limit); });
}

Result<Batch> Log::read_all(std::int64_t after, std::int64_t limit) {
  static const std::string sql =
      "SELECT " + columns + ", workspace_id FROM events WHERE id > ?1 ORDER BY id LIMIT ?2";
  return db_.read([&](storage::Tx& tx) -> Result<Batch> {
    Batch out{.last = after};
    std::int64_t rows = 0;
    BOOST_OUTCOME_TRY(tx.each(sql, {after, limit}, [&](const storage::Row& row) -> Result<void> {
      if (rows++ == 0) out.first = row.integer(0);
      const Event event{.id = row.integer(0),
                        .at = Instant{row.integer(1)},
                        .type = std::string(row.text(2)),
                        .subject = std::string(row.text(3)),
                        .data = std::string(row.text(4))};
      out.last = event.id;
      BOOST_OUTCOME_TRY(const auto workspace, WorkspaceId::parse(row.text(5)));
      if (auto message = write_message(workspace, event))
        out.messages.push_back(std::move(message).value());
      return success();
    }));
    out.more = rows == limit;
    return out;
  });
}

Result<Extent> Log::extent(storage::Tx& tx, WorkspaceId workspace) {
  BOOST_OUTCOME_TRY(const auto last,
                    tx.find<std::int64_t>("SELECT coalesce(max(id), 0) FROM events"));
  // When the log is empty its last id is the highest that was deleted.
  BOOST_OUTCOME_TRY(const auto floor, tx.find<std::int64_t>("SELECT coalesce(max(purged_id), 0) "
                                                            "FROM event_floors"));
  BOOST_OUTCOME_TRY(const auto purged,
                    tx.find<std::int64_t>(
                        "SELECT purged_id FROM event_floors WHERE workspace_id = ?1", {workspace}));
  return Extent{std::max(last.value_or(0), floor.value_or(0)), purged.value_or(0)};
}

Result<Extent> Log::extent(WorkspaceId workspace) {
  return db_.read([&](storage::Tx& tx) { return extent(tx, workspace); });
}

Result<std::int64_t> Log::purge(storage::Tx& tx, const Retention& retention, Instant now) {
  // Ids have no gaps and times hardly ever run back, so both bounds are a place in the log: no
  // index on the time, no counting.
  BOOST_OUTCOME_TRY(const auto last,
                    tx.find<std::int64_t>("SELECT coalesce(max(id), 0) FROM events"));
  BOOST_OUTCOME_TRY(
      const auto until,
      tx.find<std::int64_t>(
          "SELECT coalesce(max(id), 0) FROM (SELECT id, at FROM events ORDER BY "
          "id LIMIT ?3) AS oldest WHERE at < ?1 OR id <= ?2",
          {now + -retention.age.count(), last.value_or(0) - retention.count, purged_at_once}));
  if (until.value_or(0) == 0) return 0;
  BOOST_OUTCOME_TRY(tx.execute(
      "INSERT INTO event_floors (workspace_id, purged_id) SELECT workspace_id, max(id) FROM events "
      "WHERE id <= ?1 GROUP BY workspace_id ON CONFLICT (workspace_id) DO UPDATE SET purged_id = "
      "excluded.purged_id",
      {*until}));
  return tx.execute("DELETE FROM events WHERE id <= ?1", {*until});
}

Result<std::int64_t> Log::purge(const Retention& retention) {
  return db_.write(
      [&](storage::Tx& tx) -> Result<std::int64_t> { return purge(tx, retention, clock_.now()); });
}

}  // namespace insightflow::events

namespace insightflow {
template const Type& type_of<events::Event>();
}  // namespace insightflow
