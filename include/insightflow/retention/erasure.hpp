#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>

/// What to erase, and the certificate that it was.
namespace insightflow::retention {

/// Who answered, by what their link carried.
struct Respondent {
  std::string field;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(Respondent, (), (field, value))
inline constexpr std::array respondent_notes{
    Note{.field = "field",
         .doc = "A hidden field, e.g. customer_id.",
         .required = true,
         .min = 1,
         .max = 100},
    Note{.field = "value",
         .doc = "Its value in the responses of this respondent; letter by letter.",
         .required = true,
         .pii = true,
         .min = 1,
         .max = 2'000}};
constexpr std::span<const Note> field_notes(const Respondent*) {
  return respondent_notes;
}

/// Whose answers to erase: named in exactly one of three ways, in all surveys of the workspace or
/// in one.
struct ErasureRequest {
  std::vector<ResponseId> response_ids;
  std::optional<Respondent> respondent;
  std::vector<std::string> texts;
  std::optional<SurveyId> survey_id;
};
BOOST_DESCRIBE_STRUCT(ErasureRequest, (), (response_ids, respondent, texts, survey_id))
inline constexpr std::array erasure_request_notes{
    Note{.field = "response_ids", .doc = "These responses.", .omit_empty = true, .max = 1'000},
    Note{.field = "respondent", .doc = "All responses of this respondent."},
    Note{.field = "texts",
         .doc =
             "All responses that hold one of these texts as whole words, in upper or lower case: "
             "an e-mail address, a name.",
         .pii = true,
         .omit_empty = true,
         .max = 20},
    Note{.field = "survey_id", .doc = "Only in this survey."}};
constexpr std::span<const Note> field_notes(const ErasureRequest*) {
  return erasure_request_notes;
}

/// Why something was erased.
enum class Cause { request, policy };
BOOST_DESCRIBE_ENUM(Cause, request, policy)

/// How it was named what to erase.
enum class Subject { responses, respondent, person, age };
BOOST_DESCRIBE_ENUM(Subject, responses, respondent, person, age)

/// `removing`: rows are being deleted; `scrubbing`: they are, and the files of the database are
/// being freed of their bytes; `completed`: both are done. There is no other way.
enum class ErasureState { removing, scrubbing, completed };
BOOST_DESCRIBE_ENUM(ErasureState, removing, scrubbing, completed)

/// The certificate of an erasure, as far as it has come. Says what was removed by counts and
/// digests, never by what it was.
struct Erasure {
  ErasureId id;
  WorkspaceId workspace_id;
  JobId job_id;
  Cause cause = Cause::request;
  Subject subject = Subject::responses;
  std::string subject_digest;
  std::optional<SurveyId> survey_id;
  std::string requested_by;
  Instant requested_at;
  std::string request_id;
  ErasureState state = ErasureState::removing;
  std::map<std::string, std::int64_t> removed;
  std::map<std::string, std::int64_t> mentioned;
  std::optional<Instant> oldest_at;
  std::int64_t copies_taken = 0;
  std::optional<Instant> removed_at;
  std::optional<Instant> completed_at;
  std::optional<std::int64_t> audit_number;
  std::string audit_digest;
};
BOOST_DESCRIBE_STRUCT(Erasure, (),
                      (id, workspace_id, job_id, cause, subject, subject_digest, survey_id,
                       requested_by, requested_at, request_id, state, removed, mentioned, oldest_at,
                       copies_taken, removed_at, completed_at, audit_number, audit_digest))
inline constexpr std::array erasure_notes{
    Note{.field = "workspace_id", .doc = "Where it belongs.", .internal = true},
    Note{.field = "job_id", .doc = "The job that does it; tells why it does not come further."},
    Note{.field = "cause", .doc = "Somebody asked for it, or a policy did."},
    Note{.field = "subject", .doc = "How it was named what to erase."},
    Note{.field = "subject_digest",
         .doc =
             "SHA-256, as hexadecimal, of the salt and the request as compact JSON; only who has "
             "the salt can tell whose certificate this is. Absent for a policy.",
         .omit_empty = true},
    Note{.field = "survey_id", .doc = "Where it was limited to one survey."},
    Note{.field = "requested_by",
         .doc = "Who asked, as user:ID or key:ID; absent: the program itself.",
         .omit_empty = true},
    Note{.field = "request_id", .doc = "Of the request that asked.", .omit_empty = true},
    Note{.field = "state",
         .doc = "removing, then scrubbing the files of the database, then completed."},
    Note{.field = "removed", .doc = "Rows by table."},
    Note{.field = "mentioned",
         .doc =
             "Rows of members' own words, by table, that hold one of the texts and are theirs to "
             "change: questionnaires, prompts, invites."},
    Note{.field = "oldest_at", .doc = "When the oldest response came in that was removed."},
    Note{.field = "copies_taken",
         .doc = "Exports and reports that members have taken out since then; the audit trail tells "
                "who. What was taken out is not reached."},
    Note{.field = "removed_at", .doc = "Since when no query finds any of it."},
    Note{.field = "completed_at", .doc = "Since when no file of the database holds any of it."},
    Note{.field = "audit_number", .doc = "The entry of the audit trail that records it."},
    Note{.field = "audit_digest", .doc = "Its digest.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Erasure*) {
  return erasure_notes;
}

struct ErasurePage {
  std::vector<Erasure> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(ErasurePage, (), (items, next))

/// What who asked for an erasure is told.
struct NewErasure {
  std::string salt;
  Erasure erasure;
};
BOOST_DESCRIBE_STRUCT(NewErasure, (), (salt, erasure))
inline constexpr std::array new_erasure_notes{
    Note{.field = "salt",
         .doc = "Told this once and not kept: with it the subject can be compared with the "
                "certificate."}};
constexpr std::span<const Note> field_notes(const NewErasure*) {
  return new_erasure_notes;
}

struct ErasureFilter {
  std::int64_t limit = 50;
  std::string after;
};
BOOST_DESCRIBE_STRUCT(ErasureFilter, (), (limit, after))
inline constexpr std::array erasure_filter_notes{
    Note{.field = "limit", .doc = "Certificates on a page.", .min = 1, .max = 200},
    Note{.field = "after", .doc = "The \"next\" of the page before.", .max = 64}};
constexpr std::span<const Note> field_notes(const ErasureFilter*) {
  return erasure_filter_notes;
}

/// Exactly one way of naming, and texts that can be looked for. Errors: `subject_missing`,
/// `subject_ambiguous`, `text_too_short` (three bytes are the least), `text_too_long` (500).
Result<void> validate(const ErasureRequest& request);

/// The digest that a certificate must have: of the salt, and of the request as compact JSON without
/// what is empty.
std::string subject_digest(std::string_view salt, const ErasureRequest& request);

}  // namespace insightflow::retention

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<retention::ErasureRequest>();
extern template const Type& type_of<retention::Erasure>();
extern template const Type& type_of<retention::ErasurePage>();
extern template const Type& type_of<retention::NewErasure>();
}  // namespace insightflow
