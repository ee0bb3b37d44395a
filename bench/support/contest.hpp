#pragma once

#include "support/http_load.hpp"
#include "support/served.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// One server and what is asked of it.
struct Contender {
  const char* name;
  std::unique_ptr<Served> served;
  std::function<void(std::uint64_t i, std::string& to)> request;
  std::vector<double> ratios{};  ///< To the first contender, round by round.
  std::vector<double> rates{};   ///< Answers a second.
  LoadFigures last{};
};

double median(std::vector<double> values);

/// Loads the contenders in turn, `rounds` times, so that what disturbs the machine disturbs all;
/// prints a table, and one line of JSON that names the bench.
void contest(const char* name, std::vector<Contender>& contenders, int rounds, double seconds);

}  // namespace bench
