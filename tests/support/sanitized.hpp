#pragma once

namespace insightflow::test {

/// Whether a sanitizer watches: then everything takes several times as long, and what is freed
/// stays resident. GCC tells by a macro, clang by a question.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace insightflow::test
