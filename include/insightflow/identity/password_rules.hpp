#pragma once

#include <insightflow/core/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace insightflow::identity {

inline constexpr std::size_t least_password = 8;      ///< Code points.
inline constexpr std::size_t longest_password = 256;  ///< Code points.

/// An e-mail address as it is stored: NFC, ASCII letters lower case, without spaces around it.
/// Errors: `email_malformed`.
Result<std::string> normal_email(std::string_view email);

/// A password as it is hashed (NFC); nothing else about it is changed. For checking: no rules but
/// length and well-formed UTF-8. Errors: `utf8_invalid`, `password_long`.
Result<std::string> normal_password(std::string_view password);

/// The same for a new password, with the rules of NIST SP 800-63B: a least length, no classes of
/// characters, and none that is guessed first: the common ones with the usual additions, rows of
/// the keyboard, repetitions, and the words of its context (address, name, product). Errors:
/// `password_short`, `password_long`, `password_common`, `password_guessable`.
Result<std::string> new_password(std::string_view password,
                                 const std::vector<std::string>& context = {});

/// True for passwords that are among the first guesses, whatever the context.
bool is_common_password(std::string_view password);

}  // namespace insightflow::identity
