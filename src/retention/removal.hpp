#pragma once

#include <insightflow/jobs/queue.hpp>
#include <insightflow/retention/erasure.hpp>

#include <span>

namespace insightflow::retention {

/// Rows that one transaction may remove at most; what follows from them comes on top.
inline constexpr std::int64_t batch_rows = 500;

/// Takes rows of one workspace away, with all that was made of them, and adds what it did to a
/// certificate. Lives within one transaction.
class Removal {
 public:
  Removal(storage::Tx& tx, storage::Database& db, const Clock& clock, WorkspaceId workspace)
      : tx_(tx), db_(db), clock_(clock), workspace_(workspace) {}

  struct Row {
    ResponseId id;
    std::int64_t sequence = 0;
    Instant submitted_at;
  };

  /// The responses of one survey that are still there, their idempotency keys, and what models
  /// replied in the workspace. With `runs` also every run that read one of them.
  Result<void> responses(SurveyId survey, std::span<const ResponseId> ids, bool runs);

  /// Runs with their jobs, whatever state they are in: a worker that has one in hand can store
  /// nothing any more.
  Result<void> runs(std::span<const RunId> ids);

  Result<void> idempotency_key(SurveyId survey, std::string_view key);

  /// Of models: what they replied, and embeddings of what they were asked.
  Result<void> replies();

  Result<void> events_before(Instant at, std::int64_t most);

  /// How many rows went so far.
  std::int64_t rows() const;

  /// Adds what was done to the certificate.
  Result<void> record(ErasureId erasure);

 private:
  Result<void> remove(std::string_view table, std::string_view condition,
                      std::initializer_list<storage::Param> params);

  storage::Tx& tx_;
  storage::Database& db_;
  const Clock& clock_;
  WorkspaceId workspace_;
  std::map<std::string, std::int64_t> removed_;
  std::optional<Instant> oldest_;
};
BOOST_DESCRIBE_STRUCT(Removal::Row, (), (id, sequence, submitted_at))

/// The certificate of a job; nothing where there is none.
Result<std::optional<Erasure>> find_erasure(storage::Tx& tx, JobId job);

/// Ends a job together with its certificate, and tells the audit trail.
Result<void> complete(storage::Tx& tx, jobs::Queue& queue, const Clock& clock,
                      const jobs::Job& job);

}  // namespace insightflow::retention
