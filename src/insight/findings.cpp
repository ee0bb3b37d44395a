#include <insightflow/insight/findings.hpp>

namespace insightflow {
template const Type& type_of<insight::Findings>();
}  // namespace insightflow
