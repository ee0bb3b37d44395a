#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

/// Figures and labels as sentences write them.
namespace insightflow::insight {

/// "1,500".
inline std::string grouped(std::int64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

/// "12 %".
inline std::string percent(double share) {
  return std::to_string(std::lround(share * 100)) + " %";
}

inline std::string quoted(std::string_view text) {
  return "\u201c" + std::string(text) + "\u201d";
}

}  // namespace insightflow::insight
