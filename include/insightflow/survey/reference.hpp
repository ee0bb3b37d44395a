#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

/// Names in expressions and piped texts, and what they stand for.
namespace insightflow::survey {

inline constexpr std::size_t no_question = static_cast<std::size_t>(-1);

/// What a name stands for during evaluation; views into the caller's answers. `true` stands for an
/// answered question whose whole has no simple value (a matrix, a contact).
using Given =
    std::variant<std::monostate, bool, double, std::string_view, std::span<const std::string>>;

/// A name in an expression.
struct Reference {
  std::string name;  ///< Question id, or the hidden field's name.
  std::string part;  ///< Row of a matrix, part of a contact, "other"; else empty.
  bool hidden = false;
  std::size_t position = 0;            ///< Byte offset in the text.
  std::size_t question = no_question;  ///< Index in the questionnaire once bound.
};

}  // namespace insightflow::survey
