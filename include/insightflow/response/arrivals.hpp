#pragma once

#include <insightflow/storage/database.hpp>

#include <chrono>

namespace insightflow::response {

/// Tells that answers came in, without a word from those who take them: now and then it looks for
/// responses that are new and adds one event "survey.answers" with the count to each of their
/// surveys. So a submit pays nothing, a thousand answers make one event, and answers that another
/// process took are told as well. What came while nobody looked is told when somebody looks again.
/// Used by one thread at a time; of several processes on a database, one tells.
class Arrivals {
 public:
  Arrivals(storage::Database& db, const Clock& clock) : db_(db), clock_(clock) {}

  /// Costs a read of the responses that are new, and a write when there are some. A survey is not
  /// told about again within `pause`.
  Result<void> announce(std::chrono::milliseconds pause = std::chrono::milliseconds(900));

 private:
  storage::Database& db_;
  const Clock& clock_;
  std::int64_t seen_ = -1;  ///< The last response looked at; -1 before the first look at all.
  std::vector<std::string> waiting_;  ///< Surveys that were told about a moment ago.
};

}  // namespace insightflow::response
