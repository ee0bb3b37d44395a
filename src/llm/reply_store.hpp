#pragma once

#include "llm/policy.hpp"

namespace insightflow::llm {

/// The replies that are kept for a workspace. Faults of the database are misses.
class ReplyStore {
 public:
  explicit ReplyStore(const Shared& shared) : shared_(shared) {}

  std::optional<Reply> find(WorkspaceId workspace, const std::string& key) const;
  void keep(WorkspaceId workspace, const std::string& key, const Reply& reply) const;

  /// Writes down that a kept reply served a request, and gives it as a reply.
  Reply served(const Request& request, Reply kept) const;

 private:
  const Shared shared_;
};

}  // namespace insightflow::llm
