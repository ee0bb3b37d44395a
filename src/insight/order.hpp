#pragma once

#include <insightflow/core/ids.hpp>
#include <insightflow/insight/build.hpp>

namespace insightflow::insight {

/// What a run is about, frozen when it is queued: the same row gives the same findings whenever,
/// and however often, it is executed.
struct Order {
  RunId id;
  SurveyId survey_id;
  JobId job_id;
  std::string cache_key;
  Settings settings;
  std::int64_t survey_version = 0;
  std::int64_t last_sequence = 0;
  std::string findings;
  Instant created_at;
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (id, survey_id, job_id, cache_key, settings, survey_version, last_sequence,
                       findings, created_at))

}  // namespace insightflow::insight
