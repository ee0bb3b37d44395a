#pragma once

#include "support/playing_model.hpp"
#include "support/scripted_llm.hpp"

#include <insightflow/llm/prompt.hpp>

namespace insightflow::test {

/// What a scripted server was asked: the task, by the beginning of its prompt, and the data.
struct Asked {
  std::string task;
  std::string line;  ///< The data as it came.
  json::object data;
};
inline Asked asked_of(llm::Wire wire, const SeenRequest& request) {
  const std::string text = wire_text::asked(wire, request);
  Asked out;
  for (const llm::Prompt& prompt : llm::builtin_prompts())
    if (text.find(prompt.text.substr(0, 40)) != text.npos) out.task = prompt.name;
  const std::size_t end = text.rfind("\n</data ");
  if (end == text.npos) return out;
  const std::size_t start = text.rfind('\n', end - 1) + 1;
  out.line = text.substr(start, end - start);
  if (auto data = parse_json(out.line)) out.data = data.value().as_object();
  return out;
}

/// Answers every task well.
inline ScriptedLlm::Text plays_well(llm::Wire wire) {
  return [wire](const SeenRequest& request) {
    const Asked asked = asked_of(wire, request);
    return asked.data.empty() ? std::string("What?") : good_answer(asked.task, asked.data);
  };
}

}  // namespace insightflow::test
