#pragma once

#include "llm/policy.hpp"

namespace insightflow::llm {

/// The replies that are kept for a workspace. Faults of the database are misses.
class ReplyStore {
 public:
  explicit ReplyStore(const Shared& shared) : shared_(shared) {}

  std::optional<Reply> find(WorkspaceId workspace, const std::string& key) const;
  void keep(const Request& request, const Reply& reply) const;

  /// Whether what came of a request may be kept. What a job asked may not once the job has ended or
  /// is gone: an erasure takes jobs away together with what they have read.
  static Result<bool> may_keep(storage::Tx& tx, const Request& request);

  /// Writes down that a kept reply served a request, and gives it as a reply.
  Reply served(const Request& request, Reply kept) const;

 private:
  const Shared shared_;
};

}  // namespace insightflow::llm
