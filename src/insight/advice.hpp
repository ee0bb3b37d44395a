#pragma once

#include <insightflow/insight/build.hpp>

namespace insightflow::insight {

/// What to do, by rule: themes that are mostly negative or go with lower scores are to be fixed,
/// themes that are mostly positive are to be kept, low ratings that go with the main score are to
/// be raised. Each names its figures and cites answers; at most six, most pressing first. Call it
/// once the tests of the findings are adjusted.
std::vector<Recommendation> recommend(const Findings& findings, const Dataset& dataset);

}  // namespace insightflow::insight
