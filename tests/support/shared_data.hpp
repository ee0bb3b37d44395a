#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace insightflow::testing {

/// The folder of a public data set, where this machine has it: below INSIGHTFLOW_SHARED_DATA, else
/// beside the checkout. A test that needs one says so and passes when it is absent.
inline std::optional<std::filesystem::path> shared_data(std::string_view set) {
  namespace fs = std::filesystem;
  const char* root = std::getenv("INSIGHTFLOW_SHARED_DATA");
  const fs::path path =
      (root ? fs::path(root) : fs::path(INSIGHTFLOW_SOURCE_DIR) / ".." / "shared" / "data") / set;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return std::nullopt;
  return path;
}

}  // namespace insightflow::testing
