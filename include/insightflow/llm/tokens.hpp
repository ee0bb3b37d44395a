#pragma once

#include <insightflow/llm/provider.hpp>

#include <cstdint>
#include <string_view>

namespace insightflow::llm {

/// About how many tokens a provider's models make of a text: a token for every four letters of a
/// Latin word, for every two letters of other alphabets, for every ideograph, and for every run of
/// digits of three or sign. Providers differ; the figure is rounded up by what we know of theirs,
/// and where they tell the true count, that is what results report. Linear; never fails.
std::int64_t count_tokens(std::string_view text, Wire wire = Wire::openai);

}  // namespace insightflow::llm
