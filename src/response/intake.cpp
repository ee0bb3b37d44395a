#include "response/store.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/response/intake.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/security/digest.hpp>

#include <shared_mutex>

namespace insightflow::response {

namespace {

/// What decides whether a survey takes answers now; read fresh in each transaction.
struct Gate {
  SurveyId id;
  WorkspaceId workspace_id;
  survey::State state = survey::State::draft;
  std::int64_t published_version = 0;
  std::optional<Instant> opens_at;
  std::optional<Instant> closes_at;
  std::optional<std::int64_t> response_limit;
  std::int64_t responses = 0;
};
BOOST_DESCRIBE_STRUCT(Gate, (),
                      (id, workspace_id, state, published_version, opens_at, closes_at,
                       response_limit, responses))

Result<Gate> read_gate(storage::Tx& tx, std::string_view slug) {
  BOOST_OUTCOME_TRY(
      const auto gate,
      tx.find<Gate>("SELECT s.id, s.workspace_id, s.state, s.published_version, s.opens_at, "
                    "s.closes_at, s.response_limit, c.responses FROM surveys s JOIN "
                    "survey_counters c ON c.survey_id = s.id WHERE s.slug = ?1",
                    {slug}));
  if (!gate || gate->published_version == 0)
    return fail(Code::not_found, "survey_unknown", "There is no survey at this address.");
  return *gate;
}

Result<void> check_open(const Gate& gate, Instant now) {
  if (gate.state != survey::State::published || (gate.closes_at && now >= *gate.closes_at))
    return fail(Code::conflict, "survey_closed", "This survey no longer takes answers.");
  if (gate.opens_at && now < *gate.opens_at)
    return fail(Code::conflict, "survey_not_open",
                "This survey takes answers from " + gate.opens_at->str() + " on.");
  if (gate.response_limit && gate.responses >= *gate.response_limit)
    return fail(Code::conflict, "survey_full", "This survey has all the answers it asked for.");
  return success();
}

/// A published version with its validator; both are immutable.
struct Prepared {
  SurveyId id;
  std::int64_t version = 0;
  Validator validator;
};

struct StoredKey {
  std::string request_digest;
  ResponseId response_id;
};
BOOST_DESCRIBE_STRUCT(StoredKey, (), (request_digest, response_id))

}  // namespace

Result<void> insert_responses(storage::Tx& tx, SurveyId survey, std::span<const ResponseRow> rows) {
  static const std::string sql = storage::insert_sql("responses", type_of<ResponseRow>());
  for (const ResponseRow& row : rows) {
    BOOST_OUTCOME_TRY(tx.execute(sql, storage::row_params(row)));
  }
  BOOST_OUTCOME_TRY(
      tx.execute("UPDATE survey_counters SET responses = responses + ?2, changes = changes + 1 "
                 "WHERE survey_id = ?1",
                 {survey, rows.size()}));
  return success();
}

/// Slug to the version last seen there. The slug's survey and version are checked again in the
/// transaction, so an entry may be old; a version itself never changes.
struct Intake::Cache {
  static constexpr std::size_t most = 1024;

  std::shared_ptr<const Prepared> find(std::string_view slug) const {
    const std::shared_lock lock(mutex);
    const auto at = by_slug.find(slug);
    return at == by_slug.end() ? nullptr : at->second;
  }
  void put(std::string_view slug, std::shared_ptr<const Prepared> prepared) {
    const std::unique_lock lock(mutex);
    if (by_slug.size() >= most) by_slug.clear();
    by_slug.insert_or_assign(std::string(slug), std::move(prepared));
  }

  mutable std::shared_mutex mutex;
  std::map<std::string, std::shared_ptr<const Prepared>, std::less<>> by_slug;
};

namespace {

/// The receipt of an earlier try with this key; nothing when the key is new here.
Result<std::optional<Receipt>> earlier_try(storage::Tx& tx, SurveyId survey, std::string_view key,
                                           std::string_view digest) {
  std::optional<Receipt> out;
  if (key.empty()) return out;
  BOOST_OUTCOME_TRY(const auto known,
                    tx.find<StoredKey>("SELECT request_digest, response_id FROM "
                                       "idempotency_keys WHERE survey_id = ?1 AND key = ?2",
                                       {survey, key}));
  if (known && known->request_digest != digest)
    return fail(Code::conflict, "idempotency_key_reused",
                "This Idempotency-Key was used for other answers. Use a new key for each "
                "response.");
  if (known) out = Receipt{known->response_id, true};
  return out;
}

Result<std::shared_ptr<const Prepared>> load(storage::Tx& tx, const Gate& gate) {
  BOOST_OUTCOME_TRY(
      const auto document,
      tx.find<std::string>(
          "SELECT questionnaire FROM survey_versions WHERE survey_id = ?1 AND number = ?2",
          {gate.id, gate.published_version}));
  if (!document)
    return fail(Code::corrupt, "row_corrupt", "The published version of the survey is missing.");
  BOOST_OUTCOME_TRY(auto questionnaire,
                    from_json_text<survey::Questionnaire>(*document, Audience::storage));
  BOOST_OUTCOME_TRY(auto validator, Validator::build(std::move(questionnaire)));
  return std::make_shared<const Prepared>(
      Prepared{gate.id, gate.published_version, std::move(validator)});
}

}  // namespace

Intake::Intake(storage::Database& db, const Clock& clock, IdSource& ids)
    : db_(db), clock_(clock), ids_(ids), cache_(std::make_unique<Cache>()) {}
Intake::~Intake() = default;

Result<OpenSurvey> Intake::open(std::string_view slug) {
  return find(slug, true);
}

Result<OpenSurvey> Intake::find(std::string_view slug, bool must_be_open) {
  auto prepared = cache_->find(slug);
  BOOST_OUTCOME_TRY(db_.read([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto gate, read_gate(tx, slug));
    if (must_be_open) {
      BOOST_OUTCOME_TRY(check_open(gate, clock_.now()));
    }
    if (!prepared || prepared->id != gate.id || prepared->version != gate.published_version) {
      BOOST_OUTCOME_TRY(prepared, load(tx, gate));
      cache_->put(slug, prepared);
    }
    return success();
  }));
  return OpenSurvey{prepared->id, prepared->version, prepared->validator};
}

Result<Receipt> Intake::submit(std::string_view slug, const Submission& submission,
                               std::string_view idempotency_key, Source source) {
  const std::string digest = idempotency_key.empty()
                                 ? std::string()
                                 : security::sha256(to_json_text(submission, Audience::storage));
  // A retry gets its first answer even when the survey takes no new ones, or others, by now.
  const auto refuse = [&](const Error& error) -> Result<Receipt> {
    BOOST_OUTCOME_TRY(const auto known,
                      db_.read([&](storage::Tx& tx) -> Result<std::optional<Receipt>> {
                        BOOST_OUTCOME_TRY(const auto gate, read_gate(tx, slug));
                        return earlier_try(tx, gate.id, idempotency_key, digest);
                      }));
    return known ? Result<Receipt>(*known) : error;
  };
  // The answers are checked before the writer's turn. When a new version is published in between,
  // they are checked again against that one; a survey is not published three times in a moment.
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto prepared = cache_->find(slug);
    if (!prepared) {
      if (const auto opened = open(slug); !opened) return refuse(opened.error());
      prepared = cache_->find(slug);
      if (!prepared) continue;
    }
    auto valid = prepared->validator.check(submission, Check::submit);
    if (!valid) {
      // A closed survey is told before a wrong answer, and a newer version has the last word.
      const auto now_open = open(slug);
      if (!now_open) return refuse(now_open.error());
      if (now_open.value().id == prepared->id && now_open.value().version == prepared->version)
        return refuse(valid.error());
      continue;
    }
    ResponseRow row{.survey_id = prepared->id,
                    .version = prepared->version,
                    .language = std::move(valid.value().language),
                    .answers = std::move(valid.value().answers),
                    .other = std::move(valid.value().other),
                    .hidden = std::move(valid.value().hidden),
                    .source = source};
    bool outdated = false;
    auto stored = db_.write([&](storage::Tx& tx) -> Result<Receipt> {
      BOOST_OUTCOME_TRY(const auto gate, read_gate(tx, slug));
      BOOST_OUTCOME_TRY(const auto known, earlier_try(tx, gate.id, idempotency_key, digest));
      if (known) return *known;
      row.submitted_at = clock_.now();
      BOOST_OUTCOME_TRY(check_open(gate, row.submitted_at));
      if (gate.id != prepared->id || gate.published_version != prepared->version) {
        BOOST_OUTCOME_TRY(auto fresh, load(tx, gate));
        cache_->put(slug, std::move(fresh));
        outdated = true;
        return Receipt{};
      }
      row.workspace_id = gate.workspace_id;
      row.id = ids_.next<ResponseId>();
      BOOST_OUTCOME_TRY(insert_responses(tx, gate.id, {&row, 1}));
      if (!idempotency_key.empty()) {
        BOOST_OUTCOME_TRY(
            tx.execute("INSERT INTO idempotency_keys (survey_id, key, "
                       "request_digest, response_id, created_at) VALUES (?1, ?2, "
                       "?3, ?4, ?5)",
                       {gate.id, idempotency_key, digest, row.id, row.submitted_at}));
      }
      return Receipt{row.id, false};
    });
    if (!stored || !outdated) return stored;
  }
  return fail(Code::unavailable, "survey_changing",
              "The survey is being changed right now. Try again.");
}

}  // namespace insightflow::response

namespace insightflow {
template const Type& type_of<response::Receipt>();
}  // namespace insightflow
