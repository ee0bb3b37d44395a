#include <insightflow/identity/accounts.hpp>

namespace insightflow {
template const Type& type_of<identity::User>();
}  // namespace insightflow
