#pragma once

#include <insightflow/llm/policies.hpp>
#include <insightflow/llm/settings.hpp>
#include <insightflow/observe/observer.hpp>

namespace insightflow {

/// Counts and logs what the gateway of these settings does. The observer must outlive it.
llm::Observer watch_models(observe::Observer& observer, const llm::Settings& settings);

}  // namespace insightflow
