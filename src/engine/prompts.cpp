#include <insightflow/engine.hpp>

namespace insightflow {

using identity::Permission;

Result<llm::PromptPage> Prompts::list() const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::prompt_read));
  return prompts().list();
}

Result<llm::Prompt> Prompts::get(std::string_view name, std::string_view version) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::prompt_read));
  return prompts().get(name, version);
}

Result<llm::Prompt> Prompts::set(std::string_view name, std::string_view text) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::prompt_manage));
  return prompts().set(name, text);
}

Result<llm::Prompt> Prompts::reset(std::string_view name) const {
  BOOST_OUTCOME_TRY(scope_.require(Permission::prompt_manage));
  return prompts().reset(name);
}

}  // namespace insightflow
