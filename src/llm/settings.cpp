#include <insightflow/core/json.hpp>
#include <insightflow/llm/settings.hpp>
#include <insightflow/privacy/entity.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace insightflow {
template const Type& type_of<llm::Settings>();
}  // namespace insightflow

namespace insightflow::llm {

namespace {

/// Collects what is wrong with names.
struct Checker {
  std::vector<Problem> problems;

  void add(std::string pointer, std::string_view reason, std::string detail) {
    problems.push_back({std::move(pointer), reason, std::move(detail)});
  }

  std::set<std::string_view> names(std::string_view list, const auto& items, auto member,
                                   std::string_view key) {
    std::set<std::string_view> out;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string& name = items[i].*member;
      if (!out.insert(name).second)
        add(at(list, i, key), key == "task" ? "task_repeated" : "name_repeated",
            "'" + name + "' stands here twice.");
    }
    return out;
  }

  void known(const std::set<std::string_view>& names, const std::string& name, std::string pointer,
             std::string_view reason, std::string_view what) {
    if (names.contains(name)) return;
    add(std::move(pointer), reason, "There is no " + std::string(what) + " '" + name + "'.");
  }

  static std::string at(std::string_view list, std::size_t index, std::string_view key) {
    return pointer_to(pointer_to(pointer_to("", list), index), key);
  }
};

void check_groups(Checker& check, const Settings& settings,
                  const std::set<std::string_view>& models) {
  std::set<std::string_view> grouped;
  for (std::size_t i = 0; i < settings.fallback.size(); ++i) {
    const auto& group = settings.fallback[i].models;
    for (std::size_t j = 0; j < group.size(); ++j) {
      const std::string pointer = pointer_to(Checker::at("fallback", i, "models"), j);
      check.known(models, group[j], pointer, "model_unknown", "model");
      if (!grouped.insert(group[j]).second)
        check.add(pointer, "name_repeated", "'" + group[j] + "' is in a group already.");
    }
  }
}

void check_experiments(Checker& check, const Settings& settings,
                       const std::set<std::string_view>& models) {
  check.names("experiments", settings.experiments, &Experiment::name, "name");
  check.names("experiments", settings.experiments, &Experiment::task, "task");
  for (std::size_t i = 0; i < settings.experiments.size(); ++i) {
    const auto& arms = settings.experiments[i].arms;
    std::set<std::string_view> seen;
    for (std::size_t j = 0; j < arms.size(); ++j) {
      const std::string pointer =
          pointer_to(pointer_to(Checker::at("experiments", i, "arms"), j), "model");
      check.known(models, arms[j].model, pointer, "model_unknown", "model");
      if (!seen.insert(arms[j].model).second)
        check.add(pointer, "name_repeated", "'" + arms[j].model + "' stands here twice.");
    }
  }
}

void check_workspace(Checker& check, const std::string& text, std::string pointer) {
  if (!WorkspaceId::parse(text))
    check.add(std::move(pointer), "workspace_malformed", "'" + text + "' is no workspace's id.");
}

}  // namespace

Result<void> check_settings(const Settings& settings) {
  Checker check;
  const auto providers = check.names("providers", settings.providers, &Provider::name, "name");
  const auto models = check.names("models", settings.models, &Model::name, "name");
  for (std::size_t i = 0; i < settings.models.size(); ++i)
    check.known(providers, settings.models[i].provider, Checker::at("models", i, "provider"),
                "provider_unknown", "provider");
  check_groups(check, settings, models);
  check.names("rate_limits", settings.rate_limits, &RateLimit::provider, "provider");
  for (std::size_t i = 0; i < settings.rate_limits.size(); ++i)
    check.known(providers, settings.rate_limits[i].provider,
                Checker::at("rate_limits", i, "provider"), "provider_unknown", "provider");
  if (const auto& semantic = settings.cache.semantic) {
    if (settings.cache.mode == CacheMode::off)
      check.add("/cache/semantic", "cache_off",
                "The replies it gives again are those of the exact cache, which is off.");
    check.known(providers, semantic->provider, "/cache/semantic/provider", "provider_unknown",
                "provider");
    for (std::size_t i = 0; i < semantic->workspaces.size(); ++i)
      check_workspace(check, semantic->workspaces[i], pointer_to("/cache/semantic/workspaces", i));
  }
  check.names("budgets", settings.budgets, &Budget::workspace, "workspace");
  for (std::size_t i = 0; i < settings.budgets.size(); ++i)
    if (settings.budgets[i].workspace != "*")
      check_workspace(check, settings.budgets[i].workspace, Checker::at("budgets", i, "workspace"));
  for (std::size_t i = 0; i < settings.redaction.types.size(); ++i)
    if (!privacy::type_of_name(settings.redaction.types[i]))
      check.add(pointer_to("/redaction/types", i), "type_unknown",
                "'" + settings.redaction.types[i] + "' is no type of personal data.");
  check_experiments(check, settings, models);
  if (!check.problems.empty()) return invalid(std::move(check.problems));
  return success();
}

Result<Settings> read_settings(std::string_view text) {
  BOOST_OUTCOME_TRY(auto settings, from_json_text<Settings>(text));
  BOOST_OUTCOME_TRY(check_settings(settings));
  return settings;
}

Result<Settings> load_settings(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in && text.empty())
    return fail(Code::invalid, "file_unreadable", "'" + path + "': cannot be read.");
  auto settings = read_settings(text);
  if (settings) return settings;
  Error error = settings.error();
  error.detail = "'" + path + "': " + error.detail;
  return error;
}

}  // namespace insightflow::llm
