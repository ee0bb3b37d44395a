#include "cli/lint_files.hpp"

#include "cli/command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace insightflow::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* config_name = ".insightflow-lint.json";

/// True for JSON that asks questions, and for a text that would if it were JSON: a broken
/// questionnaire must not slip through a check in silence.
bool asks_questions(std::string_view text) {
  if (text.find("\"questions\"") == text.npos) return false;
  const auto value = parse_json(text);
  if (!value) return true;
  const json::object* object = value.value().if_object();
  const json::value* questions = object ? object->if_contains("questions") : nullptr;
  if (!questions || !questions->is_array()) return false;
  const json::array& list = questions->get_array();
  if (list.empty() || !list[0].is_object()) return false;
  // Findings of a report list questions as well, by "question_id".
  const json::object& first = list[0].get_object();
  return first.contains("kind") && !first.contains("question_id");
}

/// Endings that only questionnaires have. Workbooks and XML may be anything and must be named.
bool named_as_questionnaire(const std::string& name) {
  constexpr std::string_view endings[] = {".qsf", ".lss", ".sss", ".surveyjs", ".surveyjs.json"};
  return std::any_of(std::begin(endings), std::end(endings),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

Result<bias::Config> load_config(const std::string& path) {
  BOOST_OUTCOME_TRY(const auto text, read_file(path));
  auto config = bias::read_config(text);
  if (config) return config;
  Error error = config.error();
  error.detail = "'" + path + "': " + error.detail;
  return error;
}

}  // namespace

Result<LoadedQuestionnaire> load_questionnaire(const std::string& path) {
  BOOST_OUTCOME_TRY(auto text, read_file(path));
  BOOST_OUTCOME_TRY(auto foreign, foreign_questionnaire(text, path));
  if (foreign) return LoadedQuestionnaire{std::move(*foreign), {}};
  BOOST_OUTCOME_TRY(auto survey, parse_described<survey::Questionnaire>(path, text));
  return LoadedQuestionnaire{std::move(survey), std::move(text)};
}

Result<std::vector<std::string>> questionnaires_below(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code ec;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::skip_permission_denied,
                                           ec);
  for (; !ec && entries != fs::recursive_directory_iterator(); entries.increment(ec)) {
    const fs::path& path = entries->path();
    std::error_code ignored;
    if (path.filename().string().starts_with('.')) {
      if (entries->is_directory(ignored)) entries.disable_recursion_pending();
      continue;
    }
    const bool named = named_as_questionnaire(path.filename().string());
    if ((!named && path.extension() != ".json") || !entries->is_regular_file(ignored)) continue;
    if (named) {
      out.push_back(path.lexically_normal().string());
      continue;
    }
    const auto text = read_file(path.string());
    if (!text || asks_questions(text.value())) out.push_back(path.lexically_normal().string());
  }
  if (ec) return fail(Code::invalid, "file_unreadable", "'" + folder + "': " + ec.message() + ".");
  std::sort(out.begin(), out.end());
  return out;
}

Result<const bias::Options*> LintSettings::named(const std::string& path) {
  BOOST_OUTCOME_TRY(const auto config, load_config(path));
  fixed_ = bias::options_of(config);
  return &*fixed_;
}

Result<const bias::Options*> LintSettings::of(const std::string& file) {
  if (fixed_) return &*fixed_;
  std::error_code ec;
  const fs::path start =
      file == "-" ? fs::current_path(ec) : fs::absolute(fs::path(file), ec).parent_path();
  // A project ends where its repository does, so that a stranger's file further up has no say.
  for (fs::path folder = start.lexically_normal();; folder = folder.parent_path()) {
    const fs::path candidate = folder / config_name;
    if (fs::is_regular_file(candidate, ec)) return read(candidate);
    if (fs::exists(folder / ".git", ec) || folder == folder.parent_path()) break;
  }
  return &standard_;
}

Result<const bias::Options*> LintSettings::read(const fs::path& path) {
  const auto known = read_.find(path.string());
  if (known != read_.end()) return &known->second;
  std::error_code ec;
  const fs::path shown = fs::proximate(path, ec);
  const std::string name = ec ? path.string() : shown.string();
  BOOST_OUTCOME_TRY(const auto config, load_config(name));
  remark("Settings from '" + name + "'.");
  return &read_.emplace(path.string(), bias::options_of(config)).first->second;
}

}  // namespace insightflow::cli
