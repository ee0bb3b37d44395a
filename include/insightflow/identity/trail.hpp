#pragma once

#include <insightflow/audit/log.hpp>
#include <insightflow/identity/actor.hpp>

namespace insightflow::identity {

/// "user:ID" or "key:ID"; empty for the application itself.
std::string name_of(const Actor& actor);

/// Adds what the actor did to the audit chain of the workspace, in the caller's transaction. The
/// subject is "survey:ID", "key:ID", …; the detail holds no personal data.
Result<void> record(storage::Tx& tx, const Scope& scope, audit::Action action, std::string subject,
                    std::string detail = {});

class Accounts;

/// The audit trail of the actor's workspace. Needs `Permission::audit_read`.
class Trail {
 public:
  /// With `accounts`, which must outlive it, heads are signed and their signatures checked.
  explicit Trail(Scope scope, Accounts* accounts = nullptr)
      : scope_(std::move(scope)), accounts_(accounts) {}

  /// Newest first.
  Result<audit::EntryPage> list(const audit::EntryFilter& filter = {}) const;

  /// The end of the chain now, to be kept where this program cannot write.
  Result<audit::Head> head() const;

  /// See `audit::verify`.
  Result<audit::Verification> verify(std::span<const audit::Head> heads = {}) const;

 private:
  Scope scope_;
  Accounts* accounts_;
};

}  // namespace insightflow::identity
