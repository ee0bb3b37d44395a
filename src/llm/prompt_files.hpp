#pragma once

#include <span>
#include <string_view>

namespace insightflow::llm {

/// One file of src/llm/prompts, compiled in.
struct PromptFile {
  std::string_view name;
  std::string_view text;
};
std::span<const PromptFile> prompt_files();

}  // namespace insightflow::llm
