#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace insightflow::storage {

/// A page size that can be worked with, whatever the caller asks for.
constexpr std::int64_t page_limit(std::int64_t asked) {
  return std::clamp<std::int64_t>(asked, 1, 10'000);
}

/// Lists are read with one item more than asked for. Takes the surplus away and returns the cursor
/// of the next page, or nothing at the end.
template <class T>
std::optional<std::string> cut_page(std::vector<T>& items, std::int64_t limit) {
  if (static_cast<std::int64_t>(items.size()) <= limit) return std::nullopt;
  items.resize(static_cast<std::size_t>(limit));
  return items.back().id.str();
}

}  // namespace insightflow::storage
