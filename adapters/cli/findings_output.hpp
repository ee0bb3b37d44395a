#pragma once

#include "cli/command.hpp"

#include <insightflow/report/report.hpp>

namespace insightflow::cli {

/// The findings for a reader at a terminal: what was used, the summary, and its quotes.
std::string findings_text(const insight::Findings& findings);

/// The format that was asked for, else that of the file's name, else HTML.
Result<report::Format> report_format(const std::string& asked, const std::string& path);

/// The shares that fields should have, from a file such as {"plan":{"free":60,"team":40}}. Errors:
/// `targets_malformed`, and those of `read_file` and `parse_json`.
Result<std::vector<insight::WeightTarget>> read_targets(const std::string& path);

}  // namespace insightflow::cli
