#pragma once

#include "cli/command.hpp"

#include <insightflow/report/report.hpp>

namespace insightflow::cli {

/// The findings for a reader at a terminal: what was used, the summary, and its quotes.
std::string findings_text(const insight::Findings& findings);

/// The format that was asked for, else that of the file's name, else HTML.
Result<report::Format> report_format(const std::string& asked, const std::string& path);

}  // namespace insightflow::cli
