#pragma once

#include <span>
#include <string_view>

namespace insightflow::identity {

/// The words that people make passwords of, sorted. With the usual additions (digits, years, signs,
/// capitals, letters written as digits, two words together) they stand for many thousands of
/// passwords; `is_common_password` takes the additions off.
std::span<const std::string_view> common_words();

}  // namespace insightflow::identity
