#pragma once

#include <insightflow/jobs/queue.hpp>

namespace insightflow::jobs {

/// Queues the jobs of schedules that are due.
Result<void> fire_schedules(storage::Tx& tx, Queue& queue, Instant now);

}  // namespace insightflow::jobs
