#pragma once

#include <cstddef>

namespace insightflow::analysis {

/// So many texts are read between two looks at whether to go on.
constexpr std::size_t check_every = 1024;

}  // namespace insightflow::analysis
