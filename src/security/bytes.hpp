#pragma once

#include <cstdint>
#include <string_view>

namespace insightflow::security {

/// A text as Botan takes it.
inline const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace insightflow::security
