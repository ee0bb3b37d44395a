#pragma once

#include <insightflow/bias/config.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The files the linter reads: questionnaires and settings.
namespace insightflow::cli {

/// A questionnaire and the JSON text it was read from; empty for other formats.
struct LoadedQuestionnaire {
  survey::Questionnaire survey;
  std::string source;
};

/// The one place where the content of a file becomes a questionnaire. Unknown keys are told on
/// standard error and passed over.
Result<LoadedQuestionnaire> load_questionnaire(const std::string& path);

/// The questionnaires below a folder, sorted by path: files that end in ".json" and hold one.
/// Hidden files and folders are passed over, and so is JSON that is something else.
Result<std::vector<std::string>> questionnaires_below(const std::string& folder);

/// Which settings hold for a file: those that were named, else the nearest
/// `.insightflow-lint.json` in its folder or above, up to the root of the repository. Says on
/// standard error which one was found. Errors: those of `bias::read_config`.
class LintSettings {
 public:
  Result<const bias::Options*> named(const std::string& path);
  Result<const bias::Options*> of(const std::string& file);

 private:
  Result<const bias::Options*> read(const std::filesystem::path& path);

  bias::Options standard_;
  std::optional<bias::Options> fixed_;
  std::map<std::string, bias::Options> read_;
};

}  // namespace insightflow::cli
