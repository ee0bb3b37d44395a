#include "support/contest.hpp"

#include <algorithm>
#include <cstdio>

namespace bench {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

void contest(const char* name, std::vector<Contender>& contenders, int rounds, double seconds) {
  for (int round = 0; round < rounds; ++round)
    for (Contender& contender : contenders) {
      contender.last = run_load(
          {.port = contender.served->port(), .seconds = seconds, .request = contender.request});
      contender.rates.push_back(contender.last.per_second);
      contender.ratios.push_back(contender.last.per_second / contenders[0].rates.back());
    }
  std::printf("%-8s %12s %8s %8s %8s %8s %8s\n", name, "requests/s", "ratio", "p50 ms", "p99 ms",
              "max ms", "failed");
  for (const Contender& contender : contenders) {
    const LoadFigures& last = contender.last;
    std::printf("%-8s %12.0f %8.2f %8.3f %8.3f %8.3f %8llu\n", contender.name,
                median(contender.rates), median(contender.ratios), last.p50_ms, last.p99_ms,
                last.max_ms, static_cast<unsigned long long>(last.failures + last.refusals));
  }
  std::printf("{\"bench\":\"%s\",\"connections\":64", name);
  for (const Contender& contender : contenders)
    std::printf(",\"%s\":{\"per_second\":%.0f,\"ratio\":%.3f,\"p99_ms\":%.3f}", contender.name,
                median(contender.rates), median(contender.ratios), contender.last.p99_ms);
  std::printf("}\n");
}

}  // namespace bench
