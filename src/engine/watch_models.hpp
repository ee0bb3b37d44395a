#pragma once

#include <insightflow/events/hub.hpp>
#include <insightflow/llm/policies.hpp>
#include <insightflow/llm/settings.hpp>
#include <insightflow/observe/observer.hpp>

namespace insightflow {

/// Counts and logs what the gateway of these settings does. The observer must outlive it.
llm::Observer watch_models(observe::Observer& observer, const llm::Settings& settings);

/// Tells those who watch the workspace what a model writes for it, a few words at a time, as events
/// `llm.delta`; nothing is streamed while nobody watches. The hub must outlive it.
std::function<llm::OnText(const llm::Request&)> tell_watchers(events::Hub& hub);

}  // namespace insightflow
