#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/storage/database.hpp>

#include <functional>

/// Who did what, as a chain of entries for each workspace: every entry holds the digest of the one
/// before it, so that none can be changed, removed or moved without breaking the chain. What a
/// chain cannot show by itself, that its end was cut off or that all of it was written anew, is
/// shown by a head that was kept elsewhere.
namespace insightflow::audit {

/// What is kept. The slugs are stored and part of the digests: they never change.
enum class Action {
  workspace_created,
  survey_published,
  survey_closed,
  survey_reopened,
  survey_archived,
  responses_exported,
  report_exported,
  key_created,
  key_revoked,
  member_invited,
  member_joined,
  member_changed,
  member_removed,
  ownership_transferred,
  grant_changed,
  login_succeeded,
  login_failed,
  password_changed,
  second_factor_changed,
  session_revoked,
  retention_changed,
  retention_applied,
  respondent_erased,
  person_erased,
  account_disabled,
  account_enabled
};
BOOST_DESCRIBE_ENUM(Action, workspace_created, survey_published, survey_closed, survey_reopened,
                    survey_archived, responses_exported, report_exported, key_created, key_revoked,
                    member_invited, member_joined, member_changed, member_removed,
                    ownership_transferred, grant_changed, login_succeeded, login_failed,
                    password_changed, second_factor_changed, session_revoked, retention_changed,
                    retention_applied, respondent_erased, person_erased, account_disabled,
                    account_enabled)

/// What happened. Holds ids, names of settings and counts; never an address, an answer or a name of
/// a person, for entries outlive an erasure.
struct Event {
  WorkspaceId workspace_id;
  std::string actor;  ///< E.g. "key:ID", "user:ID"; empty: the program itself.
  Action action = Action::survey_published;
  std::string subject;     ///< E.g. "survey:ID".
  std::string detail;      ///< A sentence or a figure more; may be empty.
  std::string request_id;  ///< Of the request that caused it; may be empty.
};

/// An entry of the chain.
struct Entry {
  WorkspaceId workspace_id;
  std::int64_t number = 0;
  Instant at;
  std::string actor;
  std::string action;
  std::string subject;
  std::string detail;
  std::string request_id;
  std::string previous;
  std::string digest;

  friend bool operator==(const Entry&, const Entry&) = default;
};
BOOST_DESCRIBE_STRUCT(Entry, (),
                      (workspace_id, number, at, actor, action, subject, detail, request_id,
                       previous, digest))
inline constexpr std::array entry_notes{
    Note{.field = "workspace_id", .doc = "Whose chain."},
    Note{.field = "number", .doc = "1, 2, 3 … without a gap."},
    Note{.field = "actor", .doc = "Who did it; absent: the program itself.", .omit_empty = true},
    Note{.field = "action", .doc = "What was done."},
    Note{.field = "subject", .doc = "To what.", .omit_empty = true},
    Note{.field = "detail", .doc = "More about it.", .omit_empty = true},
    Note{.field = "request_id", .doc = "Of the request that caused it.", .omit_empty = true},
    Note{.field = "previous",
         .doc = "Digest of the entry before; absent in the first.",
         .omit_empty = true},
    Note{.field = "digest",
         .doc = "SHA-256, as hexadecimal, of the JSON array [workspace_id, number, at in "
                "milliseconds, actor, action, subject, detail, request_id, previous] without "
                "spaces."}};
constexpr std::span<const Note> field_notes(const Entry*) {
  return entry_notes;
}

/// The digest that an entry must have.
std::string digest_of(const Entry& entry);

/// Adds an entry to the caller's transaction: it is there exactly when what it tells of is.
Result<Entry> append(storage::Tx& tx, const Clock& clock, const Event& event);

struct EntryFilter {
  std::int64_t limit = 50;
  std::int64_t before = 0;
};
BOOST_DESCRIBE_STRUCT(EntryFilter, (), (limit, before))
inline constexpr std::array entry_filter_notes{
    Note{.field = "limit", .doc = "Entries on a page.", .min = 1, .max = 200},
    Note{.field = "before",
         .doc = "Only entries with a smaller number; 0: from the newest.",
         .min = 0}};
constexpr std::span<const Note> field_notes(const EntryFilter*) {
  return entry_filter_notes;
}

struct EntryPage {
  std::vector<Entry> items;
  std::optional<std::int64_t> next;  ///< The `before` of the next page.
};
BOOST_DESCRIBE_STRUCT(EntryPage, (), (items, next))

/// Newest first.
Result<EntryPage> list(storage::Database& db, WorkspaceId workspace, const EntryFilter& filter);

/// The end of a chain at some time. Whoever keeps heads where this program cannot write can tell a
/// chain that was cut off or written anew.
struct Head {
  WorkspaceId workspace_id;
  std::int64_t number = 0;
  std::string digest;
  Instant at;
  std::string key_id;     ///< Of the key that signed.
  std::string signature;  ///< Ed25519 over `head_text`, as base64url.

  friend bool operator==(const Head&, const Head&) = default;
};
BOOST_DESCRIBE_STRUCT(Head, (), (workspace_id, number, digest, at, key_id, signature))
inline constexpr std::array head_notes{
    Note{.field = "workspace_id", .doc = "Whose chain.", .required = true},
    Note{
        .field = "number", .doc = "Of its last entry; 0: it has none.", .required = true, .min = 0},
    Note{.field = "digest", .doc = "Of its last entry.", .required = true},
    Note{.field = "at", .doc = "When the head was taken.", .required = true},
    Note{.field = "key_id", .doc = "The key that signed.", .omit_empty = true},
    Note{.field = "signature",
         .doc = "Ed25519, base64url, over the JSON array [\"insightflow-audit-head\", "
                "workspace_id, number, digest, at in milliseconds] without spaces.",
         .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Head*) {
  return head_notes;
}

/// What a head's signature is over.
std::string head_text(const Head& head);

/// The end of the chain now, unsigned.
Result<Head> head(storage::Database& db, const Clock& clock, WorkspaceId workspace);

/// What can be wrong with a chain.
enum class Damage {
  changed,         ///< An entry does not have the digest it must have.
  missing,         ///< A number is not there.
  detached,        ///< An entry does not continue the one before: moved, replaced, or written anew.
  truncated,       ///< A head knows of later entries.
  rewritten,       ///< A head knows another entry of this number.
  head_unreadable  ///< A head belongs to another workspace, or its signature does not hold.
};
BOOST_DESCRIBE_ENUM(Damage, changed, missing, detached, truncated, rewritten, head_unreadable)

struct Fault {
  std::int64_t number = 0;
  Damage damage = Damage::changed;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(Fault, (), (number, damage, detail))

struct Verification {
  WorkspaceId workspace_id;
  std::int64_t entries = 0;
  std::int64_t heads = 0;     ///< Heads that were compared.
  std::vector<Fault> faults;  ///< The first hundred.
  bool whole = false;         ///< No fault was found.
};
BOOST_DESCRIBE_STRUCT(Verification, (), (workspace_id, entries, heads, faults, whole))

/// Says whether a head's signature holds.
using CheckSignature = std::function<bool(const Head&)>;

/// Reads the whole chain, in constant memory, and compares it with itself and with heads that were
/// kept. Where `signed_by` is given, a head whose signature does not hold is a fault and says
/// nothing about the chain.
Result<Verification> verify(storage::Database& db, WorkspaceId workspace,
                            std::span<const Head> heads = {}, const CheckSignature& signed_by = {});

}  // namespace insightflow::audit

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<audit::Entry>();
extern template const Type& type_of<audit::EntryPage>();
extern template const Type& type_of<audit::Head>();
extern template const Type& type_of<audit::Verification>();
}  // namespace insightflow
