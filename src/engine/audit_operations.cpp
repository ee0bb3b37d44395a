#include "engine/operation_tables.hpp"

#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;

namespace {

Result<Reply> list_entries(const Call& call) {
  BOOST_OUTCOME_TRY(const auto filter, call.read_query<audit::EntryFilter>());
  BOOST_OUTCOME_TRY(const auto page, call.session->trail().list(filter));
  return reply(page);
}
Result<Reply> get_head(const Call& call) {
  BOOST_OUTCOME_TRY(const auto head, call.session->trail().head());
  return reply(head);
}

}  // namespace

std::span<const Operation> audit_operations() {
  static const Operation table[] = {
      {.name = "audit.list",
       .method = "GET",
       .path = "/audit",
       .summary = "Who did what, newest first, as a chain of digests.",
       .permission = Permission::audit_read,
       .query = type<audit::EntryFilter>,
       .output = type<audit::EntryPage>,
       .run = list_entries},
      {.name = "audit.head",
       .method = "GET",
       .path = "/audit/head",
       .summary = "The end of the chain, to be kept where this server cannot write.",
       .permission = Permission::audit_read,
       .output = type<audit::Head>,
       .run = get_head}};
  return table;
}

}  // namespace insightflow
