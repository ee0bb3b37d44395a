#pragma once

#include <span>
#include <string>
#include <string_view>

/// What a sentence claims, held against what is known.
namespace insightflow::insight {

/// What is wrong with a new wording of `source`: "number_unknown" for a figure or number word that
/// is not there, "quote_unknown" for quotation marks around other words, "direction_changed" for a
/// word that turns the meaning (not, negative for positive, higher for lower), "text_unfit" for
/// addresses, angle brackets and control characters. Empty when nothing is. `cited` may be quoted
/// too. Linear in the length of the texts.
std::string_view fault_of(std::string_view text, std::string_view source,
                          std::span<const std::string_view> cited = {});

/// True when a word of at least four letters of `text` begins like one of `source`.
bool shares_word(std::string_view text, std::string_view source);

/// True when `text` repeats six words of `answer` in a row.
bool repeats(std::string_view text, std::string_view answer);

}  // namespace insightflow::insight
