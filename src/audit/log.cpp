#include <insightflow/audit/log.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/security/digest.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace insightflow::audit {

namespace {

constexpr std::size_t most_faults = 100;

const std::string& columns() {
  static const std::string list = column_list(type_of<Entry>());
  return list;
}

Result<std::optional<Entry>> last_entry(storage::Tx& tx, WorkspaceId workspace) {
  static const std::string sql = "SELECT " + columns() +
                                 " FROM audit_entries WHERE workspace_id = ?1 ORDER BY number DESC "
                                 "LIMIT 1";
  return tx.find<Entry>(sql, {workspace});
}

}  // namespace

std::string digest_of(const Entry& entry) {
  return security::sha256(serialize(json::array{entry.workspace_id.str(), entry.number, entry.at.ms,
                                                entry.actor, entry.action, entry.subject,
                                                entry.detail, entry.request_id, entry.previous}));
}

std::string head_text(const Head& head) {
  return serialize(json::array{"insightflow-audit-head", head.workspace_id.str(), head.number,
                               head.digest, head.at.ms});
}

Result<Entry> append(storage::Tx& tx, const Clock& clock, const Event& event) {
  BOOST_OUTCOME_TRY(const auto last, last_entry(tx, event.workspace_id));
  Entry entry{.workspace_id = event.workspace_id,
              .number = last ? last->number + 1 : 1,
              .at = clock.now(),
              .actor = event.actor,
              .action = std::string(slug(event.action)),
              .subject = event.subject,
              .detail = event.detail,
              .request_id = event.request_id,
              .previous = last ? last->digest : "",
              .digest = ""};
  entry.digest = digest_of(entry);
  BOOST_OUTCOME_TRY(tx.insert("audit_entries", entry));
  return entry;
}

Result<EntryPage> list(storage::Database& db, WorkspaceId workspace, const EntryFilter& filter) {
  static const std::string sql = "SELECT " + columns() +
                                 " FROM audit_entries WHERE workspace_id = ?1 AND (?2 = 0 OR "
                                 "number < ?2) ORDER BY number DESC LIMIT ?3";
  EntryPage page;
  BOOST_OUTCOME_TRY(page.items, db.read([&](storage::Tx& tx) {
    return tx.list<Entry>(sql, {workspace, filter.before, filter.limit});
  }));
  if (!page.items.empty() && page.items.back().number > 1 &&
      static_cast<std::int64_t>(page.items.size()) == filter.limit)
    page.next = page.items.back().number;
  return page;
}

Result<Head> head(storage::Database& db, const Clock& clock, WorkspaceId workspace) {
  BOOST_OUTCOME_TRY(const auto last,
                    db.read([&](storage::Tx& tx) { return last_entry(tx, workspace); }));
  Head out{.workspace_id = workspace, .at = clock.now()};
  if (last) {
    out.number = last->number;
    out.digest = last->digest;
  }
  return out;
}

Result<Verification> verify(storage::Database& db, WorkspaceId workspace,
                            std::span<const Head> heads, const CheckSignature& signed_by) {
  static const std::string sql =
      "SELECT " + columns() + " FROM audit_entries WHERE workspace_id = ?1 ORDER BY number";
  Verification out{.workspace_id = workspace};
  const auto fault = [&](std::int64_t number, Damage damage, std::string detail) {
    if (out.faults.size() < most_faults) out.faults.push_back({number, damage, std::move(detail)});
  };

  std::vector<Head> kept;
  for (const Head& candidate : heads) {
    if (candidate.workspace_id != workspace)
      fault(candidate.number, Damage::head_unreadable, "This head is of another workspace.");
    else if (signed_by && !signed_by(candidate))
      fault(candidate.number, Damage::head_unreadable, "The signature of this head does not hold.");
    else
      kept.push_back(candidate);
  }
  out.heads = static_cast<std::int64_t>(kept.size());
  std::sort(kept.begin(), kept.end(),
            [](const Head& a, const Head& b) { return a.number < b.number; });
  auto next_head = kept.begin();
  while (next_head != kept.end() && next_head->number == 0) ++next_head;

  std::int64_t last = 0;
  std::string last_digest;
  BOOST_OUTCOME_TRY(db.read_tx([&](storage::Tx& tx) {
    return tx.each(sql, {workspace}, [&](const storage::Row& row) -> Result<void> {
      Entry entry;
      BOOST_OUTCOME_TRY(storage::read_row(row, type_of<Entry>(), &entry));
      ++out.entries;
      const bool follows = entry.number == last + 1;
      if (!follows)
        fault(last + 1, Damage::missing,
              "After entry " + std::to_string(last) + " comes entry " +
                  std::to_string(entry.number) + ".");
      else if (entry.previous != last_digest)
        fault(entry.number, Damage::detached, "This entry does not continue the one before it.");
      const std::string expected = digest_of(entry);
      if (entry.digest != expected)
        fault(entry.number, Damage::changed, "This entry was changed after it was written.");
      for (; next_head != kept.end() && next_head->number <= entry.number; ++next_head)
        if (next_head->number == entry.number && next_head->digest != expected)
          fault(entry.number, Damage::rewritten,
                "The head taken at " + next_head->at.str() + " knows another entry here.");
      last = entry.number;
      last_digest = entry.digest;
      return success();
    });
  }));
  for (; next_head != kept.end(); ++next_head)
    fault(last + 1, Damage::truncated,
          "The head taken at " + next_head->at.str() + " knows " +
              std::to_string(next_head->number) + " entries; the chain ends after " +
              std::to_string(last) + ".");
  out.whole = out.faults.empty();
  return out;
}

}  // namespace insightflow::audit

namespace insightflow {
template const Type& type_of<audit::Entry>();
template const Type& type_of<audit::EntryPage>();
template const Type& type_of<audit::Head>();
template const Type& type_of<audit::Verification>();
}  // namespace insightflow
