# insightflow_prompts(TARGET): compiles src/llm/prompts/NAME.md into TARGET.
function(insightflow_prompts target)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/llm/prompts/*.md)
  list(SORT files)
  set(rows "")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND rows "    {\"${name}\", R\"prompt(${text})prompt\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(generated ${CMAKE_BINARY_DIR}/generated/prompt_files.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include \"llm/prompt_files.hpp\"

namespace insightflow::llm {

std::span<const PromptFile> prompt_files() {
  static constexpr PromptFile files[] = {
@rows@  };
  return files;
}

}  // namespace insightflow::llm
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
