#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string_view>

namespace insightflow::test {

/// The folder of a data set that lies beside the project, or nothing (said on stderr) where it is
/// absent: such a test passes without having looked.
inline std::optional<std::filesystem::path> shared_data(std::string_view set) {
  const char* root = std::getenv("INSIGHTFLOW_SHARED_DATA");
  const std::filesystem::path folder =
      (root ? std::filesystem::path(root)
            : std::filesystem::path(INSIGHTFLOW_SOURCE_DIR) / ".." / "shared" / "data") /
      set;
  if (std::filesystem::is_directory(folder)) return folder;
  std::cerr << "skipped: the data set " << set << " is not here\n";
  return std::nullopt;
}

}  // namespace insightflow::test
