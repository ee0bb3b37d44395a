#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insightflow::test {

/// What an expression of Prometheus' language names. Reads as much of the language as alerts and
/// dashboards need, and says what it does not know.
struct Promql {
  std::vector<std::pair<std::string, std::set<std::string>>> selectors;  ///< Samples with labels.
  std::set<std::string> grouped;                                         ///< Labels of by (…).
  bool aggregated = false;
  std::vector<std::string> problems;

  static Promql parse(std::string_view text);
};

}  // namespace insightflow::test
