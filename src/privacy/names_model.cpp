#include "privacy/names.hpp"

// The assembler takes the file in as it is: no generated source, no cost at compile time.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".globl insightflow_names_model\n"
    ".hidden insightflow_names_model\n"
    "insightflow_names_model:\n"
    ".incbin \"" INSIGHTFLOW_NAMES_MODEL
    "\"\n"
    ".popsection\n");

extern "C" const char insightflow_names_model[];

namespace insightflow::privacy {

NamesModel names_model() {
  const char* lexicon = insightflow_names_model + sizeof(NamesHeader);
  const char* weights = lexicon + lexicon_slots * sizeof(std::uint32_t);
  return {*reinterpret_cast<const NamesHeader*>(insightflow_names_model),
          {reinterpret_cast<const std::uint32_t*>(lexicon), lexicon_slots},
          {reinterpret_cast<const std::int8_t*>(weights), buckets * tags}};
}

}  // namespace insightflow::privacy
