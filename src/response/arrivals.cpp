#include <insightflow/events/log.hpp>
#include <insightflow/response/arrivals.hpp>

#include <algorithm>

namespace insightflow::response {

namespace {

struct Count {
  WorkspaceId workspace_id;
  std::int64_t responses = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (workspace_id, responses))

}  // namespace

Result<void> Arrivals::announce(std::chrono::milliseconds pause) {
  std::vector<std::string> changed;
  std::int64_t last = seen_;
  BOOST_OUTCOME_TRY(db_.read([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto newest,
                      tx.find<std::int64_t>("SELECT coalesce(max(sequence), 0) FROM responses"));
    last = newest.value_or(0);
    if (seen_ < 0) {
      // At first every survey is compared with what was last told of it.
      BOOST_OUTCOME_TRY(
          changed, tx.list<std::string>(
                       "SELECT c.survey_id FROM survey_counters c LEFT JOIN announced_answers a ON "
                       "a.survey_id = c.survey_id WHERE c.responses <> coalesce(a.responses, 0) "
                       "ORDER BY c.survey_id"));
    } else if (last > seen_) {
      BOOST_OUTCOME_TRY(changed,
                        tx.list<std::string>("SELECT DISTINCT survey_id FROM responses WHERE "
                                             "sequence > ?1 ORDER BY survey_id",
                                             {seen_}));
    }
    return success();
  }));
  changed.insert(changed.end(), waiting_.begin(), waiting_.end());
  std::ranges::sort(changed);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  std::vector<std::string> waiting;
  if (!changed.empty()) {
    events::Log log(db_, clock_);
    BOOST_OUTCOME_TRY(db_.write([&](storage::Tx& tx) -> Result<void> {
      waiting.clear();
      const Instant now = clock_.now();
      for (const std::string& survey : changed) {
        BOOST_OUTCOME_TRY(
            const auto count,
            tx.find<Count>("SELECT s.workspace_id, c.responses FROM surveys s JOIN survey_counters "
                           "c ON c.survey_id = s.id WHERE s.id = ?1",
                           {survey}));
        if (!count) continue;
        // Whoever changes the row tells it; another process may have been faster.
        BOOST_OUTCOME_TRY(
            const auto mine,
            tx.execute("INSERT INTO announced_answers (survey_id, responses, at) VALUES (?1, ?2, "
                       "?3) ON CONFLICT (survey_id) DO UPDATE SET responses = ?2, at = ?3 WHERE "
                       "announced_answers.responses <> ?2 AND announced_answers.at <= ?4",
                       {survey, count->responses, now, now + -pause.count()}));
        if (mine == 1) {
          BOOST_OUTCOME_TRY(
              log.append(tx, count->workspace_id,
                         {.type = "survey.answers",
                          .subject = survey,
                          .data = "{\"responses\":" + std::to_string(count->responses) + "}"}));
          continue;
        }
        BOOST_OUTCOME_TRY(
            const auto told,
            tx.find<std::int64_t>("SELECT responses FROM announced_answers WHERE survey_id = ?1",
                                  {survey}));
        if (told != count->responses) waiting.push_back(survey);
      }
      return success();
    }));
  }
  waiting_ = std::move(waiting);
  seen_ = last;
  return success();
}

}  // namespace insightflow::response
