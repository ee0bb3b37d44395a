#include <insightflow/identity/accounts.hpp>
#include <insightflow/identity/trail.hpp>

namespace insightflow::identity {

std::string name_of(const Actor& actor) {
  if (actor.user) return "user:" + actor.user->str();
  if (actor.key) return "key:" + actor.key->str();
  return {};
}

Result<void> record(storage::Tx& tx, const Scope& scope, audit::Action action, std::string subject,
                    std::string detail) {
  BOOST_OUTCOME_TRY(audit::append(tx, scope.clock,
                                  {.workspace_id = scope.actor.workspace,
                                   .actor = name_of(scope.actor),
                                   .action = action,
                                   .subject = std::move(subject),
                                   .detail = std::move(detail),
                                   .request_id = scope.origin.request_id}));
  return success();
}

Result<audit::EntryPage> Trail::list(const audit::EntryFilter& filter) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::audit_read));
  return audit::list(scope_.db, scope_.actor.workspace, filter);
}

Result<audit::Head> Trail::head() const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::audit_read));
  BOOST_OUTCOME_TRY(auto head, audit::head(scope_.db, scope_.clock, scope_.actor.workspace));
  return accounts_ == nullptr ? head : accounts_->sign(std::move(head));
}

Result<audit::Verification> Trail::verify(std::span<const audit::Head> heads) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::audit_read));
  if (accounts_ == nullptr) return audit::verify(scope_.db, scope_.actor.workspace, heads);
  std::optional<Error> failed;
  BOOST_OUTCOME_TRY(auto found, audit::verify(scope_.db, scope_.actor.workspace, heads,
                                              [&](const audit::Head& head) {
                                                const auto held = accounts_->signed_here(head);
                                                if (!held) failed = held.error();
                                                return held && held.value();
                                              }));
  if (failed) return std::move(*failed);
  return found;
}

}  // namespace insightflow::identity
