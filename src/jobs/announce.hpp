#pragma once

#include <insightflow/jobs/job.hpp>
#include <insightflow/storage/database.hpp>

namespace insightflow::jobs {

/// Adds "job.TYPE" about the job as it is now to the caller's transaction. `why` is its last error.
Result<void> announce(storage::Tx& tx, storage::Database& db, const Clock& clock, const Job& job,
                      std::string_view type, std::string_view why = {});

}  // namespace insightflow::jobs
