#include "analysis/sentiment_model.hpp"

#include "analysis/sentiment_features.hpp"

// The assembler takes the file in as it is: no generated source, no cost at compile time.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".globl insightflow_sentiment_model\n"
    ".hidden insightflow_sentiment_model\n"
    "insightflow_sentiment_model:\n"
    ".incbin \"" INSIGHTFLOW_SENTIMENT_MODEL
    "\"\n"
    ".popsection\n");

extern "C" const char insightflow_sentiment_model[];

namespace insightflow::analysis {

SentimentModel sentiment_model() {
  return {*reinterpret_cast<const SentimentModelHeader*>(insightflow_sentiment_model),
          {reinterpret_cast<const std::int8_t*>(insightflow_sentiment_model +
                                                sizeof(SentimentModelHeader)),
           2 * static_cast<std::size_t>(sentiment_buckets)}};
}

}  // namespace insightflow::analysis
