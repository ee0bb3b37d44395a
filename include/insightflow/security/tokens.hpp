#pragma once

#include <string>
#include <string_view>

namespace insightflow::security {

/// `prefix` and `characters` random ones from 0-9a-z without look-alikes (i, l, o, u); each carries
/// five bits from the operating system's generator. Safe from several threads.
std::string random_token(std::string_view prefix, std::size_t characters);

/// Random bytes from the operating system's generator. Safe from several threads.
std::string random_bytes(std::size_t count);

}  // namespace insightflow::security
